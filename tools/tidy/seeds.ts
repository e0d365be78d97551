/**
 * The seed rule: a property test names its seed, so that a run of the tests is as the one before.
 * `npm run nightly -- properties` mixes another number into each.
 * @module
 */

import { isCallExpression, isIdentifier, isPropertyAccessExpression } from 'typescript/unstable/ast'

import { isTestCode } from '../layers.ts'
import { lineOf, visit } from '../source.ts'
import type { FileRule, Finding } from './finding.ts'

/** Finds calls of fast-check that draw by the clock. */
export const seeds: FileRule = (source) => {
  if (!isTestCode(source.path)) return []
  const findings: Finding[] = []
  visit(source.tree, (node) => {
    if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return
    const { expression, name } = node.expression
    if (!isIdentifier(expression) || expression.text !== 'fc') return
    if (!/^(?:assert|check|sample)$/.test(name.text)) return
    const [, options] = node.arguments
    if (options !== undefined && /\bseed\b/.test(options.getText())) return
    const advice = `fc.${name.text} draws by the clock: give it a seed, { seed: 1 }`
    findings.push({ path: source.path, line: lineOf(source, node), rule: 'seeds', advice })
  })
  return findings
}

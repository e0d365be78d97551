/**
 * The printing rule: whatever the command prints goes through one place, which shows control
 * characters on a terminal instead of sending them.
 * @module
 */

import { isPropertyAccessExpression } from 'typescript/unstable/ast'

import { isTestCode, ownerOf } from '../layers.ts'
import { lineOf, visit } from '../source.ts'
import type { FileRule, Finding } from './finding.ts'

/** Files that write to the streams themselves, each with its reason. */
const printers: ReadonlyMap<string, string> = new Map([
  ['src/cli/output.ts', 'it is the one place'],
  ['src/cli/terminal.ts', 'the progress line moves the cursor, and shows its text as text'],
])

/** Finds what writes to standard output or standard error past `src/cli/output.ts`. */
export const printing: FileRule = (source) => {
  if (ownerOf(source.path) !== 'cli' || isTestCode(source.path)) return []
  if (printers.has(source.path)) return []
  const findings: Finding[] = []
  visit(source.tree, (node) => {
    if (!isPropertyAccessExpression(node)) return
    const text = node.getText()
    if (!/^process\.(?:stdout|stderr)\.write$|^console\./.test(text)) return
    const advice = `${text}: print by src/cli/output.ts, which tames what strangers wrote`
    findings.push({ path: source.path, line: lineOf(source, node), rule: 'printing', advice })
  })
  return findings
}

/**
 * Test files from failures: a shrunk scenario as a test for `node:test` that reads as a story,
 * fails while the bug is there, and passes once it is mended.
 * @module
 */

import { counted } from '../../base/counted.ts'
import { type Signature, signatureText } from '../../runner/signature.ts'
import type { Capsule } from './capsule.ts'
import { faultText, operationText } from './scenario-text.ts'

/** The place of the caller's own nodes or invariants, where they take part in the run. */
export interface TestFileOptions {
  /** The module whose default export they are, as the test file imports it. */
  readonly model?: string
  /** That model has `workloads`. Default false. */
  readonly hasWorkloads?: boolean
}

/** The text of a test file for a capsule. */
export function testFileOf(
  capsule: Capsule,
  { model, hasWorkloads = false }: TestFileOptions = {},
): string {
  const { signature, origin, code, operations, faults } = capsule
  const at = code.commit === undefined ? '' : ` at commit ${code.commit.slice(0, 10)}`
  const imports = [
    `import { test } from 'node:test'`,
    `import { expectConverges } from 'trilobite/dst'`,
    ...(model === undefined ? [] : [`import model from ${quoted(model)}`]),
  ]
  return [
    '/**',
    ` * ${commentText(signatureText(signature))}`,
    ' *',
    ` * Found by seed ${origin.seed}${at}, and shrunk to ${sizeText(operations, faults)}.`,
    ' */',
    '',
    ...imports,
    '',
    `test(${quoted(titleOf(signature))}, () =>`,
    '  expectConverges({',
    // Its other options are in the plan, and would win over what that has been shrunk to.
    ...(model !== undefined && hasWorkloads ? ['    workloads: model.workloads,'] : []),
    `    seeds: { first: ${capsule.seed}, last: ${capsule.seed} },`,
    `    plan: ${quoted(capsule.plan)},`,
    ...list('    intentions', operations.map(operationLines)),
    '    config: {',
    ...(model === undefined ? [] : ['      ...model.config,']),
    `      unlisted: 'benign',`,
    ...list('      overrides', faults.map(faultLines)),
    '    },',
    '  }))',
    '',
  ].join('\n')
}

function operationLines(operation: Capsule['operations'][number]): string[] {
  const { outcome: _, ...intention } = operation
  return [`// ${commentText(operationText(operation))}`, `${literal(intention)},`]
}

function faultLines(fault: Capsule['faults'][number]): string[] {
  return [`// ${commentText(faultText(fault))}`, `${literal(fault)},`]
}

/** A property that is a list, its items a step further in than its name. */
function list(name: string, items: readonly (readonly string[])[]): string[] {
  if (items.length === 0) return [`${name}: [],`]
  const indent = ' '.repeat(name.length - name.trimStart().length)
  return [`${name}: [`, ...items.flat().map((line) => `${indent}  ${line}`), `${indent}],`]
}

function titleOf({ verdict, invariant, role }: Signature): string {
  const where = role === 'none' ? 'the network' : `a ${role}`
  if (invariant !== undefined) return `${invariant} holds on ${where}`
  return verdict === 'stalled' ? `${where} comes to rest` : `${where} does not fail`
}

/** A value as a person writes it: names without quotes where they need none. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, each]) => `${keyOf(name)}: ${literal(each)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1)
  return `'${inner.replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`)}'`
}

/** A text within a comment: nothing in it ends the comment or the line. */
function commentText(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll(/[\r\n\u2028\u2029]+/g, ' ')
}

function sizeText(operations: readonly unknown[], faults: readonly unknown[]): string {
  return `${counted(operations.length, 'operation')} and ${counted(faults.length, 'fault')}`
}

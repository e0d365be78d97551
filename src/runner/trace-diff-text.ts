/**
 * The readable comparison of two traces: their common lines, their first divergence, its causes in
 * each, and the number of differences from there on.
 * @module
 */

import type { ChainLink } from './cause-chain.ts'
import type { FieldDifference } from './line-facts.ts'
import { lineText, momentText, valueText } from './line-text.ts'
import {
  comparisonOf,
  type ComparisonOptions,
  type DivergentLine,
  type TraceComparison,
  type TraceDivergence,
} from './trace-diff.ts'
import type { TraceSource } from './trace-reader.ts'

/** Names of the two traces. */
type TraceNames = Parameters<typeof comparisonText>[1]

/** Maximum number of rows in the summary. */
const mostRows = 20

/**
 * Compares two traces.
 *
 * @example
 * ```ts
 * const { verdict, divergence, text } = compareTraces(trace, otherTrace)
 * if (verdict === 'different') console.log(text, divergence?.a?.chain)
 * ```
 * @param options `context`: common lines to show, 5 by default; `mostUnmatched`: lines of each
 *   trace that may wait for their counterpart, 500,000 by default
 * @returns `text`: the comparison for people; it ends with a newline
 * @throws {FossilError} `trace.invalid` if one is not a trace
 */
export function compareTraces(
  a: TraceSource,
  b: TraceSource,
  options: ComparisonOptions = {},
): TraceComparison & { readonly text: string } {
  const comparison = comparisonOf(a, b, options)
  return { ...comparison, text: comparisonText(comparison, { a: a.name, b: b.name }) }
}

/**
 * A comparison as text, which ends with a newline. @param names of the two traces: their paths
 */
export function comparisonText(
  comparison: TraceComparison,
  names: { readonly a: string; readonly b: string },
): string {
  const { common, divergence } = comparison
  return [
    ...runLines(comparison),
    verdictLine(comparison),
    ...(common.last.length === 0 || divergence === undefined
      ? []
      : ['', `in common until then, ${lines(common.lines)}; the last of them`]),
    ...(divergence === undefined ? [] : common.last.map((line) => `  ${told(line)}`)),
    ...(divergence === undefined ? [] : divergenceLines(divergence, names)),
    ...afterLines(comparison),
    '',
  ].join('\n')
}

function runLines({ runs }: TraceComparison): string[] {
  if (runs.length === 0) return []
  return ['the traces are of different runs', ...runs.map((each) => `  ${fieldText(each)}`)]
}

function verdictLine({ verdict, common, divergence }: TraceComparison): string {
  if (verdict === 'equal') {
    return `equal: ${lines(common.lines)}, ${seconds(common.untilMs)} of virtual time`
  }
  if (verdict === 'renumbered') {
    const reason = 'one run had events that its trace tells nothing of'
    return `equal but for the numbers of events: ${lines(common.lines)}; ${reason}`
  }
  if (verdict === 'reordered') {
    return 'different: the same lines, some of one moment in another order'
  }
  const line = divergence?.a?.line ?? divergence?.b?.line
  if (line === undefined) return `different, with the same ${lines(common.lines)} behind that`
  return `different from ${seconds(line.atMs)} on`
}

function divergenceLines(divergence: TraceDivergence, names: TraceNames): string[] {
  const { a, b, fields, instead } = divergence
  const lacks =
    instead === undefined ? 'has no such line' : `has no such line; it has ${told(instead.line)}`
  return [
    '',
    'the first divergence',
    `  A  ${a === undefined ? lacks : told(a.line)}`,
    `  B  ${b === undefined ? lacks : told(b.line)}`,
    ...fields.map((each) => `     ${fieldText(each)}`),
    ...chainLines('A', names.a, a ?? instead),
    ...chainLines('B', names.b, b ?? instead),
  ]
}

function chainLines(side: string, name: string, at: DivergentLine | undefined): string[] {
  if (at === undefined || at.chain.length === 0) return []
  return ['', `the causes in ${side} (${name}, line ${at.number})`, ...chainText(at.chain)]
}

/** The events of a chain, the nearest first, each with its lines. */
function chainText(chain: readonly ChainLink[]): string[] {
  return chain.flatMap(({ lines: ofEvent }, index) => {
    const mark = index === 0 ? '    ' : '  ← '
    return ofEvent.map((line, at) => `${at === 0 ? mark : '    '}${told(line)}`)
  })
}

function afterLines({ after, isPartial }: TraceComparison): string[] {
  if (after.length === 0) return []
  const rows = after.slice(0, mostRows).map(({ type, node, onlyA, onlyB, changed }) => {
    const counts = [onlyA, onlyB, changed].map((count) => String(count).padStart(8)).join('')
    return `  ${type.padEnd(18)}${node.padEnd(12)}${counts}`
  })
  const rest = after.length - rows.length
  return [
    '',
    'lines that differ from there on',
    `  ${'type'.padEnd(18)}${'node'.padEnd(12)}${'only A'.padStart(8)}${'only B'.padStart(8)}` +
      'changed'.padStart(8),
    ...rows,
    ...(rest === 0 ? [] : [`  and ${rest} more types and nodes`]),
    ...(isPartial ? ['  too many at once: some of these may be the same in both'] : []),
  ]
}

function told(line: Parameters<typeof lineText>[0]): string {
  return `${momentText(line)}  ${lineText(line)}`
}

function fieldText({ field, a, b }: FieldDifference): string {
  return `${field}: ${valueText(a)} in A, ${valueText(b)} in B`
}

function lines(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

/**
 * The readable report of a run that did not converge: one text for the command and for test
 * runners.
 * @module
 */

import type { CoreReport, RunReport } from './report.ts'
import { FossilError } from '../base/error.ts'
import type { Failure, RestlessNode, RunOutcome, Violation } from './verdict.ts'

/** Maximum width of a line of the story. */
const storyColumns = 120

/**
 * The failure in words: the invariant or the error, its place and time, the outcome on a calm
 * network, the last events that touch it, and the command that repeats the run.
 *
 * @returns lines, each with its newline; empty if the run converged
 */
export function failureText(
  report: RunReport,
  { replay, commit }: { replay: string; commit?: string },
): string {
  if (report.verdict === 'converged') return ''
  const facts = [
    ...(report.violation === undefined ? [] : violationFacts(report.violation)),
    ...(report.failure === undefined ? [] : failureFacts(report.failure)),
    ...(report.restless ?? []).flatMap(restlessFacts),
    ...(report.limitMs === undefined ? [] : [['time for it', seconds(report.limitMs)] as const]),
    ...(report.core === undefined ? [] : [['core', coreText(report.core)] as const]),
    ...(report.calm === undefined
      ? []
      : [['calm network', calmText(report, report.calm)] as const]),
    ...(report.repeat === 'differs' ? [['repeat', differs] as const] : []),
  ]
  const rows = facts.map(([name, value]) => row(name, value))
  const story = report.story.map((line) => `    ${storyLine(line)}\n`)
  const told = story.length === 0 ? [] : ['  what led to it, the latest last:\n', ...story]
  const at = commit === undefined ? [] : [row('commit', commit.slice(0, 10))]
  return [...rows, ...told, row('replay', replay), ...at].join('')
}

type Fact = readonly [name: string, value: string]

const differs = 'made once more, the run ended otherwise: it depends on something besides its seed'

function violationFacts({ invariant, node, detail, step, simulatedMs }: Violation): Fact[] {
  return [
    ['invariant', invariant],
    ['node', node],
    ['detail', detail],
    ['first bad event', moment(step, simulatedMs)],
  ]
}

function failureFacts({ node, error, step, simulatedMs }: Failure): Fact[] {
  const at = FossilError.is(error, 'sim.foreignWait') ? error.detail.at : placeOf(error)
  return [
    ['error', `${error.name}: ${error.message}`],
    ...(node === undefined ? [] : [['node', node] as const]),
    ...(at === undefined ? [] : [['at', at] as const]),
    ['event', moment(step, simulatedMs)],
  ]
}

/** The innermost place in code that is not Node's own. */
function placeOf({ stack = '' }: Error): string | undefined {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const own = frames.find((frame) => !/\(node:|at node:/.test(frame))
  return own?.trim().replace(/^at /, '')
}

function restlessFacts({ node, lastError, lacks }: RestlessNode): Fact[] {
  return [
    ['not at rest', node],
    ...(lastError === undefined ? [] : [['last error', lastError] as const]),
    ...(lacks === undefined ? [] : [['lacks', lacks] as const]),
  ]
}

/** The healed nodes, and the broken ones. */
function coreText({ nodes, broken }: CoreReport): string {
  const others = Object.entries(broken).map(([id, way]) => `${id} ${way}`)
  return `${nodes.join(', ')}; broken for good: ${others.join(', ')}`
}

/** "It fails on a calm network" is the first thing to know: most failures need no fault. */
function calmText(report: RunReport, calm: RunOutcome): string {
  if (calm.verdict === 'converged') return 'converges there: it takes a fault'
  const what = calm.violation?.invariant ?? calm.failure?.error.name ?? ''
  const isSame = calm.verdict === report.verdict && what === nameOf(report)
  const step = (calm.violation ?? calm.failure)?.step
  const at = step === undefined ? '' : `, at event ${step}`
  return isSame ? `fails there, too${at}` : `ends otherwise there: ${calm.verdict} ${what}${at}`
}

function nameOf({ violation, failure }: RunOutcome): string {
  return violation?.invariant ?? failure?.error.name ?? ''
}

/** One line of the trace: `#183 54.300 s arrival node=leaf-0 peer=master`. Digests are left out. */
function storyLine(line: string): string {
  const { event, atMs, type, cause: _, lamport: __, sha1: ___, args, ...others } = parsed(line)
  const facts = args === undefined ? others : { ...others, args }
  const shown = Object.entries(facts).map(([name, value]) => `${name}=${plain(value)}`)
  const text = `#${String(event)} ${seconds(Number(atMs))} ${String(type)} ${shown.join(' ')}`
  return text.length <= storyColumns ? text : `${text.slice(0, storyColumns - 1)}…`
}

function parsed(line: string): Record<string, unknown> {
  const fields: Record<string, unknown> = JSON.parse(line)
  return fields
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(15)}  ${value}\n`
}

function moment(step: number, simulatedMs: number): string {
  return `${step}, at ${seconds(simulatedMs)} simulated`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

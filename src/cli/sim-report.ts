/**
 * The report of a simulation, for people and for programs.
 * @module
 */

import { failureText, type SimReport } from '../dst/index.ts'
import { MarkTally } from './sim-marks.ts'
import { table } from './terminal.ts'

/** One object, for programs. Its fields are part of the command's interface. */
export function jsonReport(report: SimReport, replay: string): Record<string, unknown> {
  const { verdict, seed, plan, traceHash, steps, syncs, errors, faults, nodes, losses } = report
  const { checkins, operations, checks, simulatedMs, uv, marks, core } = report
  return {
    verdict,
    seed,
    ...(plan === undefined ? {} : { plan }),
    traceHash,
    steps,
    syncs,
    errors,
    checkins,
    operations,
    checks,
    simulatedMs,
    faults,
    ...(core === undefined ? {} : { core }),
    marks,
    ...(uv === undefined ? {} : { uv }),
    nodes: nodes.map(({ id, artifacts, privateArtifacts, phantoms, uvFiles }) => ({
      id,
      artifacts,
      privateArtifacts,
      phantoms,
      ...(uvFiles === undefined ? {} : { uvFiles }),
    })),
    losses,
    ...(verdict === 'converged' ? {} : { ...jsonFailure(report), replay }),
  }
}

/** The failure, and what is known of it. */
function jsonFailure(report: SimReport): Record<string, unknown> {
  const { signature, violation, restless, limitMs, calm, repeat, story } = report
  return {
    ...(signature === undefined ? {} : { signature }),
    ...(violation === undefined ? {} : { violation }),
    ...jsonError(report),
    ...(restless === undefined ? {} : { restless, limitMs }),
    ...(calm === undefined
      ? {}
      : { calm: { verdict: calm.verdict, violation: calm.violation, ...jsonError(calm) } }),
    ...(repeat === undefined ? {} : { repeat }),
    story: story.map((line): unknown => JSON.parse(line)),
  }
}

/** An error as an object: what `JSON.stringify` makes of it is empty. */
function jsonError({ failure }: Pick<SimReport, 'failure'>): Record<string, unknown> {
  if (failure === undefined) return {}
  const { error, ...rest } = failure
  return { failure: { ...rest, error: error.name, message: error.message } }
}

/** The surroundings of a report for people, and its length. */
interface TextOptions {
  readonly wallMs: number
  readonly replay: string
  readonly quiet?: boolean
  readonly marks?: boolean
}

/** The same for people. */
export function textReport(
  report: SimReport,
  { wallMs, replay, quiet = false, marks = false }: TextOptions,
): string {
  const failure = failureText(report, replay)
  if (quiet) return `${report.verdict}\n${failure}${marks ? marksText(report) : ''}`
  return [
    `${verdictLine(report)}\n`,
    failure,
    `\nnodes\n${nodeTable(report)}`,
    report.losses.length === 0 ? '' : `\nlosses\n${lossTable(report)}`,
    report.core === undefined
      ? ''
      : `\nbroken for good\n${table(Object.entries(report.core.broken))}`,
    report.uv === undefined ? '' : `\nunversioned files\n${table(Object.entries(report.uv))}`,
    `\noperations\n${operationTable(report)}`,
    `\nfaults injected\n${faultTable(report)}`,
    marks ? marksText(report) : '',
    report.plan === undefined ? '' : `\nplan\n${wrapped(report.plan)}`,
    `\n${timing(report, wallMs)}`,
    `trace hash ${report.traceHash}\n`,
  ].join('')
}

function marksText(report: SimReport): string {
  const tally = new MarkTally()
  tally.add(report)
  return tally.text()
}

/** A plan as lines of at most 76 columns, which paste as one. */
function wrapped(plan: string): string {
  const lines: string[] = ['']
  for (const part of plan.split(',')) {
    const last = lines.length - 1
    const longer = lines[last] === '' ? part : `${lines[last]},${part}`
    if (longer.length <= 76 || lines[last] === '') lines[last] = longer
    else lines.push(part)
  }
  return lines.map((line, index) => `  ${line}${index < lines.length - 1 ? ',' : ''}\n`).join('')
}

function verdictLine({ verdict, seed, nodes, checkins, syncs }: SimReport): string {
  const counts = `${nodes.length} repositories, ${checkins} check-ins, ${syncs} syncs`
  const meaning = {
    converged: 'every repository holds all that it should, and every check held',
    violated: 'an invariant did not hold',
    failed: 'the code of a node threw an error',
    stalled: 'faults had ended, and the repositories did not come to rest',
  }
  return `${verdict}: ${meaning[verdict]} (seed ${seed}: ${counts})`
}

function nodeTable({ nodes, uv }: SimReport): string {
  const hasUv = uv !== undefined
  return table([
    ['node', 'artifacts', 'private', 'phantoms', ...(hasUv ? ['files'] : []), 'syncs', 'errors'],
    ...nodes.map(({ id, artifacts, privateArtifacts, phantoms, uvFiles = 0, syncs, errors }) => [
      id,
      artifacts,
      privateArtifacts,
      phantoms,
      ...(hasUv ? [uvFiles] : []),
      // The master of a star answers syncs and begins none.
      syncs === 0 ? '-' : syncs,
      syncs === 0 ? '-' : errors,
    ]),
  ])
}

function lossTable({ losses }: SimReport): string {
  return table([
    ['artifact', 'node', 'at', 'why'],
    ...losses.map(({ hash, node, removal, simulatedMs }) => {
      const when = simulatedMs === undefined ? '-' : seconds(simulatedMs)
      return [hash.slice(0, 16), node, when, removal]
    }),
  ])
}

function operationTable({ operations }: SimReport): string {
  const rows = Object.entries(operations).map(
    ([name, { acknowledged, refused, impossible }]) =>
      [name, acknowledged, refused, impossible] as const,
  )
  return table([['operation', 'acknowledged', 'refused', 'impossible'], ...rows])
}

function faultTable({ faults }: SimReport): string {
  const struck = Object.entries(faults).filter(([, count]) => count > 0)
  return struck.length === 0 ? '  none\n' : table(struck)
}

function timing({ checks, simulatedMs, steps }: SimReport, wallMs: number): string {
  const ratio = Math.round(simulatedMs / Math.max(1, wallMs))
  return (
    `${checks} checks made over ${steps} events\n` +
    `${seconds(simulatedMs)} simulated in ${seconds(wallMs)} (${ratio}x)\n`
  )
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

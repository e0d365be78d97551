/**
 * The report of a simulation, for people and for programs.
 * @module
 */

import type { SimReport } from '../dst/index.ts'
import { table } from './terminal.ts'

/** One object, for programs. Its fields are part of the command's interface. */
export function jsonReport(report: SimReport): Record<string, unknown> {
  const { verdict, seed, traceHash, steps, syncs, errors, faults, nodes, violation } = report
  const { checkins, operations, checks, simulatedMs, uv } = report
  return {
    verdict,
    seed,
    traceHash,
    steps,
    syncs,
    errors,
    checkins,
    operations,
    checks,
    simulatedMs,
    faults,
    ...(uv === undefined ? {} : { uv }),
    nodes: nodes.map(({ id, artifacts, privateArtifacts, phantoms, uvFiles }) => ({
      id,
      artifacts,
      privateArtifacts,
      phantoms,
      ...(uvFiles === undefined ? {} : { uvFiles }),
    })),
    ...(violation === undefined ? {} : { violation }),
  }
}

/** The same for people. */
export function textReport(
  report: SimReport,
  { wallMs, replay, quiet }: { wallMs: number; replay: string; quiet?: boolean },
): string {
  const failure = report.verdict === 'converged' ? '' : failureText(report, replay)
  if (quiet === true) return `${report.verdict}\n${failure}`
  return [
    `${verdictLine(report)}\n`,
    failure,
    `\nnodes\n${nodeTable(report)}`,
    report.uv === undefined ? '' : `\nunversioned files\n${table(Object.entries(report.uv))}`,
    `\noperations\n${operationTable(report)}`,
    `\nfaults injected\n${faultTable(report)}`,
    `\n${timing(report, wallMs)}`,
    `trace hash ${report.traceHash}\n`,
  ].join('')
}

function verdictLine({ verdict, seed, nodes, checkins, syncs }: SimReport): string {
  const counts = `${nodes.length} repositories, ${checkins} check-ins, ${syncs} syncs`
  const meaning = {
    converged: 'every repository holds all that is public, and every check held',
    violated: 'an invariant did not hold',
    stalled: 'faults had ended, and the repositories did not come to rest',
  }
  return `${verdict}: ${meaning[verdict]} (seed ${seed}: ${counts})`
}

function failureText({ violation }: SimReport, replay: string): string {
  const facts =
    violation === undefined
      ? ''
      : `  invariant        ${violation.invariant}\n` +
        `  node             ${violation.node}\n` +
        `  detail           ${violation.detail}\n` +
        `  first bad event  ${violation.step}, at ${seconds(violation.simulatedMs)} simulated\n`
  return `${facts}  replay           ${replay}\n`
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
      // The master answers syncs and begins none.
      id === 'master' ? '-' : syncs,
      id === 'master' ? '-' : errors,
    ]),
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

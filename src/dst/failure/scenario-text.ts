/**
 * Scenarios in words: what happens and what goes wrong, a line each.
 * @module
 */

import type { Intention } from '../../runner/operations.ts'
import type { Override } from '../../sim/decision.ts'

/** An operation as a line: `12.5 s: leaf-0 does a checkin`. */
export function operationText({ atMs, node, op }: Intention): string {
  return `${secondsText(atMs)}: ${node} does ${op}`
}

/** A fault as a line: `leaf-0 to master, poll 3, round 1: the reply is lost`. */
export function faultText({ site, use, outcome }: Override): string {
  const [kind = '', ...path] = site.split('/').toReversed()
  const place = path.toReversed()
  const at = useText(String(use))
  const [family, where = '', ...rest] = place
  if (family === 'net') {
    const told = linkFaults[kind]?.(String(outcome)) ?? `${kind} ${String(outcome)}`
    return `${where.replace('→', ' to ')}, ${at}: ${told}`
  }
  if (family === 'nemesis') return `${at}: ${amountText(kind, outcome)}`
  if (family === 'core') return `in the end: ${kind} stays broken, ${String(outcome)}`
  if (family === 'buggify') return `${where}, ${at}: ${[...rest, kind].join('/')} strikes`
  return `${site}, ${at}: ${String(outcome)}`
}

const linkFaults: Readonly<Record<string, (outcome: string) => string>> = {
  refused: () => 'the request is refused',
  requestLost: () => 'the request is lost',
  replyLost: () => 'the reply is lost',
  requestCut: (ppm) => `the request breaks off after ${partText(ppm)} of it`,
  replyCut: (ppm) => `the reply breaks off after ${partText(ppm)} of it`,
  delayed: (ms) => `the request takes ${ms} ms longer`,
  replyDelayed: (ms) => `the reply takes ${ms} ms longer`,
  duplicated: (ms) => `the request comes again after ${ms} ms`,
  stale: (ms) => `the request comes again after ${ms} ms`,
  requestCorrupted: () => 'a byte of the request changes',
  replyCorrupted: () => 'a byte of the reply changes',
  lied: (lie) => `the request is a lie: ${lie}`,
  replyLied: (lie) => `the reply is a lie: ${lie}`,
  lost: () => 'the datagram is lost',
  corrupted: () => 'a byte of the datagram changes',
}

/** Episodes have a length, but for those that put a clock wrong. */
function amountText(kind: string, outcome: Override['outcome']): string {
  if (kind === 'clockJump') return `a clock jumps by ${secondsText(Number(outcome))}`
  if (kind === 'clockDrift') return `a clock drifts by ${String(outcome)} ppm`
  return `${kind} for ${secondsText(Number(outcome))}`
}

function partText(ppm: string): string {
  return `${Math.round(Number(ppm) / 10_000)} %`
}

/** `poll#3.round#1` as `poll 3, round 1`; the name of an operation stays what it is. */
function useText(use: string): string {
  if (!/^[a-zA-Z]+#/.test(use)) return use
  return use.replaceAll('.', ', ').replaceAll('#', ' ')
}

/** A time of a run as seconds, without zeros at its end: `12.5 s`. */
export function secondsText(ms: number): string {
  return `${ms / 1_000} s`
}

/** Everything that happens in a scenario, a line each: operations, then faults. */
export function scenarioLines({
  operations,
  faults,
}: {
  readonly operations: readonly Intention[]
  readonly faults: readonly Override[]
}): string[] {
  return [...operations.map(operationText), ...faults.map(faultText)]
}

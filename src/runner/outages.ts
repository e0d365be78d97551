/**
 * Outages of nodes during a run: a node crashes, stops or is paused, and comes back after a while.
 * Times and nodes come from a stream of each kind.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { FaultLog } from '../sim/fault.ts'
import { checkInteger, longestMs } from '../sim/link.ts'
import type { RandomStream } from '../sim/random.ts'
import type { ActionOptions } from './action.ts'
import type { NodeId } from './model.ts'

/**
 * - `crashes`: a node stops dead, and restarts from its stored state;
 * - `stops`: a node stops gracefully, and restarts;
 * - `pauses`: a node does nothing for a while, as if its machine slept, and then catches up.
 */
export const outageKinds = ['crashes', 'stops', 'pauses'] as const

export type OutageKind = (typeof outageKinds)[number]

/** The pace of outages. Times are means of exponential distributions. */
export interface OutagePlan {
  /** From the end of one, or the start of the run, to the next of any node. */
  readonly calmMeanMs: number
  /** The length of one. */
  readonly downMeanMs: number
}

/** The side of a simulation that outages act on. */
export interface OutageHost {
  clock(): Clock
  stream(name: string): RandomStream
  scheduleAction(timeMs: number, action: () => void, options?: ActionOptions): void
  readonly faults: FaultLog
  crash(id: NodeId): void
  stop(id: NodeId): void
  restart(id: NodeId): void
  pause(id: NodeId): void
  resume(id: NodeId): void
}

/** Outages of one kind. */
export interface OutageSeries {
  readonly kind: OutageKind
  readonly plan: OutagePlan
  readonly untilMs: number
  /** The number of the next one, from 1. */
  readonly number?: number
}

/**
 * Schedules one outage of a kind after another; the last node is back by `untilMs`. Each is a
 * decision, such as at `nemesis/crash` of the use `crash#<number>`: its length in milliseconds, 0
 * for none. Cancelling one moves no other.
 *
 * @param nodes the nodes that may be struck
 */
export function scheduleOutages(
  host: OutageHost,
  nodes: readonly NodeId[],
  { kind, plan, untilMs, number = 1 }: OutageSeries,
): void {
  const draw = host.stream(kind).next()
  const downMs = host.clock().nowMs() + Math.max(1, draw.exponentialMs(plan.calmMeanMs))
  const upMs = Math.min(downMs + Math.max(1, draw.exponentialMs(plan.downMeanMs)), untilMs)
  if (downMs >= untilMs || nodes.length === 0) return
  const node = draw.pick(nodes)
  const options = { node, isImposed: true }
  const { name, begin, end } = phases[kind]
  const site = `nemesis/${name}`
  const strike = (): void => {
    const at = { site, use: `${name}#${number}` }
    const lengthMs = host.faults.decideAt<number>(at, () => upMs - downMs, 0)
    if (lengthMs === 0) return
    checkInteger(site, lengthMs, 1, longestMs)
    begin(host, node)
    const endMs = Math.min(downMs + lengthMs, untilMs)
    host.scheduleAction(endMs, () => end(host, node), options)
  }
  host.scheduleAction(downMs, strike, options)
  const next = { kind, plan, untilMs, number: number + 1 }
  host.scheduleAction(upMs, () => scheduleOutages(host, nodes, next))
}

type Phase = (host: OutageHost, node: NodeId) => void

/** The name of an outage of each kind, and both its ends. */
const phases: Readonly<Record<OutageKind, { name: string; begin: Phase; end: Phase }>> = {
  crashes: {
    name: 'crash',
    begin: (host, id) => host.crash(id),
    end: (host, id) => host.restart(id),
  },
  stops: {
    name: 'stop',
    begin: (host, id) => host.stop(id),
    end: (host, id) => host.restart(id),
  },
  pauses: {
    name: 'pause',
    begin: (host, id) => host.pause(id),
    end: (host, id) => host.resume(id),
  },
}

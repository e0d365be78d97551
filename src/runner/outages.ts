/**
 * Outages of nodes during a run: a node crashes, stops or is paused, and comes back after a while.
 * Times and nodes come from a stream of each kind.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { RandomStream } from '../sim/random.ts'
import type { ActionOptions } from './action.ts'
import type { NodeId } from './model.ts'

/**
 * - `crashes`: a node stops dead, and starts again over what it has stored;
 * - `stops`: a node ends as it should, and starts again;
 * - `pauses`: a node does nothing for a while, as where its machine sleeps, and does it all then.
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
  crash(id: NodeId): void
  stop(id: NodeId): void
  restart(id: NodeId): void
  pause(id: NodeId): void
  resume(id: NodeId): void
}

/**
 * Schedules one outage of a kind after another; the last node is back by `untilMs`.
 *
 * @param nodes those that may be struck
 */
export function scheduleOutages(
  host: OutageHost,
  nodes: readonly NodeId[],
  { kind, plan, untilMs }: { kind: OutageKind; plan: OutagePlan; untilMs: number },
): void {
  const draw = host.stream(kind).next()
  const downMs = host.clock().nowMs() + Math.max(1, draw.exponentialMs(plan.calmMeanMs))
  const upMs = Math.min(downMs + Math.max(1, draw.exponentialMs(plan.downMeanMs)), untilMs)
  if (downMs >= untilMs || nodes.length === 0) return
  const node = draw.pick(nodes)
  const options = { node, isImposed: true }
  const { begin, end } = phases[kind]
  host.scheduleAction(downMs, () => begin(host, node), options)
  host.scheduleAction(
    upMs,
    () => {
      end(host, node)
      scheduleOutages(host, nodes, { kind, plan, untilMs })
    },
    options,
  )
}

type Phase = (host: OutageHost, node: NodeId) => void

/** Both ends of an outage of each kind. */
const phases: Readonly<Record<OutageKind, { readonly begin: Phase; readonly end: Phase }>> = {
  crashes: { begin: (host, id) => host.crash(id), end: (host, id) => host.restart(id) },
  stops: { begin: (host, id) => host.stop(id), end: (host, id) => host.restart(id) },
  pauses: { begin: (host, id) => host.pause(id), end: (host, id) => host.resume(id) },
}

/**
 * Partitions that come and go during a run: a node cut off, or one direction of its link blocked.
 * Times and links come from a stream of their own.
 * @module
 */

import type { FaultLog } from '../sim/fault.ts'
import type { PartitionPlan } from '../sim/levels.ts'
import { checkInteger, longestMs } from '../sim/link.ts'
import type { Direction, Network } from '../sim/network.ts'
import type { TraceFacts } from './model.ts'
import type { Clock } from '../base/env.ts'
import type { RandomStream } from '../sim/random.ts'
import type { ActionOptions } from './action.ts'

/** The side of a simulation that partitions act on. */
export interface PartitionHost {
  clock(): Clock
  stream(name: string): RandomStream
  scheduleAction(timeMs: number, action: () => void, options?: ActionOptions): void
  readonly network: Network
  readonly faults: FaultLog
  note(type: string, facts: TraceFacts): void
}

/**
 * Schedules one partition after another; the last one is healed by `untilMs`. Each is a decision at
 * `nemesis/partition`, of the use `partition#<number>`: its length in milliseconds, 0 for none.
 * Cancelling one moves no other.
 *
 * @param links the links to cut, at the node that sends the requests
 */
export function schedulePartitions(
  host: PartitionHost,
  links: readonly Direction[],
  { plan, untilMs, number = 1 }: { plan: PartitionPlan; untilMs: number; number?: number },
): void {
  const draw = host.stream('partitions').next()
  const { network } = host
  const beginMs = host.clock().nowMs() + Math.max(1, draw.exponentialMs(plan.calmMeanMs))
  const endMs = Math.min(beginMs + Math.max(1, draw.exponentialMs(plan.lengthMeanMs)), untilMs)
  if (beginMs >= untilMs) return
  const link = draw.pick(links)
  const { from: node, to: peer } = link
  const isOneWay = draw.chance(plan.oneWayPpm / 1_000_000)
  const direction = draw.chance(0.5) ? { from: node, to: peer } : { from: peer, to: node }
  host.scheduleAction(beginMs, () => {
    const at = { site: partitionSite, use: `partition#${number}` }
    const lengthMs = host.faults.decideAt<number>(at, () => endMs - beginMs, 0)
    if (lengthMs === 0) return
    checkInteger(partitionSite, lengthMs, 1, longestMs)
    host.note('partition', isOneWay ? direction : { node })
    if (isOneWay) network.partitionOneWay(direction)
    else network.partition(node)
    host.scheduleAction(Math.min(beginMs + lengthMs, untilMs), () => {
      host.note('heal', { node })
      network.heal(node)
    })
  })
  const next = { plan, untilMs, number: number + 1 }
  host.scheduleAction(endMs, () => schedulePartitions(host, links, next))
}

const partitionSite = 'nemesis/partition'

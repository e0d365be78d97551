/**
 * Partitions that come and go while a simulation runs: a leaf cut off, or one direction of its link
 * blocked. When, whom and how long come from a stream of their own.
 * @module
 */

import type { PartitionPlan } from '../sim/levels.ts'
import type { Simulator } from './simulator.ts'
import { masterId } from './sim-network.ts'

/** Schedules one partition after another until `untilMs`; the last one is healed by then. */
export function schedulePartitions(
  simulator: Simulator,
  plan: PartitionPlan,
  untilMs: number,
): void {
  const draw = simulator.stream('partitions').next()
  const network = simulator.network()
  const beginMs = simulator.clock().nowMs() + Math.max(1, draw.exponentialMs(plan.calmMeanMs))
  const endMs = Math.min(beginMs + Math.max(1, draw.exponentialMs(plan.lengthMeanMs)), untilMs)
  if (beginMs >= untilMs) return
  const leaf = draw.pick(simulator.leafIds())
  const isOneWay = draw.chance(plan.oneWayPpm / 1_000_000)
  const [from, to] = draw.chance(0.5) ? [leaf, masterId] : [masterId, leaf]
  simulator.scheduleAction(beginMs, () => {
    simulator.note('partition', isOneWay ? { from, to } : { node: leaf })
    if (isOneWay) network.partitionOneWay(from, to)
    else network.partition(leaf)
  })
  simulator.scheduleAction(endMs, () => {
    simulator.note('heal', { node: leaf })
    network.heal(leaf)
    schedulePartitions(simulator, plan, untilMs)
  })
}

/**
 * Crashes during a run: a node stops dead, and starts again after a while. Times and nodes come
 * from a stream of their own.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { RandomStream } from '../sim/random.ts'
import type { ActionOptions } from './action.ts'
import type { NodeId } from './model.ts'

/** The pace of crashes. Times are means of exponential distributions. */
export interface CrashPlan {
  /** From the restart of a node, or the start of the run, to the next crash of any. */
  readonly calmMeanMs: number
  /** From a crash to the restart. */
  readonly downMeanMs: number
}

/** The side of a simulation that crashes act on. */
export interface CrashHost {
  clock(): Clock
  stream(name: string): RandomStream
  scheduleAction(timeMs: number, action: () => void, options?: ActionOptions): void
  crash(id: NodeId): void
  restart(id: NodeId): void
}

/**
 * Schedules one crash after another; the last node is up again by `untilMs`.
 *
 * @param nodes those that may crash
 */
export function scheduleCrashes(
  host: CrashHost,
  nodes: readonly NodeId[],
  { plan, untilMs }: { plan: CrashPlan; untilMs: number },
): void {
  const draw = host.stream('crashes').next()
  const downMs = host.clock().nowMs() + Math.max(1, draw.exponentialMs(plan.calmMeanMs))
  const upMs = Math.min(downMs + Math.max(1, draw.exponentialMs(plan.downMeanMs)), untilMs)
  if (downMs >= untilMs || nodes.length === 0) return
  const node = draw.pick(nodes)
  host.scheduleAction(downMs, () => host.crash(node), { node })
  host.scheduleAction(
    upMs,
    () => {
      host.restart(node)
      scheduleCrashes(host, nodes, { plan, untilMs })
    },
    { node },
  )
}

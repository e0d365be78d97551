/**
 * Operations during a run: the work of people and programs at the nodes, whatever the network does.
 * Times and choices come from streams named after the node, so that one node's work does not depend
 * on how busy another is.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { Draw, RandomStream } from '../sim/random.ts'
import type { NodeId } from './model.ts'
import type { ActionOptions } from './options.ts'

/** Operations of one kind, for as long as faults last. Made anew for each run. */
export interface Workload {
  /** Schedules the operations, and carries out those that the run begins with. */
  start(): void
}

/** The side of a simulation that schedules operations. */
export interface OperationHost {
  clock(): Clock
  stream(name: string): RandomStream
  scheduleAction(timeMs: number, action: () => void, options?: ActionOptions): void
}

/** When operations take place. */
export interface OperationTimes {
  /** The stream of a node is called `<stream>/<node>`. */
  readonly stream: string
  /** From one operation at a node to its next, on average. */
  readonly meanIntervalMs: number
  /** No operation begins at or after this virtual time. */
  readonly untilMs: number
}

/**
 * Schedules operations at nodes, one after another at each, at times that are exponentially apart.
 *
 * @param operate carries one out; whatever it chooses, it draws from the numbers it is given
 */
export function scheduleOperations<N extends { readonly id: NodeId }>(
  host: OperationHost,
  nodes: readonly N[],
  times: OperationTimes,
  operate: (node: N, draw: Draw) => void,
): void {
  for (const node of nodes) {
    const stream = host.stream(`${times.stream}/${node.id}`)
    let count = 0
    const scheduleNext = (): void => {
      const name = `${stream.name}#${++count}`
      const draw = stream.next()
      const atMs = host.clock().nowMs() + Math.max(1, draw.exponentialMs(times.meanIntervalMs))
      if (atMs >= times.untilMs) return
      const action = (): void => {
        operate(node, draw)
        scheduleNext()
      }
      host.scheduleAction(atMs, action, { node: node.id, name })
    }
    scheduleNext()
  }
}

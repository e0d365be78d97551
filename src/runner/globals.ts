/**
 * The surroundings of a node for code that was not written for a simulation: see
 * `src/sim/world.ts`.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { SimulatedGlobals } from '../sim/context.ts'
import type { Direction } from '../sim/network.ts'
import type { Incarnation } from './incarnation.ts'

/** The parts of one life of a node that its globals use. */
export interface GlobalsParts {
  readonly life: Incarnation
  /** The node's own clock, which may be wrong. */
  readonly wallClock: () => Clock
  /** The links between all nodes. */
  readonly ways: readonly Direction[]
}

/** The globals of one life of a node. */
export function globalsOf({ life, wallClock, ways }: GlobalsParts): SimulatedGlobals {
  const startMs = life.clock.nowMs()
  /** Names in URLs are in lower case. */
  const peers = new Map(
    ways.filter(({ from }) => from === life.id).map(({ to }) => [to.toLowerCase(), to]),
  )
  return {
    id: life.id,
    nowMs: () => wallClock().nowMs(),
    uptimeMs: () => life.clock.nowMs() - startMs,
    after: (ms, action) => life.after(ms, action),
    randomBytes: (length) => life.drawBytes(length),
    digest: (algorithm, bytes) => life.digest(algorithm, bytes),
    reaches: (host) => peers.has(host),
    exchange: (host, request, signal) => life.exchange(peers.get(host) ?? host, request, signal),
    fail: (error) => life.fail(error),
  }
}

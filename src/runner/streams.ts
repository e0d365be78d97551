/**
 * Streams between nodes, such as TCP's: a node connects to another, which accepts or refuses; both
 * send bytes, which arrive in order; both learn of it when the stream breaks.
 * @module
 */

import type { Direction } from '../sim/network.ts'
import { Connection, type Side, type StreamOptions } from './connection.ts'
import { turnAfter } from './link-names.ts'
import type { NodeId, Stream } from './model.ts'

/** The streams of one run. */
export class Streams {
  readonly #options: StreamOptions
  /** The connections that each node has a part in. */
  readonly #sides = new Map<NodeId, Set<Side>>()

  constructor(options: StreamOptions) {
    this.#options = options
  }

  /** Tells whether a node waits for a stream, or for bytes of one. */
  isWaiting(id: NodeId): boolean {
    return [...(this.#sides.get(id) ?? [])].some((side) => side.isWaiting())
  }

  /**
   * Forgets a crashed node: its waits never settle, and its ends do nothing. Bytes that it sent
   * still travel, and the news of the crash comes after them.
   */
  forget(id: NodeId): void {
    const sides = [...(this.#sides.get(id) ?? [])]
    this.#sides.delete(id)
    for (const side of sides) side.crash()
  }

  /**
   * Connects to another node. Never settles for one that is down.
   *
   * @throws {FossilError} `transport.failed` if the other refuses, or is not reached in time
   */
  connect(direction: Direction): Promise<Stream> {
    const { isUp, nameOf } = this.#options
    return new Promise((resolve, reject) => {
      if (!isUp(direction.from)) return
      const name = turnAfter(direction.from, nameOf(direction))
      const onBegin = (side: Side): void => void this.#sidesOf(side.node).add(side)
      const onOver = (side: Side): void => void this.#sides.get(side.node)?.delete(side)
      new Connection(this.#options, { onBegin, onOver, resolve, reject }, name, direction).connect()
    })
  }

  #sidesOf(id: NodeId): Set<Side> {
    const sides = this.#sides.get(id) ?? new Set()
    this.#sides.set(id, sides)
    return sides
  }
}

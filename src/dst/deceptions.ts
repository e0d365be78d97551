/**
 * Lies between the nodes of one run, as far as answers to people may rest on them: a node that was
 * lied to tells in good faith what is not so.
 * @module
 */

import type { Lie } from '../runner/mutation.ts'
import type { NodeId } from '../runner/model.ts'

/** Deceptions: the nodes deceived, and the peers that they were deceived about. */
export class Deceptions {
  readonly #nowMs: () => number
  /** Pairs `<node>/<peer>` that a lie has passed between since the latest attempt of the node. */
  readonly #open = new Set<string>()
  /** Pairs whose attempt has ended: the next request begins another. */
  readonly #ended = new Set<string>()
  /** The time of the latest lie that a node told or heard. */
  readonly #latest = new Map<NodeId, number>()

  /** @param nowMs true time */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** A node has lied to another: both may tell of each other what is not so. */
  lied({ from, to }: Lie): void {
    for (const [node, peer] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#open.add(`${node}/${peer}`)
      this.#latest.set(node, this.#nowMs())
    }
  }

  /** A node sends a request. */
  asks(node: NodeId, peer: NodeId): void {
    if (this.#ended.delete(`${node}/${peer}`)) this.#open.delete(`${node}/${peer}`)
  }

  /** A sync has ended, well or not. */
  ends(node: NodeId, peer: NodeId): void {
    this.#ended.add(`${node}/${peer}`)
  }

  /** Tells whether a lie has passed between two nodes in the latest attempt of the first. */
  isDeceived(node: NodeId, peer: NodeId): boolean {
    return this.#open.has(`${node}/${peer}`)
  }

  /** Tells whether a node has told or heard a lie at or after a time. */
  wasDeceivedSince(node: NodeId, timeMs: number): boolean {
    return (this.#latest.get(node) ?? -Infinity) >= timeMs
  }
}

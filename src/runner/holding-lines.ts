/**
 * Changes of what nodes hold, from one event to the next: they explain the trace of a run.
 * @module
 */

import type { CheckedWorld, HoldingsOf, VersionOf } from './invariants.ts'
import type { NodeId, TraceFacts } from './model.ts'

interface Held {
  readonly version: string | undefined
  readonly things: ReadonlySet<string>
}

/** The holdings of the nodes of one run. */
export class HoldingLines<W extends CheckedWorld> {
  readonly #held = new Map<NodeId, Held>()
  readonly #holdings: HoldingsOf<W>
  readonly #version: VersionOf<W> | undefined

  /** @param version lets unchanged nodes be skipped */
  constructor(holdings: HoldingsOf<W>, version: VersionOf<W> | undefined) {
    this.#holdings = holdings
    this.#version = version
  }

  /**
   * The facts of a line for each node with changed holdings since the last call; for a new node all
   * its holdings, even if there are none.
   */
  changes({ nodes }: W): TraceFacts[] {
    return nodes.flatMap((node) => {
      const version = this.#version?.(node)
      const before = this.#held.get(node.id)
      if (before !== undefined && version !== undefined && before.version === version) return []
      const things = new Set(this.#holdings(node))
      this.#held.set(node.id, { version, things })
      const gained = [...things].filter((thing) => before?.things.has(thing) !== true)
      const lost = [...(before?.things ?? [])].filter((thing) => !things.has(thing))
      const isFirst = before === undefined
      if (!isFirst && gained.length === 0 && lost.length === 0) return []
      return {
        node: node.id,
        ...(isFirst || gained.length > 0 ? { gained } : {}),
        ...(lost.length === 0 ? {} : { lost }),
      }
    })
  }
}

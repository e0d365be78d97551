/**
 * Chains of causes: from an event back to the one in which it was scheduled, and so on.
 * @module
 */

import type { TraceEvent } from '../sim/trace.ts'
import { explanations } from './run-trace.ts'
import { readEvents, type TraceSource } from './trace-reader.ts'

/** One event of a chain. */
export interface ChainLink {
  readonly event: number
  readonly atMs: number
  /** Its lines, without explanations; empty if the trace has none of the event. */
  readonly lines: readonly TraceEvent[]
}

/** Maximum number of links in a chain: the nearest ones. */
const longestChain = 12

/** The causes of the events of one trace, as they are read. */
export class CauseIndex {
  readonly #causes = new Map<number, number>()

  /** Adds an event. Events without trace lines have no cause here: a chain ends at them. */
  add({ event, cause }: { readonly event: number; readonly cause: number }): void {
    if (event > 0) this.#causes.set(event, cause)
  }

  /** Numbers of an event and of its causes, nearest first. */
  chainOf(event: number): number[] {
    const chain: number[] = []
    for (
      let at: number | undefined = event;
      at !== undefined && at > 0;
      at = this.#causes.get(at)
    ) {
      chain.push(at)
      if (chain.length === longestChain) break
    }
    return chain
  }
}

/**
 * Reads the events of chains back from their trace.
 *
 * @param chains numbers of events, as {@link CauseIndex.chainOf} gives them
 * @returns a link for each number, in the same order
 */
export function readChain(source: TraceSource, chain: readonly number[]): ChainLink[] {
  const links = new Map<number, ChainLink>()
  const wanted = new Set(chain)
  const last = Math.max(0, ...chain)
  for (const { event, atMs, lines } of readEvents(source)) {
    if (event > last) break
    if (!wanted.has(event)) continue
    const told = lines.map(({ line }) => line).filter(({ type }) => !explanations.has(type))
    links.set(event, { event, atMs, lines: told })
  }
  return chain.flatMap((event) => links.get(event) ?? [])
}

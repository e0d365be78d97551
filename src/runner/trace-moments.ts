/**
 * A trace, one moment of virtual time after another: keeps the lines of one millisecond, and a name
 * for each earlier event.
 * @module
 */

import type { CauseIndex } from './cause-chain.ts'
import { type KeyedLine, LineKeys } from './line-keys.ts'
import { type EventLines, readEvents, type TraceSource } from './trace-reader.ts'

/** The lines of one moment that can be compared. */
export interface TraceMoment {
  readonly atMs: number
  readonly lines: readonly KeyedLine[]
}

/** Reads a trace moment by moment. */
export class MomentReader {
  readonly #events: Iterator<EventLines>
  readonly #keys = new LineKeys()
  readonly #causes: CauseIndex
  #next: EventLines | undefined
  #moment: TraceMoment | undefined

  /** @param causes gets every event as it is read */
  constructor(source: TraceSource, causes: CauseIndex) {
    this.#causes = causes
    this.#events = readEvents(source)[Symbol.iterator]()
    this.#advance()
    this.take()
  }

  /** The next moment, without moving on. */
  peek(): TraceMoment | undefined {
    return this.#moment
  }

  /** Moves past the next moment. */
  take(): void {
    const atMs = this.#next?.atMs
    if (atMs === undefined) {
      this.#moment = undefined
      return
    }
    const lines: KeyedLine[] = []
    while (this.#next?.atMs === atMs) {
      this.#causes.add(this.#next)
      for (const line of this.#keys.keysOf(this.#next)) lines.push(line)
      this.#advance()
    }
    this.#moment = { atMs, lines }
  }

  #advance(): void {
    const next = this.#events.next()
    this.#next = next.done === true ? undefined : next.value
  }
}

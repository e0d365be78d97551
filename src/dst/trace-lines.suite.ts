/**
 * The trace of a run, kept line by line, for tests that read what happened.
 * @module
 */

import type { TraceEvent } from '../sim/trace.ts'

/** One event of a trace. Fields that an event lacks read as undefined. */
export type TracedEvent = Partial<TraceEvent> & { readonly type: string; readonly atMs: number }

/** Pass `onTraceLine` to a simulation, then read. */
export class TraceLines {
  readonly lines: string[] = []
  readonly onTraceLine = (line: string): void => {
    this.lines.push(line)
  }

  /** The events so far, of some types or of all. */
  events(...types: readonly string[]): TracedEvent[] {
    return this.lines
      .map((line): TracedEvent => JSON.parse(line))
      .filter(({ type }) => types.length === 0 || types.includes(type))
  }
}

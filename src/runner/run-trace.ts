/**
 * The trace of one run: stamps each line with its event and the virtual time.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { SimClock } from '../sim/clock.ts'
import { runOutside } from '../sim/context.ts'
import { reservedNames, Trace, type TraceEvent, traceFormat } from '../sim/trace.ts'
import type { Causality, CausalStamp } from './causality.ts'
import type { NodeId, TraceFacts } from './model.ts'

/**
 * Types of explanatory lines: contents of messages and holdings of nodes. The hash leaves them out.
 */
export const explanations: ReadonlySet<string> = new Set(['message', 'holding'])

/** Maximum number of recent lines: all of a short run, and the end of a longer one. */
const mostRecent = 4096

/** The latest lines of a trace. */
class RecentLines {
  readonly #lines: string[] = []
  #next = 0

  push(line: string): void {
    this.#lines[this.#next] = line
    this.#next = (this.#next + 1) % mostRecent
  }

  /** Oldest first. */
  all(): readonly string[] {
    return [...this.#lines.slice(this.#next), ...this.#lines.slice(0, this.#next)]
  }
}

/** The parts of a run that its trace uses. */
export interface RunTraceParts {
  readonly clock: SimClock
  readonly causality: Causality
  /** Receives each line, without its newline. */
  readonly onLine: ((line: string) => void) | undefined
}

/** The trace of one run. */
export class RunTrace {
  readonly #clock: SimClock
  readonly #causality: Causality
  readonly #trace: Trace
  readonly #recent = new RecentLines()

  constructor({ clock, causality, onLine }: RunTraceParts) {
    this.#clock = clock
    this.#causality = causality
    this.#trace = new Trace({
      onLine: (line) => {
        this.#recent.push(line)
        // An observer is no part of the node that is written of, and may well write to a file.
        if (onLine !== undefined) runOutside(() => onLine(line))
      },
    })
  }

  /** SHA-256 over every line so far. */
  hash(): string {
    return this.#trace.hash()
  }

  /** The latest lines, oldest first. */
  recentLines(): readonly string[] {
    return this.#recent.all()
  }

  /** Adds the first line of a trace. */
  begin(run: { model: string; seed: number; nodes: readonly NodeId[] }): void {
    const { model, seed, nodes } = run
    this.note('run', { format: traceFormat, model, seed, nodes })
  }

  /**
   * Adds a line to the event that happens now.
   *
   * @throws {FossilError} `option.invalid` for a fact with the name of a field that every line has,
   *   and for the types of explanatory lines
   */
  note(type: string, facts: TraceFacts): void {
    if (explanations.has(type)) {
      const reason = `lines of type ${type} explain others and are not hashed`
      throw new FossilError('option.invalid', { option: 'type', reason })
    }
    this.#trace.emit(this.#line(this.#causality.present, type, facts))
  }

  /** Explains the present event, in a line that the hash leaves out. */
  explain(type: 'message' | 'holding', facts: TraceFacts): void {
    this.#trace.explain(this.#line(this.#causality.present, type, facts))
  }

  /** Adds a line to the event that happened last. */
  noteAfterwards(type: string, facts: TraceFacts): void {
    this.#trace.emit(this.#line(this.#causality.last, type, facts))
  }

  #line({ event, cause, lamport }: CausalStamp, type: string, facts: TraceFacts): TraceEvent {
    for (const name of reservedNames) {
      if (facts[name] === undefined) continue
      const reason = `a fact called ${name} would hide that field of the line`
      throw new FossilError('option.invalid', { option: 'facts', reason })
    }
    return { event, cause, lamport, atMs: this.#clock.elapsedMs, type, ...facts }
  }
}

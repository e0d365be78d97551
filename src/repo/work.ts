/**
 * Limits on the work that one message of a peer may cause in a repository: counted in work and
 * never in time, so that a message has the same answer on every machine and in simulations.
 *
 * May know numbers only: what each deed costs is told by whoever does it, and how much is allowed
 * is the business of sync/limits.ts.
 * @module
 */

import { FossilError } from '../base/error.ts'

/** Limits of the work for one message. */
export interface WorkLimits {
  /** Steps after which what can wait is left for a later message. */
  readonly easySteps: number
  /** Steps after which the message is refused. A step takes about a microsecond. */
  readonly maxSteps: number
  /** Bytes of content that are expanded, or made by deltas, before the rest is left for later. */
  readonly maxMadeBytes: number
  /** The longest output of a delta, whatever it is made from. */
  readonly easyOutputBytes: number
}

/** The work of one message, or of one request and the reply to it. */
export class WorkMeter {
  readonly #limits: WorkLimits
  #steps = 0
  #madeBytes = 0
  #outputs = 0

  constructor(limits: WorkLimits) {
    this.#limits = limits
  }

  /** True once everything that can wait has to. */
  get isSpent(): boolean {
    const { easySteps, maxMadeBytes } = this.#limits
    return this.#steps >= easySteps || this.#madeBytes >= maxMadeBytes
  }

  /**
   * Counts what cannot wait.
   *
   * @throws {FossilError} `xfer.limit`
   */
  take(steps: number): void {
    this.#steps += steps
    if (this.#steps <= this.#limits.maxSteps) return
    throw new FossilError('xfer.limit', { reason: 'it asks for too much at once' })
  }

  /** Counts steps that are done whatever it costs: they are but few, or others are saved. */
  note(steps: number): void {
    this.#steps += steps
  }

  /** Counts content that was expanded. */
  made(bytes: number): void {
    this.#madeBytes += bytes
  }

  /**
   * Tells whether an output of `bytes` may be made, and counts it if so. The first of a message may
   * be longer than all of them together, or one that is long would never come; but none is much
   * longer than what it is made from.
   *
   * @param fromBytes the lengths of source and delta together
   */
  allowsOutput(bytes: number, fromBytes: number): boolean {
    const { easyOutputBytes, maxMadeBytes } = this.#limits
    if (bytes > easyOutputBytes + 2 * fromBytes) return false
    if (this.#outputs > 0 && this.#madeBytes + bytes > maxMadeBytes) return false
    this.#outputs++
    this.#madeBytes += bytes
    return true
  }
}

/**
 * Times of safety checks during a run: every so many steps, and more rarely in a long run.
 * @module
 */

/** A schedule for checks of safety while a run goes on. */
export interface CheckSchedule {
  /** Steps from one check to the next; 0 for no checks. */
  readonly every: number
  /** Not before this step. */
  readonly from: number
  /** Every n-th check includes the costly invariants; 0 for none. */
  readonly thoroughEvery: number
  /**
   * No check before a fifth of the run so far has passed since the last one. A check costs as much
   * as the nodes hold: so all of them together cost as much as the last few. Default false.
   */
  readonly thinsOut?: boolean
  /** The name of an invariant to check after every step, whatever the schedule of the others. */
  readonly watched?: string | undefined
}

/** A check that is due. */
export interface DueCheck {
  readonly isThorough: boolean
}

/** The moments of one run at which safety is checked. */
export class CheckTimes {
  readonly #schedule: CheckSchedule
  #nextStep: number
  #count = 0

  constructor(schedule: CheckSchedule) {
    this.#schedule = schedule
    this.#nextStep = schedule.every
  }

  /** The check that is due after `step`, if one is. Asked after every step. */
  due(step: number): DueCheck | undefined {
    const { every, from, thoroughEvery, thinsOut = false } = this.#schedule
    if (every === 0 || step < this.#nextStep) return undefined
    this.#nextStep = step + Math.max(every, thinsOut ? Math.floor(step / 5) : 0)
    this.#count++
    if (step < from) return undefined
    return { isThorough: thoroughEvery > 0 && this.#count % thoroughEvery === 0 }
  }
}

/**
 * The schedule on which the trace records the state of all nodes: rare enough to cost little, and
 * independent of the schedule of checks, so that a run with more checks has the same trace.
 */
export function stateSchedule(nodeCount: number): CheckSchedule {
  return { every: 50 * Math.max(nodeCount, 5), from: 0, thoroughEvery: 0, thinsOut: true }
}

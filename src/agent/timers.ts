/**
 * Waiting as the agent sees it: a port, so that an agent runs in virtual time as well.
 * @module
 */

/** Schedules what the agent does later. */
export interface Timers {
  /**
   * Calls `action` once, `ms` from now, never before `after` has returned. Actions of one moment
   * run in the order in which they were scheduled.
   *
   * @returns a function that cancels it, and does nothing once `action` has run
   */
  after(ms: number, action: () => void): () => void
}

/** The longest delay that `setTimeout` takes: 2^31 - 1 ms, or 24.8 days. */
export const maxDelayMs = 0x7fff_ffff

/**
 * Timers of the host. They keep the process alive, as a listening server does: a program that
 * awaits a delivery must not end because nothing but a timer is left.
 */
export const systemTimers: Timers = {
  after: (ms, action) => {
    const timer = setTimeout(action, ms)
    return () => clearTimeout(timer)
  },
}

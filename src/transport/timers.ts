/**
 * Time as transports see it: how much passed, and what is to be done later. Injected, so that a
 * test of an hour's patience takes no hour.
 *
 * Not `env.clock`, which says what is written into artifacts and may be set back at any moment.
 * @module
 */

/** A clock that only goes forward, and what waits for it. */
export interface Timers {
  /** Milliseconds since some moment. */
  nowMs(): number
  /**
   * Calls `action` once, `delayMs` from now; never where that is Infinity. It keeps no process
   * alive.
   *
   * @returns a function that takes it back
   */
  after(delayMs: number, action: () => void): () => void
}

/** Those of the machine. */
export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, action) => {
    if (delayMs === Infinity) return () => {}
    const timer = setTimeout(action, Math.max(0, delayMs)).unref()
    return () => clearTimeout(timer)
  },
}

/**
 * Times and places in a trace, in words.
 * @module
 */

import type { TraceEvent } from '../../sim/trace.ts'

/** `4.760 s, #8`: the virtual time and the number of the event, where it is one. */
export function timeText({ atMs, event }: Pick<TraceEvent, 'atMs' | 'event'>): string {
  return event === 0 ? secondsText(atMs) : `${secondsText(atMs)}, #${event}`
}

export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

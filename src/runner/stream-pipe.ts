/**
 * One direction of a stream: whatever is put in arrives in that order. A partition holds it up;
 * what is held up is tried again at growing intervals, and given up in the end.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { Direction } from '../sim/network.ts'
import type { PendingEvents } from './pending-events.ts'

/** Something that travels along a stream. */
export interface Segment {
  readonly travelMs: number
  /** True where it is seen together with the one before, where both arrive at once. */
  readonly isJoined?: boolean
  /** It arrives; `isFollowed` where another arrives at once and is seen together with it. */
  readonly arrive: (isFollowed: boolean) => void
  /** It arrives where nobody is any more. */
  readonly lose?: () => void
}

/** The surroundings of a direction. */
export interface PipeOptions {
  readonly direction: Direction
  readonly clock: Clock
  readonly events: PendingEvents
  readonly timeoutMs: number
  /** Tells whether a partition holds up what arrives now. */
  readonly isBlocked: () => boolean
  /** A partition begins to hold up this direction. */
  readonly onStall: () => void
  /** The partition has lasted too long, as the sending node finds. */
  readonly onGiveUp: () => void
}

interface Travelling extends Segment {
  readonly atMs: number
  isFollowed: boolean
}

/**
 * The time to the first new attempt; from one to the next it doubles, as RFC 6298 has it (5.5).
 * Linux begins with 200 ms on a quick network (TCP_RTO_MIN).
 */
const firstRetryMs = 200

/** One direction of a stream. */
export class StreamPipe {
  readonly #options: PipeOptions
  #last: Travelling | undefined
  /** The bytes that a partition holds up, in order; empty where none does. */
  #stalled: Travelling[] = []
  #isClosed = false

  constructor(options: PipeOptions) {
    this.#options = options
  }

  /** Sends something, behind everything that was sent before. */
  push(segment: Segment): void {
    const { direction, clock, events } = this.#options
    const last = this.#last
    const atMs = Math.max(last?.atMs ?? 0, clock.nowMs() + segment.travelMs)
    if (last !== undefined && last.atMs === atMs) last.isFollowed = segment.isJoined ?? false
    const travelling = { ...segment, atMs, isFollowed: false }
    this.#last = travelling
    const happen = (): void => this.#reach(travelling)
    events.add({ timeMs: atMs, node: direction.to, via: direction, happen })
  }

  /** The receiving end is no more: whatever is on its way is lost. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const segment of this.#stalled.splice(0)) segment.lose?.()
  }

  #reach(segment: Travelling): void {
    const { isBlocked } = this.#options
    if (this.#isClosed) segment.lose?.()
    else if (this.#stalled.length > 0) this.#stalled.push(segment)
    else if (isBlocked()) this.#stall(segment)
    else segment.arrive(segment.isFollowed)
  }

  #stall(segment: Travelling): void {
    const { clock, timeoutMs, onStall } = this.#options
    this.#stalled.push(segment)
    onStall()
    this.#retry({ afterMs: firstRetryMs, deadlineMs: clock.nowMs() + timeoutMs })
  }

  /** One attempt after another; the last is at the deadline. */
  #retry({ afterMs, deadlineMs }: { afterMs: number; deadlineMs: number }): void {
    const { direction, clock, events, isBlocked, onGiveUp } = this.#options
    // The receiver may have been paused meanwhile, beyond the deadline.
    const timeMs = Math.max(clock.nowMs(), Math.min(clock.nowMs() + afterMs, deadlineMs))
    const isMoot = (): boolean => this.#stalled.length === 0
    const happen = (): void => {
      if (!isBlocked()) this.#resume()
      else if (clock.nowMs() < deadlineMs) this.#retry({ afterMs: 2 * afterMs, deadlineMs })
      else events.add({ timeMs: clock.nowMs(), node: direction.from, happen: onGiveUp, isMoot })
    }
    events.add({ timeMs, node: direction.to, happen, isMoot })
  }

  #resume(): void {
    for (const segment of this.#stalled.splice(0)) {
      if (this.#isClosed) segment.lose?.()
      else segment.arrive(segment.isFollowed)
    }
  }
}

/**
 * One direction of a stream: segments arrive in the order in which they are pushed. A partition
 * holds them up; they are tried again at growing intervals, and given up in the end.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { Direction } from '../sim/network.ts'
import type { PendingEvents } from './pending-events.ts'

/** Something that travels along a stream. */
export interface Segment {
  readonly travelMs: number
  /** True if it joins the segment before it, when both arrive at once. */
  readonly isJoined?: boolean
  /** Called when it arrives; `isFollowed` if another arrives at once and joins it. */
  readonly arrive: (isFollowed: boolean) => void
  /** Called when it arrives at a closed end. */
  readonly lose?: () => void
}

/** The surroundings of a direction. */
export interface PipeOptions {
  readonly direction: Direction
  readonly clock: Clock
  readonly events: PendingEvents
  readonly timeoutMs: number
  /** Tells whether a partition holds up present arrivals. */
  readonly isBlocked: () => boolean
  /** Called when a partition begins to hold up this direction. */
  readonly onStall: () => void
  /** Called when the partition has lasted too long for the sending node. */
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
  /** The bytes that a partition holds up, in order; empty if none does. */
  #stalled: Travelling[] = []
  #isClosed = false

  constructor(options: PipeOptions) {
    this.#options = options
  }

  /** Sends a segment, behind all earlier ones. */
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

  /** Closes the receiving end: segments on their way are lost. */
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

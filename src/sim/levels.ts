/**
 * The fault levels: the hostility of a simulated world, as data. Rates are parts per million. Knows
 * nothing of the simulated system; the simulator draws when partitions begin and end.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { calmLink, type LinkConfig, noDatagramFaults, noFaults, noStreamFaults } from './link.ts'

/** Partitions that come and go. Times are means of exponential distributions. */
export type PartitionPlan = {
  /** From the end of one partition (or the start of the run) to the beginning of the next. */
  readonly calmMeanMs: number
  /** From the beginning of a partition to its end. */
  readonly lengthMeanMs: number
  /** The share of partitions that block one direction only, in ppm; the others isolate a node. */
  readonly oneWayPpm: number
}

/**
 * Recurring faults of links and clocks:
 * - `clog`: a direction of a link holds everything back for a while, then lets it go in order;
 * - `partial`: some directions are cut, and others stay open: one pair, one direction of it, or two
 *   groups with a node between them that reaches both;
 * - `swizzle`: some nodes are cut off or clogged, one after the other in one order, and come back
 *   in another;
 * - `clockJump`: the clock of a node jumps, forwards or back;
 * - `clockDrift`: the clock of a node gains or loses time, from then on.
 */
export const nemesisKinds = ['clog', 'partial', 'swizzle', 'clockJump', 'clockDrift'] as const

export type NemesisKind = (typeof nemesisKinds)[number]

/** The pace of one kind. Times are means of exponential distributions. */
export type NemesisPace = {
  /** From the beginning of one episode, or the start of the run, to that of the next. */
  readonly calmMeanMs: number
  /** The length of one; ignored for clocks, whose shifts last. */
  readonly lengthMeanMs: number
}

/** The kinds that strike, each at its pace. */
export type NemesisPlan = Readonly<Partial<Record<NemesisKind, NemesisPace>>>

/** A world to run in. */
export type FaultLevel = {
  readonly link: LinkConfig
  /** Undefined: no partition ever begins. */
  readonly partition: PartitionPlan | undefined
  /** Default: no clogs, no cuts, and unshifted clocks. */
  readonly nemesis?: NemesisPlan
}

/** Names of the levels, from mild to harsh. */
export const levelNames = ['normal', 'adversarial', 'hostile'] as const

export type LevelName = (typeof levelNames)[number]

const seldom: NemesisPace = { calmMeanMs: 120_000, lengthMeanMs: 20_000 }

/** The levels by name. */
export const faultLevels: Readonly<Record<LevelName, FaultLevel>> = {
  /** No faults. */
  normal: { link: calmLink, partition: undefined },

  /**
   * One exchange in ten fails: refused, lost on the way there, or lost on the way back. One
   * datagram in ten is lost; one stream in fifty is refused, and breaks at one send in fifty. A
   * direction is clogged now and then, and clocks drift.
   */
  adversarial: {
    link: {
      ...calmLink,
      rates: { ...noFaults, refused: 20_000, requestLost: 40_000, replyLost: 40_000 },
      latency: { minMs: 1, meanMs: 60, maxMs: 2_000 },
      datagrams: { ...noDatagramFaults, lost: 100_000 },
      streams: { ...noStreamFaults, refused: 20_000, broken: 20_000 },
    },
    partition: undefined,
    nemesis: { clog: seldom, clockDrift: seldom },
  },

  /**
   * One exchange in five fails so, one datagram in five is lost, links have a bandwidth, and every
   * other fault strikes now and then.
   */
  hostile: {
    link: {
      ...calmLink,
      rates: {
        refused: 40_000,
        requestLost: 80_000,
        replyLost: 80_000,
        requestCut: 15_000,
        replyCut: 15_000,
        delayed: 30_000,
        duplicated: 30_000,
        requestCorrupted: 10_000,
        replyCorrupted: 10_000,
        stale: 10_000,
      },
      latency: { minMs: 1, meanMs: 150, maxMs: 5_000 },
      datagrams: {
        lost: 200_000,
        delayed: 30_000,
        duplicated: 30_000,
        corrupted: 10_000,
        stale: 10_000,
      },
      bytesPerSecond: 200_000,
      streams: { refused: 40_000, slowStart: 30_000, delayed: 30_000, broken: 30_000 },
    },
    partition: { calmMeanMs: 120_000, lengthMeanMs: 30_000, oneWayPpm: 400_000 },
    nemesis: {
      clog: seldom,
      partial: seldom,
      swizzle: { calmMeanMs: 240_000, lengthMeanMs: 30_000 },
      clockJump: seldom,
      clockDrift: seldom,
    },
  },
}

/**
 * The level called `name`, as a person typed it.
 *
 * @throws {FossilError} `option.invalid` when there is no such level
 */
export function faultLevel(name: string): FaultLevel {
  const known = levelNames.find((level) => level === name)
  if (known === undefined) {
    const reason = `"${name}" is none of ${levelNames.join(', ')}`
    throw new FossilError('option.invalid', { option: 'level', reason })
  }
  return faultLevels[known]
}

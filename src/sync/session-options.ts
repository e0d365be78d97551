/**
 * Options of a sync, and its result: the two ends of a session.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { SyncObserver, SyncTotals } from './events.ts'
import type { Credentials } from './login.ts'
import type { SideOptions, SideSummary } from './side-conversations.ts'

/** Options of a sync: its directions, and its limits. */
export interface SyncOptions extends SideOptions {
  /** Send what the peer lacks. Default true. */
  readonly push?: boolean
  /** Fetch what this repository lacks. Default true. */
  readonly pull?: boolean
  /** Include private artifacts, where the peer allows it. Default false. */
  readonly private?: boolean
  /**
   * Repair: announce everything here and have the server announce everything there, and ask for
   * what is damaged here, too. Reads every artifact first. Stock's `--verily`. Default false.
   */
  readonly verily?: boolean
  /** Logs in. By default the server sees nobody. */
  readonly login?: Credentials
  /** Rounds that bring neither side anything, after which it ends incomplete. Default 1,000. */
  readonly maxRounds?: number
  /**
   * Bytes, 1 or more, after which a request begins no further artifact. One that began goes whole,
   * and one goes whatever the budget. Default: the setting `max-upload`, or stock's 250,000.
   */
  readonly budgetBytes?: number
  /** Messages up to this size are stored rather than deflated. Default 0: see limits.ts. */
  readonly deflateOverBytes?: number
  readonly observer?: SyncObserver
}

/** The result of a sync. */
export interface SyncResult extends SideSummary, SyncTotals {
  /** True when nothing that either side announced is missing here, and nothing waits to be sent. */
  readonly complete: boolean
  /** The reason, in words, when not complete. */
  readonly shortfall: string | undefined
  /** Artifacts damaged here, then those known by name and missing, in rid order: 1,000 at most. */
  readonly missing: readonly ArtifactHash[]
  /** The server let us pull but not push. */
  readonly pushRefused: boolean
  readonly rounds: number
  /** Messages of the server to people, the first 100. */
  readonly messages: readonly string[]
  /**
   * The lead of the server's clock over ours, in milliseconds, below zero where it is behind;
   * undefined where the two agree to within 10 s.
   */
  readonly clockSkewMs: number | undefined
}

/**
 * Events that a sync reports to its observer: one function, one union. Progress bars, `--verbose`,
 * traces and tests all read this type.
 * @module
 */

import type { ConfigOutcome } from '../admin/config-areas-receive.ts'
import type { FossilErrorCode } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'

/**
 * All that a sync or a clone has moved so far, under the names of its result. Bytes are those of
 * messages, as they are compressed.
 */
export interface SyncTotals {
  readonly artifactsSent: number
  /** Those that were not here before. */
  readonly artifactsReceived: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** The cards, artifacts and bytes of one message, and the totals with it. Rounds count from 1. */
interface RoundHalf extends SyncHalf {
  round: number
  cards: number
  totals: SyncTotals
}

interface SyncHalf {
  artifacts: number
  bytes: number
}

/**
 * One thing that happened. What goes and what comes is told alike, as `….sent` and `….received`;
 * what was sent has been written to a request, and a peer need not have had it.
 */
export type SyncEvent =
  | ({ type: 'round.sent' } & RoundHalf)
  | ({ type: 'round.received' } & RoundHalf)
  /** `bytes` of the content, or of the delta that stands for it. */
  | { type: 'artifact.sent'; hash: ArtifactHash; bytes: number; isDelta: boolean }
  | { type: 'artifact.received'; hash: ArtifactHash; bytes: number; isDelta: boolean }
  /** Content of an unversioned file; `bytes` of the content. Told by a client. */
  | { type: 'unversioned.sent'; name: string; bytes: number }
  | { type: 'unversioned.received'; name: string; bytes: number }
  /** A row of a synced table, or its deletion; `key` is the hash of its key. Told by a client. */
  | { type: 'row.sent'; table: string; key: string }
  | { type: 'row.received'; table: string; key: string }
  /** A row of shared configuration: the setting `key` where the table is `config`, the login … */
  | { type: 'config.sent'; table: string; key: string }
  | { type: 'config.received'; table: string; key: string; outcome: ConfigOutcome }
  | { type: 'artifact.refused'; hash: ArtifactHash; reason: 'shunned' | 'private' }
  /** Damaged here, and so not sent. */
  | { type: 'artifact.unreadable'; hash: ArtifactHash; message: string }
  /** A message asked for too much: this many of its cards were left for a later one. */
  | { type: 'message.cut'; announcements: number; artifacts: number }
  /** A row of a synced table, or its definition, that came and was none. */
  | { type: 'row.skipped'; table: string; reason: string }
  | { type: 'peer.message'; text: string }
  | { type: 'card.unknown'; line: string }
  /** The handler kept nothing of a request and told the peer so, perhaps in fewer words. */
  | { type: 'request.refused'; code: FossilErrorCode; message: string }

/** Receives events as they happen; it must not throw and must not call the session. */
export type SyncObserver = (event: SyncEvent) => void

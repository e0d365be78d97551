/**
 * Events that a sync reports to its observer: one function, one union. Progress bars, `--verbose`,
 * traces and tests all read this type.
 * @module
 */

import type { ConfigOutcome } from '../admin/config-areas-receive.ts'
import type { FossilErrorCode } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'

/** One thing that happened. Rounds count from 1. */
export type SyncEvent =
  | { type: 'round.sent'; round: number; cards: number; artifacts: number; bytes: number }
  | { type: 'round.received'; round: number; cards: number; artifacts: number; bytes: number }
  | { type: 'artifact.received'; hash: ArtifactHash; bytes: number; isDelta: boolean }
  | { type: 'artifact.refused'; hash: ArtifactHash; reason: 'shunned' | 'private' }
  /** Damaged here, and so not sent. */
  | { type: 'artifact.unreadable'; hash: ArtifactHash; message: string }
  /** A message asked for too much: this many of its cards were left for a later one. */
  | { type: 'message.cut'; announcements: number; artifacts: number }
  /** A row of shared configuration: the setting `key` where the table is `config`, the login … */
  | { type: 'config.received'; table: string; key: string; outcome: ConfigOutcome }
  /** A row of a synced table, or its definition, that came and was none. */
  | { type: 'row.skipped'; table: string; reason: string }
  | { type: 'peer.message'; text: string }
  | { type: 'card.unknown'; line: string }
  /** The handler kept nothing of a request and told the peer so, perhaps in fewer words. */
  | { type: 'request.refused'; code: FossilErrorCode; message: string }

/** Receives events as they happen; it must not throw and must not call the session. */
export type SyncObserver = (event: SyncEvent) => void

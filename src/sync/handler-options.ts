/**
 * What a server may be told about a request.
 * @module
 */

import type { Access } from './access.ts'
import type { LoginGuard, NonceMemory } from './auth.ts'
import type { SyncObserver } from './events.ts'

/** How a request is answered. */
export interface HandlerOptions {
  /**
   * What the peer may do, where the caller vouches for it; login cards are then passed over. By
   * default the users of the repository and the login card of the message decide.
   */
  readonly access?: Access
  /** Proofs of login that were used: with it, a recorded request cannot be sent again. */
  readonly nonces?: NonceMemory
  /** A login card that came beside the message, as `login USER NONCE SIGNATURE`. */
  readonly loginCard?: string | undefined
  /** Slows down whoever guesses passwords. */
  readonly loginGuard?: LoginGuard
  /** Who sent it, for the records. */
  readonly remoteAddress?: string | undefined
  /** Time that a pushed check-in may be dated after now. Default: any. */
  readonly maxFutureMs?: number
  /** Messages up to this size are stored rather than deflated. Default 0: see limits.ts. */
  readonly deflateOverBytes?: number
  readonly observer?: SyncObserver
}

/**
 * Options of a server for one request.
 * @module
 */

import { requireInteger } from '../base/options.ts'
import type { Access } from './access.ts'
import type { LoginGuard, NonceMemory } from './auth.ts'
import type { SyncObserver } from './events.ts'

/** Options for answering a request. */
export interface HandlerOptions {
  /**
   * The permissions of the peer, where the caller vouches for it; login cards are then passed over.
   * By default the users of the repository and the login card of the message decide.
   */
  readonly access?: Access
  /** Proofs of login that were used: with it, a recorded request cannot be sent again. */
  readonly nonces?: NonceMemory
  /** A login card that came beside the message, as `login USER NONCE SIGNATURE`. */
  readonly loginCard?: string | undefined
  /** Slows down whoever guesses passwords. */
  readonly loginGuard?: LoginGuard
  /** The address of the sender, for the records. */
  readonly remoteAddress?: string | undefined
  /** Time that a pushed check-in, or a row of a table, may be dated after now. Default: any. */
  readonly maxFutureMs?: number
  /**
   * Bytes, 1 or more, after which a reply begins no further artifact. One that began goes whole,
   * and one goes whatever the budget. Default: the setting `max-download`, or stock's 5,000,000.
   */
  readonly budgetBytes?: number
  /**
   * Announced artifacts, 2 or more, that are put into clusters when a peer pulls; fewer are left
   * alone. Default 100, as in stock. At 1 every pull would put the last cluster into another.
   */
  readonly clusterAtLeast?: number
  /** Messages up to this size are stored rather than deflated. Default 0: see limits.ts. */
  readonly deflateOverBytes?: number
  readonly observer?: SyncObserver
}

/** @throws {FossilError} `option.invalid` for a number out of its range */
export function checkHandlerOptions({ budgetBytes, clusterAtLeast }: HandlerOptions): void {
  if (budgetBytes !== undefined) requireInteger('budgetBytes', budgetBytes, { min: 1 })
  if (clusterAtLeast !== undefined) requireInteger('clusterAtLeast', clusterAtLeast, { min: 2 })
}

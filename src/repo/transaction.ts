/**
 * The state of one transaction, or of one savepoint within it: gone when it ends.
 * @module
 */

import { PendingLinks } from './pending.ts'

/** The sender of what a transaction stores, for its `rcvfrom` row. */
export interface Origin {
  readonly uid: number | undefined
  /** Of the login card; each is used once. */
  readonly nonce: string | undefined
  readonly remoteAddress: string | undefined
}

/** A running transaction or savepoint. */
export class Transaction {
  /** Derivations that wait for its end. */
  readonly pending: PendingLinks
  /** The sender of what it stores; undefined for what is made here. */
  origin: Origin | undefined
  /** Its `rcvfrom` row, made when the first artifact arrives. */
  rcvid: number | undefined
  /** An error that left work half done: nothing of this transaction can be kept. */
  failure: { readonly error: unknown } | undefined
  readonly #outer: Transaction | undefined

  /** @param pending by default none: a savepoint keeps its own derivations until it ends */
  constructor(outer: Transaction | undefined, pending = new PendingLinks()) {
    this.#outer = outer
    this.pending = pending
    this.origin = outer?.origin
    this.rcvid = outer?.rcvid
  }

  /** False for a savepoint. */
  get isOutermost(): boolean {
    return this.#outer === undefined
  }

  /** Records an error that left work half done; the first counts. */
  fail(error: unknown): void {
    this.failure ??= { error }
  }

  /** Hands on to the transaction around it what that has now, too. */
  release(): void {
    if (this.#outer !== undefined) this.#outer.rcvid = this.rcvid
  }
}

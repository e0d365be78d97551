/**
 * Notices what its owner, or another connection, writes to a repository while a sync waits for a
 * reply: the sync may not carry it.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import { stateOf } from '../repo/state.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'

/** The transport of one sync. Between its exchanges only the sync itself writes. */
export class ChangeWatch implements Transport {
  readonly #repo: Repo
  readonly #transport: Transport
  /** State of the repository when the request under way was made. */
  #stateBefore: string | undefined
  #hasChanged = false

  constructor(repo: Repo, transport: Transport) {
    this.#repo = repo
    this.#transport = transport
  }

  /** Tells whether anything but this sync has written since its first request. */
  get hasChanged(): boolean {
    return this.#hasChanged || (this.#stateBefore ?? stateOf(this.#repo)) !== stateOf(this.#repo)
  }

  /** @throws {FossilError} `transport.aborted` once `signal` has aborted */
  async exchange(request: Uint8Array, options: ExchangeOptions = {}): Promise<Uint8Array> {
    if (options.signal?.aborted === true) {
      throw new FossilError('transport.aborted', { reason: 'the agent stopped or went offline' })
    }
    this.#stateBefore = stateOf(this.#repo)
    try {
      return await this.#transport.exchange(request, options)
    } finally {
      this.#hasChanged = this.hasChanged
      this.#stateBefore = undefined
    }
  }
}

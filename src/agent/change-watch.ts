/**
 * Notices what its owner, or another connection, writes to a repository while a sync waits for a
 * reply: the sync may not carry it.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
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
    return this.#hasChanged || (this.#stateBefore ?? this.#state()) !== this.#state()
  }

  /** @throws {FossilError} `transport.aborted` once `signal` has aborted */
  async exchange(request: Uint8Array, options: ExchangeOptions = {}): Promise<Uint8Array> {
    if (options.signal?.aborted === true) {
      throw new FossilError('transport.aborted', { reason: 'the agent stopped or went offline' })
    }
    this.#stateBefore = this.#state()
    try {
      return await this.#transport.exchange(request, options)
    } finally {
      this.#hasChanged = this.hasChanged
      this.#stateBefore = undefined
    }
  }

  #state(): string {
    const db = dbOf(this.#repo)
    const [own = 0] = db.prepare<[number]>('SELECT total_changes()').get() ?? []
    const [others = 0] = db.prepare<[number]>('PRAGMA data_version').get() ?? []
    return `${own} ${others}`
  }
}

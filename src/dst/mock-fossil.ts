/**
 * The master of a simulation: the production handler over a repository, as a transport.
 * @module
 */

import type { Buggify } from '../base/env.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { storeLocal } from '../repo/store.ts'
import type { Repo } from '../repo/repo.ts'
import { type Access, fullAccess } from '../sync/access.ts'
import { NonceMemory } from '../sync/auth.ts'
import type { HandlerOptions } from '../sync/handler-options.ts'
import { handleXfer } from '../sync/handler.ts'
import type { Transport } from '../sync/transport.ts'
import { withoutBuggify } from './buggify.ts'

/** Options of a mock server. */
export interface MockFossilOpts extends Pick<
  HandlerOptions,
  'budgetBytes' | 'clusterAtLeast' | 'deflateOverBytes' | 'maxFutureMs'
> {
  /**
   * The permissions of its clients. Default: everything. With `users`, login cards are checked
   * against the users of the repository, and each login proof counts once.
   */
  readonly access?: Access | 'users'
}

/**
 * A Fossil server without sockets.
 *
 * @example
 * ```ts
 * const master = new MockFossil(repo)
 * await sync(other, master)
 * ```
 */
export class MockFossil implements Transport {
  readonly repo: Repo
  readonly #options: HandlerOptions

  constructor(repo: Repo, { access = fullAccess, ...rest }: MockFossilOpts = {}) {
    this.repo = repo
    this.#options = {
      ...(access === 'users' ? { nonces: new NonceMemory() } : { access }),
      ...rest,
    }
  }

  /** Answers one encoded message with another. */
  exchange(request: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(handleXfer(this.repo, request, this.#options))
  }

  /** Decides when the handler takes an unlucky turn. */
  setBuggify(buggify: Buggify): void {
    this.repo.env = { ...this.repo.env, buggify }
  }

  /**
   * Adds an artifact of any content, even an empty one, and returns its hash. No fault site strikes
   * meanwhile, since tests use it to prepare a master.
   */
  storeArtifact(content: Uint8Array): ArtifactHash {
    return withoutBuggify(this.repo, () => storeLocal(this.repo, content).hash)
  }
}

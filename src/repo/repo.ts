/**
 * An open Fossil repository: a connection, the environment, and what is remembered between
 * statements. Knows how to begin and end; what the rows mean is the business of its neighbours.
 * @module
 */

import { hasTable } from '../db/tables.ts'
import { assert } from '../base/assert.ts'
import type { Env } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { Database } from '../db/driver.ts'
import { RepoCache } from './cache.ts'
import { PendingLinks } from './pending.ts'
import type { Rid } from './rid.ts'
import { oldestAuxSchema, auxSchema, requiredTables } from './schema.ts'

/** The path of a database that no other connection can see. */
const privateDatabase = ':memory:'

/** Where artifacts come from, for their `rcvfrom` row. */
export interface Origin {
  readonly uid: number | undefined
  /** Of the login card; each is used once. */
  readonly nonce: string | undefined
  readonly remoteAddress: string | undefined
}

/**
 * Gives artifact `rid` its meaning. Called in the transaction that stores it, once its content can
 * be read and was verified, and again when it becomes public.
 */
export type Crosslinker = (repo: Repo, rid: Rid, content: Uint8Array) => void

/** An open repository. Not shared between threads; calls are synchronous and atomic. */
export class Repo implements Disposable {
  readonly db: Database
  /** What is done with each artifact that arrives. */
  readonly crosslink: Crosslinker
  /**
   * Content and deltas of at most this many bytes are stored as they are, in a valid but idle zlib
   * stream; longer ones are deflated. 0, the default, deflates everything, as stock does.
   */
  deflateOverBytes = 0
  /** Replaced only when a repository moves into a simulated world. */
  env: Env
  readonly #cache = new RepoCache()
  /** `rcvfrom` row of the running transaction, made when the first artifact arrives. */
  rcvid: number | undefined
  /** Who sends what the running transaction stores; undefined for what is made here. */
  origin: Origin | undefined
  /** What the running transaction has yet to derive from the artifacts that it stores. */
  pending = new PendingLinks()
  readonly #beforeCommit = new Set<(repo: Repo) => void>()
  #dataVersion = -1

  /** Prefer `openRepo` or `createRepo`: the constructor trusts that `db` is a repository. */
  constructor(crosslink: Crosslinker, db: Database, env: Env) {
    this.crosslink = crosslink
    this.db = db
    this.env = env
  }

  /**
   * What is remembered between statements. Outside a transaction each look asks first whether
   * another connection has written; inside one, nobody can.
   */
  get cache(): RepoCache {
    // Asked for hundreds of times in a sync, so the cheap question comes first (measured).
    if (this.db.path !== privateDatabase && !this.db.inTransaction) this.#noticeOtherWriters()
    return this.#cache
  }

  /**
   * Runs `action` in one transaction: all of it is kept, or nothing. Inside another transaction
   * it joins that one, so an error must be let through to its end.
   *
   * @param mode `immediate` waits for other writers at once; `deferred` reads one snapshot beside
   *   them, and fails as busy where it then writes and another has written since
   * @throws whatever `action` throws, after the rollback; `repo.io` when the commit fails
   */
  transaction<T>(action: () => T, mode: 'immediate' | 'deferred' = 'immediate'): T {
    if (this.db.inTransaction) return action()
    this.db.prepare(mode === 'deferred' ? 'BEGIN DEFERRED' : 'BEGIN IMMEDIATE').run()
    try {
      this.#noticeOtherWriters()
      const result = action()
      for (const last of this.#beforeCommit) last(this)
      if (this.env.buggify.check('repo.commit.fail', 0.01)) {
        throw new FossilError('repo.io', { reason: 'simulated: the disk refused the commit' })
      }
      this.db.prepare('COMMIT').run()
      return result
    } catch (error) {
      this.#rollback()
      throw error
    } finally {
      this.rcvid = undefined
      this.origin = undefined
      this.#beforeCommit.clear()
    }
  }

  /** Has `action` run once at the end of the running transaction, as a part of it. */
  beforeCommit(action: (repo: Repo) => void): void {
    assert(this.db.inTransaction, 'only a transaction has an end')
    this.#beforeCommit.add(action)
  }

  /** Closes the connection. Afterwards every call fails. */
  close(): void {
    assert(!this.db.isOpen || !this.db.inTransaction, 'a repository closes outside a transaction')
    this.#cache.clear()
    this.db.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #noticeOtherWriters(): void {
    if (this.db.path === privateDatabase) return
    const row = this.db.prepare<[number]>('PRAGMA data_version').get()
    const version = row?.[0] ?? 0
    if (version !== this.#dataVersion) this.#cache.clear()
    this.#dataVersion = version
  }

  #rollback(): void {
    this.#cache.clear()
    this.pending = new PendingLinks()
    // After some errors (disk full) SQLite has already rolled back by itself.
    if (this.db.isOpen && this.db.inTransaction) this.db.prepare('ROLLBACK').run()
  }
}

/**
 * Opens the repository behind `db`; `crosslink` gives what arrives its meaning.
 *
 * @throws {FossilError} `repo.invalid` when it is not a Fossil repository, or one whose schema
 *   needs a rebuild first; `repo.unreadable` when the file is damaged
 */
export function openRepoWith(crosslink: Crosslinker, db: Database, env: Env): Repo {
  for (const table of requiredTables) {
    if (!hasTable(db, table)) {
      throw new FossilError('repo.invalid', {
        path: db.path,
        reason: `not a Fossil repository: it has no table "${table}"`,
      })
    }
  }
  checkAuxSchema(db)
  return new Repo(crosslink, db, env)
}

function checkAuxSchema(db: Database): void {
  const row = db
    .prepare<[string | null]>(`SELECT CAST(value AS TEXT) FROM config WHERE name = 'aux-schema'`)
    .get()
  const found = row?.[0] ?? ''
  if (found < oldestAuxSchema || found > auxSchema) {
    throw new FossilError('repo.invalid', {
      path: db.path,
      reason: `its schema is "${found}" and needs "fossil rebuild" by a version that knows it`,
    })
  }
}

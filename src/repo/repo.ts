/**
 * An open Fossil repository: a connection, the environment, and what is remembered between
 * statements. Knows how to begin and end; what the rows mean is the business of its neighbours.
 * @module
 */

/// <reference lib="esnext.disposable" preserve="true" />

import { columnsOf, hasTable } from '../db/tables.ts'
import { assert } from '../base/assert.ts'
import type { Env } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { Database } from '../db/driver.ts'
import type { HashPolicy } from '../hash/artifact-hash.ts'
import { RepoCache } from './cache.ts'
import { cloneRow, configuredPolicy, configValue, defaultPolicy } from './identity.ts'
import type { Rid } from './rid.ts'
import { Transaction } from './transaction.ts'
import { oldestAuxSchema, auxSchema, requiredColumns, requiredTables } from './schema.ts'
import type { WorkMeter } from './work.ts'

/** The path of a database that no other connection can see. */
const privateDatabase = ':memory:'

/** Gives artifacts their meaning. */
export interface Crosslinker {
  /**
   * Takes in artifact `rid`. Called in the transaction that stores it, once its content can be read
   * and was verified, and again when it becomes public.
   */
  readonly link: (repo: Repo, rid: Rid, content: Uint8Array) => void
  /** Works out everything that `link` left for the end of the transaction. */
  readonly settle: (repo: Repo) => void
}

/** The beginning of a transaction: see {@link Repo.transaction}. */
export type TransactionMode = NonNullable<Parameters<Repo['transaction']>[1]>

/** The door to what a repository keeps from its users. */
let insidesOf: {
  readonly db: (repo: Repo) => Database
  readonly crosslinker: (repo: Repo) => Crosslinker
  readonly cache: (repo: Repo) => RepoCache
  readonly current: (repo: Repo) => Transaction | undefined
  readonly work: (repo: Repo) => WorkMeter | undefined
  readonly setWork: (repo: Repo, work: WorkMeter | undefined) => void
}

/**
 * An open repository. Not shared between threads; calls are synchronous and atomic.
 *
 * @example
 * ```ts
 * using repo = openRepo('project.fossil', systemEnv)
 * repo.transaction(() => {
 *   setConfig(repo, 'project-name', 'Trilobites')
 *   writeWiki(repo, { title: 'Home', content: 'Welcome.' }, { user: 'ada' })
 * })
 * ```
 */
export class Repo implements Disposable {
  /**
   * Content and deltas of at most this many bytes are stored as they are, in a valid but idle zlib
   * stream; longer ones are deflated. 0, the default, deflates everything, as stock does.
   */
  deflateOverBytes = 0
  /** Replaced only when a repository moves into a simulated world. */
  env: Env
  readonly #db: Database
  readonly #crosslinker: Crosslinker
  readonly #cache = new RepoCache()
  #work: WorkMeter | undefined
  #current: Transaction | undefined
  #isSettling = false
  #dataVersion = -1

  /** Prefer `openRepo` or `createRepo`: the constructor trusts that `db` is a repository. */
  constructor(crosslinker: Crosslinker, db: Database, env: Env) {
    this.#crosslinker = crosslinker
    this.#db = db
    this.env = env
    db.takeFrom(() => this.env)
  }

  static {
    insidesOf = {
      db: (repo: Repo): Database => repo.#db,
      crosslinker: (repo: Repo): Crosslinker => repo.#crosslinker,
      cache: (repo: Repo): RepoCache => repo.#freshCache(),
      current: (repo: Repo): Transaction | undefined => repo.#current,
      work: (repo: Repo): WorkMeter | undefined => repo.#work,
      setWork: (repo: Repo, work: WorkMeter | undefined): void => {
        repo.#work = work
      },
    }
  }

  /** The file, as it was opened; `:memory:` for one that is in none. */
  get path(): string {
    return this.#db.path
  }

  /**
   * The code that all repositories of one project share, 40 hex digits.
   *
   * @throws {FossilError} `repo.invalid` where there is none: in a clone that has not begun
   */
  get projectCode(): string {
    return this.#required('project-code')
  }

  /** The code of this one repository, 40 hex digits. */
  get serverCode(): string {
    return this.#required('server-code')
  }

  /**
   * The policy by which artifacts that are made here are named. Where none is set: `auto` for a
   * repository with SHA-1 names only, `sha3` otherwise.
   */
  get hashPolicy(): HashPolicy {
    return configuredPolicy(this.#configured('hash-policy')) ?? defaultPolicy(this.#db)
  }

  /** True where a clone has begun and is not whole yet: `clone` goes on with it. */
  get isUnfinishedClone(): boolean {
    return this.#configured(cloneRow) !== undefined
  }

  /** The repository as the bytes of a file. The caller owns them. */
  serialize(): Uint8Array {
    return this.#db.serialize()
  }

  /**
   * Runs `action` in one transaction: all of it is kept, or nothing. Inside another transaction
   * it is a savepoint: where `action` fails and the error is caught outside it, the rest is kept.
   *
   * @param mode `immediate` waits for other writers at once; `deferred` reads one snapshot beside
   *   them, and fails as busy where it then writes and another has written since
   * @throws whatever `action` throws, after the rollback; `repo.io` when the commit fails
   */
  transaction<T>(action: () => T, mode: 'immediate' | 'deferred' = 'immediate'): T {
    return this.#run(action, mode, (end) => this.#keep(end))
  }

  /** Runs `action` and takes back everything that it wrote. Returns its result. */
  dryRun<T>(action: () => T, mode: 'immediate' | 'deferred' = 'immediate'): T {
    return this.#run(action, mode, () => this.#undo())
  }

  /** Closes the connection. Afterwards every call fails. */
  close(): void {
    assert(!this.#db.isOpen || !this.#db.inTransaction, 'a repository closes outside a transaction')
    this.#cache.clear()
    this.#db.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #configured(name: string): string | undefined {
    return configValue(this.#db, this.#freshCache(), name)
  }

  #required(name: string): string {
    const value = this.#configured(name)
    if (value !== undefined) return value
    throw new FossilError('repo.invalid', { path: this.path, reason: `it has no ${name}` })
  }

  #run<T>(action: () => T, mode: TransactionMode, finish: (end: Transaction) => void): T {
    const outer = this.#current
    if (outer !== undefined) this.#prepareSavepoint(outer)
    this.#db.prepare(outer === undefined ? beginSql[mode] : savepointSql.begin).run()
    // What settles leaves nothing for later, so its savepoints need nothing of their own.
    const own = new Transaction(outer, this.#isSettling ? outer?.pending : undefined)
    this.#current = own
    try {
      if (outer === undefined) this.#noticeOtherWriters()
      const result = action()
      // It would go on after the end, with each of its statements in a transaction of its own.
      assert(!(result instanceof Promise), 'what runs in a transaction is not asynchronous')
      if (own.failure !== undefined) throw own.failure.error
      finish(own)
      return result
    } catch (error) {
      this.#undo()
      if (outer !== undefined && !this.#db.inTransaction) outer.fail(error)
      throw error
    } finally {
      this.#current = outer
    }
  }

  /** A savepoint begins with nothing waiting, so that going back to it forgets no derivation. */
  #prepareSavepoint(outer: Transaction): void {
    // After some errors (disk full) SQLite has rolled the whole transaction back by itself.
    if (!this.#db.inTransaction && outer.failure !== undefined) throw outer.failure.error
    this.#settle()
  }

  #keep(own: Transaction): void {
    this.#settle()
    own.release()
    if (own.isOutermost) this.#commit()
    else this.#db.prepare(savepointSql.release).run()
  }

  #commit(): void {
    if (this.env.buggify.check('repo.commit.fail', 0.01)) {
      throw new FossilError('repo.io', { reason: 'simulated: the disk refused the commit' })
    }
    this.#db.prepare('COMMIT').run()
  }

  #settle(): void {
    // What settles may use savepoints of its own.
    if (this.#isSettling) return
    this.#isSettling = true
    try {
      this.#crosslinker.settle(this)
    } finally {
      this.#isSettling = false
    }
  }

  #undo(): void {
    this.#cache.clear()
    // After some errors (disk full) SQLite has already rolled back by itself.
    if (!this.#db.isOpen || !this.#db.inTransaction) return
    if (this.#current?.isOutermost) {
      this.#db.prepare('ROLLBACK').run()
    } else {
      this.#db.prepare(savepointSql.rollback).run()
      this.#db.prepare(savepointSql.release).run()
    }
  }

  #freshCache(): RepoCache {
    // Asked for hundreds of times in a sync, so the cheap question comes first (measured).
    if (this.#db.path !== privateDatabase && !this.#db.inTransaction) this.#noticeOtherWriters()
    return this.#cache
  }

  #noticeOtherWriters(): void {
    if (this.#db.path === privateDatabase) return
    const row = this.#db.prepare<[number]>('PRAGMA data_version').get()
    const version = row?.[0] ?? 0
    if (version !== this.#dataVersion) this.#cache.clear()
    this.#dataVersion = version
  }
}

/** The connection of a repository, for the code that keeps its tables. */
export function dbOf(repo: Repo): Database {
  return insidesOf.db(repo)
}

/**
 * The memory of a repository between statements. Outside a transaction each look asks first whether
 * another connection has written; inside one, nobody can.
 */
export function cacheOf(repo: Repo): RepoCache {
  return insidesOf.cache(repo)
}

/** Gives what arrives in a repository its meaning. */
export function crosslinkerOf(repo: Repo): Crosslinker {
  return insidesOf.crosslinker(repo)
}

/** Counts the work for a peer's message, while one is being answered or written. */
export function workOf(repo: Repo): WorkMeter | undefined {
  return insidesOf.work(repo)
}

/** Begins to count work, or with undefined ends it. */
export function setWork(repo: Repo, work: WorkMeter | undefined): void {
  insidesOf.setWork(repo, work)
}

/** The running transaction, or the innermost savepoint in it. */
export function transactionOf(repo: Repo): Transaction {
  const current = insidesOf.current(repo)
  assert(current !== undefined, 'a transaction is running')
  return current
}

/**
 * Runs `action` as a part of the running transaction, or in one of its own: for the many small
 * steps of a large one, which a savepoint each would slow down. An error that leaves it ends the
 * transaction or savepoint around it, even where it is caught.
 */
export function joinTransaction<T>(repo: Repo, action: () => T): T {
  const current = insidesOf.current(repo)
  if (current === undefined) return repo.transaction(action)
  try {
    return action()
  } catch (error) {
    current.fail(error)
    throw error
  }
}

const beginSql = { immediate: 'BEGIN IMMEDIATE', deferred: 'BEGIN DEFERRED' } as const

const savepointSql = {
  begin: 'SAVEPOINT fx_trilobite',
  rollback: 'ROLLBACK TO fx_trilobite',
  release: 'RELEASE fx_trilobite',
} as const

/**
 * Opens the repository behind `db`; `crosslinker` gives what arrives its meaning.
 *
 * @throws {FossilError} `repo.invalid` when it is not a Fossil repository, or one whose schema
 *   needs a rebuild first; `repo.unreadable` when the file is damaged
 */
export function openRepoWith(crosslinker: Crosslinker, db: Database, env: Env): Repo {
  for (const table of requiredTables) {
    if (!hasTable(db, table)) {
      throw new FossilError('repo.invalid', {
        path: db.path,
        reason: `not a Fossil repository: it has no table "${table}"`,
      })
    }
  }
  checkColumns(db)
  checkAuxSchema(db)
  return new Repo(crosslinker, db, env)
}

/** A damaged schema can be SQL all the same, with other names in it. */
function checkColumns(db: Database): void {
  for (const [table, columns] of Object.entries(requiredColumns)) {
    const there = columnsOf(db, table)
    const lacking = columns.split(' ').find((column) => !there.has(column))
    if (lacking === undefined) continue
    const reason = `its table "${table}" lacks the column "${lacking}"`
    throw new FossilError('repo.unreadable', { path: db.path, reason })
  }
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

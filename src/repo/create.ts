/**
 * A new repository: tables, identity, users. The initial check-in, where one is wanted, is an
 * ordinary check-in.
 * Source: fossil src/db.c:3108-3300 (db_create_repository, db_initial_setup), and
 * db_create_default_users.
 * @module
 */

import { hex } from '../base/bytes.ts'
import type { Env } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { Database } from '../db/driver.ts'
import type { HashPolicy } from '../hash/artifact-hash.ts'
import { setConfig } from './config.ts'
import { setHashPolicy } from './hash-policy.ts'
import { type Crosslinker, dbOf, Repo } from './repo.ts'
import { auxSchema, defaultReport, derivedTables, insertFixedTags, keptTables } from './schema.ts'

/** Options of a new repository. */
export interface CreateOptions {
  /** 40 lowercase hex digits; by default random. Equal codes make one project. */
  readonly projectCode?: string
  /** 40 lowercase hex digits; by default random. */
  readonly serverCode?: string
  /** Login of the first user, who may do everything. Default `admin`. */
  readonly adminUser?: string
  /** The hash that names new artifacts. Default `sha3`, as stock. */
  readonly hashPolicy?: HashPolicy
}

/**
 * Makes an empty database into a repository, or leaves it empty; `crosslinker` gives what arrives
 * its meaning.
 *
 * @param prepare what else belongs to the new repository, done in the same transaction
 * @throws {FossilError} `repo.invalid` when the database has tables already; `option.invalid` for
 *   a malformed code
 */
export function createRepoWith(
  crosslinker: Crosslinker,
  db: Database,
  env: Env,
  options: CreateOptions = {},
  prepare?: (repo: Repo) => void,
): Repo {
  if (db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) {
    const reason = 'it is a repository, or another database, already'
    throw new FossilError('repo.invalid', { path: db.path, reason })
  }
  const repo = new Repo(crosslinker, db, env)
  repo.transaction(() => {
    db.exec(keptTables)
    db.exec(derivedTables)
    insertFixedTags(db)
    setConfig(repo, 'content-schema', '2')
    setConfig(repo, 'aux-schema', auxSchema)
    setHashPolicy(repo, options.hashPolicy ?? 'sha3')
    identify(repo, options)
    createUsers(repo, options.adminUser ?? 'admin')
    createReport(repo)
    prepare?.(repo)
  })
  return repo
}

/** Gives a repository (made from a copied image, say) its own codes. */
export function identify(
  repo: Repo,
  { projectCode, serverCode }: Pick<CreateOptions, 'projectCode' | 'serverCode'>,
): void {
  setConfig(repo, 'project-code', code(repo, 'projectCode', projectCode))
  setConfig(repo, 'server-code', code(repo, 'serverCode', serverCode))
}

function code(repo: Repo, option: string, given: string | undefined): string {
  if (given === undefined) return hex(repo.env.random.bytes(20))
  if (/^[0-9a-f]{40}$/.test(given)) return given
  throw new FossilError('option.invalid', { option, reason: 'needs 40 lowercase hex digits' })
}

/**
 * Stock's default users and capabilities: nobody may read and clone, not write.
 * Source: fossil src/db.c:db_create_default_users.
 */
function createUsers(repo: Repo, admin: string): void {
  const insert = dbOf(repo).prepare(
    'INSERT OR IGNORE INTO user(login, pw, cap, info) VALUES(?, ?, ?, ?)',
  )
  insert.run(admin, hex(repo.env.random.bytes(8)), 's', '')
  insert.run('anonymous', hex(repo.env.random.bytes(8)).toUpperCase(), 'hz', 'Anon')
  insert.run('nobody', '', 'gjorz', 'Nobody')
  insert.run('developer', '', 'ei', 'Dev')
  insert.run('reader', '', 'kptw', 'Reader')
}

function createReport(repo: Repo): void {
  const epochJulian = 2440587.5
  dbOf(repo)
    .prepare('INSERT INTO reportfmt(title, mtime, cols, sqlcode) VALUES(?, ?, ?, ?)')
    .run(defaultReport.title, epochJulian, defaultReport.colorKey, defaultReport.sql)
}

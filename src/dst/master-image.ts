/**
 * An existing repository, checked before a simulation begins with it.
 * @module
 */

import { type Env, noBuggify } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { openRepo } from '../crosslink/open.ts'
import type { Database } from '../db/driver.ts'
import { config } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import { InvariantError } from '../runner/invariants.ts'
import { checkAnnounced, checkPrivateUnannounced } from './invariants/announced.ts'
import { checkBlobIntegrity, checkDeltaChains } from './invariants/content.ts'
import { checkNoOrphanPhantoms } from './invariants/phantoms.ts'
import { checkUvIntegrity } from './invariants/unversioned.ts'

/** An environment without time and randomness: checks only read. */
export const stillEnv: Env = {
  clock: { nowMs: () => 0 },
  random: { bytes: (length) => new Uint8Array(length) },
  buggify: noBuggify,
}

/**
 * A checked image of a repository for `SimConfig.masterImage`: every safety invariant that one
 * repository can break holds, so that damage found by the simulation is its own.
 *
 * @example
 * ```ts
 * const path = 'project.fossil'
 * const image = masterImage(openDatabase(path, { readOnly: true }), { path })
 * await simulate({ seed: 7, config: { masterImage: image } })
 * ```
 * @param options.path the repository's name in errors
 * @param options.uv check unversioned files, too. Default false
 * @throws {FossilError} `repo.invalid` where the database is no repository or an invariant does not
 *   hold; `repo.unreadable` where it cannot be read
 */
export function masterImage(
  db: Database,
  { path, uv = false }: { path: string; uv?: boolean },
): Uint8Array {
  try {
    const repo = openRepo(db, stillEnv)
    checkPages(path, db)
    checkRepository(path, repo)
    if (uv) checkUvIntegrity(path, repo)
    return db.serialize()
  } catch (error) {
    if (error instanceof InvariantError) throw invalid(path, error.detail, error)
    // A copy in memory does not know where it came from.
    if (FossilError.is(error, 'repo.invalid')) throw invalid(path, error.detail.reason, error)
    throw error
  }
}

function checkPages(path: string, db: Database): void {
  const [verdict] = db.prepare<[string]>('PRAGMA integrity_check(1)').get() ?? ['no answer']
  if (verdict !== 'ok') throw invalid(path, verdict)
}

function checkRepository(path: string, repo: Repo): void {
  if (config(repo, 'project-code') === undefined) throw invalid(path, 'it has no project-code')
  checkDeltaChains(path, repo)
  checkBlobIntegrity(path, repo)
  try {
    checkNoOrphanPhantoms(path, repo)
    checkPrivateUnannounced(path, repo)
    checkAnnounced(path, repo)
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error
    throw invalid(path, `${error.detail}, which "fossil rebuild" repairs`, error)
  }
}

function invalid(path: string, reason: string, cause?: unknown): FossilError {
  return new FossilError('repo.invalid', { path, reason }, { cause })
}

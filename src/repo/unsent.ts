/**
 * `unsent`: artifacts made here that no push has carried yet. It saves a round trip; clearing it
 * loses nothing, since everything in it is announced as well.
 * Source: fossil src/schema.c:440-448, src/xfer.c:919-935.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { holdingsChanged, unresolvedRids } from './blob.ts'
import { config, setConfig, unsetConfig } from './config.ts'
import { cacheOf, dbOf, type Repo } from './repo.ts'
import type { NamedArtifact, Rid } from './rid.ts'

/**
 * The end of a push that has not been settled since: `unanswered`, nobody knows whether it arrived;
 * `failed`, the server failed on it.
 */
export type PushTrouble = 'unanswered' | 'failed'

/** The `config` row that holds it; `1` is `unanswered`. */
export const pushTroubleRow = 'trilobite-push-unanswered'

/** Artifacts that a push sends unasked: public and held, in rid order. Each of its rounds asks. */
export function unsentArtifacts(repo: Repo): readonly NamedArtifact[] {
  const { holdings } = cacheOf(repo)
  holdings.unsent ??= readUnsent(repo)
  return holdings.unsent
}

function readUnsent(repo: Repo): NamedArtifact[] {
  const unresolved = unresolvedRids(repo)
  return dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      `SELECT unsent.rid, blob.uuid FROM unsent CROSS JOIN blob USING(rid)
        WHERE blob.size >= 0
          AND NOT EXISTS(SELECT 1 FROM private WHERE private.rid = unsent.rid)
        ORDER BY unsent.rid`,
    )
    .all()
    .filter(([rid]) => !unresolved.has(rid))
    .map(([rid, hash]) => ({ rid, hash }))
}

/** Queues an artifact that was made here for the next push. */
export function queueUnsent(repo: Repo, rid: Rid): void {
  dbOf(repo).prepare('INSERT OR IGNORE INTO unsent(rid) VALUES(?)').run(rid)
  holdingsChanged(repo)
}

/** Forgets what a push has delivered. */
export function forgetUnsent(repo: Repo, rids: readonly Rid[]): void {
  if (rids.length === 0) return
  const forget = dbOf(repo).prepare('DELETE FROM unsent WHERE rid = ?')
  for (const rid of rids) forget.run(rid)
  const forgotten = new Set(rids)
  const { holdings } = cacheOf(repo)
  if (holdings.unsent) holdings.unsent = holdings.unsent.filter(({ rid }) => !forgotten.has(rid))
}

/** The trouble that a push met and that no session has settled since. */
export function pushTrouble(repo: Repo): PushTrouble | undefined {
  const value = config(repo, pushTroubleRow)
  if (value === undefined) return undefined
  return value === 'failed' ? 'failed' : 'unanswered'
}

/** Remembers it for the next session; `undefined`: it is settled. */
export function setPushTrouble(repo: Repo, trouble: PushTrouble | undefined): void {
  if (trouble === undefined) {
    repo.env.mark?.('repo.unanswered-push-settled')
    unsetConfig(repo, pushTroubleRow)
  } else {
    repo.env.mark?.('repo.push-unanswered')
    setConfig(repo, pushTroubleRow, trouble === 'failed' ? 'failed' : '1')
  }
}

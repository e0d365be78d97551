/**
 * Artifacts that others name: a name that is not here becomes a phantom, which is asked for.
 *
 * A phantom is private as long as none but private artifacts name it, whichever came first; stock
 * goes by the first (docs/divergences.md). Source: fossil src/content.c content_new.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { ensureKnown, isPhantom, isPrivate, makePublic } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'

/** The artifact that `by` names, as a phantom where it is not here; undefined if it is shunned. */
export function mentioned(repo: Repo, by: Rid, hash: ArtifactHash): Rid | undefined {
  const asPrivate = isPrivate(repo, by)
  const rid = ensureKnown(repo, hash, { isPrivate: asPrivate })
  if (rid === undefined || asPrivate) return rid
  if (isPrivate(repo, rid) && isPhantom(repo, rid)) {
    repo.env.mark?.('crosslink.secret-name-published')
    makePublic(repo, rid)
  }
  return rid
}

/** Makes a private artifact public that has come as a file of a public check-in. */
export function publishWanted(repo: Repo, rid: Rid): void {
  if (!isPrivate(repo, rid)) return
  const isWanted = dbOf(repo)
    .prepare(
      `SELECT 1 FROM mlink WHERE fid = ? AND NOT EXISTS(SELECT 1 FROM private WHERE rid = mid)`,
    )
    .get(rid)
  if (isWanted === undefined) return
  repo.env.mark?.('crosslink.secret-file-named')
  makePublic(repo, rid)
}

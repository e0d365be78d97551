/**
 * Files that a check-in changed (`mlink`, `filename`), worked out anew from the manifests that are
 * here. Rows against merge parents are for files that changed against the primary parent too.
 *
 * Source: fossil src/manifest.c:1529-1600 (add_one_mlink), 1672-1930; `mlink` in src/schema.c.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, isPrivate, makePublic } from '../repo/blob.ts'
import { textParameter } from '../repo/db-text.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { type FileChangeRow, fileChanges, firstFiles } from './file-change.ts'
import { type Manifest, manifestOf } from './manifest.ts'
import { mentioned } from './mention.ts'

/** `mlink.pid` of a file that a merge brought in. */
const broughtByMerge = -1

interface MlinkRow {
  readonly change: FileChangeRow
  /** The parent that the change is seen from; 0 for a check-in without parents. */
  readonly pmid: Rid | 0
}

/** Works out the rows of check-in `mid`. */
export function linkFiles(repo: Repo, mid: Rid): void {
  const child = manifestOf(repo, mid)
  if (child === undefined) return
  dbOf(repo).prepare('DELETE FROM mlink WHERE mid = ?').run(mid)
  const parents = parentsOf(repo, mid)
  const rows = rowsOf(repo, child, { mid, parents })
  const picks = child.deck.cherrypicks.filter((c) => c.direction === '+').length
  const links = 1 + parents.others.length + picks
  const merged = links > 1 ? broughtIn(rows, links) : noNames
  const isPublic = !isPrivate(repo, mid)
  for (const row of rows) insertRow(repo, { ...row, mid, isAux: isAux(row), isPublic, merged })

  function isAux({ pmid }: MlinkRow): boolean {
    return pmid !== 0 && pmid !== parents.primary
  }
}

const noNames: ReadonlySet<string> = new Set()

/** The parents as `plink` has them; no primary one where that is shunned. */
interface Parents {
  readonly primary: Rid | undefined
  readonly others: readonly Rid[]
}

function parentsOf(repo: Repo, rid: Rid): Parents {
  const rows = dbOf(repo)
    .prepare<[pid: Rid, isprim: number]>(
      'SELECT pid, isprim FROM plink WHERE cid = ? ORDER BY rowid',
    )
    .all(rid)
  return {
    primary: rows.find(([, isprim]) => isprim === 1)?.[0],
    others: rows.filter(([, isprim]) => isprim === 0).map(([pid]) => pid),
  }
}

function rowsOf(
  repo: Repo,
  child: Manifest,
  { mid, parents }: { mid: Rid; parents: Parents },
): MlinkRow[] {
  const { primary, others } = parents
  if (primary === undefined) {
    if (child.deck.parents.length > 0) return []
    return [...firstFiles(child.deck)].map((change) => ({ change, pmid: 0 }))
  }
  const parent = manifestOf(repo, primary)
  if (parent === undefined) return []
  const rows: MlinkRow[] = [...fileChanges(parent, child)].map((change) => ({
    change,
    pmid: primary,
  }))
  const changed = new Set(rows.map(({ change }) => change.name))
  const picked = child.deck.cherrypicks
    .filter(({ direction }) => direction === '+')
    .flatMap(({ target }) => findHeld(repo, target) ?? [])
  for (const pmid of new Set([...others, ...picked])) {
    if (pmid === primary || pmid === mid) continue
    const other = manifestOf(repo, pmid)
    if (other === undefined) continue
    for (const change of fileChanges(other, child)) {
      if (changed.has(change.name)) rows.push({ change, pmid })
    }
  }
  return rows
}

/** Names of files that are not new against every parent: a merge brought them in. */
function broughtIn(rows: readonly MlinkRow[], links: number): Set<string> {
  const counts = new Map<string, number>()
  for (const { change } of rows) counts.set(change.name, (counts.get(change.name) ?? 0) + 1)
  return new Set([...counts].filter(([, count]) => count < links).map(([name]) => name))
}

function insertRow(
  repo: Repo,
  row: MlinkRow & { mid: Rid; isAux: boolean; isPublic: boolean; merged: ReadonlySet<string> },
): void {
  const { change, pmid, mid, isAux, isPublic, merged } = row
  const known = (hash: ArtifactHash | undefined): Rid | 0 =>
    hash === undefined ? 0 : (mentioned(repo, mid, hash) ?? 0)
  const pid = known(change.before)
  const fid = known(change.after)
  if (isPublic && fid !== 0) makePublic(repo, fid)
  const isBroughtIn = pid === 0 && pmid !== 0 && merged.has(change.name)
  dbOf(repo)
    .prepare(
      `INSERT INTO mlink(mid, fid, pmid, pid, fnid, pfnid, mperm, isaux)
       VALUES(?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      mid,
      fid,
      pmid,
      isBroughtIn ? broughtByMerge : pid,
      fileNameId(repo, change.name),
      change.priorName === undefined ? 0 : fileNameId(repo, change.priorName),
      change.permission,
      isAux ? 1 : 0,
    )
}

function fileNameId(repo: Repo, name: string): number {
  const cached = cacheOf(repo).fileNameId(name)
  if (cached !== undefined) return cached
  const db = dbOf(repo)
  const id =
    db
      .prepare<[number]>('SELECT fnid FROM filename WHERE name = CAST(? AS TEXT)')
      .get(textParameter(name))?.[0] ??
    db.prepare('INSERT INTO filename(name) VALUES(CAST(? AS TEXT))').run(textParameter(name))
      .lastRowid
  cacheOf(repo).rememberFileName(name, id)
  return id
}

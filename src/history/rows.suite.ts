/**
 * Derived rows written by hand: histories of any shape and length, where what an artifact says
 * does not matter.
 * @module
 */

import { julianFromMs } from '../deck/date.ts'
import { encodeText } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { sha3 } from '../hash/hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { type NamedArtifact, type Rid, ridOfRow } from '../repo/rid.ts'
import { utf8 } from '../base/bytes.ts'

/** A check-in as its rows show it. */
export interface RowsOfCheckin {
  /** By default the SHA3-256 of `name`. */
  readonly hash?: string
  readonly name?: string
  readonly dateMs?: number
  readonly parents?: readonly Rid[]
  readonly branch?: string
  readonly comment?: string
}

/** Writes the rows of a check-in; the first parent is the primary one. */
export function addCheckin(repo: Repo, row: RowsOfCheckin): NamedArtifact {
  const db = dbOf(repo)
  const { name = '', dateMs = 0, parents = [], branch, comment = name } = row
  const hash = row.hash ?? sha3(utf8(name))
  const mtime = julianFromMs(dateMs)
  const rid = ridOfRow(
    db.prepare('INSERT INTO blob(rcvid, size, uuid, content) VALUES(1, 0, ?, NULL)').run(hash)
      .lastRowid,
  )
  db.prepare(
    `INSERT INTO event(type, mtime, objid, user, comment)
     VALUES('ci', ?, ?, 'us', CAST(? AS TEXT))`,
  ).run(mtime, rid, encodeText(comment))
  for (const [i, parent] of parents.entries()) {
    db.prepare('INSERT INTO plink(pid, cid, isprim, mtime) VALUES(?, ?, ?, ?)').run(
      parent,
      rid,
      i === 0 ? 1 : 0,
      mtime,
    )
  }
  if (branch !== undefined) {
    addTag(repo, rid, { name: 'branch', value: branch })
    addTag(repo, rid, { name: `sym-${branch}` })
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a name for rows, of any form
  return { rid, hash: hash as ArtifactHash }
}

/** Tags an artifact, as if by itself. */
export function addTag(
  repo: Repo,
  rid: Rid,
  tag: { name: string; value?: string; isPropagating?: boolean },
): void {
  const name = encodeText(tag.name)
  const value = tag.value === undefined ? null : encodeText(tag.value)
  const type = tag.isPropagating === true ? 2 : 1
  const db = dbOf(repo)
  db.prepare('INSERT OR IGNORE INTO tag(tagname) VALUES(CAST(? AS TEXT))').run(name)
  db.prepare(
    `REPLACE INTO tagxref(tagid, tagtype, srcid, origid, value, mtime, rid)
     SELECT tagid, ?1, ?2, ?2, CAST(?3 AS TEXT), 0, ?2 FROM tag WHERE tagname = CAST(?4 AS TEXT)`,
  ).run(type, rid, value, name)
}

/** A row of `mlink`. Without `before` a file is added, without `after` it is deleted. */
export interface RowOfChange {
  readonly checkin: Rid
  readonly name: string
  readonly priorName?: string
  readonly before?: Rid
  readonly after?: Rid
  readonly isAux?: boolean
}

/** Writes that a check-in changed a file. */
export function addChange(repo: Repo, row: RowOfChange): void {
  const { checkin, name, priorName, before = 0, after = 0, isAux = false } = row
  const fnid = (text: string): number => {
    dbOf(repo).prepare('INSERT OR IGNORE INTO filename(name) VALUES(?)').run(text)
    return (
      dbOf(repo).prepare<[number]>('SELECT fnid FROM filename WHERE name = ?').get(text)?.[0] ?? 0
    )
  }
  dbOf(repo)
    .prepare(
      `INSERT INTO mlink(mid, fid, pmid, pid, fnid, pfnid, mperm, isaux)
       VALUES(?, ?, 0, ?, ?, ?, 0, ?)`,
    )
    .run(
      checkin,
      after,
      before,
      fnid(name),
      priorName === undefined ? 0 : fnid(priorName),
      isAux ? 1 : 0,
    )
}

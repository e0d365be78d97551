/**
 * Purge: artifacts leave the history for the graveyard, the tables `purgeevent` and `purgeitem`,
 * from which stock and we bring them back (`graveyard.ts`). The derived tables are worked out anew
 * in the same transaction, where stock deletes single rows.
 *
 * What other artifacts still name is a phantom afterwards, as after a rebuild by stock, and a sync
 * with somebody who has it brings it back: shun what must not return.
 *
 * Source: fossil src/purge.c purge_artifact_list, find_checkin_associates.
 * @module
 */

import { deckOf } from '../repo/deck.ts'
import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, hashOf } from '../repo/blob.ts'
import { columnText, textParameter } from '../repo/db-text.ts'
import { descriptionSql } from '../crosslink/describe.ts'
import { rebuild, type RebuildProgress } from '../crosslink/rebuild.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { removeArtifacts, undeltify } from '../repo/shun.ts'

/** The tables of the graveyard, made when first needed. purge.c:36-54. */
const graveyardTables = `
CREATE TABLE IF NOT EXISTS purgeevent(
  peid INTEGER PRIMARY KEY,
  ctime DATETIME,
  pnotes TEXT
);
CREATE TABLE IF NOT EXISTS purgeitem(
  piid INTEGER PRIMARY KEY,
  peid INTEGER REFERENCES purgeevent ON DELETE CASCADE,
  orid INTEGER,
  uuid TEXT NOT NULL,
  srcid INTEGER,
  isPrivate BOOLEAN,
  sz INT NOT NULL,
  desc TEXT,
  data BLOB
);
`

/**
 * The artifacts of a purge: just these; check-ins with all that follows them and all that only they
 * need; or every version of files, or of the files below directories, by their paths in check-ins.
 */
export type PurgeSubject =
  | readonly ArtifactHash[]
  | { readonly checkins: readonly ArtifactHash[] }
  | { readonly files: readonly string[] }

/** An artifact that a purge takes. */
interface GoingArtifact {
  readonly hash: ArtifactHash
  /** Its description: `check-in to trunk by …`. */
  readonly description: string
  readonly isCheckin: boolean
  readonly isPrivate: boolean
}

/**
 * Moves artifacts to the graveyard, in one transaction, and works out the derived tables anew.
 *
 * @example
 * ```ts
 * const subject = { checkins: [hash] }
 * const { artifacts } = purge(repo, subject, { dryRun: true })
 * for (const { hash, description } of artifacts) console.log(hash, description)
 * const { id } = purge(repo, subject, { notes: 'a mistake' })
 * console.log(`undoPurge(repo, ${id}) brings them back`)
 * ```
 * @param subject check-ins that have a file stay, and miss it
 * @param options.notes in words, why
 * @param options.dryRun tell what would go, and change nothing. Default false
 * @throws {FossilError} `artifact.missing` for one whose content is not here; `artifact.invalid`
 *   where a check-in that stays is written as a difference from one that goes, and where nothing is
 *   to go; as {@link rebuild} does. Then nothing changed
 */
export function purge(
  repo: Repo,
  subject: PurgeSubject,
  options: { notes?: string; dryRun?: boolean; onProgress?: RebuildProgress } = {},
): {
  /** Of the event in the graveyard, to bring it back by; 0 in a dry run. */
  readonly id: number
  /** Everything that goes, in the order in which it does. */
  readonly artifacts: readonly GoingArtifact[]
} {
  return repo.transaction(() => {
    const rids = ridsOf(repo, subject).sort((a, b) => a - b)
    if (rids.length === 0) throw invalid('no artifact to purge')
    checkBaselines(repo, rids)
    const artifacts = described(repo, rids)
    if (options.dryRun === true) return { id: 0, artifacts }
    const id = bury(repo, rids, options.notes ?? '')
    removeArtifacts(repo, rids)
    rebuild(repo, options.onProgress)
    return { id, artifacts }
  })
}

function described(repo: Repo, rids: readonly Rid[]): GoingArtifact[] {
  return dbOf(repo)
    .prepare<[ArtifactHash, Uint8Array, number, number]>(
      `SELECT blob.uuid, CAST(${descriptionSql(repo)} AS BLOB),
              EXISTS(SELECT 1 FROM event WHERE objid = blob.rid AND event.type = 'ci'),
              EXISTS(SELECT 1 FROM private WHERE private.rid = blob.rid)
         FROM json_each(?) AS going JOIN blob ON blob.rid = going.value ORDER BY blob.rid`,
    )
    .all(JSON.stringify(rids))
    .map(([hash, description, isCheckin, asPrivate]) => ({
      hash,
      description: columnText(description) ?? '',
      isCheckin: isCheckin === 1,
      isPrivate: asPrivate === 1,
    }))
}

function ridsOf(repo: Repo, subject: PurgeSubject): Rid[] {
  return [...new Set(hashesOf(repo, subject))].map((hash) => heldRid(repo, hash))
}

function hashesOf(repo: Repo, subject: PurgeSubject): readonly ArtifactHash[] {
  if ('checkins' in subject) return checkinsWithAll(repo, subject.checkins)
  return 'files' in subject ? fileVersions(repo, subject.files) : subject
}

/**
 * Finds everything that goes with check-ins: their descendants, merges too; the files that no other
 * check-in has and nothing else needs; and the control artifacts that are about nothing else.
 *
 * Unlike stock we keep a file that is an artifact of Fossil's own or attached somewhere, and a
 * check-in outside that tags one inside; and we take control artifacts whose tags others have
 * replaced since, which would name what is gone.
 *
 * @returns names in rid order, the given ones among them
 */
export function checkinsWithAll(repo: Repo, checkins: readonly ArtifactHash[]): ArtifactHash[] {
  const roots = checkins.map((hash) => heldRid(repo, hash))
  const lineage = dbOf(repo)
    .prepare<[Rid]>(
      `WITH RECURSIVE found(rid) AS (
         SELECT value FROM json_each(?)
         UNION SELECT plink.cid FROM found CROSS JOIN plink ON plink.pid = found.rid
       )
       SELECT rid FROM found ORDER BY rid`,
    )
    .all(JSON.stringify(roots))
    .map(([rid]) => rid)
  const all = new Set([...lineage, ...ownFiles(repo, lineage), ...ownControls(repo, lineage)])
  return namesOf(repo, all)
}

/**
 * Every version of files, or of the files below directories. Check-ins that have them stay, and
 * miss them.
 *
 * @param paths as in check-ins
 * @returns names in rid order; empty where there is no such file
 */
export function fileVersions(repo: Repo, paths: readonly string[]): ArtifactHash[] {
  const found = new Set<Rid>()
  const select = dbOf(repo).prepare<[Rid]>(
    `SELECT DISTINCT fid FROM mlink CROSS JOIN filename USING(fnid) CROSS JOIN blob ON rid = fid
      WHERE blob.size >= 0 AND (name = CAST(?1 AS TEXT)
         OR substr(name, 1, length(CAST(?1 AS TEXT)) + 1) = CAST(?1 AS TEXT) || '/')
      ORDER BY fid`,
  )
  for (const path of paths) for (const [rid] of select.all(textParameter(path))) found.add(rid)
  return namesOf(repo, found)
}

/** Files of these check-ins alone. */
function ownFiles(repo: Repo, lineage: readonly Rid[]): Rid[] {
  return dbOf(repo)
    .prepare<[Rid]>(
      `WITH going(rid) AS MATERIALIZED (SELECT value FROM json_each(?))
       SELECT DISTINCT fid FROM going CROSS JOIN mlink ON mlink.mid = going.rid
         CROSS JOIN blob ON blob.rid = fid
        WHERE fid > 0 AND blob.size >= 0
          AND NOT EXISTS(SELECT 1 FROM mlink AS other
                          WHERE other.fid = mlink.fid AND other.mid NOT IN going)
          AND NOT EXISTS(SELECT 1 FROM event WHERE objid = mlink.fid)
          AND NOT EXISTS(SELECT 1 FROM tagxref WHERE tagxref.rid = mlink.fid)
          AND NOT EXISTS(SELECT 1 FROM attachment WHERE src = blob.uuid)
        ORDER BY fid`,
    )
    .all(JSON.stringify(lineage))
    .map(([rid]) => rid)
}

/** Control artifacts about these check-ins alone. */
function ownControls(repo: Repo, lineage: readonly Rid[]): Rid[] {
  const going = new Set(namesOf(repo, new Set(lineage)))
  const controls = dbOf(repo)
    .prepare<[Rid]>(`SELECT objid FROM event WHERE type = 'g' ORDER BY objid`)
    .all()
  return controls.flatMap(([rid]) => {
    const deck = deckOf(repo, rid)
    if (deck?.kind !== 'control') return []
    return deck.tags.every(({ target }) => going.has(target)) ? [rid] : []
  })
}

/** A delta manifest cannot be read without its baseline. */
function checkBaselines(repo: Repo, rids: readonly Rid[]): void {
  const left = dbOf(repo)
    .prepare<[baseline: ArtifactHash, child: ArtifactHash]>(
      `WITH going(rid) AS MATERIALIZED (SELECT value FROM json_each(?))
       SELECT base.uuid, child.uuid FROM plink
         JOIN blob AS base ON base.rid = baseid JOIN blob AS child ON child.rid = cid
        WHERE baseid IN going AND cid NOT IN going ORDER BY base.uuid, child.uuid LIMIT 1`,
    )
    .get(JSON.stringify(rids))
  if (left === undefined) return
  throw invalid(`${left[1]} is written as a difference from ${left[0]}: purge it, too`)
}

/** Copies artifacts to the graveyard. What is stored as a delta stays one of what goes with it. */
function bury(repo: Repo, rids: readonly Rid[], notes: string): number {
  const db = dbOf(repo)
  const going = JSON.stringify(rids)
  db.exec(graveyardTables)
  const torn = db
    .prepare<[Rid]>(
      `WITH going(rid) AS MATERIALIZED (SELECT value FROM json_each(?))
       SELECT delta.rid FROM going CROSS JOIN delta USING(rid)
        WHERE delta.srcid NOT IN going ORDER BY delta.rid`,
    )
    .all(going)
  for (const [rid] of torn) undeltify(repo, rid)
  const { lastRowid: id } = db
    .prepare('INSERT INTO purgeevent(ctime, pnotes) VALUES(?, CAST(? AS TEXT))')
    .run(Math.floor(repo.env.clock.nowMs() / 1000), textParameter(notes))
  db.prepare(
    `INSERT INTO purgeitem(peid, orid, uuid, sz, isPrivate, desc, data)
     SELECT ?1, blob.rid, blob.uuid, blob.size,
            EXISTS(SELECT 1 FROM private WHERE private.rid = blob.rid),
            ${descriptionSql(repo)}, blob.content
       FROM json_each(?2) AS going JOIN blob ON blob.rid = going.value ORDER BY blob.rid`,
  ).run(id, going)
  // Unlike stock only within the event: rids are used again.
  db.prepare(
    `UPDATE purgeitem SET srcid = (
       SELECT source.piid FROM delta JOIN purgeitem AS source ON source.orid = delta.srcid
        WHERE delta.rid = purgeitem.orid AND source.peid = purgeitem.peid)
      WHERE peid = ?`,
  ).run(id)
  return id
}

function heldRid(repo: Repo, hash: ArtifactHash): Rid {
  const rid = findHeld(repo, hash)
  if (rid === undefined) throw new FossilError('artifact.missing', { name: hash })
  return rid
}

function namesOf(repo: Repo, rids: ReadonlySet<Rid>): ArtifactHash[] {
  return [...rids].sort((a, b) => a - b).flatMap((rid) => hashOf(repo, rid) ?? [])
}

function invalid(reason: string): FossilError<'artifact.invalid'> {
  return new FossilError('artifact.invalid', { kind: 'purge', reason })
}

/**
 * Storing artifacts: verify what arrives against its name, expand the deltas that waited for it,
 * and give each its meaning. Nothing is announced, clustered or parsed before it was verified.
 * Source: fossil src/content.c.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import { compressContent } from '../base/zlib.ts'
import { applyDelta, createDelta } from '../delta/index.ts'
import { deltaOutputSize } from '../delta/parse.ts'
import { type ArtifactHash, hashLike, matches } from '../hash/artifact-hash.ts'
import {
  ensureKnown,
  findHeld,
  findRid,
  hashOf,
  holdingsChanged,
  isPrivate,
  isShunned,
  makePrivate,
  makePublic,
} from './blob.ts'
import { corrupt, deltaSource, dependsOn, readContent, storedDelta } from './content.ts'
import { localName, noticeAlgorithm } from './hash-policy.ts'
import { receivedFrom } from './rcvfrom.ts'
import { cacheOf, crosslinkerOf, dbOf, joinTransaction, type Repo, workOf } from './repo.ts'
import { type Rid, ridOfRow } from './rid.ts'
import { queueUnsent } from './unsent.ts'

/** The cost of expanding and crosslinking a short delta, in steps of repo/work.ts (measured). */
const stepsOfWaiting = 30

/** The place of a stored artifact in the repository. */
export interface Stored {
  readonly rid: Rid
  /** False when it was here already, content and all. */
  readonly isNew: boolean
}

/**
 * Stores content that was made here, under the name that the hash policy gives it. It is queued
 * for the next push, unless private.
 *
 * @throws {FossilError} `artifact.shunned` for content that would go with the next rebuild
 */
export function storeLocal(
  repo: Repo,
  content: Uint8Array,
  options: { isPrivate?: boolean } = {},
): Stored & { hash: ArtifactHash } {
  requireBytes('content', content)
  return repo.transaction(() => {
    const hash = localName(repo, content)
    if (isShunned(repo, hash)) throw new FossilError('artifact.shunned', { name: hash })
    const stored = storeContent(repo, { hash, content, isPrivate: options.isPrivate ?? false })
    if (stored.isNew && options.isPrivate !== true) queueUnsent(repo, stored.rid)
    return { ...stored, hash }
  })
}

/** An artifact that arrived whole, or could be expanded at once. */
export interface Arrival {
  readonly hash: ArtifactHash
  readonly content: Uint8Array
  readonly isPrivate: boolean
  /**
   * The form it came in, to be kept as it is: compressed content, or a compressed delta of the
   * held artifact `source`.
   */
  readonly compressed?: { readonly bytes: Uint8Array; readonly source: Rid | undefined }
}

/**
 * Stores content that arrived under a name. A public arrival makes a private artifact public.
 *
 * @throws {FossilError} `hash.mismatch` when the content is not what the name says
 */
export function storeContent(repo: Repo, artifact: Arrival): Stored {
  const { hash, content } = artifact
  checkName(hash, content)
  return joinTransaction(repo, () => {
    const held = findHeld(repo, hash)
    if (held !== undefined) {
      if (!artifact.isPrivate && isPrivate(repo, held)) {
        repo.env.mark?.('repo.private-came-public')
        publishHeld(repo, held, content)
      }
      return { rid: held, isNew: false }
    }
    const form = formToKeep(repo, artifact)
    const rid = writeRow(repo, { ...artifact, size: content.length, stored: form.bytes })
    if (form.source === undefined) dbOf(repo).prepare('DELETE FROM delta WHERE rid = ?').run(rid)
    else dbOf(repo).prepare('REPLACE INTO delta(rid, srcid) VALUES(?, ?)').run(rid, form.source)
    noticeAlgorithm(repo, hash)
    arrived(repo, rid, content)
    return { rid, isNew: true }
  })
}

/** Makes an artifact public that is here: what it names is wanted in public, too. */
export function publishHeld(
  repo: Repo,
  rid: Rid,
  content: Uint8Array | undefined = readContent(repo, rid),
): void {
  makePublic(repo, rid)
  if (content !== undefined) crosslinkerOf(repo).link(repo, rid, content)
}

/** @throws {FossilError} `hash.mismatch` when the content is not what the name says */
export function checkName(hash: ArtifactHash, content: Uint8Array): void {
  const actual = hashLike(hash, content)
  if (actual !== hash) throw new FossilError('hash.mismatch', { expected: hash, actual })
}

/**
 * Writes content in the place of an artifact that is here and damaged, whole. What was stored as a
 * delta of it can be read again.
 *
 * @throws {FossilError} `hash.mismatch` when the content is not what the name says
 */
export function replaceDamaged(
  repo: Repo,
  rid: Rid,
  { hash, content }: Pick<Arrival, 'hash' | 'content'>,
): void {
  checkName(hash, content)
  repo.transaction(() => {
    dbOf(repo)
      .prepare('UPDATE blob SET size = ?, content = ? WHERE rid = ?')
      .run(content.length, compressContent(content, repo), rid)
    dbOf(repo).prepare('DELETE FROM delta WHERE rid = ?').run(rid)
    // What was read through the damage may be in it, under any name.
    cacheOf(repo).clear()
    crosslinkerOf(repo).link(repo, rid, content)
  })
}

/** A delta is kept where it neither closes a loop nor makes public content need private content. */
function formToKeep(
  repo: Repo,
  { hash, content, isPrivate: asPrivate, compressed }: Arrival,
): { bytes: Uint8Array; source: Rid | undefined } {
  if (compressed !== undefined && isKeepable(compressed.source)) return compressed
  if (compressed !== undefined) repo.env.mark?.('repo.compressed-delta-unkept')
  return { bytes: compressContent(content, repo), source: undefined }

  function isKeepable(source: Rid | undefined): boolean {
    if (source === undefined) return true
    if (isPrivate(repo, source) && !asPrivate) return false
    const known = findRid(repo, hash)
    return known === undefined || !dependsOn(repo, source, known)
  }
}

/**
 * Stores a delta that arrived before its source. The source becomes a phantom; when it comes, the
 * delta is expanded and verified, and dropped where it does not give what its name says. Until
 * then it proves nothing, so it makes nothing public that is here already.
 *
 * @returns undefined where the source is shunned, is this artifact, or waits for it: then nothing
 *   was stored
 * @throws {FossilError} `delta.corrupt` when the delta does not even say how long its result is
 */
export function storeUnresolved(
  repo: Repo,
  artifact: {
    hash: ArtifactHash
    source: ArtifactHash
    delta: Uint8Array
    isPrivate: boolean
    /** The delta as it came, to be kept as it is. */
    compressed?: Uint8Array
  },
): Stored | undefined {
  const size = deltaOutputSize(artifact.delta)
  return joinTransaction(repo, () => {
    const row = rowOf(repo, artifact.hash)
    // First of all, or a peer that repeats itself would leave phantoms that nobody needs.
    if (row !== undefined && row.size >= 0) return { rid: row.rid, isNew: false }
    // Stock sends such for good (see docs/divergences.md): one must not spoil the sync.
    if (artifact.source === artifact.hash) return undefined
    const source = ensureKnown(repo, artifact.source, { isPrivate: artifact.isPrivate })
    if (source === undefined) return undefined
    assert(findHeld(repo, artifact.source) === undefined, 'a delta of what is here is expanded')
    // Honest peers can send circles, in two messages (stock too): one must not spoil the sync.
    if (row !== undefined && dependsOn(repo, source, row.rid)) {
      repo.env.mark?.('repo.deltas-in-circle')
      return undefined
    }
    const stored = artifact.compressed ?? compressContent(artifact.delta, repo)
    const rid = writeRow(repo, { ...artifact, size, stored })
    dbOf(repo).prepare('REPLACE INTO delta(rid, srcid) VALUES(?, ?)').run(rid, source)
    cacheOf(repo).unresolved?.add(rid)
    repo.env.mark?.('repo.delta-before-source')
    return { rid, isNew: true }
  })
}

/**
 * Stores `rid` as a delta of `source` where that saves a quarter or more (content.c:820-960).
 * Does nothing when `rid` is a delta already, when either is missing or short, when it would
 * close a loop, or when it would make public content depend on private content.
 */
export function deltify(repo: Repo, rid: Rid, source: Rid): boolean {
  if (rid === source || deltaSource(repo, rid) !== undefined) return false
  if (isPrivate(repo, source) && !isPrivate(repo, rid)) return false
  if (dependsOn(repo, source, rid)) return false
  const target = readContent(repo, rid)
  const base = readContent(repo, source)
  if (target === undefined || base === undefined) return false
  if (target.length < 50 || base.length < 50) return false
  const delta = createDelta(base, target)
  if (delta.length >= target.length * 0.75) return false
  joinTransaction(repo, () => {
    dbOf(repo)
      .prepare('UPDATE blob SET content = ? WHERE rid = ?')
      .run(compressContent(delta, repo), rid)
    dbOf(repo).prepare('REPLACE INTO delta(rid, srcid) VALUES(?, ?)').run(rid, source)
  })
  return true
}

function rowOf(repo: Repo, hash: ArtifactHash): { rid: Rid; size: number } | undefined {
  const row = dbOf(repo)
    .prepare<[rid: Rid, size: number]>('SELECT rid, size FROM blob WHERE uuid = ?')
    .get(hash)
  return row === undefined ? undefined : { rid: row[0], size: row[1] }
}

interface RowToWrite {
  readonly hash: ArtifactHash
  readonly size: number
  readonly stored: Uint8Array
  readonly isPrivate: boolean
}

/** Fills a phantom or makes a row, with its visibility. */
function writeRow(repo: Repo, row: RowToWrite): Rid {
  const db = dbOf(repo)
  const rcvid = receivedFrom(repo)
  const known = findRid(repo, row.hash)
  if (known === undefined) {
    const { lastRowid } = db
      .prepare('INSERT INTO blob(rcvid, size, uuid, content) VALUES(?, ?, ?, ?)')
      .run(rcvid, row.size, row.hash, row.stored)
    const rid = ridOfRow(lastRowid)
    const table = row.isPrivate ? 'private' : 'unclustered'
    db.prepare(`INSERT OR IGNORE INTO ${table}(rid) VALUES(?)`).run(rid)
    holdingsChanged(repo)
    return rid
  }
  cacheOf(repo).forget(row.hash, known)
  cacheOf(repo).unresolved?.delete(known)
  db.prepare('UPDATE blob SET rcvid = ?, size = ?, content = ? WHERE rid = ?').run(
    rcvid,
    row.size,
    row.stored,
    known,
  )
  db.prepare('DELETE FROM phantom WHERE rid = ?').run(known)
  holdingsChanged(repo)
  if (row.isPrivate) makePrivate(repo, known)
  else makePublic(repo, known)
  return known
}

/**
 * Everything that must happen once the verified content of `rid` is here: give it its meaning,
 * and expand the deltas that waited for it, and those that waited for them.
 *
 * Where a peer's message has made as much as it may, the deltas that still wait are phantoms again,
 * to be asked for once more: many short ones of one source could make any amount.
 */
function arrived(repo: Repo, rid: Rid, content: Uint8Array): void {
  crosslinkerOf(repo).link(repo, rid, content)
  // Each waits with its source: expanded ahead, the many deltas of one source could fill memory.
  const waiting = deltasOf(repo, rid).map((delta) => ({ delta, of: rid, source: content }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { delta, of } = next
    if (workOf(repo)?.isSpent === true) {
      const siblings = [delta]
      while (waiting.at(-1)?.of === of) siblings.push(waiting.pop()?.delta ?? delta)
      giveUp(repo, siblings)
      continue
    }
    workOf(repo)?.note(stepsOfWaiting)
    const expanded = resolve(repo, delta, next.source)
    if (expanded === undefined) continue
    crosslinkerOf(repo).link(repo, delta, expanded)
    for (const child of deltasOf(repo, delta)) {
      repo.env.mark?.('repo.delta-awaits-delta')
      waiting.push({ delta: child, of: delta, source: expanded })
    }
  }
}

/** Descending, so that a stack gives them back in rid order. */
function deltasOf(repo: Repo, source: Rid): Rid[] {
  return dbOf(repo)
    .prepare<[Rid]>('SELECT rid FROM delta WHERE srcid = ? ORDER BY rid DESC')
    .all(source)
    .map(([rid]) => rid)
}

/** Expands a delta whose source has come; one that lies about its name is a phantom again. */
function resolve(repo: Repo, rid: Rid, source: Uint8Array): Uint8Array | undefined {
  const hash = hashOf(repo, rid)
  if (hash === undefined) throw corrupt(rid, 'it has a delta source but no name')
  const delta = storedDelta(repo, rid)
  const isAllowed =
    workOf(repo)?.allowsOutput(deltaOutputSize(delta), source.length + delta.length) ?? true
  const content = isAllowed ? applyQuietly(source, delta) : undefined
  cacheOf(repo).unresolved?.delete(rid)
  holdingsChanged(repo)
  if (content !== undefined && matches(hash, content)) {
    noticeAlgorithm(repo, hash)
    repo.env.mark?.('repo.awaited-source-came')
    return content
  }
  if (isAllowed) repo.env.mark?.('repo.delta-lied')
  cacheOf(repo).forget(hash, rid)
  giveUp(repo, [rid])
  return undefined
}

/** Makes phantoms of deltas. In whole statements: there may be hundreds of thousands of them. */
function giveUp(repo: Repo, deltas: readonly Rid[]): void {
  const db = dbOf(repo)
  const cache = cacheOf(repo)
  const given = 'rid IN (SELECT value FROM json_each(?))'
  const rids = JSON.stringify(deltas)
  db.prepare(`UPDATE blob SET size = -1, content = NULL WHERE ${given}`).run(rids)
  db.prepare('INSERT OR IGNORE INTO phantom(rid) SELECT value FROM json_each(?)').run(rids)
  db.prepare(`DELETE FROM delta WHERE ${given}`).run(rids)
  for (const rid of deltas) cache.unresolved?.delete(rid)
  holdingsChanged(repo)
}

function applyQuietly(source: Uint8Array, delta: Uint8Array): Uint8Array | undefined {
  try {
    return applyDelta(source, delta)
  } catch (error) {
    if (FossilError.is(error, 'delta.corrupt')) return undefined
    throw error
  }
}

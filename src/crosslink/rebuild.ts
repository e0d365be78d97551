/**
 * Rebuild: forget every derived table and work all of them out again from the artifacts.
 * Source: fossil src/rebuild.c:355-480 (rebuild_db).
 * @module
 */

import { FossilError } from '../base/error.ts'
import { applyDelta } from '../delta/index.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { holdingsChanged, unresolvedRids } from '../repo/blob.ts'
import { corrupt, storedBytes, storedDelta } from '../repo/content.ts'
import { crosslink, settleLinks } from './crosslink.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { ticketTables } from './ticket-table.ts'
import { derivedTables, insertFixedTags } from '../repo/schema.ts'
import { removeShunned } from '../repo/shun.ts'

/** A listener for the progress of a rebuild, in artifacts. */
export type RebuildProgress = (done: number, total: number) => void

/**
 * Works out all derived tables anew, in one transaction. What only this repository knows stays:
 * private artifacts, what is to be sent, settings, users. Shunned artifacts are removed. Tables
 * that are not Fossil's are left alone.
 *
 * @example
 * ```ts
 * rebuild(repo, (done, total) => console.log(`${done} of ${total}`))
 * ```
 * @param onProgress is told how far it has come, in artifacts
 * @throws {FossilError} `repo.corrupt` when an artifact cannot be read: then nothing changed
 */
export function rebuild(
  repo: Repo,
  onProgress?: (done: number, total: number) => void,
): {
  /** Artifacts that were read. */
  readonly artifacts: number
  /** Shunned artifacts that were here and are gone. */
  readonly shunned: number
} {
  return repo.transaction(() => {
    const unsent = dbOf(repo).prepare<[Rid]>('SELECT rid FROM unsent ORDER BY rid').all()
    makeTablesAnew(repo)
    const shunned = removeShunned(repo)
    const keep = dbOf(repo).prepare('INSERT INTO unsent(rid) SELECT rid FROM blob WHERE rid = ?')
    for (const [rid] of unsent) keep.run(rid)
    return { artifacts: deriveAll(repo, onProgress === undefined ? {} : { onProgress }), shunned }
  })
}

/** Listeners that watch while artifacts are read. */
export interface Watcher {
  readonly onProgress?: RebuildProgress
  /** Sees each artifact and the size its row gave. */
  readonly onArtifact?: (artifact: Expanded, size: number) => void
  /** Is told of an artifact that cannot be read; without it the error is thrown. */
  readonly onDamage?: (rid: Rid, error: FossilError) => void
}

/** Fills the derived tables, which are empty. Returns how many artifacts were read. */
export function deriveAll(repo: Repo, watcher: Watcher = {}): number {
  const db = dbOf(repo)
  cacheOf(repo).clear()
  db.exec(`
    INSERT INTO unclustered(rid) SELECT rid FROM blob EXCEPT SELECT rid FROM private;
    INSERT OR IGNORE INTO phantom(rid) SELECT rid FROM blob WHERE size < 0;
  `)
  const total = db.prepare<[number]>('SELECT count(*) FROM blob').get()?.[0] ?? 0
  rememberNames(repo)
  let done = 0
  for (const { rid, content } of allContents(repo, watcher)) {
    crosslink(repo, rid, content)
    done++
    watcher.onProgress?.(done, total)
  }
  settleLinks(repo)
  holdingsChanged(repo)
  return done
}

/** Every name is looked up many times: by check-ins that have the file, by their children. */
function rememberNames(repo: Repo): void {
  const waiting = unresolvedRids(repo)
  const rows = dbOf(repo).prepare<[rid: Rid, hash: ArtifactHash]>(
    'SELECT rid, uuid FROM blob WHERE size >= 0 ORDER BY rid DESC LIMIT 100000',
  )
  for (const [rid, hash] of rows.iterate()) {
    if (!waiting.has(rid)) cacheOf(repo).rememberHeld(hash, rid)
  }
}

/** An artifact as it was read. */
export interface Expanded {
  readonly rid: Rid
  readonly content: Uint8Array
}

/**
 * Every artifact that can be read, each delta after its source, so that nothing is expanded twice.
 * Corrects `blob.size` on the way: a clone by stock leaves the compressed size (rebuild.c:257).
 */
function* allContents(repo: Repo, watcher: Watcher): Generator<Expanded, void, void> {
  const roots = dbOf(repo)
    .prepare<[rid: Rid, size: number]>(
      `SELECT rid, size FROM blob WHERE size >= 0
          AND NOT EXISTS(SELECT 1 FROM delta WHERE delta.rid = blob.rid)
        ORDER BY rid`,
    )
    .all()
  const deltas = deltasBySource(repo)
  const fixSize = dbOf(repo).prepare('UPDATE blob SET size = ? WHERE rid = ?')
  const reached = new Set<Rid>()
  for (const [root, rootSize] of roots) {
    const waiting: Waiting[] = [{ rid: root, size: rootSize, source: undefined }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { rid, size } = next
      reached.add(rid)
      const content = read(repo, next, watcher)
      if (content === undefined) continue
      watcher.onArtifact?.({ rid, content }, size)
      if (size !== content.length) fixSize.run(content.length, rid)
      yield { rid, content }
      for (const delta of deltas.get(rid) ?? []) waiting.push({ ...delta, source: content })
    }
  }
  checkOthers(repo, reached, watcher)
}

/** Reports deltas of nothing that can be read as damaged, unless they wait for a phantom. */
function checkOthers(repo: Repo, reached: ReadonlySet<Rid>, { onDamage }: Watcher): void {
  const held = dbOf(repo).prepare<[Rid]>('SELECT rid FROM blob WHERE size >= 0 ORDER BY rid').all()
  if (held.length === reached.size) return
  const waiting = unresolvedRids(repo)
  for (const [rid] of held) {
    if (reached.has(rid) || waiting.has(rid)) continue
    const error = corrupt(rid, 'its delta chain leads to nothing that can be read')
    if (onDamage === undefined) throw error
    onDamage(rid, error)
  }
}

/** All deltas by what they are deltas of, those of one source in descending order. */
function deltasBySource(repo: Repo): Map<Rid, { rid: Rid; size: number }[]> {
  const bySource = new Map<Rid, { rid: Rid; size: number }[]>()
  const rows = dbOf(repo).prepare<[source: Rid, rid: Rid, size: number]>(
    `SELECT srcid, delta.rid, size FROM delta CROSS JOIN blob USING(rid) WHERE size >= 0
      ORDER BY delta.rid DESC`,
  )
  for (const [source, rid, size] of rows.iterate()) {
    const deltas = bySource.get(source)
    if (deltas === undefined) bySource.set(source, [{ rid, size }])
    else deltas.push({ rid, size })
  }
  return bySource
}

interface Waiting {
  readonly rid: Rid
  /** The size that its row states. */
  readonly size: number
  readonly source: Uint8Array | undefined
}

function read(repo: Repo, { rid, source }: Waiting, { onDamage }: Watcher): Uint8Array | undefined {
  try {
    return source === undefined ? storedBytes(repo, rid) : expand(repo, rid, source)
  } catch (error) {
    if (onDamage === undefined || !FossilError.is(error)) throw error
    onDamage(rid, error)
    return undefined
  }
}

function expand(repo: Repo, rid: Rid, source: Uint8Array): Uint8Array {
  try {
    return applyDelta(source, storedDelta(repo, rid))
  } catch (cause) {
    if (!FossilError.is(cause, 'delta.corrupt')) throw cause
    throw corrupt(rid, `its stored delta does not fit its source: ${cause.message}`, cause)
  }
}

/** Names of the tables that `derivedTables` makes, and of those made when first needed. */
export const derivedNames: readonly string[] = [
  ...[...derivedTables.matchAll(/CREATE TABLE (\w+)\(/g)].map(([, name = '']) => name),
  'forumpost',
  'fx_trilobite_wait',
]

function makeTablesAnew(repo: Repo): void {
  for (const name of derivedNames) dbOf(repo).exec(`DROP TABLE IF EXISTS "${name}"`)
  dbOf(repo).exec(derivedTables)
  insertFixedTags(dbOf(repo))
  ticketTables(repo)
}

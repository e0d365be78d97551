/**
 * Artifact content as it is read: stored form, delta chains, a cache of what was expanded.
 * Source: fossil src/content.c; the storage form is base/zlib.ts's framing.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { expandContent } from '../base/zlib.ts'
import { applyDelta } from '../delta/index.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid, hashOf } from './blob.ts'
import { cacheOf, dbOf, type Repo, workOf } from './repo.ts'
import type { Rid } from './rid.ts'

/** The largest artifact that this code expands, as in stock (blobs are below 2^31 bytes). */
const maxArtifactBytes = 0x7fffffff

/** The cost of looking up the source of a delta, in steps of repo/work.ts (measured). */
const stepsOfSource = 3

/** On the way down a delta chain, every so many contents are kept for the next reader. */
const rememberEvery = 8

/**
 * Returns the content of an artifact, or undefined for a phantom and for a delta whose source is
 * missing. The bytes are shared with a cache: do not change them.
 *
 * @throws {FossilError} `repo.corrupt` when rows contradict each other
 */
export function readContent(repo: Repo, rid: Rid): Uint8Array | undefined {
  const cached = cacheOf(repo).content(rid)
  if (cached !== undefined) return cached
  const chain: Rid[] = []
  let base: Uint8Array | undefined
  let at = rid
  for (const source of sourcesOf(repo, rid)) {
    chain.push(at)
    at = source
    base = cacheOf(repo).content(at)
    if (base !== undefined) break
  }
  base ??= storedBytes(repo, at)
  if (base === undefined) {
    if (hashOf(repo, at) === undefined) throw corrupt(rid, 'its delta chain ends in nothing')
    return undefined
  }
  const content = expandChain(repo, base, chain)
  cacheOf(repo).rememberContent(rid, content)
  return content
}

/**
 * Reads one artifact by name.
 *
 * @example
 * ```ts
 * const manifest = decodeText(readArtifact(repo, hash))
 * ```
 * @returns bytes that the caller owns
 * @throws {FossilError} `artifact.missing` when its content is not here; `repo.corrupt`
 */
export function readArtifact(repo: Repo, hash: ArtifactHash): Uint8Array {
  const rid = findRid(repo, hash)
  const content = rid === undefined ? undefined : readContent(repo, rid)
  if (rid === undefined || content === undefined) {
    throw new FossilError('artifact.missing', { name: hash })
  }
  // Whoever changed bytes of the cache would have the next delta written against them.
  return cacheOf(repo).content(rid) === content ? new Uint8Array(content) : content
}

/** The rid that `rid` is stored as a delta of, or undefined for full content. */
export function deltaSource(repo: Repo, rid: Rid): Rid | undefined {
  return dbOf(repo).prepare<[Rid]>('SELECT srcid FROM delta WHERE rid = ?').get(rid)?.[0]
}

/** An artifact, what it is a delta of, and so on, down to one that is whole or missing. */
export function* deltaChain(repo: Repo, hash: ArtifactHash): Generator<ArtifactHash> {
  const seen = new Set<ArtifactHash>()
  // A damaged file may have deltas in a circle.
  for (let name: ArtifactHash | undefined = hash; name !== undefined && !seen.has(name);) {
    yield name
    seen.add(name)
    const rid = findRid(repo, name)
    const source = rid === undefined ? undefined : deltaSource(repo, rid)
    name = source === undefined ? undefined : hashOf(repo, source)
  }
}

/** Expands the `content` column of `rid`: full content or a delta. */
export function storedBytes(repo: Repo, rid: Rid): Uint8Array | undefined {
  const row = dbOf(repo)
    // A verification keeps its own notes on artifacts in a temporary table, which hides this one.
    .prepare<[Uint8Array | null]>('SELECT content FROM main.blob WHERE rid = ? AND size >= 0')
    .get(rid)
  if (row === undefined) return undefined
  if (!(row[0] instanceof Uint8Array)) throw corrupt(rid, 'it has a size but no content')
  try {
    const bytes = expandContent(row[0], { maxBytes: maxArtifactBytes })
    workOf(repo)?.made(bytes.length)
    return bytes
  } catch (cause) {
    throw corrupt(rid, 'its stored content cannot be expanded', cause)
  }
}

/** Tells whether `rid` is `ancestor`, or is stored as a delta of it at whatever remove. */
export function dependsOn(repo: Repo, rid: Rid, ancestor: Rid): boolean {
  if (rid === ancestor) return true
  for (const source of sourcesOf(repo, rid)) if (source === ancestor) return true
  return false
}

/** Expands the row of a delta. */
export function storedDelta(repo: Repo, rid: Rid): Uint8Array {
  const delta = storedBytes(repo, rid)
  if (delta === undefined) throw corrupt(rid, 'it has a delta source but no content')
  return delta
}

/** Yields the source of the delta `rid`, the source of that, and so on to the end of the chain. */
function* sourcesOf(repo: Repo, rid: Rid): Generator<Rid, void, void> {
  const passed = new Set([rid])
  for (let at = deltaSource(repo, rid); at !== undefined; at = deltaSource(repo, at)) {
    if (passed.has(at)) throw corrupt(rid, 'its delta chain does not end')
    passed.add(at)
    workOf(repo)?.note(stepsOfSource)
    yield at
  }
}

/** Applies the deltas of `chain`, the last one first. */
function expandChain(repo: Repo, base: Uint8Array, chain: readonly Rid[]): Uint8Array {
  let content = base
  for (const [index, rid] of chain.toReversed().entries()) {
    try {
      content = applyDelta(content, storedDelta(repo, rid))
      workOf(repo)?.made(content.length)
    } catch (cause) {
      if (!FossilError.is(cause, 'delta.corrupt')) throw cause
      throw corrupt(rid, `its stored delta does not fit its source: ${cause.message}`, cause)
    }
    // Reading a long chain from its far end would cost n² steps otherwise. content.c:339.
    if ((index + 1) % rememberEvery === 0) cacheOf(repo).rememberContent(rid, content)
  }
  return content
}

/** Rows that contradict each other. */
export function corrupt(rid: Rid, reason: string, cause?: unknown): FossilError {
  return new FossilError('repo.corrupt', { rid, reason }, { cause })
}

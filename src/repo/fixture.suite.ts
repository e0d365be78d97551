/**
 * Repositories for the tests of this folder: in memory or in a scratch file, in a world that
 * stands still, and what they hold as plain values to compare.
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { utf8 } from '../base/bytes.ts'
import type { Buggify, Clock, Env, Random } from '../base/env.ts'
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import type { Database } from '../db/driver.ts'
import { openDatabase } from '../db/node.ts'
import { applyDelta, createDelta } from '../delta/index.ts'
import { type ArtifactHash, nameFor } from '../hash/artifact-hash.ts'
import { RandomSource } from '../sim/random.ts'
import { announcedArtifacts, findHeld, isPrivate, unresolvedRids } from './blob.ts'
import { readContent } from './content.ts'
import { storeContent, storeUnresolved } from './store.ts'
import { type CreateOptions, createRepoWith } from './create.ts'
import { cacheOf, type Crosslinker, dbOf, openRepoWith, type Repo } from './repo.ts'
import type { Rid } from './rid.ts'

/** 2023-11-14T22:13:20Z. */
export const startMs = 1_700_000_000_000

/** A world where time moves by hand and faults come by name. */
export class TestEnv implements Env {
  nowMs = startMs
  /** Fault sites that fire whenever they are asked. */
  readonly failing = new Set<string>()
  readonly clock: Clock = { nowMs: () => this.nowMs }
  readonly random: Random
  readonly buggify: Buggify = { check: (site) => this.failing.has(site) }

  constructor(seed = 1) {
    const stream = new RandomSource(seed).stream('test')
    this.random = { bytes: (length) => stream.next().bytes(length) }
  }
}

const images = new Map<string, Uint8Array>()

/** Artifacts mean nothing: enough for all that this folder does. */
const noMeaning: Crosslinker = { link: () => {}, settle: () => {} }

/** Opens a repository whose artifacts mean nothing. */
export function openRepo(db: Database, env: Env): Repo {
  return openRepoWith(noMeaning, db, env)
}

/** Makes a repository whose artifacts mean nothing. */
export function createRepo(db: Database, env: Env, options: CreateOptions = {}): Repo {
  return createRepoWith(noMeaning, db, env, options)
}

/** An empty repository in memory where artifacts mean nothing. */
export function memoryRepo(options: CreateOptions = {}, env: Env = new TestEnv()): Repo {
  return memoryRepoWith(noMeaning, options, env)
}

/** An empty repository in memory; the schema runs once for all that are made alike. */
export function memoryRepoWith(crosslinker: Crosslinker, options: CreateOptions, env: Env): Repo {
  const key = JSON.stringify(options)
  let image = images.get(key)
  if (image === undefined) {
    using template = createRepoWith(crosslinker, openDatabase(), new TestEnv(), options)
    image = dbOf(template).serialize()
    images.set(key, image)
  }
  return openRepoWith(crosslinker, openDatabase(image), env)
}

/** A path in a scratch folder that goes when the test ends. */
export function scratchPath(t: { after(action: () => void): void }, name = 'x.fossil'): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-repo-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return join(folder, name)
}

/** Content of many lines, most of them shared with its neighbours: worth a delta. */
export function version(number: number): Uint8Array {
  const line = (j: number): string => `line ${j} of version ${Math.floor((number + j) / 40)}\n`
  return utf8(`version ${number}\n${Array.from({ length: 40 }, (_, j) => line(j)).join('')}`)
}

/** The SHA3-256 name of content. */
export function named(content: Uint8Array): ArtifactHash {
  return nameFor(content, 'sha3')
}

/** An artifact as a peer sends it. */
export interface Arrival {
  readonly hash: ArtifactHash
  /** The content, or, with a source, a delta against it. */
  readonly bytes: Uint8Array
  readonly source?: ArtifactHash
  readonly isPrivate?: boolean
}

/** `content` sent whole. */
export function whole(content: Uint8Array): Arrival {
  return { hash: named(content), bytes: content }
}

/** `content` sent as a delta of `source`. */
export function deltaOf(source: Uint8Array, content: Uint8Array): Arrival {
  return { hash: named(content), source: named(source), bytes: createDelta(source, content) }
}

/** Takes an artifact in as a sync does. Returns whether it was new. */
export function receive(repo: Repo, arrival: Arrival): boolean {
  const { hash, bytes, source, isPrivate: asPrivate = false } = arrival
  const sourceRid = source === undefined ? undefined : findHeld(repo, source)
  if (source !== undefined && sourceRid === undefined) {
    const delta = { hash, source, delta: bytes, isPrivate: asPrivate }
    return storeUnresolved(repo, delta)?.isNew ?? false
  }
  const base = sourceRid === undefined ? undefined : readContent(repo, sourceRid)
  const content = base === undefined ? bytes : applyDelta(base, bytes)
  return storeContent(repo, { hash, content, isPrivate: asPrivate }).isNew
}

/**
 * Everything that a repository holds and knows, by name and sorted: nothing of rids, order or
 * storage.
 */
export interface State {
  /** Content of held artifacts, as text. */
  readonly held: Readonly<Record<string, string>>
  readonly unresolved: readonly string[]
  readonly phantoms: readonly string[]
  readonly private: readonly string[]
  readonly unclustered: readonly string[]
  readonly unsent: readonly string[]
  readonly clusters: readonly string[]
  readonly announced: readonly string[]
}

/** Reads the {@link State} from the tables, not from what is remembered. */
export function stateOf(repo: Repo): State {
  cacheOf(repo).clear()
  const unresolved = unresolvedRids(repo)
  const rows = dbOf(repo)
    .prepare<[Rid, ArtifactHash]>('SELECT rid, uuid FROM blob WHERE size >= 0 ORDER BY uuid')
    .all()
  const contents = rows.flatMap(([rid, hash]) => {
    const content = unresolved.has(rid) ? undefined : readContent(repo, rid)
    return content === undefined ? [] : [[hash, Buffer.from(content).toString('latin1')] as const]
  })
  return {
    held: Object.fromEntries(contents),
    unresolved: rows.flatMap(([rid, hash]) => (unresolved.has(rid) ? [hash] : [])),
    phantoms: listed(repo, 'phantom'),
    private: listed(repo, 'private'),
    unclustered: listed(repo, 'unclustered'),
    unsent: listed(repo, 'unsent'),
    clusters: listed(repo, '(SELECT rid FROM tagxref WHERE tagid = 7)'),
    announced: announcedArtifacts(repo)
      .map(({ hash }) => hash)
      .sort(),
  }
}

/** Names of the artifacts whose rids are in `table`, sorted. */
export function listed(repo: Repo, table: string): ArtifactHash[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>(`SELECT uuid FROM ${table} JOIN blob USING(rid) ORDER BY uuid`)
    .all()
    .map(([hash]) => hash)
}

/** Tells whether the artifact is here, content and all, and private. */
export function isHeldPrivately(repo: Repo, hash: ArtifactHash): boolean {
  const rid = findHeld(repo, hash)
  return rid !== undefined && isPrivate(repo, rid)
}

/** For `assert.throws`: an operating error of this code. */
export function failsWith(code: FossilErrorCode, message = /^/): (error: unknown) => boolean {
  return (error) => FossilError.is(error, code) && message.test(error.message)
}

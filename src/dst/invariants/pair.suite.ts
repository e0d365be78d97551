/**
 * A healthy master and leaf, for the checks to pass on, and to be damaged one way at a time.
 * @module
 */

import { assert } from '../../base/assert.ts'
import { utf8 } from '../../base/bytes.ts'
import { type Env, noBuggify } from '../../base/env.ts'
import { openDatabase } from '../../db/node.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { ensureKnown } from '../../repo/blob.ts'
import { type Checkin, checkin, type CheckinOptions } from '../../write/checkin.ts'
import { createClusters } from '../../repo/cluster.ts'
import { setConfig } from '../../repo/config.ts'
import { readContent } from '../../repo/content.ts'
import { storeContent, storeLocal } from '../../repo/store.ts'
import { createRepo } from '../../crosslink/open.ts'
import { cacheOf, dbOf, type Repo } from '../../repo/repo.ts'
import type { Rid } from '../../repo/rid.ts'
import { heardAt } from '../held-sayings.ts'
import { allBlobUuidsSorted } from '../holdings.ts'
import { meaningOf } from '../meanings/meaning.ts'
import type { Access } from '../../sync/access.ts'
import {
  type AcknowledgedArtifact,
  type CheckedNode,
  type Finding,
  maySend,
  type Pushes,
  type SettingChange,
  type World,
} from '../world.ts'
import type { TableDefinition } from '../../tables/definition.ts'
import { defineTable, deleteRow, pkHash, putRow } from '../../tables/tables.ts'
import { Standings } from '../standings.ts'
import { LocalOracle } from '../local-oracle.ts'
import { TableOracle } from '../table-oracle.ts'
import { UpkeepWitness } from '../upkeep/witness.ts'
import { UvOperations } from '../uv-operations.ts'
import { versionOf } from './tables.ts'

const env: Env = {
  clock: { nowMs: () => 1_767_225_600_000 },
  random: { bytes: (length) => new Uint8Array(length) },
  buggify: noBuggify,
}

/** Name of an artifact that nobody has. */
export const nobodys: ArtifactHash = hash('e'.repeat(40))

/** One way to damage a healthy pair, and what must be noticed. */
export interface Damage {
  readonly what: string
  readonly invariant: string
  readonly where: 'master' | 'leaf-0'
  readonly detail: RegExp
  readonly inflict: (pair: Pair) => void
}

const notes: TableDefinition = {
  name: 'notes',
  columns: [
    { name: 'id', type: 'text', key: true },
    { name: 'body', type: 'text' },
  ],
  conflict: 'mtime-wins',
}

/** A master and a leaf that hold the same public artifacts, and a secret each. */
export class Pair implements Disposable {
  readonly master: Repo
  readonly leaf: Repo
  /** Artifacts of the master by what they are: see the constructor. */
  readonly named: Readonly<Record<'plain' | 'base' | 'delta' | 'secret' | 'cluster', ArtifactHash>>
  readonly acknowledged: AcknowledgedArtifact[] = []
  /** The rights of nodes on the master; everything unless it is said here. */
  readonly access = new Map<string, Access>()
  /** The rights that nodes had; where nothing is said here, `access` is what they always had. */
  readonly standings = new Standings()
  readonly uvOperations: UvOperations

  readonly asksPrivate = new Set<string>()
  readonly cloneGaps: Finding[] = []
  readonly falseClaims: Finding[] = []
  readonly misreadings: Finding[] = []
  readonly leftovers: Finding[] = []
  readonly replays: Finding[] = []
  readonly miswritten: Finding[] = []
  readonly brokenPromises: Finding[] = []
  readonly lockFaults: Finding[] = []
  readonly trespasses: Finding[] = []
  readonly wastes: Finding[] = []
  readonly upkeep = new UpkeepWitness()
  readonly rows = new TableOracle()
  readonly local = new LocalOracle()
  readonly pushes: { falseAnswers: Finding[]; open: ArtifactHash[] } & Pushes = {
    falseAnswers: [],
    open: [],
    openAt: (id) => (id === 'leaf-0' ? this.pushes.open : []),
  }

  /**
   * Four files, one of them stored as a delta of another, in two check-ins; a cluster of them all;
   * a phantom; an artifact after the cluster; a private artifact on either side. Unversioned files:
   * `short`, `long`, `empty` and `gone`, which was deleted.
   */
  constructor() {
    this.master = newRepo()
    this.leaf = newRepo()
    const text = 'a line that says something\n'.repeat(20)
    const first = this.#checkin({
      changes: [
        { name: 'a', content: utf8(text) },
        { name: 'b', content: utf8('short') },
      ],
      comment: 'first',
      user: 'u',
    })
    const second = this.#checkin({
      changes: [{ name: 'a', content: utf8(`${text}and more\n`) }],
      comment: 'second',
      user: 'u',
      parent: first.hash,
    })
    createClusters(this.master, { atLeast: 1 })
    const cluster = lastHash(this.master)
    const plain = storeLocal(this.master, utf8('after the cluster')).hash
    ensureKnown(this.master, nobodys, { isPrivate: false })
    // The newer version is kept whole, and the older one as a delta of it.
    const [delta] = first.newArtifacts
    const [base] = second.newArtifacts
    const secret = storeLocal(this.master, utf8('secret'), { isPrivate: true }).hash
    this.named = { plain, base: hash(base), delta: hash(delta), secret, cluster }
    this.#copyPublic()
    const own = storeLocal(this.leaf, utf8('a secret of the leaf'), { isPrivate: true }).hash
    this.acknowledged.push(
      { hash: plain, nodeId: 'master', isPrivate: false },
      { hash: secret, nodeId: 'master', isPrivate: true },
      { hash: own, nodeId: 'leaf-0', isPrivate: true },
    )
    for (const [nodeId, repo] of [
      ['master', this.master] as const,
      ['leaf-0', this.leaf] as const,
    ]) {
      setConfig(repo, 'css', 'of the master')
      setConfig(repo, 'footer', `of ${nodeId}`)
    }
    for (const made of allBlobUuidsSorted(this.master)) {
      const isTold = [plain, secret, cluster, first.hash, second.hash].includes(made)
      if (!isTold) this.acknowledged.push({ hash: made, nodeId: 'master', isPrivate: false })
    }
    this.#addRows()
    this.uvOperations = new UvOperations({
      nodes: () => this.nodes(),
      mark: () => {},
      note: () => {},
      uvTravels: (id) => maySend(this.world().truth, id, 'unversioned'),
    })
    for (const { id } of this.nodes()) {
      this.write(id, { name: 'short', text: 'short', mtimeSec: 100 })
      this.write(id, { name: 'long', text: 'a line of many\n'.repeat(50), mtimeSec: 200 })
      this.write(id, { name: 'empty', text: '', mtimeSec: 300 })
      this.write(id, { name: 'gone', text: 'soon', mtimeSec: 400 })
      this.delete(id, { name: 'gone', mtimeSec: 500 })
    }
  }

  /** A check-in at the master, and its meaning. */
  #checkin(options: CheckinOptions): Checkin {
    const { acknowledged, master } = this
    const says = meaningOf({ kind: 'checkin', options }, heardAt(master, { acknowledged }))
    const made = checkin(master, options)
    acknowledged.push({ hash: made.hash, nodeId: 'master', isPrivate: false, says })
    return made
  }

  /** The same rows of a synced table on either side, one of them deleted. */
  #addRows(): void {
    for (const { id, repo } of this.nodes()) {
      defineTable(repo, notes)
      for (const [name, mtimeSec] of [
        ['kept', 100],
        ['gone', 200],
      ] as const) {
        putRow(repo, 'notes', { id: name, body: 'text' }, { mtimeSec })
        if (name === 'gone') deleteRow(repo, 'notes', { id: name }, { mtimeSec: mtimeSec + 1 })
        const key = pkHash(repo, 'notes', { id: name })
        const version = versionOf(repo, 'notes', key)
        assert(version !== undefined, 'a row that was put is there')
        this.rows.record({ table: 'notes', key, nodeId: id, version, travels: true })
      }
    }
  }

  /** Writes an unversioned file at a node. */
  write(id: string, file: { name: string; text: string; mtimeSec: number }): void {
    const data = utf8(file.text)
    this.uvOperations.change(
      { type: 'uvWrite', timeMs: 0, nodeId: id, data, ...file },
      this.node(id),
    )
  }

  /** Deletes an unversioned file at a node. */
  delete(id: string, file: { name: string; mtimeSec: number }): void {
    this.uvOperations.change({ type: 'uvDelete', timeMs: 0, nodeId: id, ...file }, this.node(id))
  }

  /** The repository of a node, and what the checks call it. */
  node(id: string): CheckedNode {
    return { id, repo: id === 'master' ? this.master : this.leaf }
  }

  /** The master and the leaf. */
  nodes(): CheckedNode[] {
    return [this.node('master'), this.node('leaf-0')]
  }

  /** The world that the checks look at. */
  world(truth: Partial<World['truth']> = {}): World {
    const { acknowledged, access, asksPrivate, pushes, rows: tables, local, uvOperations } = this
    const { cloneGaps, falseClaims, leftovers, miswritten, replays, trespasses, wastes } = this
    const brokenPromise = (): Finding | undefined => this.brokenPromises[0]
    const { lockFaults, misreadings, upkeep } = this
    const misdeeds = { misreadings, wastes, brokenPromise, lockFaults, upkeepFaults: upkeep.faults }
    const found = {
      cloneGaps,
      falseClaims,
      leftovers,
      miswritten,
      replays,
      trespasses,
      ...misdeeds,
    }
    const standings = this.standings.access.size > 0 ? this.standings : undefined
    const told = { acknowledged, access, standings, asksPrivate, pushes, settings, ...found }
    const oracles = { unversioned: uvOperations.oracle, tables, local }
    return { nodes: this.nodes(), truth: { ...told, ...oracles, ...truth } }
  }

  /** Damages a repository behind the back of the code that keeps it in order. */
  damage(where: 'master' | 'leaf', sql: string, ...parameters: (string | number)[]): void {
    const repo = this[where]
    dbOf(repo)
      .prepare(sql)
      .run(...parameters)
    cacheOf(repo).clear()
  }

  [Symbol.dispose](): void {
    this.master.close()
    this.leaf.close()
  }

  #copyPublic(): void {
    for (const name of allBlobUuidsSorted(this.master)) {
      if (name === this.named.secret) continue
      const rid = ridOf(this.master, name)
      const content = readContent(this.master, rid)
      if (content !== undefined) {
        storeContent(this.leaf, { hash: name, content, isPrivate: false })
      }
    }
  }
}

const startSec = Math.floor(env.clock.nowMs() / 1000)

/** Settings that were changed: one at the master alone, one at each node. */
const settings: readonly SettingChange[] = [
  { nodeId: 'master', name: 'css', value: 'of the master', mtimeSec: startSec },
  { nodeId: 'master', name: 'footer', value: 'of master', mtimeSec: startSec },
  { nodeId: 'leaf-0', name: 'footer', value: 'of leaf-0', mtimeSec: startSec },
]

/** The rid of an artifact that is known. */
export function ridOf(repo: Repo, name: string): Rid {
  const row = dbOf(repo).prepare<[Rid]>('SELECT rid FROM blob WHERE uuid = ?').get(name)
  if (row === undefined) throw new Error(`${name} is not known here`)
  return row[0]
}

function newRepo(): Repo {
  return createRepo(openDatabase(), env, { projectCode: 'a'.repeat(40), hashPolicy: 'sha1' })
}

function lastHash(repo: Repo): ArtifactHash {
  const row = dbOf(repo)
    .prepare<[ArtifactHash]>('SELECT uuid FROM blob ORDER BY rid DESC LIMIT 1')
    .get()
  return hash(row?.[0])
}

function hash(text: string | undefined): ArtifactHash {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names that this file just made
  return text as ArtifactHash
}

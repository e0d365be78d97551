/**
 * A small language for scenarios: a hub, leaves around it, what they store, and how it ends.
 *
 * Every scenario ends alike, whatever the level of faults: faults end, the nodes come to rest, and
 * everything that must hold is checked, convergence included.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromUtf8, utf8 } from '../../base/bytes.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { findHeld, isPrivate } from '../../repo/blob.ts'
import { checkin } from '../../write/checkin.ts'
import { setConfig } from '../../repo/config.ts'
import { readArtifact } from '../../repo/content.ts'
import { storeLocal } from '../../repo/store.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { clusterTagId } from '../../repo/schema.ts'
import { findUnversioned, readUnversioned } from '../../repo/unversioned.ts'
import { levelNames } from '../../sim/levels.ts'
import { withoutBuggify } from '../buggify.ts'
import type { SimConfig } from '../config.ts'
import type { NodeId } from '../../runner/model.ts'
import { countBlobs, hasBlob } from '../holdings.ts'
import type { SimNetwork } from '../sim-network.ts'
import { Simulator } from '../simulator.ts'

/** A poll interval of leaves that sync only when told: {@link Star.sync}. */
export const onDemand = { pollIntervalMs: 1_000_000_000 }

/** Tells a story about a star, and then how it ends. */
export type Story = (star: Star) => Promise<void>

/** One scenario. Its title is a fact. */
export function scenario(title: string, config: Partial<SimConfig>, story: Story): void {
  test(title, async () => {
    using star = new Star(config)
    await story(star)
    await star.rest()
  })
}

/** One scenario at each level of faults: on a calm network, an adversarial and a hostile one. */
export function atEveryLevel(title: string, config: Partial<SimConfig>, story: Story): void {
  for (const level of levelNames) {
    scenario(`${title}, ${level} network`, { ...config, level }, story)
  }
}

/** A hub and its leaves. */
export class Star implements Disposable {
  readonly simulator: Simulator
  readonly network: SimNetwork
  readonly hub: Site
  readonly leaves: readonly Site[]

  constructor(config: Partial<SimConfig>) {
    this.simulator = Simulator.create({ seed: 1, ...config })
    this.network = this.simulator.network()
    const nodes = this.simulator.nodes()
    const [hub, ...leaves] = nodes.map(({ id }) => new Site(this.simulator, id))
    assert.ok(hub)
    this.hub = hub
    this.leaves = leaves
  }

  /** A leaf by its number. */
  leaf(index: number): Site {
    const leaf = this.leaves[index]
    assert.ok(leaf, `leaf ${index}`)
    return leaf
  }

  /** Everybody, the hub first. */
  get sites(): readonly Site[] {
    return [this.hub, ...this.leaves]
  }

  /** Lets virtual time pass, with the faults of the level, partitions among them. */
  async run(ms: number): Promise<void> {
    const untilMs = this.simulator.clock().nowMs() + ms
    this.simulator.schedulePartitions(untilMs)
    await this.simulator.runUntil(untilMs)
    this.simulator.checkSafety()
  }

  /** Lets a leaf sync now, and waits until it has, or has failed to. */
  async sync(leaf: Site): Promise<void> {
    const { syncs } = leaf.stats
    this.simulator.scheduleSyncNow(leaf.id)
    while (leaf.stats.syncs === syncs) await this.simulator.step()
    this.simulator.checkSafety()
  }

  /** Ends all faults, comes to rest, and checks everything. */
  async rest(): Promise<void> {
    this.simulator.endFaults()
    const hoursMs = Math.max(3_600_000, 100 * this.simulator.config.pollIntervalMs)
    assert.ok(await this.simulator.settle(hoursMs), 'the network comes to rest')
    this.simulator.checkSafety()
    this.simulator.checkSettled()
  }

  [Symbol.dispose](): void {
    this.simulator.close()
  }
}

/** One repository, and what people do there. */
export class Site {
  readonly id: NodeId
  readonly #simulator: Simulator

  constructor(simulator: Simulator, id: NodeId) {
    this.#simulator = simulator
    this.id = id
  }

  /** Its repository as it is now. */
  get repo(): Repo {
    return this.#simulator.repo(this.id)
  }

  /** Stores an artifact, which from then on must not be lost. */
  store(content: string | Uint8Array, { isPrivate: asPrivate = false } = {}): ArtifactHash {
    const bytes = typeof content === 'string' ? utf8(content) : content
    const { hash } = withoutBuggify(this.repo, () =>
      storeLocal(this.repo, bytes, { isPrivate: asPrivate }),
    )
    this.#simulator.acknowledge({ hash, nodeId: this.id, isPrivate: asPrivate })
    return hash
  }

  /** Stores many small artifacts. */
  storeMany(count: number): ArtifactHash[] {
    return Array.from({ length: count }, (_, index) => this.store(`${this.id} ${index}\n`))
  }

  /** Checks a file in. */
  checkin(name: string, content: string, parent?: ArtifactHash): ArtifactHash {
    const { hash, newArtifacts } = withoutBuggify(this.repo, () =>
      checkin(this.repo, {
        changes: [{ name, content: utf8(content) }],
        comment: `change ${name}`,
        user: this.id,
        fork: 'allow',
        ...(parent === undefined ? { newRoot: true } : { parent }),
      }),
    )
    for (const artifact of newArtifacts) {
      this.#simulator.acknowledge({ hash: artifact, nodeId: this.id, isPrivate: false })
    }
    return hash
  }

  /** Sets a setting of the repository. */
  set(name: string, value: string): void {
    withoutBuggify(this.repo, () => setConfig(this.repo, name, value))
  }

  /** Writes an unversioned file; a disk that refuses is asked again. */
  async writeFile(name: string, content: string | Uint8Array, mtimeSec?: number): Promise<void> {
    const data = typeof content === 'string' ? utf8(content) : content
    const time = mtimeSec === undefined ? {} : { mtimeSec }
    await this.#insist((atMs) =>
      this.#simulator.scheduleUvWrite(this.id, atMs, { name, data, ...time }),
    )
  }

  /** Deletes an unversioned file that is here. */
  async deleteFile(name: string, mtimeSec?: number): Promise<void> {
    const time = mtimeSec === undefined ? {} : { mtimeSec }
    await this.#insist((atMs) => this.#simulator.scheduleUvDelete(this.id, atMs, { name, ...time }))
  }

  /** The content of an unversioned file as text; undefined if there is none. */
  file(name: string): string | undefined {
    const content = readUnversioned(this.repo, name)
    return content === undefined ? undefined : fromUtf8(content)
  }

  /** The time of an unversioned file, deleted or not; undefined if there never was one. */
  fileTime(name: string): number | undefined {
    return findUnversioned(this.repo, name)?.mtimeSec
  }

  has(hash: ArtifactHash): boolean {
    return hasBlob(this.repo, hash)
  }

  hasPrivately(hash: ArtifactHash): boolean {
    const rid = findHeld(this.repo, hash)
    return rid !== undefined && isPrivate(this.repo, rid)
  }

  read(hash: ArtifactHash): Uint8Array {
    return readArtifact(this.repo, hash)
  }

  /** The number of artifacts held, beside clusters. */
  get count(): number {
    return countBlobs(this.repo) - this.clusters
  }

  /** The number of clusters held. */
  get clusters(): number {
    const sql = 'SELECT 1 FROM tagxref JOIN blob USING(rid) WHERE tagid = ? AND size >= 0'
    return dbOf(this.repo).prepare(sql).all(clusterTagId).length
  }

  get stats(): { readonly syncs: number; readonly errors: number } {
    return this.#simulator.leafStats(this.id)
  }

  async #insist(schedule: (atMs: number) => void): Promise<void> {
    const deeds = (): number => {
      const { writes, deletes } = this.#simulator.uvOperationCounts()
      return writes + deletes
    }
    for (const before = deeds(); deeds() === before;) {
      const nowMs = this.#simulator.clock().nowMs()
      schedule(nowMs)
      await this.#simulator.runUntil(nowMs)
    }
  }
}

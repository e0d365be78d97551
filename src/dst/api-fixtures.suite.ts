/**
 * Repositories, peers and simulators for the checks of the API.
 * @module
 */

import type { TableDefinition } from '../tables/definition.ts'
import assert from 'node:assert/strict'
import { utf8 } from '../base/bytes.ts'
import { type Buggify, type Env, noBuggify } from '../base/env.ts'
import { createRepo } from '../crosslink/open.ts'
import { openDatabase } from '../db/node.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import { storeLocal } from '../repo/store.ts'
import { sync } from '../sync/sync.ts'
import type { Transport } from '../sync/transport.ts'
import {
  InvariantError,
  MockFossil,
  type NodeId,
  PeerNetwork,
  type SimConfig,
  Simulator,
} from './index.ts'

/** The behaviour checks of names, by the Go library's spelling. */
export type ApiChecks = Readonly<Record<string, () => void | Promise<void>>>

/** An event that makes a node sync. */
export const wanted = { timeMs: 0, nodeId: 'leaf-0', type: 'syncNow' } as const

/** Strikes at each of some fault sites, always. */
export function striking(...sites: readonly string[]): Buggify {
  return { check: (site) => sites.includes(site) }
}

/** An empty repository, of the same project as the others. The caller closes it. */
export function emptyRepo(): Repo {
  const env: Env = {
    clock: { nowMs: () => 1_767_225_600_000 },
    random: { bytes: (length) => new Uint8Array(length) },
    buggify: noBuggify,
  }
  return createRepo(openDatabase(), env, { projectCode: 'a'.repeat(40), hashPolicy: 'sha1' })
}

/** Stores an artifact. */
export function store(repo: Repo, text: string, options?: { isPrivate: boolean }): ArtifactHash {
  return storeLocal(repo, utf8(text), options).hash
}

/** A server that holds one artifact, and a client that holds another. */
export class Two implements Disposable {
  readonly client = emptyRepo()
  readonly server = new MockFossil(emptyRepo())
  readonly ofClient = store(this.client, 'of the client')
  readonly ofServer = this.server.storeArtifact(utf8('of the server'));

  [Symbol.dispose](): void {
    this.client.close()
    this.server.repo.close()
  }
}

/** Peers `a`, `b` and `c` with an artifact each, which is the name of its peer. */
export class Peers implements Disposable {
  readonly network: PeerNetwork
  readonly #repos: ReadonlyMap<NodeId, Repo>

  constructor(seed = 1) {
    this.network = new PeerNetwork({ seed })
    this.#repos = new Map(['a', 'b', 'c'].map((id) => [id, emptyRepo()]))
    for (const [id, repo] of this.#repos) {
      store(repo, id)
      this.network.addPeer(id, repo)
    }
  }

  repo(id: NodeId): Repo {
    return this.#repos.get(id) ?? assert.fail(id)
  }

  /** Tells whether a sync from one peer with another gets through. */
  syncs(from: NodeId, to: NodeId): Promise<boolean> {
    return succeeds(this.repo(from), this.network.transport(from, to))
  }

  [Symbol.dispose](): void {
    for (const repo of this.#repos.values()) repo.close()
  }
}

/** Tells whether a sync ends well. */
export async function succeeds(repo: Repo, transport: Transport): Promise<boolean> {
  return sync(repo, transport).then(
    ({ complete }) => complete,
    () => false,
  )
}

/** A simulation whose leaves, `leaf-0` and `leaf-1`, sync only when they are told to. */
export function onDemand(config: Partial<SimConfig> = {}): Simulator {
  return Simulator.create({ seed: 2, pollIntervalMs: 1_000_000_000, ...config })
}

/** Makes leaves sync, and lets a minute pass. */
export async function syncNow(simulator: Simulator, ...ids: readonly NodeId[]): Promise<void> {
  for (const id of ids) simulator.scheduleSyncNow(id)
  await passMs(simulator, 60_000)
}

/** Lets everything happen that happens in some milliseconds. */
export function passMs(simulator: Simulator, ms: number): Promise<void> {
  return simulator.runUntil(simulator.clock().nowMs() + ms)
}

/** The repository of the master. */
export function masterOf(simulator: Simulator): Repo {
  return simulator.masterRepo() ?? assert.fail('no master')
}

/** The error that says that an invariant does not hold on a node. */
export function violation(act: () => void, invariant: string, nodeId: NodeId): InvariantError {
  try {
    act()
  } catch (error) {
    assert.ok(error instanceof InvariantError, String(error))
    assert.deepEqual([error.invariant, error.nodeId], [invariant, nodeId])
    return error
  }
  return assert.fail(`${invariant} is said to hold on ${nodeId}`)
}

/** A table to keep in sync. */
export const notes: TableDefinition = {
  name: 'notes',
  columns: [
    { name: 'id', type: 'text', key: true },
    { name: 'body', type: 'text' },
  ],
  conflict: 'mtime-wins',
}

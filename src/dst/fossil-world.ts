/**
 * The world of one simulation of Fossil: the repositories of the master and the leaves, their
 * logins, and the truth that invariants compare them with.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import type { Host, NodeHandle, NodeId } from '../runner/model.ts'
import type { ResolvedConfig, SimConfig } from './config.ts'
import type { UvEvent } from './event.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from './holdings.ts'
import { leafHandle } from './leaf.ts'
import { Logins } from './logins.ts'
import { MockFossil } from './mock-fossil.ts'
import { DefaultNode, type Node } from './node.ts'
import type { OperationRecords } from './operations/operation.ts'
import { References } from './operations/references.ts'
import { RepoFactory } from './repo-factory.ts'
import { masterId, SimTransport } from './sim-network.ts'
import { SyncCounter } from './sync-counts.ts'
import { UvOperations } from './uv-operations.ts'
import {
  type AcknowledgedArtifact,
  type CheckedNode,
  maySend,
  type SettingChange,
  type Truth,
  type World,
} from './world.ts'

/** A master, its leaves, and everything that is known of them. */
export class FossilWorld implements World, OperationRecords {
  readonly config: ResolvedConfig
  readonly truth: Truth
  /** What operations of this run made. */
  readonly references = new References()
  readonly syncs = new SyncCounter()
  readonly uvOperations: UvOperations
  readonly #host: Host
  readonly #factory: RepoFactory
  readonly #leaves = new Map<NodeId, Node>()
  readonly #acknowledged: AcknowledgedArtifact[] = []
  readonly #givenUp = new Map<NodeId, Set<ArtifactHash>>()
  readonly #settings: SettingChange[] = []
  readonly #logins: Logins | undefined
  /** Nodes whose derived tables are not all our making. */
  readonly #foreign = new Set<string>()
  #master: Repo | undefined

  constructor(config: ResolvedConfig, host: Host) {
    const { login, private: isPrivate, uv } = config
    this.config = config
    this.#host = host
    this.#factory = new RepoFactory(config, host)
    this.#logins = login && new Logins(host.source, { login, ids: leafIdsOf(config), isPrivate })
    this.uvOperations = new UvOperations({
      nodes: () => this.nodes,
      note: (type, facts) => host.note(type, facts),
      uvTravels: (id) => maySend(this.truth, id, 'unversioned'),
    })
    this.truth = {
      acknowledged: this.#acknowledged,
      syncsPrivate: isPrivate,
      unversioned: uv ? this.uvOperations.oracle : undefined,
      access: this.#logins?.access(),
      foreign: this.#foreign,
      givenUp: this.#givenUp,
      settings: this.#settings,
    }
  }

  /** True time, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#host.clock.nowMs()
  }

  /** The master first, where it is known. */
  get nodes(): CheckedNode[] {
    const nodes: CheckedNode[] = []
    if (this.#master !== undefined) nodes.push({ id: masterId, repo: this.#master })
    for (const [id, { repo }] of this.#leaves) nodes.push({ id, repo })
    return nodes
  }

  /** The master's repository, where it is known. */
  get master(): Repo | undefined {
    return this.#master
  }

  /** Ids of all leaves, in a fixed order. */
  leafIds(): NodeId[] {
    return [...this.#leaves.keys()]
  }

  /** The repositories of all leaves. */
  leafRepos(): Map<NodeId, Repo> {
    return new Map([...this.#leaves].map(([id, { repo }]) => [id, repo]))
  }

  /** @throws {FossilError} `option.invalid` where there is no such leaf */
  leaf(id: NodeId): Node {
    const leaf = this.#leaves.get(id)
    if (leaf !== undefined) return leaf
    throw new FossilError('option.invalid', { option: 'nodeId', reason: `no leaf "${id}"` })
  }

  /** @throws {FossilError} `option.invalid` where no repository of that node is known */
  node(id: NodeId): CheckedNode {
    if (id === masterId && this.#master !== undefined) return { id, repo: this.#master }
    return { id, repo: this.leaf(id).repo }
  }

  /** Starts the upstream of the configuration, or else a `MockFossil` over a new repository. */
  startMaster(): NodeHandle {
    const { upstream, masterImage } = this.config
    if (upstream !== undefined) {
      if (upstream instanceof MockFossil) this.adoptMaster(upstream.repo)
      return { answer: (request) => upstream.exchange(request) }
    }
    const repo = this.#factory.make(masterId, masterImage)
    const users = this.#logins && ({ access: 'users' } as const)
    const mock = new MockFossil(repo, { ...this.#limits(), ...users })
    this.#setMaster(repo)
    return { answer: (request) => mock.exchange(request) }
  }

  /** Starts a leaf, with a repository of its own. */
  startLeaf(id: NodeId): NodeHandle {
    const repo = this.#factory.make(id)
    const direction = { from: id, to: masterId }
    const transport = new SimTransport((request, signal) =>
      this.#host.exchange(direction, request, signal),
    )
    const { private: isPrivate, uv, settings, makeNode } = this.config
    const fetched = settings ? ({ pullConfig: ['project', 'skin'] } as const) : {}
    const login = this.#logins?.credentials(id)
    const node =
      makeNode?.({ id, repo, transport, login }) ??
      new DefaultNode(repo, transport, {
        private: isPrivate,
        uv,
        login,
        ...this.#limits(),
        ...fetched,
      })
    this.#leaves.set(id, node)
    return leafHandle(id, node, { host: this.#host, counter: this.syncs })
  }

  /** Moves the repository behind the upstream into the simulated world. The caller closes it. */
  adoptMaster(repo: Repo): void {
    this.#factory.adopt(masterId, repo)
    this.#setMaster(repo)
  }

  /** Remembers that a node said it had stored an artifact: from now on it must be there. */
  acknowledge(artifact: AcknowledgedArtifact): void {
    this.#acknowledged.push(artifact)
    this.#givenUp.get(artifact.nodeId)?.delete(artifact.hash)
    this.#host.moved()
  }

  /** Remembers that the owner of a node removed an artifact there: it is no longer owed by it. */
  giveUp({ hash, nodeId }: Pick<AcknowledgedArtifact, 'hash' | 'nodeId'>): void {
    const hashes = this.#givenUp.get(nodeId) ?? new Set()
    this.#givenUp.set(nodeId, hashes.add(hash))
    this.#host.moved()
  }

  /** Remembers a setting that the owner of a node changed. */
  changeSetting(change: SettingChange): void {
    this.#settings.push(change)
    this.#host.moved()
  }

  /**
   * Lets the owner of an unversioned file write or delete it.
   *
   * @returns whether anything changed
   * @throws {FossilError} `repo.io` where a fault prevents it
   */
  changeUnversioned(event: UvEvent): boolean {
    const hasChanged = this.uvOperations.change(event, this.node(event.nodeId))
    if (hasChanged) this.#host.moved()
    return hasChanged
  }

  /** Takes their passwords from the users that the simulation made. */
  revokeLogins(): void {
    for (const { repo } of this.nodes) this.#logins?.revoke(repo)
  }

  /** Closes the repositories that were made here. */
  close(): void {
    this.#factory.close()
  }

  /** Sizes that both sides keep to. */
  #limits(): Pick<SimConfig, 'budgetBytes' | 'clusterAtLeast' | 'deflateOverBytes'> {
    const { budgetBytes, clusterAtLeast, deflateOverBytes } = this.config
    return {
      deflateOverBytes,
      ...(budgetBytes === undefined ? {} : { budgetBytes }),
      ...(clusterAtLeast === undefined ? {} : { clusterAtLeast }),
    }
  }

  /** The master's artifacts of before the simulation must not be lost, nor leak, either. */
  #setMaster(repo: Repo): void {
    this.#master = repo
    const { upstream, masterImage } = this.config
    const isOurs = upstream === undefined || upstream instanceof MockFossil
    if (!isOurs || masterImage !== undefined) this.#foreign.add(masterId)
    this.#logins?.install(repo)
    if (this.config.uv) this.uvOperations.adopt({ id: masterId, repo })
    const open = new Set(publicBlobUuidsSorted(repo))
    for (const hash of allBlobUuidsSorted(repo)) {
      this.acknowledge({ hash, nodeId: masterId, isPrivate: !open.has(hash) })
    }
  }
}

/** The ids of the leaves that a configuration asks for. */
export function leafIdsOf({ numLeaves }: ResolvedConfig): NodeId[] {
  return Array.from({ length: numLeaves }, (_, index) => `leaf-${index}`)
}

/**
 * The world of one simulation of Fossil: the repositories of all nodes, their logins, and the
 * truth that invariants compare them with.
 * @module
 */

import { assert } from '../base/assert.ts'
import type { Buggify, Clock } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { Host, NodeHandle, NodeHost, NodeId, TickOutcome, Topology } from '../runner/model.ts'
import { runOutside } from '../sim/context.ts'
import { ArtifactLedger } from './artifact-ledger.ts'
import type { ResolvedConfig } from './config.ts'
import { PushWaits } from './deliveries.ts'
import type { UvEvent } from './event.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from './holdings.ts'
import { leafHandle, recordSync } from './leaf.ts'
import { LocalOracle, type LocalPlace } from './local-oracle.ts'
import type { PlacedArtifact, Removal } from './loss-oracle.ts'
import { HandSyncs } from './hand-syncs.ts'
import { askersOf } from './logins.ts'
import type { Lie } from '../runner/mutation.ts'
import { MockFossil } from './mock-fossil.ts'
import { boldRequest } from './bold-requests.ts'
import { Backups, lostBy } from './backups.ts'
import { NodeMaker } from './node-maker.ts'
import type { Action, Node } from './node.ts'
import type { Cluster } from './operations/cluster.ts'
import type { HandSync, OperationRecords, RowPlace } from './operations/operation.ts'
import { References } from './operations/references.ts'
import { RepoFactory } from './repo-factory.ts'
import { masterId, SimTransport } from './sim-network.ts'
import { type RowVersion, TableOracle, type TableUse } from './table-oracle.ts'
import { SyncCounter } from './sync-counts.ts'
import { SyncWitness } from './sync-witness.ts'
import { UntoldChanges } from './untold-changes.ts'
import { UpkeepWitness } from './upkeep/witness.ts'
import { type UserChanges, usersOf } from './user-changes.ts'
import type { Network } from './topology.ts'
import { UvOperations } from './uv-operations.ts'
import { versionOf as rowVersion } from './invariants/tables.ts'
import { WrittenWitness } from './written/witness.ts'
import {
  type AcknowledgedArtifact,
  type CheckedNode,
  type Finding,
  isGivenUp,
  maySend,
  maySendRow,
  type SettingChange,
  type Truth,
  type World,
} from './world.ts'

/** A master, its leaves, and everything that is known of them. */
export class FossilWorld implements World, OperationRecords, Cluster {
  readonly config: ResolvedConfig
  readonly truth: Truth
  /** Things that operations of this run made. */
  readonly references = new References()
  readonly upkeep = new UpkeepWitness()
  readonly syncs = new SyncCounter()
  /** Nodes that have healed, and no others; undefined if all have. */
  core: ReadonlySet<NodeId> | undefined
  readonly writings = new WrittenWitness()
  readonly uvOperations: UvOperations
  readonly #host: Host
  readonly #factory: RepoFactory
  readonly #maker: NodeMaker
  readonly #topology: Topology
  /** The repositories of all nodes that are known, in the order of the topology. */
  readonly #repos = new Map<NodeId, Repo>()
  /** Nodes that sync with others, by their first one. */
  readonly #syncing = new Map<NodeId, Node>()
  readonly #artifacts = new ArtifactLedger()
  readonly #settings: SettingChange[] = []
  readonly #untold: UntoldChanges
  readonly #rows = new TableOracle()
  readonly #local = new LocalOracle()
  /** People who may ask for a sync, at each node that is up. */
  readonly #hands = new Map<NodeId, HandSyncs>()
  /** Undefined if nobody logs in. */
  readonly users: UserChanges | undefined
  readonly #waits = new PushWaits({
    holds: (id, hash) => {
      const repo = this.#repos.get(id)
      return repo && hasArtifact(repo, hash)
    },
    isOutOfReach: (id) => this.core?.has(id) === false,
    isGivenUp: (nodeId, hash) => isGivenUp(this.truth, { nodeId, hash }),
    isNewlyGivenUp: (nodeId, hash) => this.#artifacts.isNewlyGivenUp({ nodeId, hash }, this.nowMs),
    isPrivate: (nodeId, hash) => this.#artifacts.isPrivate({ nodeId, hash }),
    onChange: (id) => this.#witness.promptness.changes(id),
    lackedWriteSince: (id, timeMs) => this.users?.standings.lackedWriteSince(id, timeMs) ?? false,
    isDeceived: (id, peer) => this.#witness.deceptions.isDeceived(id, peer),
    wasDeceivedSince: (id, timeMs) => this.#witness.deceptions.wasDeceivedSince(id, timeMs),
  })
  readonly #backups = new Backups()
  readonly #witness: SyncWitness
  readonly #late: ReadonlySet<NodeId>
  /** Nodes whose derived tables are not all our making. */
  readonly #foreign = new Set<string>()

  constructor(config: ResolvedConfig, { topology, late }: Network, host: Host) {
    this.config = config
    this.#topology = topology
    this.#host = host
    this.#late = new Set(late)
    this.users = usersOf(
      config,
      { topology, source: host.source },
      {
        artifacts: this.#artifacts,
        rows: this.#rows,
        uv: () => this.uvOperations,
        nodes: () => this.nodes,
        nowMs: () => this.nowMs,
        onChange: (id) => {
          this.#witness.userChanged(id)
          this.#host.moved()
        },
      },
    )
    const asksPrivate = askersOf(config.private, topology, host.source, this.users)
    this.#untold = new UntoldChanges({ ofPrivate: asksPrivate.size > 0, ofTables: config.tables })
    const access = this.users?.standings.access
    this.#witness = new SyncWitness({
      nowMs: () => this.nowMs,
      link: config.network.link,
      mark: host.mark,
      nodeOf: (id) => this.#known(id),
      givenUpAtMs: (id, hash) => this.#artifacts.givenUpAtMs(id, hash),
      serversOf: (id) => this.#serversOf(id),
      areForeign: config.makeNode !== undefined,
      users: access,
      hasTables: config.tables,
      isLoginProven: (id) => this.users?.logins.isProven(id),
      pausedMs: (id) => host.pausedMs(id),
      isAwaited: (id) => this.#waits.isAsked(id),
    })
    const { clock, source, mark } = host
    const buggify = (id: NodeId): Buggify => this.#witness.watch(id, host.buggify(id))
    this.#factory = new RepoFactory(config, { clock, source, mark, buggify })
    this.#maker = new NodeMaker(config, {
      onSync: (...sync) => this.#recordSync(...sync),
      asksPrivate: (id) => asksPrivate.has(id),
    })
    this.uvOperations = new UvOperations({
      nodes: () => this.nodes,
      mark: host.mark,
      note: (type, facts) => host.note(type, facts),
      uvTravels: (id) => maySend(this.truth, id, 'unversioned'),
    })
    this.truth = {
      ...this.#artifacts.told,
      asksPrivate,
      unversioned: config.uv ? this.uvOperations.oracle : undefined,
      tables: config.tables ? this.#rows : undefined,
      access,
      standings: this.users?.standings,
      foreign: this.#foreign,
      tellsAll: config.tellsAll,
      settings: this.#settings,
      local: this.#local,
      upkeepFaults: this.upkeep.faults,
      links: topology.links,
      pushes: this.#waits,
      ...this.#witness.findings,
      miswritten: this.writings.miswritten,
    }
  }

  /** True time, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#host.clock.nowMs()
  }

  /** The master first, where it is known. */
  get nodes(): CheckedNode[] {
    return this.#topology.nodes.flatMap((id) => {
      const repo = this.#repos.get(id)
      return repo === undefined ? [] : [{ id, repo }]
    })
  }

  /** The master's repository, where it is known. */
  get master(): Repo | undefined {
    return this.#repos.get(masterId)
  }

  /** Ids of all leaves, in a fixed order. */
  leafIds(): NodeId[] {
    return this.#topology.nodes.filter((id) => id !== masterId && this.#repos.has(id))
  }

  /** @throws {FossilError} `option.invalid` where there is no such leaf */
  leaf(id: NodeId): Node {
    const leaf = id === masterId ? undefined : this.#syncing.get(id)
    if (leaf !== undefined) return leaf
    throw new FossilError('option.invalid', { option: 'nodeId', reason: `no leaf "${id}"` })
  }

  /** @throws {FossilError} `option.invalid` where no repository of that node is known */
  node(id: NodeId): CheckedNode {
    const repo = this.#repos.get(id)
    if (repo !== undefined) return { id, repo }
    throw new FossilError('option.invalid', { option: 'nodeId', reason: `no node "${id}"` })
  }

  /** The clock of a node, which is that of its repository, where this is known. */
  clockOf(id: NodeId): Clock | undefined {
    return this.#repos.get(id)?.env.clock
  }

  /** Starts a node over its repository: it answers, or syncs with others, or both. */
  start(host: NodeHost): NodeHandle {
    const { id } = host
    if (id === masterId && this.config.upstream !== undefined) return this.#startUpstream()
    const repo = this.#repos.get(id) ?? this.#make(id)
    const targets = this.#serversOf(id)
    return {
      ...(targets.length === 0 ? {} : this.#startSyncing(host, repo, targets)),
      ...(this.#isAsked(id) ? this.#startAnswering(id, repo) : {}),
    }
  }

  /** A node is down: its repository is as it was last committed. */
  down(id: NodeId): void {
    const repo = this.#repos.get(id)
    assert(repo !== undefined, 'only nodes with a repository of ours crash')
    this.#waits.forget(id)
    this.#witness.down(id)
    this.#hands.delete(id)
    this.#repos.set(id, this.#factory.reopen(id, repo))
    this.#witness.marks.isDown(this.node(id))
  }

  /** A node has lied: what others say because of it, they say in good faith. */
  lied(lie: Lie): void {
    this.#witness.lied(lie)
  }

  isToJoin(id: NodeId): boolean {
    return this.#late.has(id) && !this.#repos.has(id)
  }

  join(id: NodeId): void {
    this.#host.restart(id)
  }

  keepBackup(id: NodeId): void {
    this.#backups.keep(this.node(id), this.truth)
  }

  hasBackup(id: NodeId): boolean {
    return this.#backups.of(id) !== undefined
  }

  restoreBackup(id: NodeId): boolean {
    const backup = this.#backups.of(id)
    if (backup === undefined) return false
    const others = this.nodes.filter((node) => node.id !== id)
    const lost = lostBy(backup, this.node(id), others, this.truth)
    if (lost === undefined) return false
    this.#host.halt(id)
    this.#witness.restored(id)
    this.#repos.set(id, this.#factory.replace(id, this.node(id).repo, backup.image))
    this.users?.restored(this.node(id))
    this.#local.restore(id, backup.local)
    this.#witness.marks.restores(lost, { isServer: this.#isAsked(id) })
    for (const hash of lost) this.#giveUp({ hash, nodeId: id }, 'restored')
    this.#host.restart(id)
    return true
  }

  #make(id: NodeId): Repo {
    if (this.#late.has(id)) return this.#makeClone(id)
    const isMaster = id === masterId
    const repo = this.#factory.make(id, isMaster ? this.config.masterImage : undefined)
    if (isMaster) this.#setMaster(repo)
    else this.#repos.set(id, repo)
    if (!isMaster && this.#isAsked(id)) this.users?.logins.install(repo)
    return repo
  }

  #makeClone(id: NodeId): Repo {
    const repo = this.#factory.makeClone(id)
    this.#repos.set(id, repo)
    return repo
  }

  /** The caller's own server, whose repository may be known. */
  #startUpstream(): NodeHandle {
    const { upstream } = this.config
    assert(upstream !== undefined, 'there is an upstream')
    if (upstream instanceof MockFossil) this.adoptMaster(upstream.repo)
    // It may well be a process of stock's.
    return { answer: (request) => runOutside(() => upstream.exchange(request)) }
  }

  #serversOf(id: NodeId): NodeId[] {
    return this.#topology.links.filter(({ from }) => from === id).map(({ to }) => to)
  }

  #isAsked(id: NodeId): boolean {
    return this.#topology.links.some(({ to }) => to === id)
  }

  #startAnswering(id: NodeId, repo: Repo): NodeHandle {
    const users = this.users && ({ access: 'users' } as const)
    const { maxFutureMs } = this.config
    const future = maxFutureMs === undefined ? {} : { maxFutureMs }
    const mock = new MockFossil(repo, { ...this.#maker.limits(), ...future, ...users })
    return {
      answer: async (request, from) => {
        const answer = (): Promise<Uint8Array> => mock.exchange(request)
        const reply = await this.#witness.answers({ id, repo }, { from, request, answer })
        this.#lookForUntold(id)
        return reply
      },
    }
  }

  #startSyncing(host: NodeHost, repo: Repo, targets: readonly NodeId[]): NodeHandle {
    const { id } = host
    const transports = new Map(targets.map((to) => [to, this.#transportTo(host, to)]))
    const [transport] = transports.values()
    assert(transport !== undefined, 'a node that syncs has somebody to sync with')
    const login = this.users?.logins.credentials(id)
    const parts = { id, host, repo, transport, transports, login }
    const nodes = this.#maker.make(parts)
    const [first] = nodes
    assert(first !== undefined, 'there is a node for each way')
    this.#syncing.set(id, first)
    const [peer = ''] = targets
    const options = this.#maker.syncOptions(parts)
    // Where people log in rows have owners, also for whoever does not.
    const mayBePlain = (): boolean => this.users === undefined && this.useTables('travel plainly')
    const onSync = (action: Action): void => {
      // No look of the node tells of it.
      if (this.#recordSync(host, action, peer, true) === 'moved') this.#host.moved()
    }
    const byHand = this.#transportTo(host, peer, { isByHand: true })
    const { locks } = this.#witness
    const hand = { host, repo, transport: byHand, options, onSync, mayBePlain, locks }
    this.#hands.set(id, new HandSyncs(hand))
    if (first.agent !== undefined) this.#waits.begin(host, first.agent, first.looksAt ?? targets)
    this.#witness.promptness.starts(id, first)
    return leafHandle(id, nodes, {
      host,
      counter: this.syncs,
      // A node of the caller's own that syncs with several says of none which it was.
      onAction: (action, number) => {
        const to = nodes.length === targets.length ? targets[number] : undefined
        if (to !== undefined) this.#witness.ends(id, to, { action })
      },
      onEnd: () => this.#lookForUntold(id),
      promptness: this.#witness.promptness,
      isOver: (number) => this.core?.has(targets[number] ?? '') === false,
    })
  }

  #transportTo(host: NodeHost, to: NodeId, { isByHand = false } = {}): SimTransport {
    const { id } = host
    const asker = { id, isClone: this.#late.has(id), isByHand }
    const boldness = { oracle: this.#rows, login: this.users?.logins.credentials(id) }
    return new SimTransport((written, signal) => {
      const request = boldRequest(written, this.node(id), boldness)
      const send = (): Promise<Uint8Array> => host.exchange(to, request, signal)
      return this.#witness.asks(asker, to, { request, send })
    })
  }

  #known(id: NodeId): CheckedNode | undefined {
    const repo = this.#repos.get(id)
    return repo && { id, repo }
  }

  #lookForUntold(id: NodeId): void {
    const node = this.#known(id)
    if (node !== undefined && this.#untold.hasAny(node)) this.#host.moved()
  }

  #recordSync(host: NodeHost, action: Action, peer: NodeId, isByHand = false): TickOutcome {
    this.#witness.ends(host.id, peer, { action, isByHand })
    const outcome = recordSync(host.id, action, { host, counter: this.syncs }, peer)
    this.#lookForUntold(host.id)
    // A node is not at rest as long as somebody waits for it.
    return this.#waits.isAwaited(host.id) ? 'moved' : outcome
  }

  /** Moves the repository behind the upstream into the simulated world. The caller closes it. */
  adoptMaster(repo: Repo): void {
    this.#factory.adopt(masterId, repo)
    this.#setMaster(repo)
  }

  acknowledge(artifact: AcknowledgedArtifact): void {
    this.#artifacts.acknowledge(artifact)
    this.#witness.made(artifact)
    this.changed(artifact.nodeId)
    this.#mayWait(artifact)
  }

  /** Somebody waits for every other artifact, to the end. */
  #mayWait({ nodeId, hash }: AcknowledgedArtifact): void {
    const draw = this.#host.source.stream(`pushed/${nodeId}`).named(hash)
    if (draw.chance(0.5)) this.#waits.wait(nodeId, hash)
  }

  giveUp(artifact: PlacedArtifact, removal?: Removal): void {
    this.#witness.marks.removes(artifact.nodeId, artifact.hash)
    this.#giveUp(artifact, removal)
  }

  publishNamed(hashes: readonly ArtifactHash[]): void {
    for (const hash of hashes) this.#artifacts.published.add(hash)
  }

  misread(finding: Finding): void {
    this.#artifacts.misreadings.push(finding)
  }

  changeSetting(change: SettingChange): void {
    this.#settings.push(change)
    this.changed(change.nodeId)
  }

  /** Of what is stored the time alone is believed, where it is late enough, and nothing else. */
  recordRow({ nodeId, table, key }: RowPlace, asked: RowVersion): void {
    const stored = rowVersion(this.node(nodeId).repo, table, key)
    const mtimeSec = Math.max(asked.mtimeSec, stored?.mtimeSec ?? 0)
    const travels = maySendRow(this.truth, nodeId, asked.owner)
    const mayTravelPlainly = this.#witness.mayLie && maySend(this.truth, nodeId, 'artifacts')
    const version = { ...asked, mtimeSec }
    this.#rows.record({ table, key, nodeId, version, travels, mayTravelPlainly })
    this.changed(nodeId)
  }

  keepLocal(place: LocalPlace, value: string | undefined): void {
    this.#local.record(place, value)
    this.#waits.changed(place.nodeId)
  }

  useTables(use: TableUse): boolean {
    return this.#rows.use(use)
  }

  syncByHand(id: NodeId, wanted: HandSync): boolean {
    return this.#hands.get(id)?.ask(wanted) ?? false
  }

  changed(id: NodeId): void {
    this.#host.moved()
    this.#waits.changed(id)
  }

  /**
   * Lets the owner of an unversioned file write or delete it.
   *
   * @returns whether anything changed
   * @throws {FossilError} `repo.io` where a fault prevents it
   */
  changeUnversioned(event: UvEvent): boolean {
    const hasChanged = this.uvOperations.change(event, this.node(event.nodeId))
    if (hasChanged) this.changed(event.nodeId)
    return hasChanged
  }

  /** Closes the repositories that were made here. */
  close(): void {
    this.#factory.close()
  }

  #giveUp(artifact: PlacedArtifact, removal: Removal | undefined): void {
    this.#artifacts.giveUp(artifact, { nowMs: this.nowMs, nodes: this.nodes, removal })
    this.#witness.removed(artifact.nodeId, artifact.hash)
    this.#host.moved()
  }

  /** The master's artifacts of before the simulation must not be lost, nor leak, either. */
  #setMaster(repo: Repo): void {
    this.#repos.set(masterId, repo)
    const { upstream, masterImage } = this.config
    const isOurs = upstream === undefined || upstream instanceof MockFossil
    if (!isOurs || masterImage !== undefined) this.#foreign.add(masterId)
    this.users?.logins.install(repo)
    if (this.config.uv) this.uvOperations.adopt({ id: masterId, repo })
    const open = new Set(publicBlobUuidsSorted(repo))
    for (const hash of allBlobUuidsSorted(repo)) {
      this.acknowledge({ hash, nodeId: masterId, isPrivate: !open.has(hash) })
    }
  }
}

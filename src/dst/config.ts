/**
 * Simulation options and their defaults.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { hashPolicies, type HashPolicy } from '../hash/artifact-hash.ts'
import { type Override, readDecisions } from '../sim/decision.ts'
import type { Database } from '../db/driver.ts'
import { faultLevel, type FaultLevel, type LevelName } from '../sim/levels.ts'
import { checkLink, longestMs } from '../sim/link.ts'
import type { Transport } from '../sync/transport.ts'
import type { Redraw } from '../runner/simulation-options.ts'
import type { OutagePlan } from '../runner/outages.ts'
import type { NodeHost, NodeId } from '../runner/model.ts'
import { requireInteger } from '../base/options.ts'
import type { Credentials } from '../sync/login.ts'
import { rightsNames, type SimLogin } from './logins.ts'
import type { Node } from './node.ts'
import type { SimTransport } from './sim-network.ts'
import type { FossilOperation } from './operations/operation.ts'
import type { Repo } from '../repo/repo.ts'
import { type TopologyName, topologyNames } from './topology.ts'
import type { Invariant } from './world.ts'

/** Configures a simulation. Everything has a default but the seed. */
export interface SimConfig {
  /** A safe integer: the same seed and configuration give the same run. */
  readonly seed: number
  /** Default 2. */
  readonly numLeaves?: number
  /** Links between nodes. Default `star`, the only choice with an upstream of the caller's own. */
  readonly topology?: TopologyName
  /**
   * Maximum number of leaves that are absent at first and join as clones, by an operation of
   * `simulate` or by `restart`: the last ones that nobody else syncs with. Default 0.
   */
  readonly late?: number
  /** From one sync of a leaf to the next. Default 5,000 ms. */
  readonly pollIntervalMs?: number
  /** The level of faults in the world, partitions and clocks included. Default `normal`. */
  readonly level?: LevelName
  /** Faults and latency of every link, partitions and nemesis, instead of those of the level. */
  readonly network?: FaultLevel
  /** Nodes crash now and then, and restart from what they have stored. Default: never. */
  readonly crashes?: OutagePlan
  /** Nodes stop gracefully now and then, and restart. Default: never. */
  readonly stops?: OutagePlan
  /** Nodes sleep now and then; their events wait. Default: never. */
  readonly pauses?: OutagePlan
  /**
   * The end of faults: `all` nodes heal, or with `drawn` only those of a connected core, and the
   * others stay broken for good. With `makeNode` all heal. Default `all`.
   */
  readonly core?: 'all' | 'drawn'
  /**
   * Fault sites inside production code take unlucky turns. Default: true unless the level is
   * `normal`.
   */
  readonly buggify?: boolean
  /** Nodes sync private artifacts: all, some that the seed draws, or none. Default false. */
  readonly private?: boolean | 'some'
  /** Sync unversioned files. Default false. */
  readonly uv?: boolean
  /** Sync synced tables. Default false. */
  readonly tables?: boolean
  /** Leaves fetch settings of the project and the skin in every sync. Default false. */
  readonly settings?: boolean
  /**
   * Leaves log in, as users named after them, and nobody else may do anything. Default: nobody logs
   * in, and everybody may do everything. The users are created on a known master; a master other
   * than the default one may ignore them.
   */
  readonly login?: SimLogin
  /** Steps from one safety check to the next; 0, the default, for no checks. */
  readonly safetyCheckInterval?: number
  /** No periodic safety check before this step. Default 0. */
  readonly safetyCheckFrom?: number
  /**
   * Periodic safety checks become rarer in a long run: no check before a fifth of the run so far
   * has passed since the last one. Default false.
   */
  readonly thinsOutChecks?: boolean
  /**
   * Every n-th periodic safety check includes the costly invariants; 0 for none. Default 4.
   */
  readonly thoroughCheckEvery?: number
  /**
   * The name of an invariant that always holds, to be checked after every step, whatever the
   * schedule of the others. Default: none.
   */
  readonly watchedInvariant?: string
  /**
   * The invariants to check, a cause before its consequences. Default: `invariants`; to add one,
   * `[...invariants, mine]`.
   */
  readonly invariants?: readonly Invariant[]
  /** The caller's own operations, which `simulate` draws beside the others. */
  readonly operations?: readonly FossilOperation[]
  /** The server that the leaves sync with. Default: a `MockFossil` over a new repository. */
  readonly upstream?: Transport
  /** Database image that the default upstream starts from. */
  readonly masterImage?: Uint8Array
  /**
   * Hash policy of new repositories; with `mixed` the seed draws a policy for each, or none.
   * Default `sha1`, five times as fast.
   */
  readonly hashPolicy?: HashPolicy | 'mixed'
  /** Clocks of the nodes are wrong by up to this, either way. Default 0. */
  readonly maxSkewMs?: number
  /**
   * Messages and artifacts above this many bytes are deflated, shorter ones stored as they are.
   * Default 65,536: simulated links and disks cost nothing, a compressor does.
   */
  readonly deflateOverBytes?: number
  /**
   * Opens the database of a node, for example a file, and again after a crash. Default: in memory.
   *
   * @param image the content of the database
   */
  readonly openDatabase?: (id: NodeId, image: Uint8Array) => Database
  /** Approximate bytes of artifacts per message: see `SyncOptions` and `HandlerOptions`. */
  readonly budgetBytes?: number
  /** Servers refuse content dated further ahead: see `HandlerOptions`. Default: no limit. */
  readonly maxFutureMs?: number
  /** Repositories begin with the setting `uv-sync` on. Default false. */
  readonly uvSync?: boolean
  /** The protocol version of clones: see `CloneOptions`. Default 3. */
  readonly cloneProtocol?: 2 | 3
  /** Number of announced artifacts that make a cluster: see `HandlerOptions`. Default 100. */
  readonly clusterAtLeast?: number
  /**
   * Kind of the nodes that sync with others: `poll` syncs at every poll, with one server after
   * another; `agent` is a `SyncAgent` with back-off and timers of its own, which syncs with all its
   * servers side by side. Default `poll`.
   */
  readonly node?: NodeKind
  /** Makes each node that syncs with others. Default: as `node` says. */
  readonly makeNode?: (leaf: LeafParts) => Node
  /**
   * Operations record everything that is written, even if nodes are the caller's own: then
   * `provenance`, `last-word` and `last-word-of-checkins` are checked, too. Default: true with
   * `simulate`, if no code of the caller's takes part and everything begins empty; else false.
   */
  readonly tellsAll?: boolean
  /** Decisions of fault sites to impose, one by one. */
  readonly overrides?: readonly Override[]
  /** The decision of a fault site without override: by the seed, or never. Default `drawn`. */
  readonly unlisted?: 'drawn' | 'benign'
  /** Draws everything after an event anew: see docs/failures.md. Default: nothing. */
  readonly redraw?: Redraw
  /** Receives every line of the trace. */
  readonly onTraceLine?: (line: string) => void
  /**
   * Called when `simulate` begins a traced run, which voids the lines of an earlier one: the trace
   * that remains is that of the run in the report.
   */
  readonly onTraceStart?: () => void
  /**
   * Adds trace lines of type `message` with the cards of each message; the hash leaves them out.
   * Default false.
   */
  readonly describesMessages?: boolean
  /**
   * Adds trace lines of type `holding` with the things that each node gains and loses; the hash
   * leaves them out. Slow. Default false.
   */
  readonly describesHoldings?: boolean
}

/** Kinds of nodes that sync with others. */
export const nodeKinds = ['poll', 'agent'] as const

export type NodeKind = (typeof nodeKinds)[number]

/** The parts of a leaf's node. */
export interface LeafParts {
  readonly id: NodeId
  /** Timers, randomness and a store of the node, until it crashes. */
  readonly host: NodeHost
  readonly repo: Repo
  /** The transport to the node that it syncs with; to the first of them, if there are several. */
  readonly transport: SimTransport
  /** The transports to all nodes that it syncs with, in order. */
  readonly transports: ReadonlyMap<NodeId, SimTransport>
  /** The login of the node, if leaves log in. */
  readonly login: Credentials | undefined
}

/** A configuration with all defaults filled in. */
export type ResolvedConfig = SimConfig &
  Required<
    Pick<
      SimConfig,
      | 'numLeaves'
      | 'topology'
      | 'node'
      | 'late'
      | 'pollIntervalMs'
      | 'level'
      | 'network'
      | 'buggify'
      | 'private'
      | 'uv'
      | 'tables'
      | 'settings'
      | 'safetyCheckInterval'
      | 'safetyCheckFrom'
      | 'thoroughCheckEvery'
      | 'hashPolicy'
      | 'maxSkewMs'
      | 'deflateOverBytes'
    >
  >

/** @throws {FossilError} `option.invalid` for a value that makes no sense */
export function resolveConfig(config: SimConfig): ResolvedConfig {
  const level = config.level ?? 'normal'
  const resolved = {
    ...config,
    level,
    network: config.network ?? faultLevel(level),
    numLeaves: config.numLeaves ?? 2,
    topology: config.topology ?? 'star',
    node: config.node ?? 'poll',
    late: config.late ?? 0,
    pollIntervalMs: config.pollIntervalMs ?? 5_000,
    buggify: config.buggify ?? level !== 'normal',
    private: config.private ?? false,
    uv: config.uv ?? false,
    tables: config.tables ?? false,
    settings: config.settings ?? false,
    safetyCheckInterval: config.safetyCheckInterval ?? 0,
    safetyCheckFrom: config.safetyCheckFrom ?? 0,
    thoroughCheckEvery: config.thoroughCheckEvery ?? 4,
    hashPolicy: config.hashPolicy ?? 'sha1',
    maxSkewMs: config.maxSkewMs ?? 0,
    deflateOverBytes: config.deflateOverBytes ?? 65_536,
  }
  requireInteger('numLeaves', resolved.numLeaves, { min: 1, max: 100_000 })
  requireInteger('late', resolved.late, { min: 0, max: resolved.numLeaves - 1 })
  requireInteger('pollIntervalMs', resolved.pollIntervalMs, { min: 1, max: longestMs })
  requireInteger('safetyCheckInterval', resolved.safetyCheckInterval, { min: 0 })
  requireInteger('safetyCheckFrom', resolved.safetyCheckFrom, { min: 0 })
  requireInteger('thoroughCheckEvery', resolved.thoroughCheckEvery, { min: 0 })
  requireInteger('maxSkewMs', resolved.maxSkewMs, { min: 0, max: longestMs })
  requireInteger('deflateOverBytes', resolved.deflateOverBytes, { min: 0 })
  requireInteger('budgetBytes', config.budgetBytes ?? 1, { min: 1 })
  requireInteger('maxFutureMs', config.maxFutureMs ?? 0, { min: 0 })
  requireInteger('cloneProtocol', config.cloneProtocol ?? 3, { min: 2, max: 3 })
  requireInteger('clusterAtLeast', config.clusterAtLeast ?? 2, { min: 2 })
  checkLink(resolved.network.link)
  requireOneOf('hashPolicy', resolved.hashPolicy, [...hashPolicies, 'mixed'])
  requireOneOf('topology', resolved.topology, topologyNames)
  requireOneOf('node', resolved.node, nodeKinds)
  requireOneOf('login.rights', config.login?.rights ?? 'all', rightsNames)
  requireOneOf('core', config.core ?? 'all', ['all', 'drawn'])
  requireOneOf('unlisted', config.unlisted ?? 'drawn', ['drawn', 'benign'])
  readDecisions(config.overrides ?? [])
  requireInteger('redraw.afterStep', config.redraw?.afterStep ?? 0, { min: 0 })
  requireInteger('redraw.seed', config.redraw?.seed ?? 0, { min: Number.MIN_SAFE_INTEGER })
  if (config.upstream !== undefined && config.masterImage !== undefined) {
    const reason = 'an upstream brings its own repository'
    throw new FossilError('option.invalid', { option: 'masterImage', reason })
  }
  if (config.upstream !== undefined && resolved.topology !== 'star') {
    const reason = 'an upstream stands in the middle of a star'
    throw new FossilError('option.invalid', { option: 'topology', reason })
  }
  return resolved
}

/** @throws {FossilError} `option.invalid` unless `value` is one of `known` */
export function requireOneOf(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  const reason = `"${value}" is none of ${known.join(', ')}`
  throw new FossilError('option.invalid', { option, reason })
}

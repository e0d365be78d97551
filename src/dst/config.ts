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
  /** Links between nodes. Default `star`; with an upstream of the caller's own it must be that. */
  readonly topology?: TopologyName
  /**
   * Leaves, at most, that are not there at first and join as clones, by an operation of `simulate`
   * or by `restart`: the last ones that nobody else syncs with. Default 0.
   */
  readonly late?: number
  /** From one sync of a leaf to the next. Default 5,000 ms. */
  readonly pollIntervalMs?: number
  /** The level of faults in the world, partitions and clocks included. Default `normal`. */
  readonly level?: LevelName
  /** Faults and latency of every link, partitions and nemesis, instead of those of the level. */
  readonly network?: FaultLevel
  /** Nodes crash now and then, and start again over what they have stored. Default: never. */
  readonly crashes?: OutagePlan
  /** Nodes end as they should now and then, and start again. Default: never. */
  readonly stops?: OutagePlan
  /** Nodes sleep now and then: what is to happen there waits. Default: never. */
  readonly pauses?: OutagePlan
  /**
   * The end of faults: `all` nodes heal, or with `drawn` those of a connected core, and the others
   * stay broken for good. With `makeNode` all heal. Default `all`.
   */
  readonly core?: 'all' | 'drawn'
  /** Fault sites inside production code take unlucky turns. Default: unless `normal`. */
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
   * Leaves log in, as users who are named after them, and nobody else may do anything. Default:
   * nobody logs in, and everybody may do everything. The users are made on a master that is known;
   * whether they count is up to it, where it is not the default one.
   */
  readonly login?: SimLogin
  /** Safety is checked after every so many steps; 0, the default, for never. */
  readonly safetyCheckInterval?: number
  /** No periodic safety check before this step. Default 0. */
  readonly safetyCheckFrom?: number
  /**
   * Periodic safety checks come more seldom as a run grows long: not before a fifth of it has
   * passed since the last one. Default false.
   */
  readonly thinsOutChecks?: boolean
  /**
   * One periodic safety check in so many includes the costly invariants; 0 for none of them.
   * Default 4.
   */
  readonly thoroughCheckEvery?: number
  /**
   * The name of an invariant of those that always hold, which is checked after every step, whatever
   * the schedule of the others. Default: none.
   */
  readonly watchedInvariant?: string
  /**
   * Everything that is checked, a cause before its consequences. Default: `invariants`; one more is
   * `[...invariants, mine]`.
   */
  readonly invariants?: readonly Invariant[]
  /** Work of a caller's own, which `simulate` draws beside the other operations. */
  readonly operations?: readonly FossilOperation[]
  /** The server that the leaves sync with. Default: a `MockFossil` over a new repository. */
  readonly upstream?: Transport
  /** Database image that the default upstream starts from. */
  readonly masterImage?: Uint8Array
  /**
   * Naming of new artifacts in new repositories; `mixed`: the seed draws a policy for each, or
   * none. Default `sha1`, five times as quick.
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
   * Opens the database of a node, for example a file, also after a crash. Default: in memory.
   *
   * @param image what is to be in it
   */
  readonly openDatabase?: (id: NodeId, image: Uint8Array) => Database
  /** Bytes of artifacts in a message, about: see `SyncOptions` and `HandlerOptions`. */
  readonly budgetBytes?: number
  /** Servers refuse what is dated further ahead: see `HandlerOptions`. Default: nothing. */
  readonly maxFutureMs?: number
  /** Repositories begin with the setting `uv-sync` on. Default false. */
  readonly uvSync?: boolean
  /** The protocol that clones speak: see `CloneOptions`. Default 3. */
  readonly cloneProtocol?: 2 | 3
  /** Announced artifacts that make a cluster: see `HandlerOptions`. Default 100. */
  readonly clusterAtLeast?: number
  /**
   * Nodes that sync with others: `poll` syncs at every poll, with one after another; `agent` is a
   * `SyncAgent` with back-off and timers of its own, that syncs with all of them side by side.
   * Default `poll`.
   */
  readonly node?: NodeKind
  /** Makes the node of whoever syncs with others. Default: as `node` says. */
  readonly makeNode?: (leaf: LeafParts) => Node
  /**
   * Nothing is written but by operations that tell of it, also where nodes are a caller's own: then
   * `provenance`, `last-word` and `last-word-of-checkins` are checked, too. Default: with
   * `simulate`, where no code of a caller's own takes part and everything begins empty; else false.
   */
  readonly tellsAll?: boolean
  /** Decisions of fault sites to impose, one by one. */
  readonly overrides?: readonly Override[]
  /** The decision of a fault site without override: by the seed, or never. Default `drawn`. */
  readonly unlisted?: 'drawn' | 'benign'
  /** Draws everything anew that comes after an event: see docs/failures.md. Default: nothing. */
  readonly redraw?: Redraw
  /** Receives every line of the trace. */
  readonly onTraceLine?: (line: string) => void
  /**
   * `simulate` begins a run whose trace it tells: lines of an earlier one are void. So the trace
   * that is left is that of the run in the report.
   */
  readonly onTraceStart?: () => void
  /**
   * The lines of the trace tell also which cards each message holds, in lines of type `message`,
   * which the hash leaves out. Default false.
   */
  readonly describesMessages?: boolean
  /**
   * The lines of the trace tell also what each node comes to hold and holds no more, in lines of
   * type `holding`, which the hash leaves out. Slow. Default false.
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
  /** The way to the node that it syncs with; to the first of them, where there are several. */
  readonly transport: SimTransport
  /** The ways to all nodes that it syncs with, in order. */
  readonly transports: ReadonlyMap<NodeId, SimTransport>
  /** The login of the node, where leaves log in. */
  readonly login: Credentials | undefined
}

/** A configuration with nothing left open. */
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

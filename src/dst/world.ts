/**
 * The world that invariants of Fossil look at: the repositories of all nodes, and the knowledge of
 * the simulation that no repository has alone.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import type { Invariant as RunnerInvariant } from '../runner/invariants.ts'
import type { Direction } from '../sim/network.ts'
import type { Access } from '../sync/access.ts'
import type { LocalOracle } from './local-oracle.ts'
import type { RememberedRight, Standings } from './standings.ts'
import type { LossOracle } from './loss-oracle.ts'
import type { Saying } from './said.ts'
import type { TableOracle } from './table-oracle.ts'
import type { UvOracle } from './uv-oracle.ts'

/** A statement about one repository, or about all of them together. */
export type Invariant = RunnerInvariant<World>

/** One repository under check. */
export interface CheckedNode {
  /** `master` or the id of a leaf. */
  readonly id: string
  readonly repo: Repo
}

/** Knowledge of the simulation that no repository has alone. */
export interface Truth {
  /** Every artifact whose making was acknowledged, and where. */
  readonly acknowledged: readonly AcknowledgedArtifact[]
  /** Nodes that ask those they sync with for private artifacts, and send them theirs. */
  readonly asksPrivate: ReadonlySet<string>
  /** Artifacts that check-ins name which were private and are public. */
  readonly published?: ReadonlySet<ArtifactHash> | undefined
  /** Undefined where unversioned files do not travel. */
  readonly unversioned?: UvOracle | undefined
  /** Rows that were written; undefined where tables do not travel. */
  readonly tables?: TableOracle | undefined
  /** The rights of each leaf on its servers now; undefined where all may do everything. */
  readonly access?: ReadonlyMap<string, Access> | undefined
  /** The rights that leaves had before; undefined where they never change. */
  readonly standings?: Pick<Standings, 'reach'> | undefined
  /** Artifacts that the owner of a node shunned or purged there, by node and when (true time). */
  readonly givenUp?: ReadonlyMap<string, ReadonlyMap<ArtifactHash, number>> | undefined
  /** Artifacts that were destroyed on their last holder; undefined where nobody kept count. */
  readonly losses?: LossOracle | undefined
  /** Settings that owners changed, in that order. */
  readonly settings?: readonly SettingChange[] | undefined
  /** Things that owners of nodes gave them for themselves alone. */
  readonly local?: LocalOracle | undefined
  /** Links: who syncs with whom; by default everybody with the master. */
  readonly links?: readonly Direction[] | undefined
  /** Answers to those who wait for deliveries. */
  readonly pushes?: Pushes | undefined
  /** Clones whose bulk left something out. */
  readonly cloneGaps?: readonly Finding[] | undefined
  /** Messages that failed and left something behind; undefined where nobody looked. */
  readonly leftovers?: readonly Finding[] | undefined
  /** Signed requests that a server took twice. */
  readonly replays?: readonly Finding[] | undefined
  /** Things that syncs said of themselves and that were not so. */
  readonly falseClaims?: readonly Finding[] | undefined
  /** Operations that wrote something else than they were asked for. */
  readonly miswritten?: readonly Finding[] | undefined
  /** The first promise about its pace that an agent has broken by now. */
  readonly brokenPromise?: (() => Finding | undefined) | undefined
  /** Syncs that nothing disturbed and that did more than they had to, or less. */
  readonly wastes?: readonly Finding[] | undefined
  /** Check-in locks that were not as they should be. */
  readonly lockFaults?: readonly Finding[] | undefined
  /** Changes of rows by requests of those who may not make them. */
  readonly trespasses?: readonly Finding[] | undefined
  /** Things that somebody saw who looked, and that were meant otherwise. */
  readonly misreadings?: readonly Finding[] | undefined
  /** Operations of upkeep that had another effect than they should. */
  readonly upkeepFaults?: readonly Finding[] | undefined
  /**
   * Nothing is written but by operations that tell of it: no code of a caller's own takes part, and
   * everything began empty.
   */
  readonly tellsAll?: boolean | undefined
  /** This is of a part of the nodes: what only others have is out of reach. Default false. */
  readonly isPart?: boolean | undefined
  /** Nodes whose derived tables other code than ours makes, or has made. */
  readonly foreign?: ReadonlySet<string> | undefined
}

/** Something at a node that is not as it should be. */
export interface Finding {
  readonly nodeId: string
  readonly detail: string
}

/** Answers of agents about deliveries. */
export interface Pushes {
  /** Answers that were not so when they were given. */
  readonly falseAnswers: readonly Finding[]
  /** Artifacts that were asked about at a node and not answered. */
  openAt(nodeId: string): readonly ArtifactHash[]
}

/** An artifact that a node said it had stored. */
export interface AcknowledgedArtifact {
  readonly hash: ArtifactHash
  readonly nodeId: string
  readonly isPrivate: boolean
  /** The meaning of the operation that made it, where there is a model of it. */
  readonly says?: Saying | undefined
}

/** A setting that the owner of a node changed there. */
export interface SettingChange {
  readonly nodeId: string
  readonly name: string
  readonly value: string
  /** The time of the change, by the clock of the node, in seconds since 1970. */
  readonly mtimeSec: number
}

/** Everything that a check looks at: the whole network, the master included. */
export interface World {
  /** In a fixed order, the master first. */
  readonly nodes: readonly CheckedNode[]
  readonly truth: Truth
}

/** Tells whether a node may make others take what it has. The master always may. */
export function maySend(
  { access }: Truth,
  nodeId: string,
  what: 'artifacts' | 'unversioned',
): boolean {
  const rights = access?.get(nodeId)
  if (rights === undefined) return true
  return what === 'artifacts' ? rights.write : rights.unversionedWrite
}

/**
 * Tells whether a node may make others take a row of an owner: its own, or as an administrator any.
 */
export function maySendRow(truth: Truth, nodeId: string, owner: string): boolean {
  const rights = truth.access?.get(nodeId)
  return rights === undefined || mayWriteAs(rights, nodeId, owner)
}

/** Tells whether a user with these permissions can write a row of an owner. */
export function mayWriteAs({ admin, write }: Access, nodeId: string, owner: string): boolean {
  return admin || (write && (owner === '' || owner === nodeId))
}

/**
 * The artifacts for which a node may have used a right by now: how many of those acknowledged, from
 * the first on.
 */
export function reachOf(
  { access, standings }: Truth,
  nodeId: string,
  right: RememberedRight,
): number {
  if (standings !== undefined) return standings.reach(nodeId, right)
  return access?.get(nodeId)?.[right] === false ? 0 : Infinity
}

/** Tells whether the owner of a node removed an artifact there, and has not made it again since. */
export function isGivenUp(
  { givenUp }: Truth,
  { hash, nodeId }: Pick<AcknowledgedArtifact, 'hash' | 'nodeId'>,
): boolean {
  return givenUp?.get(nodeId)?.has(hash) ?? false
}

/** True where unversioned files travel. */
export function syncsUnversioned({ truth: { unversioned } }: World): boolean {
  return unversioned !== undefined
}

/** True where leaves log in, so that not all may do everything. */
export function hasLogins({ truth: { access } }: World): boolean {
  return access !== undefined
}

/** The links of a world. */
export function linksOf({ nodes, truth: { links } }: World): readonly Direction[] {
  const [master, ...leaves] = nodes
  return links ?? (master ? leaves.map(({ id: from }) => ({ from, to: master.id })) : [])
}

/**
 * The world that Fossil invariants check: the repositories of all nodes, and facts that the
 * simulation knows and no single repository does.
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

/** Facts that the simulation knows and no single repository does. */
export interface Truth {
  /** Every acknowledged artifact, and the node that made it. */
  readonly acknowledged: readonly AcknowledgedArtifact[]
  /** Nodes that sync private artifacts, in both directions. */
  readonly asksPrivate: ReadonlySet<string>
  /** Formerly private artifacts that public check-ins name. */
  readonly published?: ReadonlySet<ArtifactHash> | undefined
  /** Undefined if unversioned files are not synced. */
  readonly unversioned?: UvOracle | undefined
  /** Rows that were written; undefined if tables are not synced. */
  readonly tables?: TableOracle | undefined
  /** The present rights of each leaf on its servers; undefined if everybody may do everything. */
  readonly access?: ReadonlyMap<string, Access> | undefined
  /** The earlier rights of leaves; undefined if rights never change. */
  readonly standings?: Pick<Standings, 'reach'> | undefined
  /** Artifacts that the owner of a node shunned or purged there, by node and when (true time). */
  readonly givenUp?: ReadonlyMap<string, ReadonlyMap<ArtifactHash, number>> | undefined
  /** Artifacts that were destroyed on their last holder; undefined if not recorded. */
  readonly losses?: LossOracle | undefined
  /** Settings that owners changed, in that order. */
  readonly settings?: readonly SettingChange[] | undefined
  /** Local data that owners gave to their nodes. */
  readonly local?: LocalOracle | undefined
  /** Links along which nodes sync. Default: everybody with the master. */
  readonly links?: readonly Direction[] | undefined
  /** Answers of agents about deliveries. */
  readonly pushes?: Pushes | undefined
  /** Clones with an incomplete bulk. */
  readonly cloneGaps?: readonly Finding[] | undefined
  /** Failed messages that left changes behind; undefined if not watched. */
  readonly leftovers?: readonly Finding[] | undefined
  /** Signed requests that a server took twice. */
  readonly replays?: readonly Finding[] | undefined
  /** False results of syncs. */
  readonly falseClaims?: readonly Finding[] | undefined
  /** Operations that wrote something other than they were asked for. */
  readonly miswritten?: readonly Finding[] | undefined
  /** The first broken promise of an agent about its pace, by now. */
  readonly brokenPromise?: (() => Finding | undefined) | undefined
  /** Undisturbed syncs that did more than necessary, or less. */
  readonly wastes?: readonly Finding[] | undefined
  /** Wrong check-in locks. */
  readonly lockFaults?: readonly Finding[] | undefined
  /** Changes of rows by requests without the right to make them. */
  readonly trespasses?: readonly Finding[] | undefined
  /** Contents that a reader saw and that were meant otherwise. */
  readonly misreadings?: readonly Finding[] | undefined
  /** Upkeep operations with a wrong effect. */
  readonly upkeepFaults?: readonly Finding[] | undefined
  /**
   * Operations record everything that is written: no code of the caller's takes part, and
   * everything began empty.
   */
  readonly tellsAll?: boolean | undefined
  /**
   * The world is only a part of the nodes: content that only others have is out of reach. Default
   * false.
   */
  readonly isPart?: boolean | undefined
  /** Nodes with derived tables that code other than ours makes, or has made. */
  readonly foreign?: ReadonlySet<string> | undefined
}

/** Something wrong at a node. */
export interface Finding {
  readonly nodeId: string
  readonly detail: string
}

/** Answers of agents about deliveries. */
export interface Pushes {
  /** Answers that were false when they were given. */
  readonly falseAnswers: readonly Finding[]
  /** Artifacts of a node with an unanswered question. */
  openAt(nodeId: string): readonly ArtifactHash[]
}

/** An artifact that a node said it had stored. */
export interface AcknowledgedArtifact {
  readonly hash: ArtifactHash
  readonly nodeId: string
  readonly isPrivate: boolean
  /** The meaning of the operation that made it, if there is a model of it. */
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

/** The subject of a check: the whole network, the master included. */
export interface World {
  /** In a fixed order, the master first. */
  readonly nodes: readonly CheckedNode[]
  readonly truth: Truth
}

/** Tells whether a node may send content of a kind to others. The master always may. */
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
 * Tells whether a node has the right to send a row of an owner: its own, or as an administrator
 * any.
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
 * The number of acknowledged artifacts, from the first on, for which a node may have used a right
 * by now.
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

/** True if unversioned files are synced. */
export function syncsUnversioned({ truth: { unversioned } }: World): boolean {
  return unversioned !== undefined
}

/** True if leaves log in, so that not everybody may do everything. */
export function hasLogins({ truth: { access } }: World): boolean {
  return access !== undefined
}

/** The links of a world. */
export function linksOf({ nodes, truth: { links } }: World): readonly Direction[] {
  const [master, ...leaves] = nodes
  return links ?? (master ? leaves.map(({ id: from }) => ({ from, to: master.id })) : [])
}

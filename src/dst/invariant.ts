/**
 * What must hold: invariants as values, and the error that says which one did not.
 * A check reads repositories and changes nothing; it draws no randomness and asks no fault site.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import type { Access } from '../sync/access.ts'
import type { UvLedger } from './uv-ledger.ts'

/** Which invariant failed, on which node, and why. */
export class InvariantError extends Error {
  static {
    this.prototype.name = 'InvariantError'
  }
  readonly invariant: string
  /** `master` or the id of a leaf. */
  readonly nodeId: string
  readonly detail: string

  constructor(invariant: string, { nodeId, detail }: { nodeId: string; detail: string }) {
    super(`${invariant} does not hold on ${nodeId}: ${detail}`)
    this.invariant = invariant
    this.nodeId = nodeId
    this.detail = detail
  }
}

/** One repository under check. */
export interface CheckedNode {
  readonly id: string
  readonly repo: Repo
}

/** What the simulation knows that no repository can know alone. */
export interface Truth {
  /** Every artifact whose making was acknowledged, and where. */
  readonly acknowledged: readonly AcknowledgedArtifact[]
  /** Private artifacts are meant to travel. */
  readonly syncsPrivate: boolean
  /** What owners wrote; undefined where unversioned files do not travel. */
  readonly unversioned?: UvLedger | undefined
  /** What each leaf may do on the master; undefined where all may do everything. */
  readonly access?: ReadonlyMap<string, Access> | undefined
  /** Nodes whose derived tables other code than ours makes, or has made. */
  readonly foreign?: ReadonlySet<string> | undefined
}

/** Whether a node may make others take what it has. The master always may. */
export function maySend(
  { access }: Truth,
  nodeId: string,
  what: 'artifacts' | 'unversioned',
): boolean {
  const rights = access?.get(nodeId)
  if (rights === undefined) return true
  return what === 'artifacts' ? rights.write : rights.unversionedWrite
}

/** An artifact that a node said it had stored. */
export interface AcknowledgedArtifact {
  readonly hash: ArtifactHash
  readonly nodeId: string
  readonly isPrivate: boolean
}

/** What a check may look at: the whole network, the master included. */
export interface World {
  /** In a fixed order, the master first. */
  readonly nodes: readonly CheckedNode[]
  readonly truth: Truth
}

/** The nodes whose derived tables are all our own making. */
export function ownTables({ nodes, truth: { foreign } }: World): readonly CheckedNode[] {
  return foreign === undefined ? nodes : nodes.filter(({ id }) => !foreign.has(id))
}

/** Whether an invariant says anything about a run. */
export function isInScope({ scope }: Invariant, { unversioned, access }: Truth): boolean {
  if (scope === undefined) return true
  return (scope === 'unversioned' ? unversioned : access) !== undefined
}

/** A statement about one node, or about all of them together. */
export interface Invariant {
  readonly name: string
  /** `always`: at every step, faults and all. `settled`: once faults have ended, at rest. */
  readonly holds: 'always' | 'settled'
  /** What a run must be about for the statement to say anything; undefined: any run. */
  readonly scope?: 'unversioned' | 'login'
  /**
   * `rebuild`: a check reads and derives everything anew, so that periodic checks make it more
   * seldom. Undefined: what a check costs is bearable.
   */
  readonly cost?: 'rebuild'
  /** @throws {InvariantError} at the first place where the statement is false */
  readonly check: (world: World) => void
}

/**
 * What must hold: invariants as values, and the error that says which one did not.
 * A check reads repositories and changes nothing; it draws no randomness and asks no fault site.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'

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

/** A statement about one node, or about all of them together. */
export interface Invariant {
  readonly name: string
  /** `always`: at every step, faults and all. `settled`: once faults have ended, at rest. */
  readonly holds: 'always' | 'settled'
  /** @throws {InvariantError} at the first place where the statement is false */
  readonly check: (world: World) => void
}

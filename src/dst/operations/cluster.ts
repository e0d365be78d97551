/**
 * Operations on whole nodes: one joins, as a clone; a backup is kept, and an old one put back.
 * @module
 */

import type { CheckedWorld } from '../../runner/invariants.ts'
import type { NodeId } from '../../runner/model.ts'
import type { Operation } from '../../runner/operations.ts'
import { userOperations, type UserWorld } from './users.ts'

/** The side of a simulation that operations on nodes act on. */
export interface Cluster {
  /** Tells whether a node is still to join. */
  isToJoin(id: NodeId): boolean
  /** Starts a node that is still to join. */
  join(id: NodeId): void
  keepBackup(id: NodeId): void
  hasBackup(id: NodeId): boolean
  /**
   * Puts the latest backup of a node back.
   *
   * @returns false if something would be gone for good by it
   */
  restoreBackup(id: NodeId): boolean
}

type ClusterOperation = Operation<Cluster & UserWorld & CheckedWorld>

/** A node joins: it clones the first of those that it syncs with. */
export const join: ClusterOperation = {
  name: 'join',
  weight: 1,
  atNode: 'down',
  plan: (world, id) => (world.isToJoin(id) ? {} : undefined),
  apply: (world, id) => {
    if (!world.isToJoin(id)) return { outcome: 'impossible' }
    world.join(id)
    return { outcome: 'acknowledged' }
  },
}

const backup: ClusterOperation = {
  name: 'backup',
  weight: 2,
  plan: () => ({}),
  apply: (world, id) => {
    world.keepBackup(id)
    return { outcome: 'acknowledged' }
  },
}

/** Only what somebody else has is lost, so that nothing is lost in the end. */
const restore: ClusterOperation = {
  name: 'restore',
  weight: 4,
  plan: (world, id) => (world.hasBackup(id) ? {} : undefined),
  apply: (world, id) => ({ outcome: world.restoreBackup(id) ? 'acknowledged' : 'impossible' }),
}

/** Leaves that come back stale. */
export const backupOperations = [backup, restore] as const

/** Those that were asked for, with their weights. */
export function clusterOperations(
  weights: Readonly<Record<string, number>>,
  { hasLate }: { hasLate: boolean },
): readonly ClusterOperation[] {
  const known: readonly ClusterOperation[] = [...backupOperations, ...userOperations]
  const chosen = known.flatMap((operation) => {
    const weight = weights[operation.name] ?? 0
    return weight === 0 ? [] : [{ ...operation, weight }]
  })
  return hasLate ? [join, ...chosen] : chosen
}

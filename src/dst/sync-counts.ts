/**
 * Counts of the syncs of a simulation, for each leaf and together. Knows results, not repositories.
 * @module
 */

import type { NodeId } from '../runner/model.ts'
import type { Action } from './node.ts'

/** Counts of syncs; `uv*` are of unversioned files, in syncs that ended well. */
export interface SyncCounts {
  /** Syncs that ended, one way or the other. */
  syncs: number
  /** Syncs that ended in an error. */
  errors: number
  /** Contents, times and deletions that were sent. */
  uvSent: number
  /** Contents, times and deletions that were taken over. */
  uvReceived: number
  /** Files that were asked for. */
  uvGimmes: number
}

/** Counts the syncs of one simulation. */
export class SyncCounter {
  readonly #total = noSyncs()
  readonly #leaves = new Map<NodeId, SyncCounts>()
  /** The errors that the latest syncs of leaves ended in, where they did. */
  readonly #lastErrors = new Map<NodeId, string>()

  /** The counts of all leaves together. */
  get total(): Readonly<SyncCounts> {
    return this.#total
  }

  /** The counts of one leaf. */
  of(id: NodeId): Readonly<SyncCounts> {
    return this.#leaf(id)
  }

  /** The error that the latest sync of a leaf ended in, if it did. */
  lastError(id: NodeId): string | undefined {
    return this.#lastErrors.get(id)
  }

  /** Counts a sync that ended well or not. */
  count(id: NodeId, action: Action & { type: 'synced' }): void {
    const counts = countsOf(action)
    for (const sum of [this.#total, this.#leaf(id)]) add(sum, counts)
    if ('error' in action) this.#lastErrors.set(id, action.error.message)
    else this.#lastErrors.delete(id)
  }

  #leaf(id: NodeId): SyncCounts {
    let leaf = this.#leaves.get(id)
    if (leaf === undefined) {
      leaf = noSyncs()
      this.#leaves.set(id, leaf)
    }
    return leaf
  }
}

function countsOf(action: Action & { type: 'synced' }): SyncCounts {
  if ('error' in action) return { ...noSyncs(), syncs: 1, errors: 1 }
  const { sent = 0, received = 0, adopted = 0, gimmes = 0 } = action.result.unversioned ?? {}
  return { syncs: 1, errors: 0, uvSent: sent, uvReceived: received + adopted, uvGimmes: gimmes }
}

function add(sum: SyncCounts, counts: SyncCounts): void {
  sum.syncs += counts.syncs
  sum.errors += counts.errors
  sum.uvSent += counts.uvSent
  sum.uvReceived += counts.uvReceived
  sum.uvGimmes += counts.uvGimmes
}

function noSyncs(): SyncCounts {
  return { syncs: 0, errors: 0, uvSent: 0, uvReceived: 0, uvGimmes: 0 }
}

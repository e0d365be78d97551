/**
 * What the syncs of a simulation came to: counts, and whether anything still moves.
 * Knows results, not repositories.
 * @module
 */

import type { SyncResult } from '../sync/session.ts'
import type { NodeId } from './event.ts'
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

/** When a sync began and ended, in steps of the simulation. */
export interface SyncSpan {
  readonly startStep: number
  readonly endStep: number
}

type LeafTally = SyncCounts & {
  /** The step in which the latest sync began, where it moved nothing and ended well. */
  quietSinceStep: number | undefined
}

/** The tally of one simulation. */
export class Tally {
  readonly #total = noSyncs()
  readonly #leaves = new Map<NodeId, LeafTally>()
  /** The step in which anything last moved. */
  #lastMovementStep = 0

  /** The counts of all leaves together. */
  get total(): Readonly<SyncCounts> {
    return this.#total
  }

  /** The counts of one leaf. */
  of(id: NodeId): Readonly<SyncCounts> {
    return this.#leaf(id)
  }

  /** Notes that something moved, or may have: nobody is at rest that began a sync before. */
  moved(step: number): void {
    this.#lastMovementStep = step
  }

  /** Counts a sync that ended well or not. */
  count(id: NodeId, action: Action & { type: 'synced' }, { startStep, endStep }: SyncSpan): void {
    const leaf = this.#leaf(id)
    const counts = countsOf(action)
    for (const tally of [this.#total, leaf]) add(tally, counts)
    // After an error, earlier rounds or the request whose reply was lost may have moved something.
    const isMoved = 'error' in action || hasMoved(action.result)
    if (isMoved) this.moved(endStep)
    leaf.quietSinceStep = isMoved ? undefined : startStep
  }

  /**
   * Whether each of `ids` has had a sync that found nothing to move since anything last moved. A
   * leaf may sync again meanwhile: where many poll often, some leaf always does.
   */
  isQuiet(ids: Iterable<NodeId>): boolean {
    for (const id of ids) {
      const { quietSinceStep = -1 } = this.#leaf(id)
      if (quietSinceStep <= this.#lastMovementStep) return false
    }
    return true
  }

  #leaf(id: NodeId): LeafTally {
    let leaf = this.#leaves.get(id)
    if (leaf === undefined) {
      leaf = { ...noSyncs(), quietSinceStep: undefined }
      this.#leaves.set(id, leaf)
    }
    return leaf
  }
}

/** What a server refused moved nothing, however often it is sent. */
function hasMoved(result: SyncResult): boolean {
  const { artifactsReceived, artifactsSent, pushRefused, unversioned: uv } = result
  if (artifactsReceived > 0 || (artifactsSent > 0 && !pushRefused)) return true
  return uv !== undefined && uv.sent + uv.received + uv.adopted > 0
}

function countsOf(action: Action & { type: 'synced' }): SyncCounts {
  if ('error' in action) return { ...noSyncs(), syncs: 1, errors: 1 }
  const { sent = 0, received = 0, adopted = 0, gimmes = 0 } = action.result.unversioned ?? {}
  return { syncs: 1, errors: 0, uvSent: sent, uvReceived: received + adopted, uvGimmes: gimmes }
}

function add(tally: SyncCounts, counts: SyncCounts): void {
  tally.syncs += counts.syncs
  tally.errors += counts.errors
  tally.uvSent += counts.uvSent
  tally.uvReceived += counts.uvReceived
  tally.uvGimmes += counts.uvGimmes
}

function noSyncs(): SyncCounts {
  return { syncs: 0, errors: 0, uvSent: 0, uvReceived: 0, uvGimmes: 0 }
}

/**
 * A leaf as the runner drives it: the node of a caller or the default one, its syncs counted and
 * traced.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Host, NodeHandle, NodeId, TickOutcome } from '../runner/model.ts'
import type { SyncResult } from '../sync/session.ts'
import type { Action, Node } from './node.ts'
import type { SyncCounter } from './sync-counts.ts'

/** Where the syncs of a leaf are recorded. */
export interface LeafRecords {
  readonly host: Pick<Host, 'note'>
  readonly counter: SyncCounter
}

/** Starts a leaf: a node that syncs when it ticks, and answers nobody. */
export function leafHandle(id: NodeId, node: Node, records: LeafRecords): NodeHandle {
  return {
    tick: async (event) => outcomeOf(id, await node.tick(event), records),
  }
}

/** @throws the error of a sync that is no fault of a hostile world */
function outcomeOf(id: NodeId, action: Action, { host, counter }: LeafRecords): TickOutcome {
  if (action.type === 'none') return 'idle'
  counter.count(id, action)
  if ('error' in action) {
    const { error } = action
    host.note('sync.failed', { node: id, error: FossilError.is(error) ? error.code : error.name })
    // An assertion that failed is a bug in us, and an override that no site can follow one of the
    // caller's: neither is a hostile world, so it ends the simulation.
    const isWorldly = FossilError.is(error) && error.code !== 'option.invalid'
    if (!isWorldly) throw error
    // Earlier rounds, or the request whose reply was lost, may have moved something.
    return 'moved'
  }
  const { complete, rounds, artifactsSent, artifactsReceived, unversioned: uv } = action.result
  const files = uv && { uvSent: uv.sent, uvReceived: uv.received, uvAdopted: uv.adopted }
  host.note('sync', { node: id, complete, rounds, artifactsSent, artifactsReceived, ...files })
  return hasMoved(action.result) ? 'moved' : 'quiet'
}

/** Artifacts that a server refused have not moved, however often they are sent. */
function hasMoved(result: SyncResult): boolean {
  const { artifactsReceived, artifactsSent, pushRefused, unversioned: uv } = result
  if (artifactsReceived > 0 || (artifactsSent > 0 && !pushRefused)) return true
  return uv !== undefined && uv.sent + uv.received + uv.adopted > 0
}

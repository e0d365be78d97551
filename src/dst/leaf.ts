/**
 * A node that syncs with others, as the runner drives it: the node of a caller or a default one for
 * each of these, their syncs counted and traced.
 * @module
 */

import type { SyncAgent } from '../agent/agent.ts'
import { FossilError } from '../base/error.ts'
import type { Host, NodeHandle, NodeId, TickOutcome } from '../runner/model.ts'
import { hasMoved } from '../sync/movement.ts'
import type { Action, Node } from './node.ts'
import type { PromptnessWitness } from './promptness/witness.ts'
import type { SyncCounter } from './sync-counts.ts'

/** The records of a leaf's syncs. */
export interface LeafRecords {
  readonly host: Pick<Host, 'note'>
  readonly counter: SyncCounter
  /** One of the nodes has acted, by its number, within a tick. */
  readonly onAction?: (action: Action, number: number) => void
  /** Tells by its number whether the server of a node stays broken for good. */
  readonly isOver?: (number: number) => boolean
  /** Hears when its agent is asked for a sync, and when it is to stop. */
  readonly promptness?: Pick<PromptnessWitness, 'asked' | 'ended'>
  /** A tick has ended. */
  readonly onEnd?: () => void
}

/** Starts a node that syncs when it ticks: with one after another, where there are several. */
export function leafHandle(
  id: NodeId,
  nodes: readonly Node[],
  records: LeafRecords,
): Omit<NodeHandle, 'answer'> {
  const [first] = nodes
  const { looksAt, agent } = first ?? {}
  return {
    tick: async (event) => {
      if (event.type === 'syncNow') records.promptness?.asked(id)
      const outcomes: TickOutcome[] = []
      for (const [number, node] of nodes.entries()) {
        const wasOver = records.isOver?.(number) ?? false
        const action = await node.tick(event)
        records.onAction?.(action, number)
        const outcome = recordSync(id, action, records)
        // What has just begun, and fails, has moved nothing.
        outcomes.push(wasOver && 'error' in action ? 'quiet' : outcome)
      }
      records.onEnd?.()
      return outcomes.reduce(further)
    },
    ...(looksAt === undefined ? {} : { looksAt }),
    ...(agent === undefined ? {} : { stop: () => stopAgent(id, agent, records) }),
    ...(first?.onDatagram === undefined ? {} : { onDatagram: (each) => first.onDatagram?.(each) }),
    ...(first?.onStream === undefined ? {} : { onStream: (stream) => first.onStream?.(stream) }),
  }
}

function stopAgent(id: NodeId, agent: SyncAgent, records: LeafRecords): Promise<void> {
  records.promptness?.ended(id)
  return agent.stop()
}

/** It is quiet only where it looked at everybody and nothing was left to move. */
function further(one: TickOutcome, other: TickOutcome): TickOutcome {
  if (one === 'moved' || other === 'moved') return 'moved'
  return one === 'idle' || other === 'idle' ? 'idle' : 'quiet'
}

/**
 * Counts a sync and traces it.
 *
 * @param peer the other side, where that is no matter of course
 * @throws the error of a sync that is no fault of a hostile world
 */
export function recordSync(
  id: NodeId,
  action: Action,
  { host, counter }: LeafRecords,
  peer?: NodeId,
): TickOutcome {
  if (action.type === 'none') return 'idle'
  counter.count(id, action)
  const place = { node: id, ...(peer === undefined ? {} : { peer }) }
  if ('error' in action) {
    const { error } = action
    host.note('sync.failed', { ...place, error: FossilError.is(error) ? error.code : error.name })
    // An assertion that failed is a bug in us, and an override that no site can follow one of the
    // caller's: neither is a hostile world, so it ends the simulation.
    const isWorldly = FossilError.is(error) && error.code !== 'option.invalid'
    if (!isWorldly) throw error
    // Earlier rounds, or the request whose reply was lost, may have moved something.
    return 'moved'
  }
  const { complete, rounds, artifactsSent, artifactsReceived, unversioned: uv } = action.result
  const files = uv && { uvSent: uv.sent, uvReceived: uv.received, uvAdopted: uv.adopted }
  host.note('sync', { ...place, complete, rounds, artifactsSent, artifactsReceived, ...files })
  return hasMoved(action.result) ? 'moved' : 'quiet'
}

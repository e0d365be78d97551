/**
 * Planted bugs of clones.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import { cloneState, saveCloneState } from '../../repo/clone-state.ts'
import { clone } from '../../sync/sync.ts'
import type { LeafParts } from '../config.ts'
import type { Node } from '../node.ts'
import { SimTransport } from '../sim-network.ts'
import { type Canary, soundNode } from './plant.ts'

/** Clones two exchanges at a time, and goes on one artifact too far each time. */
function skipping(parts: LeafParts): Node {
  const { repo, transport, login } = parts
  const inner = soundNode(parts)
  const attempt = async (): Promise<void> => {
    const { sequence = 0, ...server } = cloneState(repo) ?? {}
    if (sequence > 1) saveCloneState(repo, { ...server, sequence: sequence + 1 })
    let exchanges = 0
    const twice = new SimTransport((request) => {
      if (++exchanges <= 2) return transport.exchange(request)
      return Promise.reject(new FossilError('transport.failed', { reason: 'had enough' }))
    })
    await clone(repo, twice, login === undefined ? {} : { login })
  }
  return {
    repo,
    tick: async (event) => {
      if (!repo.isUnfinishedClone) return inner.tick(event)
      await attempt().catch((error: unknown) => {
        if (!FossilError.is(error)) throw error
      })
      return { type: 'none' }
    },
  }
}

export const cloneCanaries: readonly Canary[] = [
  {
    bug: 'goes on with its clone one artifact too far',
    invariant: 'clone-whole',
    plant: skipping,
    options: { seed: 1 },
    config: () => ({ late: 1, budgetBytes: 200, login: { capabilities: () => 'giy' } }),
  },
]

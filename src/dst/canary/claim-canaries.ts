/**
 * Planted bugs of what syncs say of themselves.
 * @module
 */

import { sync } from '../../sync/sync.ts'
import type { LeafParts } from '../config.ts'
import { type Node, syncAction } from '../node.ts'
import type { Canary } from './plant.ts'

/** Gives up after one round that brought nothing, and calls that complete. */
function boastful({ repo, transport, login }: LeafParts): Node {
  const options = { unversioned: true, maxRounds: 1, ...(login === undefined ? {} : { login }) }
  return {
    repo,
    tick: async () => {
      const action = await syncAction(sync(repo, transport, options))
      if (!('result' in action)) return action
      const { result } = action
      return { ...action, result: { ...result, complete: true, shortfall: undefined, missing: [] } }
    },
  }
}

export const claimCanaries: readonly Canary[] = [
  {
    bug: 'says that its sync is complete, whatever came of it',
    invariant: 'claims',
    plant: boastful,
  },
]

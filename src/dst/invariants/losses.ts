/**
 * Losses: nothing is gone for good but what somebody destroyed on its only holder.
 *
 * Verifies, of every artifact that was acknowledged, private ones included, that some node holds
 * it, or that the rule in ../loss-oracle.ts explains why none does. `nothing-lost` looks at those
 * who made it, as long as they did not remove it; here everybody who got it from them answers for
 * it, too. Does not verify that it is where it should be: `convergence` and `private-convergence`
 * do.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import { lossesOf } from '../losses.ts'
import type { Invariant } from '../world.ts'

export const losses: Invariant = {
  name: 'losses',
  holds: 'always',
  check: (world) => {
    const lost = lossesOf(world).find(({ removal }) => removal === undefined)
    if (lost === undefined) return
    const detail = `${lost.hash} is nowhere any more, and nobody destroyed it on its only holder`
    throw new InvariantError('losses', { nodeId: lost.nodeId, detail })
  },
}

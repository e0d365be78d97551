/**
 * Promptness: agents keep the pace that they promise, and say of each remote what is so.
 *
 * Verifies, of agents whose pace is known: a change that was told to an agent leaves within the
 * debounce, or that after the sync under way; looks come neither later nor sooner than interval and
 * back-off allow, which grows with each failure and begins anew after a success; and the status
 * of a remote has the failures, the last error, the last result and the time of the next look. Time
 * in which a node is down or paused does not count. Does not verify nodes that are polled.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

/** No agent broke a promise about its pace. */
export const promptness: Invariant = {
  name: 'promptness',
  holds: 'always',
  check: ({ truth: { brokenPromise } }) => {
    const found = brokenPromise?.()
    if (found !== undefined) throw new InvariantError('promptness', found)
  },
}

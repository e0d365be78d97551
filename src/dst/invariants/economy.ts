/**
 * Economy: a sync that nothing disturbs does all that there is to do, and nothing twice.
 *
 * Verifies, of a sync that no fault, no lie and no other change touched on either side: no artifact
 * and no content of a file travels twice, or back to where it came from, or is announced there;
 * no version of a row travels twice in one direction; where it is complete, no
 * more than two rounds carry nothing, unless rows of tables travel, and both sides have the same
 * unversioned files, as far as rights allow; and the next sync of the two takes one round and
 * carries nothing. Does not verify artifacts that come more than once where something is banned:
 * whoever bans the source of a delta asks again.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

/** Syncs that nothing disturbed wasted nothing. */
export const economy: Invariant = {
  name: 'economy',
  holds: 'always',
  check: ({ truth: { wastes = [] } }) => {
    const [first] = wastes
    if (first !== undefined) throw new InvariantError('economy', first)
  },
}

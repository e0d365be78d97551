/**
 * Clones: their bulk brings everything.
 *
 * Verifies: when a clone begins to pull, it holds every public artifact that its server had when it
 * was asked for what comes from that place on, and has still; and one that was interrupted asks for
 * what comes after all that it has kept.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

export const cloneWhole: Invariant = {
  name: 'clone-whole',
  holds: 'always',
  check: ({ truth: { cloneGaps = [] } }) => {
    const [first] = cloneGaps
    if (first !== undefined) throw new InvariantError('clone-whole', first)
  },
}

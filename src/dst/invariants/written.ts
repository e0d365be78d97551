/**
 * Written: an acknowledged operation has written what it was asked to write, and no more.
 *
 * Verifies: the new artifacts of a node after an operation are those that its arguments come to,
 * byte for byte, by a reading of the format that is apart from the code under test; they are what
 * was reported, and private where that was asked for or follows from what they are about; an
 * unversioned file has the time, the hash and the content that it was given; an operation that was
 * refused or could not be carried out has left no rows; and what no fault and no ban prevents, and
 * can be by its arguments, is done. Does not verify the tables that are
 * derived from artifacts: that is derived, and what comes before it.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

export const written: Invariant = {
  name: 'written',
  holds: 'always',
  check: ({ truth: { miswritten = [] } }) => {
    const [first] = miswritten
    if (first !== undefined) throw new InvariantError('written', first)
  },
}

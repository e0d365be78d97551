/**
 * Reads: whoever looks at a repository in the middle of it all sees what was meant.
 *
 * Verifies what was seen by the operation `browse`: see misreadings.ts for the questions that it
 * asks. Costs nothing by itself.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

export const reads: Invariant = {
  name: 'reads',
  holds: 'always',
  check: ({ truth: { misreadings = [] } }) => {
    const [first] = misreadings
    if (first !== undefined) throw new InvariantError('reads', first)
  },
}

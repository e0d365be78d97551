/**
 * Messages: whole or not at all.
 *
 * Verifies, where nodes lie: a request that is answered with an error, and a reply that ends a sync
 * in one, leave every table as it was. Does not verify messages whose error is one of storage, on
 * the side that asks: there nobody can tell whether the reply or the next request met it.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

export const messageWhole: Invariant = {
  name: 'message-whole',
  holds: 'always',
  check: ({ truth: { leftovers = [] } }) => {
    const [first] = leftovers
    if (first !== undefined) throw new InvariantError('message-whole', first)
  },
}

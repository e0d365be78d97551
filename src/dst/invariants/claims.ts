/**
 * Claims: what a sync says of itself is so.
 *
 * Verifies: a sync that calls itself complete has brought the client every artifact that its server
 * had when it last answered, and the server, where it takes a push, every one that the client had
 * when it last asked; one that is not complete names artifacts as missing which the server did not
 * have either, or has another reason; it counts as received what came, and as sent no less than
 * what arrived; and what a client takes for delivered is known to a server. A sync in which a fault
 * site, or a lie, has one side keep something from the other may believe what is not so, and is
 * passed over. Does not verify files, rows and settings.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

export const claims: Invariant = {
  name: 'claims',
  holds: 'always',
  check: ({ truth: { falseClaims = [] } }) => {
    const [first] = falseClaims
    if (first !== undefined) throw new InvariantError('claims', first)
  },
}

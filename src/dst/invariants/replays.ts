/**
 * Replays: a signed request counts once.
 *
 * Verifies, where nodes log in: a request that a server has answered, and that comes to it again,
 * is answered with an error and changes no table; where it changed anything the first time also
 * after the server has started again. Does not verify requests that changed nothing, beyond the
 * life of their server, nor those of nobody.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import { hasLogins, type Invariant } from '../world.ts'

export const replays: Invariant = {
  name: 'replays',
  holds: 'always',
  appliesTo: hasLogins,
  check: ({ truth: { replays: found = [] } }) => {
    const [first] = found
    if (first !== undefined) throw new InvariantError('replays', first)
  },
}

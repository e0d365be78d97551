/**
 * Check-in locks: a lock stays with who took it until it ends, and whoever comes second is told.
 *
 * Verifies, at every server and with each answer to whoever asks for a lock or gives one back: a
 * lock is there from then on, with its holder and its time, until it is older than `lock-timeout`
 * (a minute by default), its client gives it back, or its check-in has a child on its branch;
 * nothing else takes it away or makes one; another client is told the holder and the time, and
 * nobody else is; and a sync says what its server told. Does not verify requests that bring
 * artifacts as well, as none of the engine's own does.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

/** Locks were held, told of and ended as they should be. */
export const checkinLocks: Invariant = {
  name: 'checkin-locks',
  holds: 'always',
  check: ({ truth: { lockFaults = [] } }) => {
    const [first] = lockFaults
    if (first !== undefined) throw new InvariantError('checkin-locks', first)
  },
}

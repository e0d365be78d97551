/**
 * Planted bugs of check-in locks.
 * @module
 */

import { type Canary, sql } from './plant.ts'

export const lockCanaries: readonly Canary[] = [
  {
    bug: 'forgets who locked a check-in',
    invariant: 'checkin-locks',
    plant: sql("DELETE FROM config WHERE name GLOB 'ci-lock-*'"),
    // Somebody has to ask a node that has the bug, and not the master.
    config: () => ({ topology: 'chain' }),
    options: { weights: { lock: 20 } },
  },
]

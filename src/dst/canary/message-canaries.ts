/**
 * Planted bugs about messages that fail.
 * @module
 */

import { faultLevels } from '../../sim/levels.ts'
import { type Canary, sql } from './plant.ts'

const { link, partition } = faultLevels.adversarial

export const messageCanaries: readonly Canary[] = [
  {
    bug: 'writes something down even where a sync ends in an error',
    invariant: 'message-whole',
    plant: sql(
      `REPLACE INTO config(name, value, mtime)
         SELECT 'attempts', coalesce(max(value), 0) + 1, 0 FROM config WHERE name = 'attempts'`,
    ),
    config: () => ({
      network: { link: { ...link, lies: { requests: 100_000, replies: 100_000 } }, partition },
    }),
  },
]

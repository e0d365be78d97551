/**
 * Planted bugs of those who look after a repository.
 * @module
 */

import { rebuild as rebuildTables } from '../../crosslink/rebuild.ts'
import { dbOf } from '../../repo/repo.ts'
import type { FossilOperation } from '../operations/operation.ts'
import { type Canary, soundNode, sql } from './plant.ts'

/** Works everything out anew, and forgets what is to be sent. */
const rebuild: FossilOperation = {
  name: 'rebuild',
  weight: 20,
  plan: () => ({}),
  apply: ({ repo }) => {
    rebuildTables(repo)
    dbOf(repo).exec('DELETE FROM unsent')
    return {}
  },
}

export const upkeepCanaries: readonly Canary[] = [
  {
    bug: 'forgets at a rebuild what it has to send',
    invariant: 'upkeep',
    plant: soundNode,
    config: () => ({ operations: [rebuild] }),
  },
  {
    bug: 'bans what it has, and keeps it',
    invariant: 'banned',
    plant: sql(
      `INSERT OR IGNORE INTO shun
         SELECT uuid, 0, NULL FROM blob WHERE size > 0 ORDER BY rid DESC LIMIT 1`,
    ),
  },
]

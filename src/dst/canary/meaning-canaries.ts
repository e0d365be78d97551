/**
 * Planted bugs by which something is there that nobody meant.
 * @module
 */

import { utf8 } from '../../base/bytes.ts'
import { columnsOf } from '../../db/tables.ts'
import { dbOf } from '../../repo/repo.ts'
import { storeLocal } from '../../repo/store.ts'
import { afterSync, type Canary } from './plant.ts'

export const meaningCanaries: readonly Canary[] = [
  {
    bug: 'stores something of its own and tells nobody',
    invariant: 'provenance',
    plant: afterSync((repo) => void storeLocal(repo, utf8('from nowhere'))),
    config: () => ({ tellsAll: true }),
  },
  {
    bug: 'shows a field of every ticket that nobody set',
    invariant: 'last-word',
    plant: afterSync((repo) => {
      if (columnsOf(dbOf(repo), 'ticket').has('mood')) return
      dbOf(repo).exec("ALTER TABLE ticket ADD COLUMN mood TEXT DEFAULT 'good'")
    }),
    config: () => ({ tellsAll: true }),
    options: { allKinds: true, weights: { ticket: 10 } },
  },
]

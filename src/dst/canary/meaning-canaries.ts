/**
 * Planted bugs by which something is there that nobody meant.
 * @module
 */

import { utf8 } from '../../base/bytes.ts'
import { columnsOf } from '../../db/tables.ts'
import { dbOf } from '../../repo/repo.ts'
import { storeLocal } from '../../repo/store.ts'
import { invariants } from '../invariants/all.ts'
import { afterSync, type Canary, sql } from './plant.ts'

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
  {
    bug: 'tells of every file that a check-in changed as of a new one',
    invariant: 'last-word-of-checkins',
    plant: sql('UPDATE mlink SET pid = 0 WHERE pid > 0 AND pid <> fid'),
    // Others look at the table itself.
    config: () => ({
      tellsAll: true,
      invariants: invariants.filter(({ name }) => !['mlink', 'derived'].includes(name)),
    }),
  },
  {
    bug: 'forgets which files its latest check-in changed',
    invariant: 'reads',
    plant: sql('DELETE FROM mlink WHERE mid = (SELECT max(mid) FROM mlink)'),
    // Others look at the table itself.
    config: () => ({
      tellsAll: true,
      invariants: invariants.filter(({ name }) => name === 'reads'),
    }),
    options: { weights: { browse: 10 } },
  },
]

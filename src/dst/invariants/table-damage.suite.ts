/**
 * Ways to damage synced tables, one at a time, and what must be noticed of each.
 * @module
 */

import { assert } from '../../base/assert.ts'
import { dbOf } from '../../repo/repo.ts'
import { findRow, storeRow } from '../../tables/rows.ts'
import { requireTable } from '../../tables/schema.ts'
import { addColumn, deleteRow, pkHash, putRow } from '../../tables/tables.ts'
import { accessOf } from '../../sync/access.ts'
import { versionOf } from './tables.ts'
import type { Damage, Pair } from './pair.suite.ts'

/** Changes rows without a word to their digests. */
const rows =
  (sql: string): Damage['inflict'] =>
  (pair) =>
    pair.damage('leaf', `UPDATE fx_trilobite_row SET ${sql}`)

/** Removes a row as if it had never been. */
function forget(pair: Pair, id: string): void {
  const key = pkHash(pair.leaf, 'notes', { id })
  dbOf(pair.leaf).exec(`DELETE FROM fx_trilobite_row WHERE key = '${key}'`)
  dbOf(pair.leaf).exec('DELETE FROM fx_trilobite_range')
}

const integrity: readonly Damage[] = (
  [
    ['a row of another time than its digest', 'mtime = mtime + 1', /its digest is/],
    ['a row whose key is another', `data = '{"id":"else"}'`, /hashes to another name/],
    ['a row that is no JSON', "data = 'nothing'", /row/],
    ['a deleted row with values', 'deleted = 1', /deleted, with values/],
    ['a time before all times', 'mtime = -1', /of -1/],
  ] as const
).map(([what, sql, detail]) => ({
  what,
  invariant: 'table-integrity',
  where: 'leaf-0',
  detail,
  inflict: rows(sql),
}))

export const tableDamages: readonly Damage[] = [
  ...integrity,
  {
    what: 'a row that its writer lost',
    invariant: 'table-never-lost',
    where: 'leaf-0',
    detail: /gave way to nothing/,
    inflict: (pair) => forget(pair, 'kept'),
  },
  {
    what: 'a row that only one of them has',
    invariant: 'table-convergence',
    where: 'leaf-0',
    detail: /is nothing here/,
    inflict: ({ master }) => putRow(master, 'notes', { id: 'new' }),
  },
  {
    what: 'a column that only one of them has',
    invariant: 'table-convergence',
    where: 'leaf-0',
    detail: /colour text/,
    inflict: ({ leaf }) => addColumn(leaf, 'notes', { name: 'colour', type: 'text' }),
  },
  {
    what: 'a deletion that only one of them knows of',
    invariant: 'tombstone-convergence',
    where: 'leaf-0',
    detail: /is nothing here/,
    inflict: ({ master }) => deleteRow(master, 'notes', { id: 'kept' }),
  },
  {
    what: 'a row that a leaf sent without the right to',
    invariant: 'rights',
    where: 'master',
    detail: /notes: .*"sneaked in".* is here, and may not leave where it was written/,
    inflict: (pair) => {
      pair.access.set('leaf-0', accessOf('o'))
      const row = { id: 'new', body: 'sneaked in' }
      const key = putRow(pair.master, 'notes', row, { mtimeSec: 900 })
      const version = versionOf(pair.master, 'notes', key)
      assert(version !== undefined, 'a row that was put is there')
      pair.rows.record({ table: 'notes', key, nodeId: 'leaf-0', version, travels: false })
    },
  },
  {
    what: 'a request that changed what its sender may not',
    invariant: 'rights',
    where: 'master',
    detail: /belongs to another/,
    inflict: (pair) => {
      pair.access.set('leaf-0', accessOf('o'))
      pair.trespasses.push({ nodeId: 'master', detail: 'a row belongs to another' })
    },
  },
  {
    what: 'a row that nobody wrote',
    invariant: 'table-last-writer-wins',
    where: 'master',
    detail: /was never written/,
    inflict: ({ master, leaf }) => {
      for (const repo of [master, leaf]) {
        const table = requireTable(repo, 'notes')
        const key = pkHash(repo, 'notes', { id: 'kept' })
        const held = findRow(repo, table, key)
        if (held === undefined) continue
        repo.transaction(() =>
          storeRow(repo, table, { key, row: { ...held, mtimeSec: 900 }, held }),
        )
      }
    },
  },
]

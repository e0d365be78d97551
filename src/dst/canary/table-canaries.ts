/**
 * Planted bugs of synced tables.
 * @module
 */

import { hasTable } from '../../db/tables.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { type StoredRow, storeRow } from '../../tables/rows.ts'
import { type StoredTable, storedTables } from '../../tables/schema.ts'
import { allRows } from '../../tables/tables.ts'
import { withoutBuggify } from '../buggify.ts'
import type { LeafParts } from '../config.ts'
import type { Node } from '../node.ts'
import { afterSync, type Canary, soundNode } from './plant.ts'

/** Rows are put and deleted often, and nothing else matters. */
const options: Canary['options'] = {
  weights: { rowPut: 40, rowDelete: 20, columnAdd: 2, checkin: 1 },
  operationCount: 200,
}
const config = (): ReturnType<NonNullable<Canary['config']>> => ({ tables: true, login: {} })

/** Damages rows as soon as there are any. */
function rowSql(statement: string): Canary['plant'] {
  return (parts) =>
    afterSync((repo: Repo) => {
      if (hasTable(dbOf(repo), 'fx_trilobite_row')) dbOf(repo).exec(statement)
    })(parts)
}

/** Forgets that the digests of ranges were kept, so that they are those of the rows. */
const forgetRanges = 'DELETE FROM fx_trilobite_range'

/** Deleted rows of all tables. */
function tombstones(repo: Repo): { table: StoredTable; row: StoredRow }[] {
  return storedTables(repo).flatMap((table) =>
    [...allRows(repo, table)].filter(({ isDeleted }) => isDeleted).map((row) => ({ table, row })),
  )
}

/** Dates deletions by the next odd second, and syncs. */
function oddly(parts: LeafParts): Node {
  const inner = soundNode(parts, { xTableSync: true })
  const { repo } = parts
  return {
    repo,
    tick: async (event) => {
      const action = await inner.tick(event)
      for (const { table, row } of tombstones(repo)) {
        const { key, mtimeSec } = row
        if (mtimeSec % 2 === 1) continue
        const later = { key, row: { ...row, mtimeSec: mtimeSec + 1 }, held: row }
        withoutBuggify(repo, () => repo.transaction(() => storeRow(repo, table, later)))
      }
      return action
    },
  }
}

/** Syncs tables no more once it knows of a deleted row. */
function squeamish(parts: LeafParts): Node {
  const [bold, deaf] = [true, false].map((xTableSync) => soundNode(parts, { xTableSync }))
  const { repo } = parts
  return {
    repo,
    tick: async (event) => {
      const node = tombstones(repo).length > 0 ? deaf : bold
      return (await node?.tick(event)) ?? { type: 'none' }
    },
  }
}

export const tableCanaries: readonly Canary[] = [
  {
    bug: 'changes a row without its digest',
    invariant: 'table-integrity',
    plant: rowSql('UPDATE fx_trilobite_row SET mtime = mtime + 1'),
    config,
    options,
  },
  {
    bug: 'gives up a row that nothing beats',
    invariant: 'table-never-lost',
    plant: rowSql(
      `DELETE FROM fx_trilobite_row WHERE key = (SELECT max(key) FROM fx_trilobite_row);
       ${forgetRanges}`,
    ),
    config,
    options,
  },
  {
    bug: 'says that it synced tables and did not',
    invariant: 'table-convergence',
    plant: (parts) => soundNode(parts, { xTableSync: false }),
    config,
    options: { ...options, weights: { rowPut: 40, rowDelete: 0, columnAdd: 2, checkin: 1 } },
  },
  {
    bug: 'hears of nothing more once a row was deleted',
    invariant: 'tombstone-convergence',
    plant: squeamish,
    config,
    options,
  },
  {
    bug: 'dates deletions by the next odd second',
    invariant: 'table-last-writer-wins',
    plant: oddly,
    config,
    options: { ...options, seed: 3 },
  },
]

/**
 * The holdings of a repository as the trace tells them: a text for each artifact, file, row, and
 * derived row. The first word says which it is (docs/trace-format.md).
 * @module
 */

import { dumpDerived, dumpedTables } from '../crosslink/derived-dump.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { listShunned } from '../repo/shun.ts'
import { listUnversioned } from '../repo/unversioned.ts'
import { storedTables } from '../tables/schema.ts'
import { allRows } from '../tables/tables.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from './holdings.ts'

/** Characters of a derived row that are told. */
const longestText = 200

/** Tables of which a text of another kind tells the same, or whose rows come with every change. */
const toldOtherwise: ReadonlySet<string> = new Set(['blob', 'phantom', 'private', 'unclustered'])

const derivedTables = dumpedTables.filter((table) => !toldOtherwise.has(table))

/** Everything that a repository holds, and what it knows of what it does not hold. */
export function holdingTexts(repo: Repo): string[] {
  const open = new Set<string>(publicBlobUuidsSorted(repo))
  return [
    ...allBlobUuidsSorted(repo).map((hash) => `${open.has(hash) ? 'artifact' : 'private'} ${hash}`),
    ...hashesIn(repo, 'phantom').map((hash) => `phantom ${hash}`),
    ...hashesIn(repo, 'unclustered').map((hash) => `announces ${hash}`),
    ...listShunned(repo).map(({ hash }) => `shunned ${hash}`),
    ...listUnversioned(repo).map(
      ({ name, mtimeSec, hash }) => `file ${name} ${mtimeSec} ${hash ?? '-'}`,
    ),
    ...rowTexts(repo),
    ...dumpDerived(repo, derivedTables).map((row) => `derived ${row}`.slice(0, longestText)),
  ]
}

function rowTexts(repo: Repo): string[] {
  return storedTables(repo).flatMap((table) =>
    Array.from(
      allRows(repo, table),
      ({ key, mtimeSec, isDeleted }) =>
        `row ${table.name} ${key} ${mtimeSec}${isDeleted ? ' deleted' : ''}`,
    ),
  )
}

function hashesIn(repo: Repo, table: 'phantom' | 'unclustered'): string[] {
  return dbOf(repo)
    .prepare<[string]>(`SELECT uuid FROM ${table} JOIN blob USING (rid) ORDER BY uuid`)
    .all()
    .map(([hash]) => hash)
}

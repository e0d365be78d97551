/**
 * One digest of all synced tables: two repositories with the same one need not compare anything.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import { sha1 } from '../hash/hash.ts'
import type { Repo } from '../repo/repo.ts'
import { definitionJson } from './definition.ts'
import { formatDigest, rangeDigest } from './ranges.ts'
import { storedTables } from './schema.ts'

/** The digest of every definition and row: 40 lowercase hex digits. */
export function stateDigest(repo: Repo): string {
  const lines = storedTables(repo).map((table) => {
    const { name, version, mtimeSec } = table
    const range = rangeDigest(repo, table, '')
    const rows = `${range.count} ${formatDigest(range)}`
    return `${name} ${version} ${mtimeSec} ${definitionJson(table)} ${rows}\n`
  })
  return sha1(utf8(lines.join('')))
}

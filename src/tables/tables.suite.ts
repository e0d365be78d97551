/**
 * Repositories with synced tables, for the tests of this folder.
 * @module
 */

import { noBuggify, type Env } from '../base/env.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { openDatabase } from '../db/node.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { formatDigest, listRange, partsOf, rangeDigest } from './ranges.ts'
import { requireTable } from './schema.ts'
import type { TableDefinition } from './definition.ts'

/** The second at which clocks of tests stand. */
export const startSec = 1_700_000_000

/** A clock that stands still until a test moves it. */
export function stillEnv(): Env & { clock: { ms: number } } {
  const clock = { ms: startSec * 1000, nowMs: () => clock.ms }
  return { clock, random: { bytes: (length) => new Uint8Array(length) }, buggify: noBuggify }
}

let template: Uint8Array | undefined

/** An empty repository in memory. */
export function emptyRepo(env: Env = stillEnv()): Repo {
  template ??= dbOf(createRepo(openDatabase(), stillEnv())).serialize()
  return openRepo(openDatabase(template), env)
}

/** A table of things, with one column of each type. */
export const things: TableDefinition = {
  name: 'things',
  columns: [
    { name: 'id', type: 'text', key: true },
    { name: 'n', type: 'integer', key: true },
    { name: 'v', type: 'text' },
    { name: 'r', type: 'real' },
    { name: 'b', type: 'blob' },
  ],
  conflict: 'mtime-wins',
}

/** Ranges whose stored digest is not the sum of their rows: none, in a whole repository. */
export function wrongRanges(repo: Repo, name: string): string[] {
  const table = requireTable(repo, name)
  const wrong: string[] = []
  const check = (prefix: string): void => {
    const { count, ...digest } = rangeDigest(repo, table, prefix)
    const rows = listRange(repo, table, prefix)
    let sum = 0n
    for (const row of rows) sum ^= BigInt(`0x${row.digest}`)
    const isRight = rows.length === count && BigInt(`0x${formatDigest(digest)}`) === sum
    if (!isRight) wrong.push(prefix)
    if (count > 64) for (const part of partsOf(repo, table, prefix)) check(part.prefix)
  }
  check('')
  return wrong
}

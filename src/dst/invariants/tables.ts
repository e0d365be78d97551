/**
 * Synced tables: rows are what their keys and digests say, nobody loses a version to anything but
 * one that wins, and in the end everybody has the same rows.
 *
 * Verifies, by value: rows, times, owners and what stays of deleted rows. Of rows without owners
 * that version stands which the rule picks among all that were written. Does not verify whose a row
 * is where two made it at once: the server decides that, and `rights` looks at how.
 * @module
 */

import type { Repo } from '../../repo/repo.ts'
import { formatDigest, rangeDigest, rowDigest } from '../../tables/ranges.ts'
import { findRow, type StoredRow } from '../../tables/rows.ts'
import { findTable, type StoredTable, storedTables } from '../../tables/schema.ts'
import { allRows } from '../../tables/tables.ts'
import { hashOfKey, parseRow, rowData } from '../../tables/value.ts'
import { FossilError } from '../../base/error.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { describeRow, isSameRow, type RowVersion, settlesRow } from '../table-oracle.ts'
import { type CheckedNode, type Invariant, linksOf, maySend, type World } from '../world.ts'
import { allNodes, ofEachNode } from './of-each-node.ts'

/** True if tables travel. */
const syncsTables = ({ truth: { tables } }: World): boolean => tables !== undefined

/**
 * Every row of every synced table is what its key and its digest say: the key hashes to its name,
 * values fit their columns, a deleted row has nothing but its key, and the digests by which two
 * repositories find their differences are those of the rows.
 *
 * @example
 * ```ts
 * checkTableSyncIntegrity('leaf-0', repo)
 * ```
 * @throws {InvariantError} `table-integrity`
 */
export function checkTableSyncIntegrity(nodeId: string, repo: Repo): void {
  for (const table of storedTables(repo)) {
    let total = { lo: 0n, hi: 0n }
    for (const row of allRows(repo, table)) {
      const problem = problemOf(table, row)
      if (problem !== undefined) {
        const detail = `${table.name} ${row.key}: ${problem}`
        throw new InvariantError('table-integrity', { nodeId, detail })
      }
      const { lo, hi } = rowDigest(row.key, row)
      total = { lo: total.lo ^ BigInt(lo), hi: total.hi ^ BigInt(hi) }
    }
    const kept = formatDigest(rangeDigest(repo, table, ''))
    const actual = formatDigest({ lo: Number(total.lo), hi: Number(total.hi) })
    if (kept === actual) continue
    const detail = `${table.name}: its rows come to ${actual}, and ${kept} is remembered`
    throw new InvariantError('table-integrity', { nodeId, detail })
  }
}

function problemOf(table: StoredTable, row: StoredRow): string | undefined {
  try {
    const values = parseRow(table, row.data)
    if (hashOfKey(table, values) !== row.key) return 'its key hashes to another name'
    if (row.isDeleted && rowData(table, values, 'key') !== row.data) return 'deleted, with values'
  } catch (error) {
    if (FossilError.is(error)) return error.message
    throw error
  }
  if (!Number.isSafeInteger(row.mtimeSec) || row.mtimeSec < 0) return `of ${row.mtimeSec}`
  const { digest } = row
  const actual = formatDigest(rowDigest(row.key, row))
  return digest === actual ? undefined : `its digest is ${actual}, and ${digest} is remembered`
}

/** Lines that say what a repository has of its synced tables, by name. */
type Lines = ReadonlyMap<string, string>

/**
 * All repositories have the same rows in every synced table, by value, deleted rows included; a
 * table that is missing in one of them is a difference, too.
 *
 * @example
 * ```ts
 * checkTableSyncConvergence(new Map([['master', repo], ['leaf-0', other]]))
 * ```
 * @param repos by node id, in a fixed order
 * @throws {InvariantError} `table-convergence`
 */
export function checkTableSyncConvergence(repos: ReadonlyMap<string, Repo>): void {
  compareAll('table-convergence', repos, (repo) => {
    const rows = rowLines(repo, () => true)
    return new Map([...definitionLines(repo), ...rows])
  })
}

/**
 * All repositories agree on which rows were deleted, and when.
 *
 * @param repos by node id, in a fixed order
 * @throws {InvariantError} `tombstone-convergence`
 */
export function checkTombstoneConvergence(repos: ReadonlyMap<string, Repo>): void {
  compareAll('tombstone-convergence', repos, (repo) => rowLines(repo, isGone))
}

function compareAll(
  invariant: string,
  repos: ReadonlyMap<string, Repo>,
  linesOf: (repo: Repo, nodeId: string) => Lines,
): void {
  const [first, ...others] = repos
  if (first === undefined) return
  const expected = linesOf(first[1], first[0])
  for (const [nodeId, repo] of others) {
    const actual = linesOf(repo, nodeId)
    for (const name of new Set([...expected.keys(), ...actual.keys()])) {
      if (expected.get(name) === actual.get(name)) continue
      const there = expected.get(name) ?? 'nothing'
      const detail = `${name} is ${actual.get(name) ?? 'nothing'} here, and ${there} on ${first[0]}`
      throw new InvariantError(invariant, { nodeId, detail })
    }
  }
}

function isLive({ isDeleted }: StoredRow): boolean {
  return !isDeleted
}

function isGone({ isDeleted }: StoredRow): boolean {
  return isDeleted
}

function definitionLines(repo: Repo): Lines {
  const lines = storedTables(repo).map((table) => {
    const columns = table.sorted.map(({ name, type }) => `${name} ${type}`)
    return [table.name, `${table.conflict} ${columns.join(', ')}`] as const
  })
  return new Map(lines)
}

function rowLines(repo: Repo, isCompared: (row: StoredRow) => boolean): Lines {
  const lines = new Map<string, string>()
  for (const table of storedTables(repo)) {
    for (const row of allRows(repo, table)) {
      const { key, mtimeSec, isDeleted, owner, data } = row
      if (!isCompared(row)) continue
      lines.set(`${table.name} ${key}`, JSON.stringify([mtimeSec, isDeleted, owner, data]))
    }
  }
  return lines
}

/**
 * Rows but those that their node wrote in a name in which no server takes them from it. Who wrote
 * the same where it may travel from counts if it is among the nodes, or was heard by one of them.
 */
function travellingLines(
  nodes: readonly CheckedNode[],
  { tables: oracle }: World['truth'],
  isCompared: (row: StoredRow) => boolean,
): (repo: Repo, nodeId: string) => Lines {
  const ids = new Set(nodes.map(({ id }) => id))
  return (repo, nodeId) => {
    const lines = new Map(rowLines(repo, isCompared))
    for (const { table, key } of oracle?.rows() ?? []) {
      const row = versionOf(repo, table, key)
      if (row === undefined || oracle === undefined) continue
      const isStuckAt = (id: string): boolean =>
        oracle.isStranded(table, key, row, id, (maker) => ids.has(maker))
      const isHeldFreely = nodes.some(({ id, repo: other }) => {
        const held = isStuckAt(id) ? undefined : versionOf(other, table, key)
        return held !== undefined && isSameRow(held, row)
      })
      if (isStuckAt(nodeId) && !isHeldFreely) lines.delete(`${table} ${key}`)
    }
    return lines
  }
}

export const tableIntegrity: Invariant = {
  name: 'table-integrity',
  holds: 'always',
  appliesTo: syncsTables,
  ...ofEachNode(allNodes, checkTableSyncIntegrity),
}

/** A node holds what it wrote, or what beats that; so the version that wins is somewhere. */
export const tableNeverLost: Invariant = {
  name: 'table-never-lost',
  holds: 'always',
  appliesTo: syncsTables,
  check: ({ nodes, truth: { tables: oracle } }) => {
    if (oracle === undefined) return
    const owned = ownedTables(nodes)
    for (const { table, key } of oracle.rows()) {
      if (owned.has(table)) continue
      for (const { id, repo } of nodes) {
        const floor = oracle.floor(table, key, id)
        const row = versionOf(repo, table, key)
        if (floor === undefined || settlesRow(row, floor)) continue
        const detail = `${table}: ${describeRow(floor)} gave way to ${describeRow(row)}`
        throw new InvariantError('table-never-lost', { nodeId: id, detail })
      }
    }
  },
}

/** Everybody has the same tables, and in them the same rows that were not deleted. */
export const tableConvergence: Invariant = {
  name: 'table-convergence',
  holds: 'settled',
  appliesTo: syncsTables,
  check: (world) => {
    const { nodes, truth } = world
    const isSender = ({ id }: CheckedNode): boolean => maySend(truth, id, 'artifacts')
    const senders = nodes.filter(isSender)
    const linesOf = travellingLines(senders, truth, isLive)
    compareAll('table-convergence', reposOf(senders), (repo, id) => {
      return new Map([...definitionLines(repo), ...linesOf(repo, id)])
    })
    // Who may not write has what those have that it syncs with, and perhaps rows of its own.
    for (const node of nodes.filter((each) => !isSender(each))) checkReader(world, node)
  },
}

export const tombstoneConvergence: Invariant = {
  name: 'tombstone-convergence',
  holds: 'settled',
  appliesTo: syncsTables,
  check: ({ nodes, truth }) => {
    const senders = nodes.filter(({ id }) => maySend(truth, id, 'artifacts'))
    const linesOf = travellingLines(senders, truth, isGone)
    compareAll('tombstone-convergence', reposOf(senders), linesOf)
  },
}

/** Of each row without an owner that version stands which the rule picks of all that can travel. */
export const tableLastWriterWins: Invariant = {
  name: 'table-last-writer-wins',
  holds: 'settled',
  appliesTo: syncsTables,
  check: ({ nodes, truth }) => {
    const { tables: oracle } = truth
    if (oracle === undefined) return
    const owned = ownedTables(nodes)
    for (const { table, key } of oracle.rows()) {
      const winner = owned.has(table) ? undefined : winnerWithin({ nodes, truth }, table, key)
      for (const { id, repo } of nodes) {
        const row = versionOf(repo, table, key)
        const fail = (detail: string): InvariantError =>
          new InvariantError('table-last-writer-wins', {
            nodeId: id,
            detail: `${table}: ${detail}`,
          })
        if (row !== undefined && !oracle.wasWritten(table, key, row, id)) {
          throw fail(`${describeRow(row)} is here and was never written`)
        }
        if (winner === undefined || settlesRow(row, winner)) continue
        if (!maySend(truth, id, 'artifacts') && row !== undefined) continue
        throw fail(`${describeRow(winner)} wins, and ${describeRow(row)} is here`)
      }
    }
  },
}

/** The version that wins; among some of the nodes only where one that may send it has it. */
function winnerWithin({ nodes, truth }: World, table: string, key: string): RowVersion | undefined {
  const winner = truth.tables?.winner(table, key)
  if (truth.isPart !== true || winner === undefined) return winner
  const senders = nodes.filter(({ id }) => maySend(truth, id, 'artifacts'))
  const hasIt = ({ repo }: CheckedNode): boolean => settlesRow(versionOf(repo, table, key), winner)
  return senders.some(hasIt) ? winner : undefined
}

/** A row of its own that is newer stays with a node that may not push it. */
function checkReader(world: World, { id, repo }: CheckedNode): void {
  const server = linksOf(world).find(({ from }) => from === id)?.to
  const served = world.nodes.find((node) => node.id === server)
  if (served === undefined) return
  for (const table of storedTables(served.repo)) {
    for (const { key } of allRows(served.repo, table)) {
      const there = versionOf(served.repo, table.name, key)
      const row = versionOf(repo, table.name, key)
      if (there === undefined || settlesRow(row, there)) continue
      const place = `here, ${describeRow(there)} on ${served.id}`
      const detail = `${table.name}: ${describeRow(row)} ${place}`
      throw new InvariantError('table-convergence', { nodeId: id, detail })
    }
  }
}

/** Names of tables whose rows have owners. */
function ownedTables(nodes: readonly CheckedNode[]): ReadonlySet<string> {
  const tables = nodes.flatMap(({ repo }) => storedTables(repo))
  return new Set(tables.filter((each) => each.conflict !== 'mtime-wins').map(({ name }) => name))
}

/** The row of a key as it is, deleted or not. */
export function versionOf(repo: Repo, name: string, key: string): RowVersion | undefined {
  const table = findTable(repo, name)
  const row = table && findRow(repo, table, key)
  if (row === undefined || table === undefined) return undefined
  const { mtimeSec, isDeleted, owner, data } = row
  return { mtimeSec, isDeleted, owner, values: parseRow(table, data) }
}

function reposOf(nodes: readonly CheckedNode[]): ReadonlyMap<string, Repo> {
  return new Map(nodes.map(({ id, repo }) => [id, repo]))
}

/**
 * Synced tables: people put and delete rows of a few keys at every node, as if nobody else did,
 * sign some in the name of others, and add columns. Tables are defined by whoever first writes to
 * one. Times collide on purpose.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { Repo } from '../../repo/repo.ts'
import { type Column, type TableDefinition } from '../../tables/definition.ts'
import { findTable, requireTable } from '../../tables/schema.ts'
import { addColumn, defineTable, deleteRow, listRows, pkHash, putRow } from '../../tables/tables.ts'
import type { Row, RowValue } from '../../tables/value.ts'
import { type ArgumentValues, Arguments } from '../../runner/arguments.ts'
import type { Draw } from '../../sim/random.ts'
import { versionOf } from '../invariants/tables.ts'
import { type RowVersion, saysSame } from '../table-oracle.ts'
import type { ApplyContext, FossilOperation, Made, PlanContext } from './operation.ts'

/** Tables of anybody's rows, and such whose rows have owners. */
const open: readonly TableDefinition[] = [
  {
    name: 'notes',
    columns: [
      { name: 'id', type: 'text', key: true },
      { name: 'body', type: 'text' },
      { name: 'count', type: 'integer' },
      { name: 'share', type: 'real' },
      { name: 'seal', type: 'blob' },
    ],
    conflict: 'mtime-wins',
  },
  {
    name: 'pairs',
    columns: [
      { name: 'id', type: 'text', key: true },
      { name: 'part', type: 'integer', key: true },
    ],
    conflict: 'mtime-wins',
  },
]
const owned: readonly TableDefinition[] = (['self-write', 'owner-write'] as const).map(
  (conflict) => ({
    name: conflict.replace('-', '_'),
    columns: [
      { name: 'id', type: 'text', key: true },
      { name: 'body', type: 'text' },
    ],
    conflict,
  }),
)
const definitions = [...open, ...owned]

/** Columns that somebody adds to `notes`. */
const further: readonly Column[] = [
  { name: 'colour', type: 'text' },
  { name: 'rank', type: 'integer' },
]

/** Few enough to collide all the time. */
const ids = ['ann', 'bob', 'cid', 'dot']
const words = ['', 'red', 'green', 'a line of words', 'blue']
const counts = [null, 0n, -1n, 9_007_199_254_740_993n, 2n ** 63n - 1n]
const shares = [null, 0.5, 1e21, 1e-7, 3]
const seals = [null, new Uint8Array(), Uint8Array.of(0, 255, 16)]

/** More than any argument asks for that was drawn: a list may have been edited. */
const mostRows = 1000

/** Times that are not the clock's are rounded to this, so that those of two nodes are often one. */
const gridSec = 20

/** Writes a row, whatever is there. */
export const rowPut: FossilOperation = {
  name: 'rowPut',
  weight: 5,
  plan: (context) => ({ ...drawRow(context), ...drawValues(context.draw) }),
  apply: (context) => changeRow(context, { isDeleted: false }),
}

/** Puts more rows than one list of them holds. */
export const rowsPut: FossilOperation = {
  name: 'rowsPut',
  weight: 2,
  plan: ({ draw }) => ({ table: 'notes', key: draw.uint32(), count: draw.int(40, 80) }),
  apply: (context) => {
    const { args } = context
    const [table, key] = [args.text('table'), args.integer('key')]
    const count = Math.max(0, Math.min(args.integer('count'), mostRows))
    for (let at = 0; at < count; at++) {
      const values = { body: at % words.length, count: at % counts.length, share: 0, seal: 0 }
      const row = new Arguments('rowsPut', { table, id: `${key}-${at}`, part: 0, ...values })
      changeRow({ ...context, args: row }, { isDeleted: false })
    }
    return {}
  },
}

/** Deletes a row, where there is one. */
export const rowDelete: FossilOperation = {
  name: 'rowDelete',
  weight: 3,
  plan: (context) => {
    const row = drawRow(context)
    const known = liveRows(context.repo)
    return known.length === 0 ? undefined : { ...row, ...context.draw.pick(known) }
  },
  apply: (context) => changeRow(context, { isDeleted: true }),
}

/**
 * Writes a row of a second that is still to come, and is the same for all who replace one version
 * of it before they hear of each other.
 */
export const rowTie: FossilOperation = {
  name: 'rowTie',
  weight: 3,
  plan: ({ draw, nowMs, repo }) => {
    const id = draw.pick(ids.slice(0, 2))
    const isHere = findTable(repo, 'notes') !== undefined
    const held = isHere ? versionOf(repo, 'notes', pkHash(repo, 'notes', { id })) : undefined
    const latestSec = Math.max(Math.floor(nowMs / 1000), held?.mtimeSec ?? 0)
    const mtimeSec = latestSec - (latestSec % gridSec) + gridSec
    return { table: 'notes', id, part: 0, mtimeSec, ...drawValues(draw) }
  },
  apply: (context) => changeRow(context, { isDeleted: false }),
}

/**
 * Writes or deletes a row in the name of another login, as whoever owns a repository can: no server
 * takes it, unless from an administrator.
 */
export const rowForge: FossilOperation = {
  name: 'rowForge',
  weight: 3,
  plan: (context) => {
    const { draw, id, logins, ownsRows } = context
    const others = logins.filter((login) => login !== id)
    if (!ownsRows || others.length === 0) return undefined
    const row = { ...drawRow(context), table: draw.pick(owned).name, signer: draw.pick(others) }
    const isDeleted = draw.chance(0.25)
    const known = foreignRows(context, { deleted: !isDeleted && draw.chance(0.5) })
    const standing = known.length > 0 && draw.chance(0.8) ? draw.pick(known) : {}
    return { ...row, ...standing, ...drawValues(draw), isDeleted }
  },
  apply: (context) => {
    const { args } = context
    return changeRow(context, { isDeleted: args.flag('isDeleted'), signer: args.text('signer') })
  },
}

/** Adds a column to a table, where it has not come yet. */
export const columnAdd: FossilOperation = {
  name: 'columnAdd',
  weight: 2,
  plan: ({ draw, repo }) => {
    const lacking = further.filter((column) => lacks(repo, column))
    return lacking.length === 0 ? undefined : { column: draw.pick(lacking).name }
  },
  apply: ({ repo, args, world, id }) => {
    const column = further.find(({ name }) => name === args.text('column'))
    if (column === undefined || !lacks(repo, column)) return undefined
    if (!world.useTables('get columns')) return undefined
    addColumn(repo, 'notes', column)
    world.changed(id)
    return {}
  },
}

function lacks(repo: Repo, column: Column): boolean {
  const table = findTable(repo, 'notes')
  return table !== undefined && !table.columns.some(({ name }) => name === column.name)
}

function drawRow({ draw, nowMs, ownsRows }: PlanContext): ArgumentValues {
  const { name } = draw.pick(ownsRows && draw.chance(0.4) ? owned : open)
  const nowSec = Math.floor(nowMs / 1000)
  const mtimeSec = draw.chance(0.3) ? { mtimeSec: nowSec - (nowSec % gridSec) } : {}
  return { table: name, id: draw.pick(ids), part: draw.int(0, 1), ...mtimeSec }
}

/** Rows that are there, as arguments name them. */
function liveRows(repo: Repo): { table: string; id: string; part: number }[] {
  return definitions.flatMap(({ name: table }) => {
    if (findTable(repo, table) === undefined) return []
    return listRows(repo, table).map(({ values }) => ({
      table,
      id: String(values['id']),
      part: Number(values['part'] ?? 0),
    }))
  })
}

/** Rows of other logins, either deleted or not, as arguments name them. */
function foreignRows(
  { id: self, repo, logins }: PlanContext,
  { deleted }: { deleted: boolean },
): { table: string; id: string; signer: string }[] {
  return owned.flatMap(({ name: table }) => {
    if (findTable(repo, table) === undefined) return []
    return listRows(repo, table, { deleted })
      .filter(({ isDeleted, owner }) => isDeleted === deleted && owner !== self)
      .map(({ values, owner }) => ({ table, id: String(values['id']), signer: owner }))
      .filter(({ signer }) => logins.includes(signer))
  })
}

function drawValues(draw: Draw): ArgumentValues {
  const at = (list: readonly unknown[]): number => draw.int(0, list.length - 1)
  return { body: at(words), count: at(counts), share: at(shares), seal: at(seals) }
}

/** Puts or deletes a row of the table that the arguments name, and tells the oracle. */
function changeRow(
  { id, repo, args, world }: ApplyContext,
  { isDeleted, signer = id }: { isDeleted: boolean; signer?: string },
): Made | undefined {
  const definition = definitions.find(({ name }) => name === args.text('table'))
  if (definition === undefined) return undefined
  const { name: table } = definition
  if (findTable(repo, table) === undefined) defineTable(repo, definition)
  const stored = requireTable(repo, table)
  const row = rowOf(stored, args)
  const key = pkHash(repo, table, row)
  const before = versionOf(repo, table, key)
  const mtimeSec = args.maybeInteger('mtimeSec')
  // Whoever dates a row dates it after what it replaces.
  if (mtimeSec !== undefined && before !== undefined && mtimeSec <= before.mtimeSec)
    return undefined
  const user = definition.conflict === 'mtime-wins' ? '' : signer
  try {
    const author = { user, ...(mtimeSec !== undefined && { mtimeSec }) }
    const change = isDeleted ? deleteRow : putRow
    if (change(repo, table, row, author) === false) return undefined
  } catch (error) {
    // It belongs to somebody else.
    if (FossilError.is(error, 'table.owned')) return undefined
    throw error
  }
  const values = isDeleted ? valuesOf(row, keysOf(definition)) : row
  const nowSec = Math.floor(repo.env.clock.nowMs() / 1000)
  const said = { values, isDeleted, owner: user, mtimeSec: mtimeSec ?? nowSec }
  const dated = before === undefined ? said : after(before, said)
  world.recordRow({ nodeId: id, table, key }, dated)
  return {}
}

/** A version as late as it has to be to stand against the one that it replaces. */
function after(before: RowVersion, said: RowVersion): RowVersion {
  const leastSec = before.mtimeSec + (saysSame(before, said) ? 0 : 1)
  return { ...said, mtimeSec: Math.max(said.mtimeSec, leastSec) }
}

/** The row that arguments say, in the columns that the table has here. */
function rowOf({ columns }: TableDefinition, args: Arguments): Row {
  const values: Record<string, RowValue> = {
    id: args.text('id'),
    part: args.integer('part'),
    body: pick(words, args.maybeInteger('body')),
    count: pick(counts, args.maybeInteger('count')),
    share: pick(shares, args.maybeInteger('share')),
    seal: pick(seals, args.maybeInteger('seal')),
    colour: pick(words, args.maybeInteger('body')),
    rank: pick(counts, args.maybeInteger('count')),
  }
  return valuesOf(values, columns)
}

function keysOf({ columns }: TableDefinition): readonly Column[] {
  return columns.filter(({ key }) => key === true)
}

function valuesOf(row: Row, columns: readonly Column[]): Row {
  return Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]))
}

function pick(list: readonly RowValue[], index: number | undefined): RowValue {
  return list[index ?? 0] ?? null
}

/**
 * Definitions and rows that come from a peer: checked whole, then taken by the rules, or not.
 *
 * May know the tables and the rules; cards, and what is answered, are the business of sync.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import {
  type Column,
  compareDefinitions,
  type DatedDefinition,
  keyNames,
  mergeDefinitions,
} from './definition.ts'
import {
  compareVersions,
  isSameValue,
  ownerOf,
  type Resolution,
  resolve,
  type Version,
  type Writer,
} from './resolve.ts'
import { findRow, hasRows, storeRow, type StoredRow } from './rows.ts'
import { countTables, findTable, storeDefinition, type StoredTable } from './schema.ts'
import { isGoneInGo } from './tables.ts'
import { badRow, hashOfKey, parseRow, type Row, rowData } from './value.ts'

/** Tables that peers may make: each is looked at in every sync. */
const maxTables = 1000

/** The sender of what comes, and what they know. */
export interface Bringer {
  readonly writer: Writer
  /** A server that this side pulls from. */
  readonly isServer: boolean
  /** It was sent the version that is held, and answers with the one that stands. */
  readonly isRefusal: boolean
  /** The columns that a peer without digests knows; undefined for one of ours. */
  readonly plainColumns: readonly Column[] | undefined
}

/** A version of a row, as a card brings it. */
export interface Arrival {
  readonly key: string
  readonly mtimeSec: number
  readonly isDeleted: boolean
  /** The JSON of the row; of its key where it was deleted. */
  readonly json: string
  /** Undefined where the peer knows no owners. */
  readonly owner: string | undefined
}

/**
 * - `stored`: it stands here now.
 * - `same`: it was here.
 * - `kept`: what is here stands against it.
 * - `refused`: who brings it may not write it.
 */
export type IntakeOutcome = 'stored' | 'same' | 'kept' | 'refused'

/** The fate of a version, and the one that stands now; undefined where there is none. */
export interface Taken {
  readonly outcome: IntakeOutcome
  readonly standing: Version | undefined
}

/**
 * Takes a version of a row in.
 *
 * @throws {FossilError} `table.row` for what is no row of the table; nothing was changed then
 */
export function takeRow(repo: Repo, table: StoredTable, arrival: Arrival, bringer: Bringer): Taken {
  const { key } = arrival
  const held = findRow(repo, table, arrival.key)
  const { version, isWhole } = readVersion(table, arrival, { held, bringer })
  const { writer, isServer, isRefusal, plainColumns } = bringer
  const owner = ownerOf(table.conflict, { held, claimed: arrival.owner, writer })
  if (owner === undefined) {
    repo.env.mark?.('tables.row-refused')
    return { outcome: 'refused', standing: held }
  }
  const incoming = { ...version, owner }
  const resolution = resolve(held, incoming, { isServer, isRefusal })
  markResolution(repo, { held, incoming, resolution })
  const standing = resolution === 'take' || held === undefined ? incoming : held
  const timesAreAll = plainColumns !== undefined || table.isPlain
  if (timesAreAll && held?.mtimeSec === incoming.mtimeSec && !isSameValue(held, incoming)) {
    // Who sees times alone would never ask for the one that stands.
    const mtimeSec = Math.min(standing.mtimeSec + 1, Number.MAX_SAFE_INTEGER)
    const row = { ...standing, mtimeSec }
    storeRow(repo, table, { key, row, held })
    return { outcome: resolution === 'take' ? 'stored' : 'kept', standing: row }
  }
  if (resolution === 'take') storeRow(repo, table, { key, row: incoming, held })
  return { outcome: outcomeOf(resolution, isWhole), standing }
}

/** Counts what is rare about two versions that meet. */
function markResolution(
  { env }: Repo,
  met: { held: Version | undefined; incoming: Version; resolution: Resolution },
): void {
  const { held, incoming, resolution } = met
  if (env.mark === undefined || held === undefined || resolution === 'same') return
  if (held.mtimeSec === incoming.mtimeSec) {
    const isLike = held.isDeleted === incoming.isDeleted
    env.mark(isLike ? 'tables.tie' : 'tables.tie-with-deletion')
  }
  if (resolution === 'keep') env.mark('tables.row-overtaken')
  else if (compareVersions(incoming, held) < 0) env.mark('tables.server-decides')
}

/** A version that is the same but for values that were added to it is told to who brought it. */
function outcomeOf(resolution: Resolution, isWhole: boolean): IntakeOutcome {
  if (resolution === 'take') return 'stored'
  return resolution === 'same' && isWhole ? 'same' : 'kept'
}

interface Read {
  readonly version: Omit<Version, 'owner'>
  /** False where values were added that the peer does not know of. */
  readonly isWhole: boolean
}

function readVersion(
  table: StoredTable,
  { key, mtimeSec, isDeleted, json }: Arrival,
  { held, bringer }: { held: StoredRow | undefined; bringer: Bringer },
): Read {
  if (!Number.isSafeInteger(mtimeSec) || mtimeSec < 0) throw badRow(table.name, 'it has no time')
  const row = parseRow(table, json)
  if (hashOfKey(table, row) !== key) throw badRow(table.name, 'its key is not what its hash says')
  if (isDeleted && Object.keys(row).length > keyNames(table).length) {
    throw badRow(table.name, 'a deleted row has its key alone')
  }
  const dead = { mtimeSec, isDeleted: true, data: rowData(table, row, 'key') }
  const live = { mtimeSec, isDeleted: false, data: rowData(table, row) }
  const { plainColumns } = bringer
  if (plainColumns === undefined) return { version: isDeleted ? dead : live, isWhole: true }
  // Go knows deleted rows by their NULLs alone: one that is NULL here and live is the same row.
  const isGone = isDeleted || isGoneInGo(table, live)
  const isNullHere = held?.mtimeSec === mtimeSec && !held.isDeleted && isGoneInGo(table, held)
  if (isGone) {
    const data = isNullHere ? held.data : dead.data
    return { version: { mtimeSec, isDeleted: !isNullHere, data }, isWhole: true }
  }
  return withUnknown(table, { row, mtimeSec, held, plainColumns })
}

/** A row of a peer that does not know some columns: they stay as they are. */
function withUnknown(
  table: StoredTable,
  {
    row,
    mtimeSec,
    held,
    plainColumns,
  }: {
    row: Row
    mtimeSec: number
    held: StoredRow | undefined
    plainColumns: readonly Column[]
  },
): Read {
  const known = new Set(plainColumns.map(({ name }) => name))
  const ours = held === undefined || held.isDeleted ? {} : parseRow(table, held.data)
  const kept = Object.entries(ours).filter(([name]) => !known.has(name))
  const data = rowData(table, { ...Object.fromEntries(kept), ...row })
  return { version: { mtimeSec, isDeleted: false, data }, isWhole: kept.length === 0 }
}

/**
 * Takes a definition in: joins it with the one that is here. Only who is trusted changes the rule
 * of a table.
 *
 * @throws {FossilError} `table.invalid` for one that does not fit: another key, or another type for
 *   a column that both have. Where there are no rows yet the later of the two is taken.
 */
export function takeDefinition(
  repo: Repo,
  incoming: DatedDefinition,
  { isTrusted }: Pick<Writer, 'isTrusted'>,
): 'stored' | 'same' | 'refused' {
  const held = findTable(repo, incoming.name)
  if (held === undefined) {
    if (countTables(repo) >= maxTables) {
      const reason = `there are ${maxTables} tables already`
      throw new FossilError('table.invalid', { table: incoming.name, reason })
    }
    storeDefinition(repo, incoming)
    return 'stored'
  }
  const merged = mergeDefinitions(held, incoming) ?? replacement(repo, held, incoming)
  if (merged === undefined) {
    const reason = 'its definition does not fit the one that is here: another key or type'
    throw new FossilError('table.invalid', { table: incoming.name, reason })
  }
  if (compareDefinitions(merged, held) === 0) return 'same'
  if (compareDefinitions(merged, incoming) !== 0) repo.env.mark?.('tables.definitions-joined')
  if (merged.conflict !== held.conflict && !isTrusted) return 'refused'
  storeDefinition(repo, merged)
  return 'stored'
}

function replacement(
  repo: Repo,
  held: StoredTable,
  incoming: DatedDefinition,
): DatedDefinition | undefined {
  if (hasRows(repo, held)) return undefined
  return compareDefinitions(incoming, held) > 0 ? incoming : held
}

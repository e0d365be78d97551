/**
 * Rows of synced tables that a client has to send in a session: single ones, and all of a range.
 * Each is sent as it is when its turn comes, since its owner may have changed it; and each version
 * once, since a server that asks for it again does not take it.
 * @module
 */

import { type Repo, workOf } from '../repo/repo.ts'
import { findRow, rowsAfter, type StoredRow } from '../tables/rows.ts'
import { findTable, type StoredTable } from '../tables/schema.ts'
import type { CardWriter } from '../xfer/format.ts'
import type { SyncObserver } from './events.ts'
import { isKeyHash, maxRowsInMessage } from './tables.ts'

/** A range of which all rows are meant, from the one after `after` on. */
export interface Place {
  readonly table: string
  readonly prefix: string
  readonly after: string
}

/** Ranges that are to be asked for whole, listed, and compared by their parts. */
export interface Places {
  ask: Place[]
  list: Place[]
  parts: Place[]
}

/** No ranges yet. */
export function noPlaces(): Places {
  return { ask: [], list: [], parts: [] }
}

/** Writes the card of a row in the form that the server reads. */
export type RowWriter = (table: StoredTable, row: StoredRow) => void

/** Rows that are still to be sent. */
export class TableOutbox {
  readonly #repo: Repo
  readonly #observer: SyncObserver | undefined
  /** By `table key`. */
  #rows = new Map<string, { readonly table: string; readonly key: string }>()
  #places: Place[] = []
  /** By `table key digest`. */
  readonly #sentVersions = new Set<string>()
  /** Versions sent. */
  sent = 0

  constructor(repo: Repo, observer: SyncObserver | undefined) {
    this.#repo = repo
    this.#observer = observer
  }

  /** Tells whether nothing waits. */
  get isEmpty(): boolean {
    return this.#rows.size === 0 && this.#places.length === 0
  }

  /** Adds a row, unless it was sent as it is: then returns false. */
  add(name: string, key: string): boolean {
    const table = isKeyHash(key) ? findTable(this.#repo, name) : undefined
    const row = table === undefined ? undefined : findRow(this.#repo, table, key)
    if (row === undefined) return true
    if (this.#sentVersions.has(versionName(name, row))) return false
    this.#rows.set(`${name} ${key}`, { table: name, key })
    return true
  }

  /** Tells whether a row was sent as it is. */
  hasSent(table: StoredTable, key: string): boolean {
    const row = findRow(this.#repo, table, key)
    return row !== undefined && this.#sentVersions.has(versionName(table.name, row))
  }

  /** Adds all rows of a range. */
  addRange(table: string, prefix: string): void {
    this.#places.push({ table, prefix, after: '' })
  }

  /** Forgets everything, as if nothing had been sent since `sent` versions were. */
  restart(sent: number): void {
    this.#rows = new Map()
    this.#places = []
    this.#sentVersions.clear()
    this.sent = sent
  }

  /** Writes rows until the request is `budgetBytes` long; one goes whatever the budget. */
  write(writer: CardWriter, budgetBytes: number, writeRow: RowWriter): void {
    let written = 0
    const send = (table: StoredTable, row: StoredRow): boolean => {
      const isFull = writer.sizeBytes >= budgetBytes || written >= maxRowsInMessage
      if (isFull && written > 0) return false
      const version = versionName(table.name, row)
      if (this.#sentVersions.has(version)) return true
      this.#sentVersions.add(version)
      writeRow(table, row)
      workOf(this.#repo)?.made(row.data.length)
      written++
      this.sent++
      this.#observer?.({ type: 'row.sent', table: table.name, key: row.key })
      return true
    }
    if (this.#writeRows(send)) this.#writePlaces(send)
  }

  #writeRows(send: (table: StoredTable, row: StoredRow) => boolean): boolean {
    for (const [name, { table: tableName, key }] of this.#rows) {
      const table = findTable(this.#repo, tableName)
      const row = table === undefined ? undefined : findRow(this.#repo, table, key)
      if (table !== undefined && row !== undefined && !send(table, row)) return false
      this.#rows.delete(name)
    }
    return true
  }

  #writePlaces(send: (table: StoredTable, row: StoredRow) => boolean): void {
    for (let place = this.#places.shift(); place !== undefined; place = this.#places.shift()) {
      const rest = this.#writePlace(place, send)
      if (rest === undefined) continue
      this.#places.unshift(rest)
      return
    }
  }

  /** Writes the rows of a range; returns what did not fit. */
  #writePlace(
    { table: name, prefix, after }: Place,
    send: (table: StoredTable, row: StoredRow) => boolean,
  ): Place | undefined {
    const table = findTable(this.#repo, name)
    if (table === undefined) return undefined
    let last = after
    for (const row of rowsAfter(this.#repo, table, { prefix, after })) {
      if (!send(table, row)) return { table: name, prefix, after: last }
      last = row.key
    }
    return undefined
  }
}

function versionName(table: string, { key, digest }: StoredRow): string {
  return `${table} ${key} ${digest}`
}

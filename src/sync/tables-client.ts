/**
 * The client's side of the conversation about synced tables, for one session.
 *
 * The first request says what all tables come to, in a pragma that other servers pass over; what
 * the reply says of itself decides how it goes on: with one of ours by comparing ranges, with a
 * plain server by its lists, with stock not at all.
 * Source: go-libfossil internal/sync/client_tablesync.go, for what its servers expect.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { type Repo, workOf } from '../repo/repo.ts'
import type { Column } from '../tables/definition.ts'
import { takeDefinition, takeRow } from '../tables/intake.ts'
import type { StoredRow } from '../tables/rows.ts'
import { findTable, markPlain, storedTables, type StoredTable } from '../tables/schema.ts'
import { stateDigest } from '../tables/state.ts'
import { allRows } from '../tables/tables.ts'
import type { Card } from '../xfer/card.ts'
import type { CardWriter } from '../xfer/format.ts'
import {
  isTableCard,
  type SchemaCard,
  type TableCard,
  type XdeleteCard,
  type XrangeCard,
  type XrowCard,
} from '../xfer/table-card.ts'
import type { SyncObserver } from './events.ts'
import { shortfallOf, type TableSummary } from './table-summary.ts'
import {
  arrivalIn,
  compareList,
  compareRange,
  definitionIn,
  isKeyHash,
  statePragma,
  tablesPragma,
  writeIntroduction,
  writeList,
  writeParts,
  writePlainRow,
  writeRow,
  writeSchema,
} from './tables.ts'
import { noPlaces, type Places, TableOutbox } from './tables-outbox.ts'

/** Limits of the next request. */
export interface TableBudget {
  readonly budgetBytes: number
  readonly push: boolean
  readonly pull: boolean
}

/** A row by its table and key. */
interface RowName {
  readonly table: string
  readonly key: string
}

/** Rounds in a row that may bring nothing of what was asked for. */
const maxRoundsInVain = 3
/** Rows that one request asks for. */
const maxGimmes = 5000
/** Ranges that one request lists, of some 40 rows. */
const maxLists = 500
/** Ranges whose parts one request tells of, 256 at most. */
const maxParts = 50

/** The client's side, from the first request of a session to its end. */
export class TableClient {
  readonly #repo: Repo
  readonly #speaksPlain: boolean
  readonly #observer: SyncObserver | undefined
  #peer: TableSummary['peer'] | 'unknown' = 'unknown'
  #push = false
  #pull = false
  /** Rows were to be sent when the session began. */
  #wasPush = false
  /** Rows that are to be asked for until they come, by `table key`, the longest unasked first. */
  #wanted = new Map<string, RowName>()
  readonly #outbox: TableOutbox
  /** Ranges that are to be asked for whole, listed, and compared by their parts. */
  #places: Places = noPlaces()
  /** The key after which a range was last asked for, by `table prefix`. */
  readonly #reached = new Map<string, string>()
  /** Tables whose definition is to be sent. */
  #schemas = new Set<string>()
  /** Tables that the server has, or was sent, with their columns there. */
  #theirs = new Map<string, readonly Column[]>()
  /** Times of the rows that the last reply listed, by table. */
  #listed = new Map<string, Map<string, number>>()
  /** Tables whose definitions do not fit: nothing more is said of them. */
  readonly #unfit = new Set<string>()
  /** The digest of our tables in the request under way; undefined where it asked for something. */
  #state: string | undefined
  /** The reply under way says that it is one of ours: any other has rows in another form. */
  #isOurs = false
  /** The reply under way says what each table comes to there. */
  #isComparing = false
  /** The tables differed when they were last compared, and nobody has looked since. */
  #isUnsettled = false
  /** Rows that had moved when the tables were last compared; undefined before. */
  #movedWhenCompared: number | undefined
  /** Comparing again brings nothing. */
  #isStuck = false
  /** Ranges and rows that the request under way asks about, and rows that it asks for. */
  #asked = 0
  #rowsAsked = 0
  #arrivals = 0
  #roundsInVain = 0
  #received = 0
  #sentBefore = 0
  /** Names of what came and did not fit; what comes again and fits then is taken from it. */
  readonly #skipped = new Set<string>()
  #movedBefore = 0

  /** @param options.speaksPlain lists all rows in the first request, which stock would refuse */
  constructor(
    repo: Repo,
    {
      speaksPlain,
      observer,
    }: { readonly speaksPlain: boolean; readonly observer: SyncObserver | undefined },
  ) {
    this.#repo = repo
    this.#outbox = new TableOutbox(repo, observer)
    this.#speaksPlain = speaksPlain
    this.#observer = observer
  }

  /** True where another request has something to say. */
  get goesOn(): boolean {
    if (this.#peer === 'unknown') return true
    if (this.#peer === 'none') return false
    const { ask, list, parts } = this.#places
    if (this.#push && (!this.#outbox.isEmpty || this.#schemas.size > 0)) return true
    if (list.length + parts.length > 0) return true
    if (this.#pull && this.#wanted.size + ask.length > 0) {
      return this.#arrivals > 0 || this.#roundsInVain < maxRoundsInVain
    }
    return this.#isUnsettled
  }

  /** True where the last round moved a row. */
  get hasMoved(): boolean {
    return this.#moved > this.#movedBefore
  }

  /** The outcome so far; final when the session ends. */
  get summary(): TableSummary {
    return {
      peer: this.#peer === 'unknown' ? 'none' : this.#peer,
      received: this.#received,
      sent: this.#outbox.sent,
      skipped: this.#skipped.size,
      missing: this.#wanted.size + this.#places.ask.length,
      differs: this.#isStuck || (this.#wasPush && !this.#push && !this.#outbox.isEmpty),
    }
  }

  /** The reason why the sync is not complete, as far as it lies here. */
  get shortfall(): string | undefined {
    const [push, pull] = [this.#push, this.#pull]
    return shortfallOf(this.summary, { push, pull, wasPush: this.#wasPush })
  }

  get #moved(): number {
    return this.#received + this.#outbox.sent
  }

  /** Writes this conversation's part of the next request. */
  writeRequest(writer: CardWriter, { budgetBytes, push, pull }: TableBudget): void {
    if (this.#peer === 'unknown') this.#wasPush ||= push
    this.#push = push
    this.#pull = pull
    this.#beginRound()
    if (this.#peer === 'none') return
    if (this.#peer !== 'plain') {
      const { name, version } = tablesPragma
      writer.add({ type: 'pragma', name, args: [version] })
    }
    if (this.#peer === 'unknown' && this.#speaksPlain && push) writeIntroduction(writer, this.#repo)
    this.#writeSchemas(writer)
    this.#writeRanges(writer)
    if (pull) this.#writeGimmes(writer)
    if (push) {
      this.#outbox.write(writer, budgetBytes, (table, row) => this.#writeRow(writer, table, row))
    }
    const { list, parts } = this.#places
    const hasMore = list.length + parts.length > 0 || (push && !this.#outbox.isEmpty)
    if (this.#peer === 'plain' || this.#asked > 0 || hasMore || this.#isStuck) return
    this.#state = stateDigest(this.#repo)
    writer.add({ type: 'pragma', name: statePragma, args: [this.#state] })
  }

  /**
   * Applies one card of the reply.
   *
   * @returns false for a card that is none of this conversation
   * @throws {FossilError} `repo.*`. Roll the reply back, and then {@link restart} or end the
   *   session.
   */
  receive(card: Card): boolean {
    if (card.type === 'pragma') return this.#receivePragma(card.name, card.args)
    if (!isTableCard(card)) return false
    if (this.#peer === 'unknown' && card.type === 'schema') this.#peer = 'plain'
    workOf(this.#repo)?.note(1)
    if ((this.#isOurs || this.#peer === 'plain') && !this.#unfit.has(card.table)) this.#apply(card)
    return true
  }

  /** Notes that the reply has been read to its end. */
  endReply(): void {
    if (this.#peer === 'unknown') this.#peer = 'none'
    if (this.#peer === 'plain') this.#comparePlain()
    if (this.#peer === 'ours' && this.#isComparing && !this.#isStuck) this.#offerTables()
  }

  /**
   * Begins again, where a request was refused as a whole and the session goes on without what it
   * was refused for.
   */
  restart(): void {
    this.#peer = 'unknown'
    this.#wanted = new Map()
    this.#outbox.restart(this.#sentBefore)
    this.#places = noPlaces()
    this.#reached.clear()
    this.#schemas = new Set()
    this.#theirs = new Map()
    this.#movedWhenCompared = undefined
    this.#isUnsettled = false
    this.#isStuck = false
    this.#rowsAsked = 0
    this.#arrivals = 0
  }

  #apply(card: TableCard): void {
    switch (card.type) {
      case 'schema':
        return this.#takeSchema(card)
      case 'xigot':
        this.#listedIn(card.table)?.set(card.pkHash, card.mtimeSec)
        return
      case 'xgimme':
        this.#outbox.add(card.table, card.pkHash)
        return
      case 'xrow':
      case 'xdelete':
        if (this.#pull) this.#takeRow(card)
        return
      case 'xrange':
        if (!this.#isStuck) this.#considerRange(card)
        return
      case 'xlist': {
        const finding = compareList(this.#repo, card)
        for (const key of finding?.theirs ?? []) this.#queueWanted(card.table, key)
        for (const key of finding?.ours ?? []) this.#outbox.add(card.table, key)
        for (const key of finding?.tied ?? []) {
          // The server sees both, and answers with the one that stands.
          if (this.#push) this.#outbox.add(card.table, key)
          else this.#queueWanted(card.table, key)
        }
        return
      }
      case 'xmore': {
        const { table, prefix, after } = card
        if (after.startsWith(prefix) && isKeyHash(after)) {
          this.#places.ask.push({ table, prefix, after })
          // Rows that another sync has brought meanwhile take this one on, too.
          if (after > (this.#reached.get(`${table} ${prefix}`) ?? '')) this.#arrivals++
        }
        return
      }
      case 'xask':
        // A client is asked for single rows.
        return
    }
  }

  #beginRound(): void {
    this.#movedBefore = this.#moved
    this.#sentBefore = this.#outbox.sent
    this.#roundsInVain = this.#rowsAsked > 0 && this.#arrivals === 0 ? this.#roundsInVain + 1 : 0
    this.#asked = 0
    this.#rowsAsked = 0
    this.#arrivals = 0
    this.#listed = new Map()
    this.#state = undefined
    this.#isOurs = false
    this.#isComparing = false
  }

  #receivePragma(name: string, args: readonly string[]): boolean {
    if (name === tablesPragma.name) {
      this.#isOurs = args[0] === tablesPragma.version
      if (this.#isOurs) this.#peer = 'ours'
      return true
    }
    if (name !== statePragma) return false
    if (this.#state === undefined) return true
    this.#isComparing = args[0] !== this.#state
    // Comparing again helps only where something has moved since.
    this.#isStuck = this.#isComparing && this.#movedWhenCompared === this.#moved
    this.#isUnsettled = this.#isComparing && !this.#isStuck
    if (!this.#isComparing) return true
    this.#movedWhenCompared = this.#moved
    this.#theirs = new Map()
    return true
  }

  #takeSchema(card: SchemaCard): void {
    try {
      const definition = definitionIn(card)
      this.#theirs.set(card.table, definition.columns)
      this.#skipped.delete(card.table)
      this.#listedIn(card.table)
      const columnsBefore = findTable(this.#repo, card.table)?.columns.length
      if (this.#pull) takeDefinition(this.#repo, definition, { isTrusted: true })
      const table = findTable(this.#repo, card.table)
      // Rows that came too early for a column fit now: it is of use to compare again.
      if (this.#isStuck && table?.columns.length !== columnsBefore) {
        this.#isStuck = false
        this.#isUnsettled = true
      }
      if (this.#peer !== 'ours' || table === undefined) return
      const isAhead =
        table.version !== definition.version ||
        table.mtimeSec !== definition.mtimeSec ||
        table.columns.length !== definition.columns.length
      if (isAhead && !this.#isStuck) this.#schemas.add(card.table)
    } catch (error) {
      if (!FossilError.is(error, 'table.invalid')) throw error
      this.#unfit.add(card.table)
      this.#skip(card.table, card.table, error.message)
    }
  }

  /** Rows of a table that the reply lists; undefined for one that it does not define. */
  #listedIn(table: string): Map<string, number> | undefined {
    if (this.#peer !== 'plain') return undefined
    let listed = this.#listed.get(table)
    if (listed === undefined && this.#theirs.has(table)) {
      listed = new Map()
      this.#listed.set(table, listed)
    }
    return listed
  }

  #takeRow(card: XrowCard | XdeleteCard): void {
    const { table: name, pkHash } = card
    const table = findTable(this.#repo, name)
    const rowName = `${name} ${pkHash}`
    if (table === undefined || !isKeyHash(pkHash)) {
      return this.#skip(rowName, name, 'there is no such table')
    }
    try {
      const isPlain = this.#peer === 'plain'
      const arrival = arrivalIn(card, { isPlain })
      const { outcome } = takeRow(this.#repo, table, arrival, {
        writer: { login: '', isTrusted: true },
        isServer: true,
        isRefusal: this.#isRefusal(table, pkHash),
        plainColumns: isPlain ? this.#columnsOf(table) : undefined,
      })
      this.#skipped.delete(rowName)
      if (this.#wanted.delete(rowName) || outcome === 'stored') this.#arrivals++
      if (outcome === 'stored') {
        this.#received++
        this.#observer?.({ type: 'row.received', table: name, key: pkHash })
      }
      // What was changed here meanwhile is newer than what came.
      if (outcome === 'kept') this.#outbox.add(name, pkHash)
    } catch (error) {
      if (!FossilError.is(error, 'table.row')) throw error
      this.#wanted.delete(rowName)
      this.#skip(rowName, name, error.detail.reason)
    }
  }

  /** Tells whether a row that comes unasked answers ours: who may not write it gets what stands. */
  #isRefusal(table: StoredTable, key: string): boolean {
    if (this.#peer !== 'ours' || table.conflict === 'mtime-wins') return false
    return !this.#wanted.has(`${table.name} ${key}`) && this.#outbox.hasSent(table, key)
  }

  #columnsOf(table: StoredTable): readonly Column[] {
    return this.#theirs.get(table.name) ?? table.columns
  }

  #considerRange(card: XrangeCard): void {
    const finding = compareRange(this.#repo, card)
    if (finding === undefined || finding.kind === 'same') return
    const place = { table: card.table, prefix: card.prefix, after: '' }
    const { ask, list, parts } = this.#places
    if (finding.kind === 'empty') ask.push(place)
    else if (finding.kind === 'alone') this.#outbox.addRange(card.table, card.prefix)
    else if (finding.isLarge) parts.push(place)
    else list.push(place)
  }

  /** Compares what a plain server listed with what is here. */
  #comparePlain(): void {
    // It lists its rows once it has read the request: what it was sent and lacks, it refused.
    this.#isStuck = false
    for (const [name, listed] of this.#listed) {
      const table = findTable(this.#repo, name)
      if (table === undefined) continue
      markPlain(this.#repo, table)
      for (const row of allRows(this.#repo, table)) {
        const theirs = listed.get(row.key)
        listed.delete(row.key)
        if (theirs === undefined || theirs < row.mtimeSec) {
          if (!this.#outbox.add(name, row.key)) this.#isStuck = true
        } else if (theirs > row.mtimeSec) this.#queueWanted(name, row.key)
      }
      for (const key of listed.keys()) this.#queueWanted(name, key)
    }
    if (this.#wasPush && this.#listed.size > 0) this.#offerTables()
  }

  /** Sees to it that the server gets the tables that it does not have. */
  #offerTables(): void {
    for (const { name } of storedTables(this.#repo)) {
      if (this.#theirs.has(name) || this.#unfit.has(name)) continue
      this.#schemas.add(name)
      this.#outbox.addRange(name, '')
    }
  }

  #writeSchemas(writer: CardWriter): void {
    for (const name of this.#push ? this.#schemas : []) {
      const table = findTable(this.#repo, name)
      if (table === undefined) continue
      writeSchema(writer, table)
      this.#theirs.set(name, table.columns)
    }
    this.#schemas = new Set()
  }

  #writeRanges(writer: CardWriter): void {
    const { list, parts } = this.#places
    for (const { table: name, prefix } of parts.splice(0, maxParts)) {
      const table = findTable(this.#repo, name)
      if (table !== undefined) this.#asked += writeParts(writer, this.#repo, table, prefix)
    }
    for (const { table: name, prefix } of list.splice(0, maxLists)) {
      const table = findTable(this.#repo, name)
      if (table === undefined) continue
      writeList(writer, this.#repo, table, prefix)
      this.#asked++
    }
  }

  #writeGimmes(writer: CardWriter): void {
    for (const [name, { table, key: pkHash }] of [...this.#wanted].slice(0, maxGimmes)) {
      writer.add({ type: 'xgimme', table, pkHash })
      this.#wanted.delete(name)
      this.#wanted.set(name, { table, key: pkHash })
      this.#rowsAsked++
    }
    for (const { table, prefix, after } of this.#places.ask.splice(0)) {
      writer.add({ type: 'xask', table, prefix, after })
      this.#reached.set(`${table} ${prefix}`, after)
      this.#rowsAsked++
    }
    this.#asked += this.#rowsAsked
  }

  /** Writes a row in the form that the server reads. */
  #writeRow(writer: CardWriter, table: StoredTable, row: StoredRow): void {
    if (this.#peer === 'ours') return writeRow(writer, table, row)
    writePlainRow(writer, table, row, { columns: this.#columnsOf(table), isForced: false })
  }

  #queueWanted(table: string, key: string): void {
    if (isKeyHash(key)) this.#wanted.set(`${table} ${key}`, { table, key })
  }

  #skip(name: string, table: string, reason: string): void {
    this.#skipped.add(name)
    this.#observer?.({ type: 'row.skipped', table: table.slice(0, 80), reason })
  }
}

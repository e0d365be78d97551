/**
 * The server's side of the conversation about synced tables, for one message.
 *
 * A peer that may not write changes nothing, and is answered with the row that stands, so that
 * clients which only look at times stop sending theirs. A row that is none is skipped and told. A
 * peer that may not read learns nothing.
 * Source: go-libfossil internal/sync/handler_tablesync.go, for what its clients expect.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { isReadOnly } from '../db/driver.ts'
import { type Repo, workOf } from '../repo/repo.ts'
import type { Column } from '../tables/definition.ts'
import { type Bringer, takeDefinition, takeRow } from '../tables/intake.ts'
import { findRow, rowsAfter, type StoredRow } from '../tables/rows.ts'
import { findTable, markPlain, storedTables, type StoredTable } from '../tables/schema.ts'
import { stateDigest } from '../tables/state.ts'
import { allRows, catalogHash } from '../tables/tables.ts'
import type { Card } from '../xfer/card.ts'
import type { CardWriter } from '../xfer/format.ts'
import {
  isTableCard,
  type SchemaCard,
  type TableCard,
  type XaskCard,
  type XdeleteCard,
  type XlistCard,
  type XrowCard,
} from '../xfer/table-card.ts'
import { tableSteps } from './limits.ts'
import {
  arrivalIn,
  compareList,
  compareRange,
  definitionIn,
  isKeyHash,
  isPrefix,
  maxRowsInMessage,
  statePragma,
  tablesPragma,
  writeList,
  writeParts,
  writePlainRow,
  writeRange,
  writeRow,
  writeSchema,
} from './tables.ts'

/** Rights of a peer to synced tables, whatever its message is for. */
export interface TableAccess {
  /** Write what belongs to others, and change the rule of a table. */
  readonly admin: boolean
  /** Time that a row may be dated after now. */
  readonly maxFutureMs: number
}

/** The purpose of a message, as far as its sender may. */
export interface TableTurn {
  /** Rows may be read. */
  readonly pull: boolean
  /** Rows may be written. */
  readonly push: boolean
  /** The reply is as long as it may get. */
  readonly isOverBudget: () => boolean
}

/** Statements of a plain client about one table. */
interface PlainTable {
  /** As its own definition has them; undefined where it did not say. */
  columns: readonly Column[] | undefined
  /** The hash of its rows, by keys and times. */
  catalogue: string | undefined
  /** Times of the rows that it has. */
  readonly listed: Map<string, number>
  /** Rows that came with this message, and those that were answered. */
  readonly settled: Set<string>
}

/**
 * The version of the clients of go-libfossil 0.9.0, which say nothing else before they know a
 * table. A version of stock's bears the date and second of its check-in.
 */
const plainVersion = '22800 20260315 120000'
/** Rows that one reply asks for. */
const maxGimmes = 5000
/** Entries of {@link PlainTable.listed} of all tables; what is over comes again by itself. */
const maxPlainListed = 200_000

/** The server's side of one message. */
export class TableServer {
  readonly #repo: Repo
  readonly #access: TableAccess
  readonly #login: string
  /** The client is one of ours. */
  #isOurs = false
  /** The digest of its tables, as far as it says so. */
  #theirState: string | undefined
  #isPlain = false
  readonly #plain = new Map<string, PlainTable>()
  #plainListed = 0
  /** Definitions that do not fit ours: nothing is said about these tables. */
  readonly #unfit = new Set<string>()
  #rowsSent = 0
  /** Definitions and rows that were not taken. */
  #skipped = 0
  /** The reason why the first was not. */
  #reason = ''

  constructor(repo: Repo, access: TableAccess, login: string) {
    this.#repo = repo
    this.#access = access
    this.#login = login
  }

  /**
   * Carries out one card of a request and writes what answers it.
   *
   * @returns false for a card that is none of this conversation
   * @throws {FossilError} `repo.*`. Roll back then.
   */
  receive(card: Card, writer: CardWriter, turn: TableTurn): boolean {
    if (card.type === 'pragma') return this.#receivePragma(card.name, card.args, writer)
    if (!isTableCard(card)) return false
    const work = workOf(this.#repo)
    if (work?.isSpent !== true && (turn.pull || turn.push)) {
      work?.note(tableSteps[card.type])
      this.#apply(card, writer, turn)
    }
    return true
  }

  /** Writes what the reply says about tables when all cards are carried out. */
  finish(writer: CardWriter, turn: TableTurn): void {
    if (this.#isOurs) this.#compareStates(writer, turn)
    else if (this.#isPlain) this.#answerPlain(writer, turn)
    if (this.#skipped === 0) return
    const text = `synced tables: ${this.#skipped} not taken: ${this.#reason}`
    writer.add({ type: 'message', text })
  }

  #receivePragma(name: string, args: readonly string[], writer: CardWriter): boolean {
    switch (name) {
      case 'client-version':
        if (args.join(' ') === plainVersion) this.#isPlain = true
        return false
      case tablesPragma.name:
        this.#isOurs = args[0] === tablesPragma.version
        if (this.#isOurs) writer.add({ type: 'pragma', name, args: [tablesPragma.version] })
        return true
      case statePragma:
        this.#theirState = args[0]
        return true
      case 'xtable-hash':
        this.#plainTable(args[0] ?? '').catalogue = args[1]
        return true
      default:
        return false
    }
  }

  #apply(card: TableCard, writer: CardWriter, turn: TableTurn): void {
    switch (card.type) {
      case 'schema':
        return this.#takeSchema(card, turn)
      case 'xigot':
        return this.#noteListed(card.table, card.pkHash, card.mtimeSec)
      case 'xgimme':
        if (turn.pull) this.#sendWanted(card.table, card.pkHash, writer, turn)
        return
      case 'xrow':
      case 'xdelete':
        return this.#takeRow(card, writer, turn)
      case 'xrange': {
        const finding = compareRange(this.#repo, card)
        if (finding === undefined || finding.kind === 'same') return
        const { table, isLarge } = finding
        if (!isLarge) return writeList(writer, this.#repo, table, card.prefix)
        const parts = writeParts(writer, this.#repo, table, card.prefix)
        workOf(this.#repo)?.note(parts * tableSteps.xrange)
        return
      }
      case 'xlist':
        return this.#answerList(card, writer, turn)
      case 'xask':
        if (turn.pull) this.#sendRange(card, writer, turn)
        return
      case 'xmore':
        // A server asks for no ranges.
        return
    }
  }

  #takeSchema(card: SchemaCard, { push }: TableTurn): void {
    try {
      const definition = definitionIn(card)
      this.#plainTable(card.table).columns = definition.columns
      if (push) {
        const outcome = takeDefinition(this.#repo, definition, { isTrusted: this.#access.admin })
        if (outcome === 'refused') this.#skip('only an administrator changes the rule of a table')
      }
    } catch (error) {
      if (!FossilError.is(error, 'table.invalid')) throw error
      this.#unfit.add(card.table)
      this.#skip(error.message)
    }
  }

  #noteListed(table: string, key: string, mtimeSec: number): void {
    if (this.#isOurs || this.#plainListed >= maxPlainListed || !isKeyHash(key)) return
    this.#plainListed++
    this.#plainTable(table).listed.set(key, mtimeSec)
  }

  /** Also of a table that is not here: nothing is stored for it. */
  #plainTable(name: string): PlainTable {
    this.#isPlain = true
    const known = this.#plain.get(name)
    if (known !== undefined) return known
    const made = {
      columns: undefined,
      catalogue: undefined,
      listed: new Map<string, number>(),
      settled: new Set<string>(),
    }
    this.#plain.set(name, made)
    return made
  }

  #takeRow(card: XrowCard | XdeleteCard, writer: CardWriter, turn: TableTurn): void {
    const { table: name, pkHash } = card
    const table = findTable(this.#repo, name)
    if (table === undefined) {
      this.#repo.env.mark?.('sync.row-without-table')
      return this.#skip('no such table here')
    }
    if (!isKeyHash(pkHash)) return this.#skip('its key hash is none')
    if (!turn.push) return this.#answerRow(table, pkHash, writer, turn)
    const aheadMs = card.mtimeSec * 1000 - this.#repo.env.clock.nowMs()
    if (aheadMs > this.#access.maxFutureMs) {
      // Nothing could replace it before then.
      return this.#skip('it is dated too far ahead: set the clock right')
    }
    try {
      const arrival = arrivalIn(card, { isPlain: !this.#isOurs })
      const taken = takeRow(this.#repo, table, arrival, this.#bringer(table))
      if (!this.#isOurs) this.#plainTable(name).settled.add(pkHash)
      const { outcome, standing } = taken
      if (standing === undefined) return this.#skip('it belongs to somebody else')
      const hasItsTime = standing.mtimeSec === card.mtimeSec
      const hasItsOwner = !this.#isOurs || standing.owner === (card.owner ?? '')
      const isTaken = outcome === 'stored' || outcome === 'same'
      if (isTaken && hasItsTime && hasItsOwner) return
      this.#answerRow(table, pkHash, writer, turn)
    } catch (error) {
      if (!FossilError.is(error, 'table.row')) throw error
      this.#skip(error.detail.reason)
    }
  }

  #bringer(table: StoredTable): Bringer {
    const writer = { login: this.#login, isTrusted: this.#access.admin }
    const plainColumns = this.#isOurs ? undefined : this.#columnsOf(table)
    return { writer, isServer: false, isRefusal: false, plainColumns }
  }

  #columnsOf(table: StoredTable): readonly Column[] {
    return this.#plain.get(table.name)?.columns ?? table.columns
  }

  /** Answers a row that was not taken as it came with the one that stands. */
  #answerRow(table: StoredTable, key: string, writer: CardWriter, { pull }: TableTurn): void {
    const row = findRow(this.#repo, table, key)
    if (row !== undefined && pull) this.#send(writer, table, row, { isForced: true })
  }

  #send(
    writer: CardWriter,
    table: StoredTable,
    row: StoredRow,
    { isForced }: { isForced: boolean },
  ): void {
    this.#rowsSent++
    workOf(this.#repo)?.made(row.data.length)
    if (this.#isOurs) return writeRow(writer, table, row)
    this.#plain.get(table.name)?.settled.add(row.key)
    writePlainRow(writer, table, row, { columns: this.#columnsOf(table), isForced })
  }

  #hasRoom({ isOverBudget }: TableTurn): boolean {
    if (this.#rowsSent >= maxRowsInMessage) return false
    return this.#rowsSent === 0 || !isOverBudget()
  }

  #sendWanted(name: string, key: string, writer: CardWriter, turn: TableTurn): void {
    const table = findTable(this.#repo, name)
    const row = table === undefined ? undefined : findRow(this.#repo, table, key)
    if (table === undefined || row === undefined || !this.#hasRoom(turn)) return
    this.#send(writer, table, row, { isForced: true })
  }

  #sendRange({ table: name, prefix, after }: XaskCard, writer: CardWriter, turn: TableTurn): void {
    const table = isPrefix(prefix) && isPrefix(after) ? findTable(this.#repo, name) : undefined
    if (table === undefined) return
    const more = (last: string): void =>
      writer.add({ type: 'xmore', table: name, prefix, after: last })
    if (!this.#hasRoom(turn)) return more(after)
    let last = after
    for (const row of rowsAfter(this.#repo, table, { prefix, after })) {
      if (!this.#hasRoom(turn)) return more(last)
      this.#send(writer, table, row, { isForced: true })
      last = row.key
    }
  }

  #answerList(card: XlistCard, writer: CardWriter, turn: TableTurn): void {
    const finding = compareList(this.#repo, card)
    if (finding === undefined) return
    const { table, theirs, ours, tied } = finding
    workOf(this.#repo)?.note((theirs.length + ours.length + tied.length) * tableSteps.xrow)
    if (turn.push) {
      for (const pkHash of [...theirs, ...tied]) {
        writer.add({ type: 'xgimme', table: table.name, pkHash })
      }
    }
    if (!turn.pull) return
    for (const key of turn.push ? ours : [...ours, ...tied]) {
      const row = findRow(this.#repo, table, key)
      if (row !== undefined && this.#hasRoom(turn)) {
        this.#send(writer, table, row, { isForced: false })
      }
    }
  }

  /** Says what all tables come to; where the client's come to something else, what each does. */
  #compareStates(writer: CardWriter, { pull, push }: TableTurn): void {
    if (this.#theirState === undefined || (!pull && !push)) return
    const state = stateDigest(this.#repo)
    writer.add({ type: 'pragma', name: statePragma, args: [state] })
    if (state === this.#theirState) return
    for (const table of storedTables(this.#repo)) {
      writeSchema(writer, table)
      writeRange(writer, this.#repo, table, '')
    }
  }

  /** All that a plain client needs: what it lacks, by name or whole, and what is asked of it. */
  #answerPlain(writer: CardWriter, turn: TableTurn): void {
    if (!turn.pull && !turn.push) return
    for (const table of storedTables(this.#repo)) {
      if (this.#unfit.has(table.name)) continue
      this.#rememberPlain(table)
      const known = this.#plain.get(table.name)
      if (turn.push && known !== undefined) this.#askPlain(table, known, writer)
      if (turn.pull) this.#tellPlain(table, known, writer, turn)
    }
  }

  #rememberPlain(table: StoredTable): void {
    try {
      if (!table.isPlain) this.#repo.transaction(() => markPlain(this.#repo, table))
    } catch (error) {
      // A file that cannot be written has no rows of equal times to tell apart, either.
      if (!isReadOnly(error)) throw error
    }
  }

  #askPlain(table: StoredTable, { listed, settled }: PlainTable, writer: CardWriter): void {
    let asked = 0
    for (const [pkHash, mtimeSec] of listed) {
      if (settled.has(pkHash) || asked >= maxGimmes) continue
      const row = findRow(this.#repo, table, pkHash)
      if (row !== undefined && row.mtimeSec >= mtimeSec) continue
      writer.add({ type: 'xgimme', table: table.name, pkHash })
      asked++
    }
  }

  #tellPlain(
    table: StoredTable,
    known: PlainTable | undefined,
    writer: CardWriter,
    turn: TableTurn,
  ): void {
    if (known?.columns === undefined) writeSchema(writer, table)
    const { catalogue, listed, settled } = known ?? {}
    if (catalogue !== undefined && catalogue === catalogHash(this.#repo, table.name)) return
    for (const row of allRows(this.#repo, table)) {
      const { key, mtimeSec } = row
      if (settled?.has(key) === true) continue
      const theirs = listed?.get(key)
      if (theirs === undefined) {
        writer.add({ type: 'xigot', table: table.name, pkHash: key, mtimeSec })
      } else if (theirs < mtimeSec && this.#hasRoom(turn)) {
        this.#send(writer, table, row, { isForced: false })
      }
    }
  }

  #skip(reason: string): void {
    this.#skipped++
    this.#reason ||= reason
  }
}

/**
 * The fate of a `config` card that arrives: it changes nothing, unless its row is of an area that
 * was asked for or allowed, and newer than the row that is here.
 *
 * May know the areas and how records are read. Statements are made of names that are written down
 * in config-areas.ts; what the card says is bound to them.
 * Source: fossil src/configure.c:343-498 (configure_receive).
 * @module
 */

import { fromUtf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Value } from '../db/driver.ts'
import type { ConfigCard } from '../xfer/card.ts'
import { shunChanged } from '../repo/blob.ts'
import { remakeTickets } from '../crosslink/crosslink.ts'
import {
  type ConfigArea,
  type ConfigGroup,
  type ConfigTable,
  configTables,
  groupsOf,
  groupsOfSetting,
  hasColumn,
  runsCode,
} from './config-areas.ts'
import { type ConfigRecord, type Literal, parseConfigRecord } from './config-areas-literals.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'

/** Rights of a peer to change configuration. */
export interface ConfigRights {
  readonly areas: Iterable<ConfigArea>
  /**
   * `s`: give or take the capability `s`, and change users who have it. Stock lets `a` do that by
   * way of a card, against its own documents (www/caps/admin-v-setup.md).
   */
  readonly setup: boolean
  /** Takes settings that have stock run something. Default true. */
  readonly code?: boolean
}

/**
 * The outcome of a card.
 *
 * - `stored`: its row is new, or newer than the one that was here.
 * - `older`: the row here stays. A row without a time stays always, as in stock.
 * - `refused`: it is of no area that is allowed, or of none at all.
 * - `malformed`: it is not what a card of its name holds.
 */
export type ConfigOutcome = 'stored' | 'older' | 'refused' | 'malformed'

/** Takes one card in. Bytes that make no sense are an outcome, never an error, as in stock. */
export function receiveConfig(repo: Repo, card: ConfigCard, rights: ConfigRights): ConfigOutcome {
  const table = configTables.find(({ name }) => card.name === `/${name}`)
  // Names without a slash are the form of before 2011, which stock ignores too.
  if (table === undefined) return 'refused'
  const record = parseConfigRecord(card.content)
  if (record === undefined) return 'malformed'
  if (rights.code === false && table.name === 'config' && runsCode(fromUtf8(record.key))) {
    return 'refused'
  }
  const allowed = groupsOf(rights.areas)
  if (!groupsOfRow(table, record).some((group) => allowed.has(group))) return 'refused'
  return repo.transaction(() => {
    if (!rights.setup && table.name === 'user' && touchesSetup(repo, record)) return 'refused'
    prepareTable(repo, table, record)
    const isStored = write(repo, table, record)
    if (table.name === 'config') cacheOf(repo).config.clear()
    if (isStored && isTicketTable(table, record)) remakeTicketsIfPossible(repo)
    if (table.name === 'shun') shunChanged(repo)
    return isStored ? 'stored' : 'older'
  })
}

/** The name of the row of a card: the setting, the login … Undefined where it makes no sense. */
export function configKey(card: ConfigCard): string | undefined {
  const record = parseConfigRecord(card.content)
  return record === undefined ? undefined : fromUtf8(record.key)
}

function isTicketTable(table: ConfigTable, { key }: ConfigRecord): boolean {
  return table.name === 'config' && fromUtf8(key) === 'ticket-table'
}

/** A definition that cannot be used is kept, as in stock, and the tables stay as they are. */
function remakeTicketsIfPossible(repo: Repo): void {
  try {
    remakeTickets(repo)
  } catch (error) {
    if (!FossilError.is(error, 'repo.invalid')) throw error
  }
}

function groupsOfRow(table: ConfigTable, { key }: ConfigRecord): readonly ConfigGroup[] {
  return table.group === undefined ? groupsOfSetting(fromUtf8(key)) : [table.group]
}

/** Tells whether a row of a user gives the capability `s`, or is of a user who has it. */
function touchesSetup(repo: Repo, { key, values }: ConfigRecord): boolean {
  const cap = values.get('cap')
  const letter = 's'.charCodeAt(0)
  if (cap !== undefined && 'bytes' in cap && cap.bytes.includes(letter)) return true
  const sql = `SELECT 1 FROM user
                WHERE login = CAST(? AS TEXT) AND instr(CAST(cap AS TEXT), 's') > 0`
  return dbOf(repo).prepare(sql).get(key) !== undefined
}

/** Insert where there is no such row, else update where the row is older: stock's two steps. */
function write(repo: Repo, table: ConfigTable, { mtimeSec, key, values }: ConfigRecord): boolean {
  const columns = table.columns.filter((column) => values.has(column))
  const bound = columns.flatMap((column) => parametersOf(values.get(column)))
  // Stock leaves the code of a subscriber to a default that draws on SQLite's own randomness.
  const code = table.name === 'subscriber' ? [repo.env.random.bytes(32)] : []
  const names = [table.key, 'mtime', ...code.map(() => 'subscriberCode'), ...columns].join(', ')
  const slots = ['CAST(? AS TEXT)', '?', ...code.map(() => '?'), ...columns.map(() => slot)]
  const inserted = dbOf(repo)
    .prepare(`INSERT OR IGNORE INTO ${table.name}(${names}) VALUES(${slots.join(', ')})`)
    .run(key, mtimeSec, ...code, ...bound)
  if (inserted.changes > 0) return true
  const changes = ['mtime = ?', ...columns.map((column) => `${column} = ${slot}`)].join(', ')
  const updated = dbOf(repo)
    .prepare(
      `UPDATE ${table.name} SET ${changes} WHERE ${table.key} = CAST(? AS TEXT) AND mtime < ?`,
    )
    .run(mtimeSec, ...bound, key, mtimeSec)
  return updated.changes > 0
}

/** One literal in three parameters, so that statements differ by columns and not by types. */
const slot = 'iif(?, CAST(? AS TEXT), ?)'

function parametersOf(literal: Literal | undefined): [isText: number, text: Value, other: Value] {
  if (literal?.type === 'text') return [1, literal.bytes, null]
  if (literal?.type === 'blob') return [0, null, literal.bytes]
  return [0, null, literal?.type === 'number' ? literal.value : null]
}

/** Makes what older repositories lack, and those without e-mail alerts. configure.c:442-477. */
function prepareTable(repo: Repo, { name, key }: ConfigTable, { values }: ConfigRecord): void {
  if (name === 'subscriber' && !hasColumn(repo, name, key)) dbOf(repo).exec(alertTables)
  if (values.has('jx') && (name === 'user' || name === 'reportfmt') && !hasColumn(repo, name, 'jx'))
    dbOf(repo).exec(`ALTER TABLE ${name} ADD COLUMN jx TEXT DEFAULT '{}'`)
}

/** Apart, so that nobody takes it for a call: only stock's connections ever make use of it. */
const defaultCode = 'randomblob'

/** alerts.c:63-92. */
const alertTables = `
CREATE TABLE subscriber(
  subscriberId INTEGER PRIMARY KEY,
  subscriberCode BLOB DEFAULT (${defaultCode}(32)) UNIQUE,
  semail TEXT UNIQUE COLLATE nocase,
  suname TEXT,
  sverified BOOLEAN DEFAULT true,
  sdonotcall BOOLEAN,
  sdigest BOOLEAN,
  ssub TEXT,
  sctime INTDATE,
  mtime INTDATE,
  smip TEXT,
  lastContact INT
);
CREATE INDEX subscriberUname ON subscriber(suname) WHERE suname IS NOT NULL;
CREATE TABLE IF NOT EXISTS pending_alert(
  eventid TEXT PRIMARY KEY,
  sentSep BOOLEAN DEFAULT false,
  sentDigest BOOLEAN DEFAULT false,
  sentMod BOOLEAN DEFAULT false
) WITHOUT ROWID;
`

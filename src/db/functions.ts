/**
 * SQL's clock and randomness: the functions of SQLite that read the host's, replaced on a
 * connection by ones that ask `env`. A repository's own SQL reaches them: the setting
 * `ticket-table` may say `DEFAULT CURRENT_TIMESTAMP` or `DEFAULT (random())`.
 *
 * Only `now` is replaced; dates are SQLite's own work, on a connection beside. Local time is UTC,
 * so that the zone of the host changes nothing. In a CHECK, an index or a generated column SQLite
 * refuses `now` when it meets it; here it has a value.
 *
 * Specification: https://www.sqlite.org/lang_datefunc.html; sqlite src/date.c.
 * @module
 */

import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from 'node:sqlite'
import { FossilError } from '../base/error.ts'
import type { World } from './driver.ts'

/** The functions that take a time, and where it stands among their arguments. */
const timeAt: Readonly<Record<string, readonly number[]>> = {
  date: [0],
  time: [0],
  datetime: [0],
  julianday: [0],
  unixepoch: [0],
  strftime: [1],
  timediff: [0, 1],
}

/** Keywords that are functions without arguments, and the functions of the same result. */
const keywords: Readonly<Record<string, string>> = {
  current_date: 'date',
  current_time: 'time',
  current_timestamp: 'datetime',
}

/** `randomblob()` gives no more, as in SQLite. */
const mostBytes = 1_000_000_000

/** Replaces the functions on `connection`; `world` is asked at each use. */
export function takeFromWorld(connection: DatabaseSync, world: () => World): void {
  const now = (): string => dateTime(world().clock.nowMs())
  // As SQLite declares its own, so that indexes and generated columns may use them.
  const pure = { deterministic: true, useBigIntArguments: true }
  for (const [name, places] of Object.entries(timeAt)) {
    const call = (...args: readonly SQLOutputValue[]): SQLInputValue =>
      evaluate(name, timed(args, places, now))
    if (places.length === 1) connection.function(name, { ...pure, varargs: true }, call)
    // A function takes as many arguments as are declared.
    else connection.function(name, pure, (a, b) => call(a ?? null, b ?? null))
  }
  for (const [name, like] of Object.entries(keywords)) {
    connection.function(name, pure, () => evaluate(like, [now()]))
  }
  connection.function('random', () => {
    const bytes = world().random.bytes(8)
    return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0)
  })
  connection.function('randomblob', { useBigIntArguments: true }, (length: SQLOutputValue) => {
    const count = Number(evaluate('integer', [length]))
    if (count > mostBytes) throw new FossilError('repo.io', { reason: 'string or blob too big' })
    return world().random.bytes(Math.max(1, count))
  })
}

/** The arguments of a date function with `now`, given or meant, as a date. */
function timed(
  args: readonly SQLOutputValue[],
  places: readonly number[],
  now: () => string,
): SQLOutputValue[] {
  const [first = 0] = places
  if (args.length === first) return [...args, now()]
  return args.flatMap((value, at): SQLOutputValue[] => {
    const word = wordOf(value)
    if (!places.includes(at)) return [at > first && isZone(word) ? '+0 days' : value]
    if (word === 'now') return [now()]
    if (word !== 'subsec' && word !== 'subsecond') return [value]
    return places.length > 1 ? [now()] : [now(), word]
  })
}

/** Bytes count as text, and text ends with its first NUL. */
function wordOf(value: SQLOutputValue): string | undefined {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value
  return typeof text === 'string' ? text.split('\0', 1)[0]?.toLowerCase() : undefined
}

function isZone(word: string | undefined): boolean {
  return word === 'localtime' || word === 'utc'
}

let calculator: DatabaseSync | undefined
const statements = new Map<string, StatementSync>()

/** SQLite's own function on a connection without data. Depends on nothing but its arguments. */
function evaluate(name: string, args: readonly SQLOutputValue[]): SQLInputValue {
  const places = args.map(() => '?').join(', ')
  return calculate(name === 'integer' ? `CAST(${places} AS INTEGER)` : `${name}(${places})`, args)
}

/** `2026-01-31 12:00:00.000` for milliseconds since 1970. */
function dateTime(ms: number): string {
  const text = calculate(`strftime('%Y-%m-%d %H:%M:%f', ? / 1000.0, 'unixepoch')`, [ms])
  return typeof text === 'string' ? text : ''
}

function calculate(expression: string, args: readonly SQLOutputValue[]): SQLInputValue {
  calculator ??= new DatabaseSync(':memory:', { returnArrays: true, readBigInts: true })
  const statement = statements.get(expression) ?? calculator.prepare(`SELECT ${expression}`)
  // Few ways of calling a function occur; a thousand arguments do not.
  if (statements.size < 100) statements.set(expression, statement)
  const row = statement.get(...args)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the connection returns arrays
  return (row as unknown as SQLInputValue[] | undefined)?.[0] ?? null
}

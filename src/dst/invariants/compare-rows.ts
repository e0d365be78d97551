/**
 * Rows of a table against those that should be there.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'

/**
 * Compares rows as lines of text, in any order; a line that is there twice is two rows.
 *
 * @throws {InvariantError} of the name, with the first row that is missing and the first too many
 */
export function compareRows(
  name: string,
  nodeId: string,
  expected: readonly string[],
  actual: readonly string[],
): void {
  const [missing, extra] = [beyond(expected, actual), beyond(actual, expected)]
  if (missing.length === 0 && extra.length === 0) return
  const told = [
    missing.length === 0 ? '' : `lacks ${missing.length} of its rows (${missing[0]})`,
    extra.length === 0 ? '' : `holds ${extra.length} too many (${extra[0]})`,
  ]
  throw new InvariantError(name, { nodeId, detail: told.filter(Boolean).join('; ') })
}

/** A column of one row; undefined is NULL. */
export type Column = readonly [name: string, value: string | number | undefined]

/** A value as a table gives it: text as its bytes, so that none is lost. */
export type StoredValue = Uint8Array | number | string | null

/** One row: a line for itself, and one for each column that is not NULL. */
export function rowLines(of: string, columns: readonly Column[]): string[] {
  const said = columns.flatMap(([name, value]) =>
    value === undefined ? [] : [`${of} has ${name} ${JSON.stringify(value)}`],
  )
  return [`${of} is there`, ...said]
}

/** SQL for columns of text, as {@link columnsOf} takes them. */
export function asBytes(columns: readonly string[]): string {
  return columns.map((column) => `CAST(${column} AS BLOB)`).join(', ')
}

/** Values of a row under their names. Bytes are text of one character a byte. */
export function columnsOf(names: readonly string[], values: readonly StoredValue[]): Column[] {
  return names.map((name, at) => {
    const value = values[at] ?? undefined
    return [name, typeof value === 'object' ? Buffer.from(value).toString('latin1') : value]
  })
}

/** The lines that are in the first list and, as often, not in the second; sorted. */
function beyond(lines: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1)
  const left = lines.filter((line) => {
    const count = counts.get(line) ?? 0
    if (count > 0) counts.set(line, count - 1)
    return count === 0
  })
  return left.sort()
}

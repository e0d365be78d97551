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
    missing.length === 0 ? '' : `${missing.length} rows are missing (${missing[0]})`,
    extra.length === 0 ? '' : `${extra.length} should not be there (${extra[0]})`,
  ]
  throw new InvariantError(name, { nodeId, detail: told.filter(Boolean).join('; ') })
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

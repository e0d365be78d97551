/**
 * Counts in sentences for people.
 * @module
 */

/** A count and its noun: `1 artifact`, `2 artifacts`, `0 entries` where `many` is given. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

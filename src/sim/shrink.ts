/**
 * Delta debugging: from a list that makes something fail to a small one that still does. Knows
 * nothing of the items; its users pass decisions, operations, nodes. Method: A. Zeller, R.
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002 (ddmin, figure 3).
 * @module
 */

import { FossilError } from '../base/error.ts'

/** Runs the experiment on some of the items, in their order, and tells whether it fails. */
export type StillFails<T> = (subset: readonly T[]) => Promise<boolean> | boolean

/**
 * The items without which `stillFails` no longer fails, in their order: removing any single one
 * of them makes the failure go away. Which experiments are run depends only on their answers.
 *
 * @param stillFails must always give the same answer for the same subset; it should distinguish the
 *   failure at hand from others, or the search slides to a different one
 * @throws {FossilError} `option.invalid` when all the items together do not fail
 */
export async function shrink<T>(
  items: readonly T[],
  stillFails: StillFails<T>,
): Promise<readonly T[]> {
  if (!(await stillFails(items))) {
    throw new FossilError('option.invalid', { option: 'items', reason: 'they do not fail' })
  }
  // Often the items are innocent: one experiment saves the search.
  if (items.length > 0 && (await stillFails([]))) return []

  let kept = items
  let parts = 2
  while (kept.length > 1) {
    const chunks = split(kept, parts)
    const chunk = await findAsync(chunks, stillFails)
    if (chunk !== undefined) {
      kept = chunk
      parts = 2
      continue
    }
    const rest = parts > 2 ? await findAsync(complements(chunks), stillFails) : undefined
    if (rest !== undefined) {
      kept = rest
      parts -= 1
    } else if (parts < kept.length) {
      parts = Math.min(2 * parts, kept.length)
    } else {
      break
    }
  }
  return kept
}

/** Cuts `items` into `parts` runs of nearly equal length. */
function split<T>(items: readonly T[], parts: number): T[][] {
  const edge = (part: number): number => Math.floor((part * items.length) / parts)
  return Array.from({ length: parts }, (_, part) => items.slice(edge(part), edge(part + 1)))
}

/** For each chunk, everything but that chunk. */
function* complements<T>(chunks: readonly T[][]): Generator<T[]> {
  for (const left of chunks) yield chunks.filter((chunk) => chunk !== left).flat()
}

async function findAsync<T>(
  candidates: Iterable<T[]>,
  accepts: StillFails<T>,
): Promise<T[] | undefined> {
  for (const candidate of candidates) if (await accepts(candidate)) return candidate
  return undefined
}

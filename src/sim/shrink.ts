/**
 * Delta debugging: from a list that makes something fail to a small one that still does. Knows
 * nothing of the items; its users pass decisions, operations, nodes.
 *
 * Method: leave out chunks of half the list, then of a quarter, and so on down to single items.
 * Unlike ddmin (A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input",
 * 2002, figure 3), it never starts over after a chunk that could go, and tries no chunk alone.
 * Four causes among a hundred items take 44 experiments on average; ddmin takes 173.
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
  for (let size = Math.ceil(kept.length / 2); size > 1; size = Math.ceil(size / 2)) {
    kept = await withoutChunks(kept, size, stillFails)
  }
  // An item may be needed only beside one that has gone since.
  for (let before = -1; kept.length !== before;) {
    before = kept.length
    kept = await withoutChunks(kept, 1, stillFails)
  }
  return kept
}

/** The last chunks first: items more often need what came before them than what comes after. */
async function withoutChunks<T>(
  items: readonly T[],
  size: number,
  stillFails: StillFails<T>,
): Promise<readonly T[]> {
  let kept = items
  for (let end = items.length; end > 0; end -= size) {
    const rest = kept.toSpliced(Math.max(0, end - size), Math.min(size, end))
    // Nothing at all is known not to fail.
    if (rest.length > 0 && (await stillFails(rest))) kept = rest
  }
  return kept
}

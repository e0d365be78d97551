/**
 * Failures of a sweep, grouped by signature.
 * @module
 */

import { signatureText } from '../signature.ts'
import { bySeed, type SeedEnd, type SweepSignature } from './seed-end.ts'

/** Failures with the same signature. */
export interface FailureGroup {
  readonly signature: SweepSignature
  /** The signature as one line. */
  readonly text: string
  readonly count: number
  /** Some of them in full; those of the corpus first, then the lowest seeds. */
  readonly kept: readonly SeedEnd[]
}

/**
 * Groups of failures, the largest first, then by their text.
 *
 * @param keep the number of failures to keep of each
 */
export function failureGroups(ends: Iterable<SeedEnd>, keep: number): FailureGroup[] {
  const byText = new Map<string, { signature: SweepSignature; ends: SeedEnd[] }>()
  for (const end of ends) {
    const { signature } = end
    if (signature === undefined) continue
    const text = signatureText(signature)
    const group = byText.get(text) ?? { signature, ends: [] }
    group.ends.push(end)
    byText.set(text, group)
  }
  return [...byText]
    .map(([text, { signature, ends: alike }]) => ({
      signature,
      text,
      count: alike.length,
      kept: alike.sort(bySeed).slice(0, keep),
    }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
}

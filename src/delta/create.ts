/**
 * Creates deltas, the same byte for byte as stock's.
 *
 * May know the delta format. Specification: fossil www/delta_encoder_algorithm.wiki and
 * src/delta.c:294-537; where they differ, the code.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { assert } from '../base/assert.ts'
import { checksum } from './checksum.ts'
import { windowBytes } from './landmarks.ts'
import { MatchFinder } from './match.ts'
import { DeltaWriter } from './writer.ts'

/** Stock measures content in `int`. */
const maxBytes = 0x7fffffff

/**
 * Describes `target` as edits to `source`. Keeps neither.
 *
 * A delta is at most 21 bytes longer than its target. Time grows with the sum of both lengths,
 * except for sources made of many different blocks that hash alike: up to 250 of them are tried
 * at each byte of the target, as stock does.
 *
 * @example
 * ```ts
 * const delta = createDelta(source, bytes)
 * ```
 * @param source at most 2^31-1 bytes
 * @param target at most 2^31-1 bytes
 * @returns a delta that the caller owns
 */
export function createDelta(source: Uint8Array, target: Uint8Array): Uint8Array {
  requireBytes('source', source)
  requireBytes('target', target)
  assert(source.length <= maxBytes, 'a delta source is at most 2^31-1 bytes')
  assert(target.length <= maxBytes, 'a delta target is at most 2^31-1 bytes')
  const delta = new DeltaWriter(target.length)
  if (source.length <= windowBytes) {
    // Nothing to copy from. Even an empty target is an insert here, and only here. delta.c:379.
    delta.insert(target)
    return delta.end(checksum(target))
  }
  const match = new MatchFinder(source, target)
  let base = 0
  while (base + windowBytes < target.length && match.find(base)) {
    if (match.literal > 0) delta.insert(target.subarray(base, base + match.literal))
    delta.copy(match.offset, match.length)
    base += match.literal + match.length
  }
  if (base < target.length) delta.insert(target.subarray(base))
  return delta.end(checksum(target))
}

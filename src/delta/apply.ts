/**
 * Applies deltas that may come from anyone.
 *
 * May know the delta format. Two passes: the first reads every command and adds up what it would
 * write, the second writes. Memory is taken only for output that the commands truly fill.
 * Specification: fossil src/delta.c:558-667.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { FossilError } from '../base/error.ts'
import { checksum } from './checksum.ts'
import { CommandReader, maxOutputBytes } from './parse.ts'

/** Copies below this length go byte by byte: a call to `set` costs more (measured). */
const shortBytes = 32

/**
 * Rebuilds the target of `delta` from `source`. Changes and keeps neither.
 *
 * A delta may repeat its source: its output is bounded by `maxBytes`, not by the lengths of the
 * arguments. Nothing is allocated before every command is known to be in order.
 *
 * @example
 * ```ts
 * const target = applyDelta(source, createDelta(source, bytes)) // equals bytes
 * ```
 * @param options.maxBytes the longest output allowed; by default 2^31-1, the most that the format
 *   allows
 * @param options.verifyChecksum whether the output must have the checksum that ends the delta.
 *   Default true. Stock does not look at it, so a caller that goes on to check the output's hash
 *   may do without.
 * @returns bytes that the caller owns
 * @throws {FossilError} `delta.corrupt` where the delta breaks the format, reads past the end of
 *   `source`, yields other than it promises, or yields more than `maxBytes`
 */
export function applyDelta(
  source: Uint8Array,
  delta: Uint8Array,
  options: { readonly maxBytes?: number; readonly verifyChecksum?: boolean } = {},
): Uint8Array {
  requireBytes('source', source)
  requireBytes('delta', delta)
  const { maxBytes = maxOutputBytes, verifyChecksum = true } = options
  const expected = validate(source, delta, maxBytes)
  const target = write(source, delta)
  if (verifyChecksum && checksum(target) !== expected.checksum) {
    throw new FossilError('delta.corrupt', {
      offset: expected.offset,
      reason: 'the output does not have the checksum that ends the delta',
    })
  }
  return target
}

/** Checks every command. Returns the checksum that ends the delta, and where it stands there. */
function validate(
  source: Uint8Array,
  delta: Uint8Array,
  maxBytes: number,
): { checksum: number; offset: number } {
  const reader = new CommandReader(delta)
  const size = reader.outputSize
  if (size > maxBytes) reader.fail(`promises ${size} bytes, more than the ${maxBytes} allowed`)
  let total = 0
  for (let kind = reader.next(); kind !== 'end'; kind = reader.next()) {
    if (kind === 'copy' && reader.offset + reader.value > source.length) {
      reader.fail('a copy passes the end of the source')
    }
    total += reader.value
    if (total > size) reader.fail(`yields more than the ${size} bytes promised`)
  }
  if (total !== size) reader.fail(`yields ${total} of the ${size} bytes promised`)
  return { checksum: reader.value, offset: reader.start }
}

/** Carries out the commands of a valid delta. */
function write(source: Uint8Array, delta: Uint8Array): Uint8Array {
  const reader = new CommandReader(delta)
  const target = new Uint8Array(reader.outputSize)
  let to = 0
  for (let kind = reader.next(); kind !== 'end'; kind = reader.next()) {
    const { offset, value: length } = reader
    const from = kind === 'copy' ? source : delta
    if (length < shortBytes) {
      for (let i = 0; i < length; i++) target[to + i] = from[offset + i] ?? 0
    } else {
      target.set(from.subarray(offset, offset + length), to)
    }
    to += length
  }
  return target
}

/**
 * Sources and targets for the tests of this folder: text, noise, few letters, long runs, patterns.
 * Targets are pieces of their source among fresh bytes, as versions of a file are.
 * @module
 */

import * as fc from 'fast-check'

import { concat, utf8 } from '../base/bytes.ts'

/** The two texts of a delta: from the one it leads to the other. */
export interface Pair {
  readonly from: Uint8Array
  readonly to: Uint8Array
}

const word = fc.constantFrom('shell', 'eye', ' ', '  ', '\n', 'leg\n', 'é', 'the ', 'segment')
const text = fc.array(word, { maxLength: 120 }).map((words) => utf8(words.join('')))
const noise = fc.uint8Array({ maxLength: 400 })
const fewLetters = fc
  .array(fc.constantFrom(0x61, 0x62, 0xc3), { maxLength: 400 })
  .map((letters) => Uint8Array.from(letters))
const run = fc
  .record({ length: fc.nat({ max: 6000 }), byte: fc.constantFrom(0, 0x20, 0xff) })
  .map(({ length, byte }) => new Uint8Array(length).fill(byte))
const brokenRun = fc
  .record({ length: fc.nat({ max: 400 }), breaks: fc.array(fc.nat(), { maxLength: 4 }) })
  .map(({ length, breaks }) => {
    const bytes = new Uint8Array(length).fill(0x20)
    for (const at of breaks) bytes[at % (length + 1)] = 0x62
    return bytes
  })
const pattern = fc
  .record({ unit: fc.uint8Array({ minLength: 1, maxLength: 40 }), times: fc.nat({ max: 200 }) })
  .map(({ unit, times }) => concat(Array.from({ length: times }, () => unit)))

/** A source of one to three blocks, where most windows share their bucket with an unlike block. */
const fewBlocks = fc
  .array(fc.constantFrom(0x61, 0x62, 0xc3), { minLength: 17, maxLength: 64 })
  .map((letters) => Uint8Array.from(letters))

const content = fc.oneof(text, noise, fewLetters, fewBlocks, run, brokenRun, pattern)

const source = fc.oneof(
  fewBlocks,
  fc.array(content, { minLength: 1, maxLength: 3 }).map((parts) => concat(parts)),
)

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.record({ at: fc.nat(), length: fc.nat() }) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 8 }) },
  { weight: 1, arbitrary: content },
)

/** A source and a target made of its pieces; sometimes equal, sometimes unrelated. */
export const arbitraryPair: fc.Arbitrary<Pair> = fc
  .record({ from: source, pieces: fc.array(piece, { maxLength: 8 }) })
  .map(({ from, pieces }) => ({ from, to: concat(pieces.map((each) => cut(from, each))) }))

function cut(from: Uint8Array, each: Uint8Array | { at: number; length: number }): Uint8Array {
  if (each instanceof Uint8Array) return each
  const at = each.at % (from.length + 1)
  return from.subarray(at, at + (each.length % (from.length + 1)))
}

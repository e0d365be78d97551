/**
 * Creating deltas: round trips, size, and the inputs that make a naive search slow.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { bytesEqual, concat } from '../base/bytes.ts'
import { applyDelta } from './apply.ts'
import { createDelta } from './create.ts'
import { arbitraryPair } from './pairs.suite.ts'
import { deltaCommands, deltaOutputSize } from './parse.ts'

/** Digits and marks of the header, of one insert and of the checksum. */
const mostOverhead = 21

test('a delta leads from its source to its target, and is hardly longer than the target', () => {
  const seen = { copies: 0, inserts: 0 }
  fc.assert(
    fc.property(arbitraryPair, ({ from, to }) => {
      const delta = createDelta(from, to)
      assert.ok(bytesEqual(applyDelta(from, delta), to))
      assert.equal(deltaOutputSize(delta), to.length)
      assert.ok(delta.length <= to.length + mostOverhead)
      for (const { kind } of deltaCommands(delta)) {
        if (kind === 'copy') seen.copies++
        if (kind === 'insert') seen.inserts++
      }
    }),
    { seed: 1, numRuns: 1500 },
  )
  assert.ok(seen.copies > 1000 && seen.inserts > 1000, JSON.stringify(seen))
})

test('arguments are read through their view, and never changed', () => {
  fc.assert(
    fc.property(arbitraryPair, fc.nat(7), ({ from, to }, shift) => {
      const shifted = concat([new Uint8Array(shift).fill(0xee), from, to, new Uint8Array(3)])
      const before = shifted.slice()
      const a = shifted.subarray(shift, shift + from.length)
      const b = shifted.subarray(shift + from.length, shift + from.length + to.length)
      assert.ok(bytesEqual(createDelta(a, b), createDelta(from, to)))
      assert.ok(bytesEqual(shifted, before))
    }),
    { seed: 4, numRuns: 200 },
  )
})

test('a megabyte of one byte, or of one pattern, is described in small time and space', () => {
  for (const period of [1, 2, 16, 48]) {
    const content = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i % period) * 5)
    const delta = createDelta(content, content.subarray(7))
    assert.ok(delta.length < 4000, `period ${period}: ${delta.length} bytes`)
    assert.ok(bytesEqual(applyDelta(content, delta), content.subarray(7)))
  }
})

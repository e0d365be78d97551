/**
 * Simpler values: what is tried, and that trying comes to an end.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'

import type { ArgumentValues } from './arguments.ts'
import { rounder, simplerArguments } from './simpler-values.ts'

suite('simpler values', () => {
  test('of a number are nearer to nothing, the simplest first', () => {
    assert.deepEqual([...rounder(12_345)], [0, 1, 10_000, 12_000, 12_300, 12_340])
    assert.deepEqual([...rounder(-250)], [0, 1, -200])
    assert.deepEqual([...rounder(1)], [0])
    assert.deepEqual([...rounder(0)], [])
  })

  test('of a text are its first word, unless it refers to an operation', () => {
    assert.deepEqual([...simplerArguments({ a: 'two words' })], [{}, { a: 'two' }])
    assert.deepEqual([...simplerArguments({ a: 'leaf-0#3 leaf-1#2' })], [{}])
  })

  test('of a list are shorter ones, and the same with a simpler item', () => {
    const tried = [...simplerArguments({ a: [5, { b: true }] })]
    assert.deepEqual(tried, [
      {},
      { a: [5] },
      { a: [{ b: true }] },
      { a: [0, { b: true }] },
      { a: [1, { b: true }] },
      { a: [5, {}] },
    ])
  })

  test('come to an end', () => {
    const value = fc.letrec<{ value: ArgumentValues[string] }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.maxSafeInteger(),
        fc.string(),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
      ),
    })).value
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { maxKeys: 3 }), (values) => {
        let [steps, left]: [number, ArgumentValues | undefined] = [0, values]
        while (left !== undefined) {
          assert.ok(++steps < 5_000)
          // The last candidate takes away least, so this is the longest way.
          left = [...simplerArguments(left)].at(-1)
        }
      }),
      { seed: 1 },
    )
  })
})

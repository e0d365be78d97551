/**
 * Outputs of several runs are compared line by line.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { firstDifference, type Output } from './test-runtimes.ts'

function outputs(...texts: string[]): Output[] {
  return texts.map((text, i) => ({ label: `run ${i}`, text }))
}

test('equal outputs do not differ', () => {
  assert.equal(firstDifference(outputs('a\nb\n', 'a\nb\n', 'a\nb\n')), undefined)
})

test('the first line that differs is shown with both runs', () => {
  assert.equal(
    firstDifference(outputs('a\nb\nc\n', 'a\nb\nc\n', 'a\nX\nY\n')),
    'Line 2 differs:\n  run 0: b\n  run 2: X',
  )
})

test('an output that ends early or goes on differs', () => {
  const short = firstDifference(outputs('a\nb', 'a'))
  assert.equal(short, 'Line 2 differs:\n  run 0: b\n  run 1: (ended)')
  const long = firstDifference(outputs('a', 'a\nb'))
  assert.equal(long, 'Line 2 differs:\n  run 0: (ended)\n  run 1: b')
})

/**
 * Escaping of card arguments: Fossil's table, both directions, any text.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { defossilize, fossilize } from './fossilize.ts'

const seed = 1

test('each special character has its escape', () => {
  const escaped = '\\s\\t\\n\\r\\v\\f\\0\\\\'
  assert.equal(fossilize(' \t\n\r\v\f\0\\'), escaped)
  assert.equal(defossilize(escaped), ' \t\n\r\v\f\0\\')
})

test('everything else stands for itself, Unicode spaces and control characters too', () => {
  const text = 'plain "text", \x01\x1b\x7f\u00a0\u2028\u3000 café 😀 \udcff'.replaceAll(' ', '')
  assert.equal(fossilize(text), text)
  assert.equal(defossilize(text), text)
})

test('a backslash before another letter means the letter, and at the end itself', () => {
  assert.equal(defossilize('\\q\\S\\1\\'), 'qS1\\')
  assert.equal(defossilize('\\\\n'), '\\n')
  assert.equal(defossilize('\\\n'), '\n')
})

test('defossilize undoes fossilize, and the token between can stand in a card', () => {
  const text = fc.string({ unit: fc.constantFrom(...' \t\n\r\v\f\0\\snabc0é'.split('')) })
  const property = fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (value) => {
    const token = fossilize(value)
    assert.equal(defossilize(token), value)
    assert.doesNotMatch(token, /[ \t\n\r\v\f\0]/)
  })
  fc.assert(property, { seed, numRuns: 500 })
})

/**
 * Option values that people type, right and wrong.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { FossilError } from '../base/error.ts'
import { duration, formatDuration, integer } from './option-values.ts'

const refusal = (option: string, text: string) => (error: unknown) =>
  FossilError.is(error, 'option.invalid') &&
  error.detail.option === option &&
  error.detail.reason.startsWith(`"${text}" is `)

suite('a whole number', () => {
  const read = integer('--n', { min: -3, max: 12 })

  test('is read with its sign, and without the spaces around it', () => {
    for (const [text, value] of [
      ['7', 7],
      ['-3', -3],
      ['+12', 12],
      [' 4 ', 4],
      ['007', 7],
    ] as const) {
      assert.equal(read(text), value)
    }
  })

  for (const text of [
    '',
    ' ',
    '1.5',
    '1e1',
    '0x1',
    'one',
    '1_0',
    '--1',
    '13',
    '-4',
    'Infinity',
    '١',
  ]) {
    test(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => read(text), refusal('--n', text))
    })
  }

  test('stays within what a number can hold exactly', () => {
    const any = integer('--n', { min: Number.MIN_SAFE_INTEGER })
    assert.equal(any('9007199254740991'), Number.MAX_SAFE_INTEGER)
    assert.equal(any('-9007199254740991'), Number.MIN_SAFE_INTEGER)
    assert.throws(() => any('9007199254740992'), refusal('--n', '9007199254740992'))
  })

  test('out of range is told the range', () => {
    assert.throws(() => read('13'), /"13" is not a whole number from -3 to 12 \(option --n\)/)
  })
})

suite('a length of time', () => {
  const read = duration('--d')

  test('has a unit, or means seconds', () => {
    const texts = { '250ms': 250, '90s': 90_000, '90': 90_000, '10m': 600_000, '1h': 3_600_000 }
    for (const [text, ms] of Object.entries(texts)) assert.equal(read(text), ms)
  })

  test('may have a fraction, rounded to milliseconds', () => {
    const texts = { '1.5s': 1_500, '0.5h': 1_800_000, '0.0004': 0, '0.0005': 1, '0': 0 }
    for (const [text, ms] of Object.entries(texts)) assert.equal(read(text), ms)
  })

  for (const text of [
    '',
    's',
    '1d',
    '1y',
    '-1s',
    '1 s',
    '1e3',
    '.5',
    '5.',
    '1h30m',
    'ten',
    'NaN',
  ]) {
    test(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => read(text), refusal('--d', text))
    })
  }

  for (const text of ['300000h', '99999999999999999999', `1${'0'.repeat(400)}s`]) {
    test(`is at most some 31 years, not ${text.slice(0, 24)}`, () => {
      assert.throws(() => read(text), /is too long/)
    })
  }

  test('is written the way it is read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (ms) => {
        assert.equal(read(formatDuration(ms)), ms)
      }),
      { seed: 1 },
    )
  })

  test('is written in its largest whole unit', () => {
    const texts = {
      0: '0ms',
      999: '999ms',
      1_000: '1s',
      90_000: '90s',
      600_000: '10m',
      7_200_000: '2h',
    }
    for (const [ms, text] of Object.entries(texts)) assert.equal(formatDuration(Number(ms)), text)
  })
})

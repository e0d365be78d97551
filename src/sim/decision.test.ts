/**
 * The file form of decisions.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FossilError } from '../base/error.ts'
import { formatDecisions, type Override, parseDecisions, readDecisions } from './decision.ts'

const decision: fc.Arbitrary<Override> = fc.record(
  {
    site: fc.string({ minLength: 1 }),
    use: fc.oneof(fc.nat(0xffffffff), fc.string({ minLength: 1, maxLength: 256 })),
    outcome: fc.oneof(
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.string({ maxLength: 64 }),
      fc.constant(null),
    ),
  },
  { noNullPrototype: true },
)

test('a log is a JSON array with one decision a line', () => {
  const text = formatDecisions([
    { site: 'net/leaf-2→master/replyLost', use: 7, outcome: true },
    { site: 'disk/leaf-1/tear', use: 0, outcome: null },
  ])
  assert.equal(
    text,
    [
      '[',
      '{"site":"net/leaf-2→master/replyLost","use":7,"outcome":true},',
      '{"site":"disk/leaf-1/tear","use":0,"outcome":null}',
      ']',
      '',
    ].join('\n'),
  )
})

test('reading undoes writing', () => {
  fc.assert(
    fc.property(fc.array(decision), (decisions) => {
      assert.deepEqual(parseDecisions(formatDecisions(decisions)), decisions)
    }),
    { seed: 1 },
  )
  assert.deepEqual(parseDecisions(formatDecisions([])), [])
})

test('anything but an array of decisions is refused', () => {
  const valid = { site: 'a', use: 0, outcome: true }
  const malformed = [
    null,
    7,
    {},
    [null],
    [7],
    ['a'],
    [[]],
    [{}],
    [{ ...valid, site: '' }],
    [{ ...valid, site: 1 }],
    [{ ...valid, use: -1 }],
    [{ ...valid, use: 0.5 }],
    [{ ...valid, use: 2 ** 32 }],
    [{ ...valid, use: '' }],
    [{ ...valid, use: 'x'.repeat(257) }],
    [{ ...valid, outcome: 0.5 }],
    [{ ...valid, outcome: 2 ** 53 }],
    [{ ...valid, outcome: [] }],
    [{ ...valid, outcome: 'x'.repeat(65) }],
    [{ site: 'a', use: 0 }],
    [valid, { ...valid, use: null }],
  ]
  for (const json of malformed) {
    assert.throws(
      () => readDecisions(json),
      (error) => FossilError.is(error, 'option.invalid'),
      JSON.stringify(json),
    )
  }
  for (const text of ['', '[', '{"site":"a"}', '[{"site":"a","use":0,"outcome":true},]']) {
    assert.throws(
      () => parseDecisions(text),
      (error) => FossilError.is(error, 'option.invalid'),
      text,
    )
  }
})

test('a refusal names the entry', () => {
  assert.throws(() => readDecisions([{ site: 'a', use: 0, outcome: true }, { site: 'a' }]), {
    detail: {
      option: 'decisions',
      reason: 'entry 1: use is neither an unsigned 32-bit integer nor a short name',
    },
  })
})

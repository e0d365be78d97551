/**
 * Errors by their code, and by the area of it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FossilError } from './error.ts'

test('an error is of its code, of the area of that, and of no other', () => {
  const error: unknown = new FossilError('transport.status', { status: 500, reason: 'it failed' })
  assert.ok(FossilError.is(error) && FossilError.is(error, 'transport.status'))
  assert.ok(!FossilError.is(error, 'transport.failed') && !FossilError.is(error, 'repo'))
  assert.ok(!FossilError.is(new Error('transport'), 'transport'))
  // What all codes of an area have in common can be read.
  if (FossilError.is(error, 'transport')) assert.equal(error.detail.reason, 'it failed')
  else assert.fail()
})

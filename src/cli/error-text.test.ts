/**
 * Errors as people are told of them.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FossilError } from '../base/error.ts'
import { errorText } from './error-text.ts'

test('an error is its code and a sentence, with the facts that help a reader', () => {
  const hash = 'e'.repeat(64)
  const errors: readonly (readonly [error: FossilError, text: string])[] = [
    [
      new FossilError('artifact.invalid', { kind: 'control', reason: 'a tag without a name' }),
      'artifact.invalid: a tag without a name',
    ],
    [
      new FossilError('artifact.invalid', { kind: 'ticket', reason: 'no field "x"' }),
      'artifact.invalid: no field "x" (kind ticket)',
    ],
    [
      new FossilError('artifact.missing', { name: hash }),
      `artifact.missing: ${hash} is not here: it never came, or it was shunned or purged`,
    ],
    [
      new FossilError('name.unknown', { name: '', reason: 'no artifact has this name' }),
      'name.unknown: no artifact has this name (name "")',
    ],
    [
      new FossilError('repo.unreadable', { path: ' ', reason: 'there is no such file' }),
      'repo.unreadable: there is no such file (path " ")',
    ],
    [
      new FossilError('name.ambiguous', { name: 'aaaa', candidates: ['aaaa1', 'aaaa2'] }),
      'name.ambiguous: type more of aaaa, so begin aaaa1, aaaa2',
    ],
    [
      new FossilError('name.ambiguous', { name: 'a', candidates: Array.from('abcdef') }),
      'name.ambiguous: type more of a, so begin a, b, c, d, e and others',
    ],
    [new FossilError('repo.io', { reason: 'disk full' }), 'repo.io: disk full'],
  ]
  for (const [error, text] of errors) assert.equal(errorText(error), text)
})

test('a stranger who writes part of an error does not drive the terminal', () => {
  const error = new FossilError('sync.refused', { message: 'no\u001b[2J\r' })
  assert.equal(errorText(error), 'sync.refused: no\\x1b[2J\\x0d')
})

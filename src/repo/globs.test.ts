/**
 * Lists of patterns, as stock reads them.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { memoryRepo } from './fixture.suite.ts'
import { globMatcher, globsOf } from './globs.ts'

test('patterns stand between commas or space, or in quotes', () => {
  assert.deepEqual(globsOf(''), [])
  assert.deepEqual(globsOf(' ,\n'), [])
  assert.deepEqual(globsOf('*.o,*.a\n b/* '), ['*.o', '*.a', 'b/*'])
  assert.deepEqual(globsOf(`'a b',"c,d" e"f`), ['a b', 'c,d', 'e"f'])
  assert.deepEqual(globsOf(`"open`), ['open'])
})

test('a pattern is matched against a whole name, in any directory, and case counts', () => {
  using repo = memoryRepo()
  const matches = globMatcher(repo, '*.o,[ab]?,ä*')
  const names = ['x.o', 'd/x.o', 'a1', 'c1', 'a12', 'X.O', 'x.o2', 'ärger']
  assert.deepEqual(names.filter(matches), ['x.o', 'd/x.o', 'a1', 'ärger'])
  assert.ok(!globMatcher(repo, '')('x'))
})

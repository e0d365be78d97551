/**
 * File names that artifacts may hold, and what permission letters mean.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { filePermission, fileTail, isReservedName, isSimplePath } from './file-name.ts'

test('a simple path has only real components', () => {
  for (const name of ['a', 'a/b', '.a', 'a.', '...', 'a/...', '..a/b', 'a\\..\\b', 'a b', '\t']) {
    assert.equal(isSimplePath(name), true, name)
  }
  for (const name of [
    '',
    '.',
    '..',
    '/',
    '/a',
    'a/',
    'a//b',
    './a',
    'a/.',
    'a/./b',
    'a/..',
    '../a',
  ]) {
    assert.equal(isSimplePath(name), false, name)
  }
})

test("names of Fossil's own databases are reserved in every directory and any case", () => {
  for (const name of [
    '_FOSSIL_',
    '_fossil_',
    '.fslckout',
    'a/.FSLCKOUT',
    'a/_FOSSIL_',
    '_FOSSIL_-wal',
    '.fslckout-shm',
    'a/.fslckout-journal',
    '_FOSSIL_-JOURNAL',
    'my_FOSSIL_-wal',
  ]) {
    assert.equal(isReservedName(name), true, name)
  }
  for (const name of ['my_FOSSIL_', 'x.fslckout', '_FOSSIL_/a', '_FOSSIL_-foo', '-wal', 'FOSSIL']) {
    assert.equal(isReservedName(name), false, name)
  }
})

test('the tail of a path follows its last slash', () => {
  assert.equal(fileTail('a/b c'), 'b c')
  assert.equal(fileTail('a\\b'), 'a\\b')
})

test('x means executable and wins over l for symlink; other letters mean nothing', () => {
  assert.equal(filePermission(undefined), 'regular')
  assert.equal(filePermission('w'), 'regular')
  assert.equal(filePermission('xw'), 'executable')
  assert.equal(filePermission('lx'), 'executable')
  assert.equal(filePermission('wl'), 'symlink')
})

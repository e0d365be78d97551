/**
 * Names of unversioned files that stock takes, and those that would stop a sync with it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUnversionedName } from './unversioned-name.ts'

test('relative paths are names', () => {
  const names = [
    'a',
    'a.txt',
    '.hidden',
    '..a',
    'a..',
    'a/.b/c',
    '...',
    'dir/ünïcode/漢字',
    '-',
    '\u00a0',
  ]
  for (const name of names) assert.ok(isUnversionedName(name), JSON.stringify(name))
})

test('paths that lead elsewhere or nowhere are not names', () => {
  const paths = [
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    './a',
    '../a',
    'a/.',
    'a/..',
    'a/./b',
    'a/../b',
  ]
  for (const name of paths) assert.equal(isUnversionedName(name), false, JSON.stringify(name))
})

test('characters that split a token or that stock refuses make no name', () => {
  const characters = [' ', '\t', '\n', '\v', '\f', '\r', '\0', '\\']
  characters.push(
    '\ue000',
    '\uf8ff',
    '\ufdd0',
    '\ufdef',
    '\ufffe',
    '\uffff',
    '😀',
    '\ud800',
    '\udfff',
  )
  for (const one of characters) {
    assert.equal(isUnversionedName(`a${one}b`), false, JSON.stringify(one))
  }
  for (const one of ['\ud7ff', '\uf900', '\ufdcf', '\ufdf0', '\ufffd']) {
    assert.ok(isUnversionedName(`a${one}b`), JSON.stringify(one))
  }
})

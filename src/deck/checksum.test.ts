/**
 * Z and R cards against those that stock wrote.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { present } from '../base/assert.ts'
import { utf8 } from '../base/bytes.ts'
import { repoChecksum, zCard, zCardMatches, zCardSize } from './checksum.ts'
import { goldens } from './golden.ts'
import { parseDeck } from './parse.ts'

const golden = present(
  goldens.find(({ title }) => title.includes('all escapes')),
  'the check-in whose files are known',
)

test('the Z card is the digest of all before it', () => {
  const at = golden.artifact.length - zCardSize
  assert.equal(
    zCard(golden.artifact.subarray(0, at)),
    Buffer.from(golden.artifact).toString().slice(-zCardSize),
  )
  assert.equal(zCardMatches(golden.artifact), true)
})

test('a change anywhere breaks the Z card', () => {
  for (const at of [0, 100, golden.artifact.length - 2]) {
    const changed = Uint8Array.from(golden.artifact)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.equal(zCardMatches(changed), false)
  }
  assert.equal(zCardMatches(utf8('Z')), false)
})

test('the R card is that of the files, in the order of their names', () => {
  const files = [
    { name: 'Icon\r', content: utf8('back') },
    { name: 'docs/café.txt', content: utf8('café\n') },
    { name: 'link.c', content: utf8('src/main.c') },
    { name: 'run me.sh', content: utf8('#!/bin/sh\n') },
    { name: 'src/main.c', content: utf8('int main;\n') },
    { name: 'tab\there.txt', content: utf8('x\n') },
  ]
  const deck = parseDeck(golden.artifact)
  assert.equal(deck?.kind === 'checkin' && deck.repoChecksum, repoChecksum(files))
})

test('the R card of no files is the digest of nothing, as in the first check-in', () => {
  assert.equal(repoChecksum([]), 'd41d8cd98f00b204e9800998ecf8427e')
})

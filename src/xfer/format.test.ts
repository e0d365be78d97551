/**
 * The card writer: what it collects, what it refuses to write.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AssertionError } from '../base/assert.ts'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { parseArtifactHash, type ArtifactHash } from '../hash/artifact-hash.ts'
import type { Card } from './card.ts'
import { CardWriter } from './format.ts'
import { parseCards } from './parse.ts'

const hash: ArtifactHash = parseArtifactHash('ab'.repeat(20)) ?? assert.fail()

test('a new writer is empty', () => {
  const writer = new CardWriter()
  assert.deepEqual([writer.isEmpty, writer.sizeBytes, writer.cards], [true, 0, 0])
  assert.deepEqual(writer.finish(), new Uint8Array(0))
})

test('a writer counts bytes and cards', () => {
  const writer = new CardWriter()
  writer.add({ type: 'igot', hash, isPrivate: true })
  writer.add({ type: 'file', hash, deltaSource: undefined, content: utf8('abc') })
  writer.addRaw(utf8('private\nprivate\n'), 2)
  assert.deepEqual([writer.isEmpty, writer.cards], [false, 4])
  const expected = `igot ${hash} 1\nfile ${hash} 3\nabcprivate\nprivate\n`
  assert.equal(writer.sizeBytes, expected.length)
  assert.equal(fromUtf8(writer.finish()), expected)
})

test('a writer that is reset has forgotten', () => {
  const writer = new CardWriter()
  writer.add({ type: 'pragma', name: 'server-version', args: ['22600'] })
  writer.reset()
  assert.deepEqual([writer.isEmpty, writer.cards], [true, 0])
  writer.add({ type: 'error', text: 'no' })
  assert.equal(fromUtf8(writer.finish()), 'error no\n')
})

test('a message that was handed over is not written to again', () => {
  const writer = new CardWriter()
  writer.add({ type: 'comment', text: 'first' })
  const first = writer.finish()
  assert.ok(writer.isEmpty)
  writer.add({ type: 'comment', text: 'second' })
  assert.equal(fromUtf8(writer.finish()), '# second\n')
  assert.equal(fromUtf8(first), '# first\n')
})

test('a message grows past any size', () => {
  const writer = new CardWriter()
  const big = new Uint8Array(300_000).fill(0x78)
  const all: Card[] = Array.from({ length: 2000 }, () => ({ type: 'gimme', hash }))
  all.push({ type: 'file', hash, deltaSource: undefined, content: big })
  all.push({ type: 'comment', text: 'ü€😀'.repeat(1000) })
  for (const card of all) writer.add(card)
  assert.deepEqual(parseCards(writer.finish()).toArray(), all)
})

suite('what receivers could not read is a bug here and not written', () => {
  const bugs: readonly [what: string, card: Card][] = [
    ['a token with a space', { type: 'cookie', text: 'a b' }],
    ['a token with a newline', { type: 'reqconfig', name: '/all\nlogin' }],
    ['an empty token', { type: 'pragma', name: 'ci-unlock', args: [''] }],
    ['an empty error', { type: 'error', text: '' }],
    ['a seventh token', { type: 'pragma', name: 'p', args: ['1', '2', '3', '4', '5'] }],
    ['a comment of two lines', { type: 'comment', text: 'a\nb' }],
    ['a negative number', { type: 'clone_seqno', sequence: -1 }],
    ['a fraction', { type: 'clone', version: 3, sequence: 1.5 }],
    ['a name that stock refuses', { type: 'uvgimme', name: '../a' }],
    [
      'a size that is not the length',
      { type: 'uvfile', name: 'a', mtimeSec: 1, hash, sizeBytes: 4, content: utf8('abc') },
    ],
  ]
  for (const [what, card] of bugs) {
    test(what, () => {
      assert.throws(() => new CardWriter().add(card), AssertionError)
    })
  }
})

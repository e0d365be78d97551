/**
 * The oracles' own reading of artifacts: what is a card, and what is plain data.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { md5 } from '../../hash/hash.ts'
import { readCardLines, unescaped } from './card-lines.ts'

/** An artifact of these cards, with its Z card; one character a byte. */
function artifact(cards: string): Buffer {
  const bytes = Buffer.from(cards, 'latin1')
  return Buffer.from(`${cards}Z ${md5(bytes)}\n`, 'latin1')
}

function cardsOf(bytes: Uint8Array): Record<string, unknown> | undefined {
  const cards = readCardLines(bytes)
  return cards && Object.fromEntries(cards)
}

suite('cards', () => {
  test('are read by letter, with their arguments as they are written', () => {
    assert.deepEqual(cardsOf(artifact('D 2026-01-01\nJ +a \\s\xff\nJ b\nU\n')), {
      D: [['2026-01-01']],
      J: [['+a', '\\s\xff'], ['b']],
      U: [[]],
    })
  })

  test('have text below a W card, whatever it looks like', () => {
    assert.deepEqual(cardsOf(artifact('D x\nW 8\nA b\nZ c\n\n')), {
      D: [['x']],
      W: [['8', 'A b\nZ c\n']],
    })
  })

  test('are read from a signed artifact', () => {
    const signed = Buffer.concat([
      Buffer.from('-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n'),
      artifact('D x\n'),
      Buffer.from('-----BEGIN PGP SIGNATURE-----\nabc\n'),
    ])
    assert.deepEqual(cardsOf(signed), { D: [['x']] })
  })

  for (const [what, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['a wrong checksum', Buffer.from(`D x\nZ ${'0'.repeat(32)}\n`)],
    ['letters out of order', artifact('U x\nD x\n')],
    ['a letter that is none', artifact('d x\n')],
    ['text that is shorter than its card says', artifact('W 5\nabc\n')],
    ['a line without an end', artifact('D x')],
  ] as const) {
    test(`are not in ${what}`, () => assert.equal(readCardLines(bytes), undefined))
  }
})

test('an argument stands for text with spaces, up to a NUL', () => {
  assert.equal(unescaped('a\\sb\\n\\\\s\\x'), 'a b\n\\sx')
  assert.equal(unescaped('a\\\\0b\\0c'), 'a\\0b')
})

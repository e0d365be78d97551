/**
 * The small reader of cards reads what the production parser reads.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import * as fc from 'fast-check'

import { arbitraryDecks } from '../deck/arbitrary.suite.ts'
import type { Deck } from '../deck/deck.ts'
import { seal } from '../deck/decoys.suite.ts'
import { formatDeck } from '../deck/format.ts'
import { encodeText } from '../base/text.ts'
import { argumentsByLetter, latin, type OwnDeck, readOwnDeck, unescaped } from './own-cards.ts'

/** Text as the small reader has it. */
function bytewise(text: string | undefined): string | undefined {
  return text === undefined ? undefined : latin(encodeText(text))
}

function argumentsOf({ cards }: OwnDeck, letter: string): (readonly string[])[] {
  return cards.filter((card) => card.letter === letter).map(({ args }) => args.map(unescaped))
}

function assertReadAlike(deck: Deck): void {
  const own = readOwnDeck(formatDeck(deck))
  assert.equal(own?.kind, deck.kind)
  if (deck.kind === 'checkin') {
    const files = deck.files.map(({ name, hash, permissions, priorName }) => {
      const letters = permissions ?? (priorName === undefined ? undefined : 'w')
      const args = [name, hash, letters, priorName].map(bytewise)
      return args.filter((arg) => arg !== undefined)
    })
    assert.deepEqual(argumentsOf(own, 'F'), files)
    assert.deepEqual(argumentsOf(own, 'B').flat()[0], deck.baseline)
    assert.deepEqual(
      argumentsOf(own, 'Q').map(([picked]) => picked),
      deck.cherrypicks.map(({ direction, target }) => direction + target),
    )
  }
  if ('comment' in deck) assert.equal(argumentsOf(own, 'C')[0]?.[0], bytewise(deck.comment))
  if ('content' in deck) {
    const [text] = own.cards.filter(({ letter }) => letter === 'W').map(({ args }) => args[0])
    assert.equal(text, bytewise(deck.content))
  }
}

suite('the small reader of cards', () => {
  for (const [kind, decks] of Object.entries(arbitraryDecks)) {
    test(`reads every ${kind}`, () => {
      fc.assert(fc.property(decks, assertReadAlike), { seed: 7, numRuns: 200 })
    })
  }

  test('takes what is not whole for plain data', () => {
    const whole = seal('C text\nD 2026-01-01T00:00:00\nU ann\n')
    assert.equal(readOwnDeck(whole)?.kind, 'checkin')
    const damaged = whole.slice()
    damaged[3] = 0x58
    for (const bytes of [damaged, whole.subarray(1), whole.subarray(0, -1), new Uint8Array()]) {
      assert.equal(readOwnDeck(bytes), undefined)
    }
    for (const cards of ['D 2026-01-01T00:00:00\nC text\n', 'C text\nx\n', 'A a b\nL title\n']) {
      assert.equal(readOwnDeck(seal(cards)), undefined, cards)
    }
  })

  test('reads what is signed', () => {
    const opening = '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n'
    const closing = '-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n'
    const deck = latin(seal('C text\nD 2026-01-01T00:00:00\nU ann\n'))
    assert.equal(readOwnDeck(Buffer.from(opening + deck + closing))?.kind, 'checkin')
  })

  test('has arguments by letter, as they are written', () => {
    const deck = readOwnDeck(seal('D 2026-01-01\nJ +a \\s\xff\nJ b\nK c\nU\n'))
    assert.deepEqual(deck && Object.fromEntries(argumentsByLetter(deck)), {
      D: [['2026-01-01']],
      J: [['+a', latin(encodeText('\\s\xff'))], ['b']],
      K: [['c']],
      U: [[]],
    })
  })

  test('takes the text below a W card whatever it looks like', () => {
    const deck = readOwnDeck(seal('D x\nL page\nU u\nW 8\nA b\nZ c\n\n'))
    assert.deepEqual(deck?.cards.at(-1), { letter: 'W', args: ['A b\nZ c\n'] })
  })

  for (const [what, cards] of [
    ['a letter that is none', 'd x\n'],
    ['text that is shorter than its card says', 'L a\nW 5\nabc\n'],
    ['a line without an end', 'D x'],
  ] as const) {
    test(`finds no cards in ${what}`, () => assert.equal(readOwnDeck(seal(cards)), undefined))
  }
})

test('an argument stands for text with spaces, up to a NUL', () => {
  assert.equal(unescaped('a\\sb\\n\\\\s\\x'), 'a b\n\\sx')
  assert.equal(unescaped('a\\\\0b\\0c'), 'a\\0b')
})

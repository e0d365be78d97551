/**
 * Formatting: byte for byte what stock wrote, undone by parsing, and strict about its input.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { present } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import { arbitraryDecks } from './arbitrary.suite.ts'
import { decoys, oddities } from './decoys.suite.ts'
import type { CheckinDeck, Deck } from './deck.ts'
import { formatDeck } from './format.ts'
import { goldens } from './golden.ts'
import { parseDeck } from './parse.ts'

const seed = 5

const hashA = hashOf('a')
const hashB = hashOf('b')
const file = { name: 'a', hash: hashA }

const checkin: CheckinDeck = {
  kind: 'checkin',
  comment: 'a comment',
  dateMs: 0,
  files: [file],
  parents: [],
  cherrypicks: [],
  tags: [],
  user: 'ada',
}

/** Decks that `formatDeck` refuses. */
const refused: readonly [deck: Deck, line: number, reason: string][] = [
  [{ ...checkin, comment: 'a\0b' }, 1, 'comment with a NUL, at which readers would stop'],
  [{ ...checkin, comment: '\ud800' }, 1, 'comment with a surrogate that stands for no byte'],
  [{ ...checkin, dateMs: NaN }, 2, 'a date that no card can hold'],
  [
    { ...checkin, dateMs: 1, datePrecision: 'seconds' },
    2,
    'a date in seconds that is not a whole second',
  ],
  [
    { ...checkin, files: [{ ...file, name: 'a\0b' }] },
    3,
    'file name with a NUL, at which readers would stop',
  ],
  [
    { ...checkin, files: [{ ...file, name: 'a/.fslckout' }] },
    3,
    'file name that Fossil reserves, which readers leave out',
  ],
  [{ ...checkin, files: [{ ...file, name: '../a' }] }, 3, 'F card: the name is not a simple path'],
  [{ ...checkin, files: [file, file] }, 4, 'F card: out of order or repeated'],
  [{ ...checkin, files: [{ name: 'a' }] }, 3, 'F card: no hash'],
  [
    { ...checkin, baseline: hashA, files: [{ name: 'a', permissions: 'x' }] },
    4,
    'a deleted file with permissions',
  ],
  [
    { ...checkin, files: [{ ...file, permissions: 'x y' }] },
    3,
    'permissions with a space or newline, which would end it',
  ],
  [{ ...checkin, repoChecksum: '' }, 4, 'R card: malformed checksum'],
  [{ ...checkin, user: '' }, 4, 'an empty user, which readers take for anonymous'],
  [
    { ...checkin, tags: [{ action: '+', name: 'bad', target: '*' }] },
    4,
    'T card: the name could be a hash',
  ],
  [
    {
      kind: 'checkin',
      dateMs: 0,
      files: [],
      parents: [],
      cherrypicks: [],
      tags: [{ action: '+', name: 'x', target: hashA }],
      user: 'a',
    },
    4,
    'the cards of this checkin make a control',
  ],
  [{ kind: 'cluster', members: [] }, 1, 'a cluster without members'],
  [{ kind: 'cluster', members: [hashA, hashA] }, 2, 'M card: out of order or repeated'],
  [
    {
      kind: 'ticket',
      dateMs: 0,
      fields: [{ name: 'a b', value: '' }],
      ticketId: hashA,
      user: 'a',
    },
    2,
    'field name with a space or newline, which would end it',
  ],
  [
    { kind: 'ticket', dateMs: 0, fields: [], ticketId: hashA, user: 'a' },
    4,
    'no J card in a ticket',
  ],
  [
    { kind: 'attachment', dateMs: 0, fileName: 'a/b', target: 'Page' },
    1,
    'name of an attachment with a directory',
  ],
  [
    { kind: 'wiki', dateMs: 0, wikiTitle: ' a', parents: [], user: 'a', content: '' },
    2,
    'L card: malformed title',
  ],
  [
    { kind: 'wiki', dateMs: 0, wikiTitle: 'a', parents: [], user: 'a', content: '\udfff' },
    4,
    'content with a surrogate that stands for no byte',
  ],
  [
    { kind: 'ticket', dateMs: 0, fields: [], ticketId: 'a\nU b', user: 'a' },
    2,
    'ticket id with a space or newline, which would end it',
  ],
]

function hashOf(digit: string): ArtifactHash {
  return present(parseArtifactHash(digit.repeat(40)), 'forty digits are a hash')
}

function textOf(deck: Deck): string {
  return Buffer.from(formatDeck(deck)).toString('latin1')
}

test('what stock wrote comes back byte for byte', () => {
  const unsigned = goldens.filter(({ title }) => !title.includes('signed'))
  assert.equal(unsigned.length, goldens.length - 1)
  for (const { title, artifact } of unsigned) {
    const deck = present(parseDeck(artifact), title)
    assert.deepEqual(Buffer.from(formatDeck(deck)), Buffer.from(artifact), title)
  }
})

test('a signed check-in comes back without its signature', () => {
  const signed = present(
    goldens.find(({ title }) => title.includes('signed')),
    'one golden artifact is signed',
  )
  const text = Buffer.from(signed.artifact).toString()
  const deck = present(parseDeck(signed.artifact), signed.title)
  assert.equal(
    textOf(deck),
    text.slice(text.indexOf('C Signed'), text.indexOf('-----BEGIN PGP SIGNATURE')),
  )
})

for (const [kind, decks] of Object.entries(arbitraryDecks)) {
  test(`parsing undoes formatting: ${kind}`, () => {
    const property = fc.property(decks, (deck) => {
      assert.deepEqual(parseDeck(formatDeck(deck)), deck)
    })
    fc.assert(property, { seed, numRuns: 200 })
  })
}

test('lists that carry no order are sorted, by bytes', () => {
  const astral = '\u{1f600}'
  const deck: CheckinDeck = {
    ...checkin,
    files: [astral, '\uffff', 'b', 'a'].map((name) => ({ name, hash: hashA })),
    parents: [hashB, hashA],
    cherrypicks: [
      { direction: '-', target: hashA },
      { direction: '+', target: hashB },
    ],
    tags: [
      { action: '-', name: 'x', target: '*' },
      { action: '+', name: 'x', target: hashA },
      { action: '+', name: 'x', target: '*' },
      { action: '*', name: 'y', target: '*' },
    ],
  }
  const written = parseDeck(formatDeck(deck))
  assert.ok(written?.kind === 'checkin')
  assert.deepEqual(
    written.files.map(({ name }) => name),
    ['a', 'b', '\uffff', astral],
  )
  assert.deepEqual(written.parents, [hashB, hashA])
  assert.deepEqual(
    written.cherrypicks.map(({ direction }) => direction),
    ['+', '-'],
  )
  assert.deepEqual(
    written.tags.map(({ action, target }) => action + target.slice(0, 1)),
    ['**', '+*', '+a', '-*'],
  )
})

test('a renamed file without permissions gets w, as in stock', () => {
  const deck = { ...checkin, files: [{ name: 'b', hash: hashA, priorName: 'a' }] }
  assert.match(textOf(deck), new RegExp(`^F b ${hashA} w a$`, 'm'))
})

test('a date is written in the precision that the deck asks for', () => {
  assert.match(textOf(checkin), /^D 1970-01-01T00:00:00\.000$/m)
  assert.match(textOf({ ...checkin, datePrecision: 'seconds' }), /^D 1970-01-01T00:00:00$/m)
})

test('every accepted oddity can be written and read again, but for one', () => {
  for (const { title, bytes } of oddities) {
    const deck = present(parseDeck(bytes), title)
    if (title === 'members that differ in case') {
      assert.throws(() => formatDeck(deck), FossilError, title)
    } else {
      const again = present(parseDeck(formatDeck(deck)), title)
      assert.deepEqual(formatDeck(again), formatDeck(deck), title)
    }
  }
  assert.ok(decoys.length > 0)
})

test('a field that cannot be written is refused, with the line it would have had', () => {
  for (const [deck, line, reason] of refused) {
    assert.throws(
      () => formatDeck(deck),
      (error) => {
        assert.ok(FossilError.is(error, 'deck.malformed'), reason)
        assert.deepEqual(error.detail, { line, reason })
        return true
      },
    )
  }
})

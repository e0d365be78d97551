/**
 * Parsing: what stock made has its meaning, near-misses are data with a reason, and no bytes throw.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { present } from '../base/assert.ts'
import { utf8 } from '../base/bytes.ts'
import { hashLike, parseArtifactHash } from '../hash/artifact-hash.ts'
import { decoys, oddities, seal } from './decoys.suite.ts'
import type { Deck } from './deck.ts'
import { goldens } from './golden.ts'
import { FileCards } from './file-cards.ts'
import { explainDeck, parseDeck } from './parse.ts'

const seed = 4

function goldenDeck(part: string): Deck {
  const golden = goldens.find(({ title }) => title.includes(part))
  const deck = parseDeck(present(golden, `a golden artifact is titled ${part}`).artifact)
  return present(deck, `the golden artifact ${part} is structural`)
}

function oddDeck(part: string): Deck {
  const oddity = oddities.find(({ title }) => title.includes(part))
  const deck = parseDeck(present(oddity, `an oddity is titled ${part}`).bytes)
  return present(deck, `the oddity ${part} is structural`)
}

test('every golden artifact is of its kind, and has its name', () => {
  for (const { title, kind, hash, artifact } of goldens) {
    assert.equal(parseDeck(artifact)?.kind, kind, title)
    const name = present(parseArtifactHash(hash), title)
    assert.equal(hashLike(name, artifact), name, title)
  }
})

test('a check-in has its files, renames and tags', () => {
  assert.deepEqual(goldenDeck('with renames'), {
    kind: 'checkin',
    comment: 'Rename two',
    dateMs: 1_709_373_600_500,
    files: [
      { name: 'Icon\r', hash: '19a9688fcf40ca13fa2e60b15f51ff6895c13e8a455d6020ffd8c50277775a62' },
      {
        name: 'docs/café.txt',
        hash: '6bbae73c80762d2db4c0dd86a9911ed4cde4d84977f824f32208a14720227909',
      },
      {
        name: 'docs/run it.sh',
        hash: '398aa78e92eb4a1c9c84d887525f289c5a4a6216dffe6a76d96a590212e2041c',
        permissions: 'x',
        priorName: 'run me.sh',
      },
      {
        name: 'link.c',
        hash: 'ee622ca8e8540d250d002286778bf2efb8b9926d7821fc48cfb37ed4e83a06da',
        permissions: 'l',
      },
      {
        name: 'src/start.c',
        hash: 'b3722c2209984b8510cf8ce5ba4cd70a66b047190b9df6af6f872c5bdd90591a',
        permissions: 'w',
        priorName: 'src/main.c',
      },
      {
        name: 'tab\there.txt',
        hash: '107b68a31b421be8d4d92cb68e508137a711f2b27e83f14885d83822bf9dadcc',
      },
    ],
    parents: ['fa05d82250c07638ab8766c0fc63f259e91ec209c950120fede06094fda6a003'],
    cherrypicks: [],
    repoChecksum: '7f0249cee5a060ad41f03cfaf8dfb6d0',
    tags: [
      { action: '+', name: 'bgcolor', target: '*', value: '#ffcc00' },
      { action: '+', name: 'sym-beta', target: '*' },
      { action: '+', name: 'sym-release 1.0', target: '*' },
    ],
    user: 'ada',
  })
})

test('a comment is unescaped', () => {
  const deck = goldenDeck('all escapes')
  assert.equal('comment' in deck && deck.comment, 'Add files: café\tand \\ back\nsecond line')
})

test('a delta manifest names its baseline and deletes files by naming them alone', () => {
  const deck = goldenDeck('delta manifest')
  assert.ok(deck.kind === 'checkin' && deck.baseline !== undefined)
  assert.deepEqual(
    deck.files.filter(({ hash }) => hash === undefined),
    [{ name: 'many-8.txt' }, { name: 'many-9.txt' }],
  )
})

test('a signed check-in is a check-in', () => {
  const deck = goldenDeck('signed')
  assert.equal(deck.kind === 'checkin' && deck.comment, 'Signed check-in')
})

test('text that is not UTF-8 is kept', () => {
  const deck = goldenDeck('not UTF-8')
  assert.equal(deck.kind === 'wiki' && deck.content, 'Hello again caf\udce9 latin1\n')
})

test('a technote, a ticket and a post have their own fields', () => {
  const technote = goldenDeck('technote with tags')
  assert.ok(technote.kind === 'technote')
  assert.equal(technote.eventMs, 1_711_994_400_000)
  assert.deepEqual(
    technote.tags.map(({ name }) => name),
    ['bgcolor', 'sym-alpha', 'sym-party'],
  )
  const ticket = goldenDeck('appends')
  assert.deepEqual(ticket.kind === 'ticket' && ticket.fields, [
    { name: '+comment', value: 'Fixed now' },
    { name: 'status', value: 'Closed' },
  ])
  const post = goldenDeck('edited forum')
  assert.ok(post.kind === 'forum' && post.threadRoot === post.inReplyTo)
  assert.equal(post.parents.length, 1)
})

test('every near-miss is data, with the line and the reason', () => {
  for (const { title, bytes, line, reason } of decoys) {
    assert.equal(parseDeck(bytes), undefined, title)
    assert.deepEqual(explainDeck(bytes), { line, reason }, title)
  }
})

test('every oddity that stock accepts is a deck, and explained as the same', () => {
  for (const { title, bytes } of oddities) {
    const deck = parseDeck(bytes)
    assert.notEqual(deck, undefined, title)
    assert.deepEqual(explainDeck(bytes), { deck }, title)
  }
})

test('oddities mean what stock makes of them', () => {
  const file = { name: 'a', hash: 'a'.repeat(40) }
  const meanings: readonly [title: string, field: string, meaning: unknown][] = [
    ['a U card without a login', 'user', 'anonymous'],
    ['a U card with an empty login', 'user', 'anonymous'],
    ['an escaped NUL', 'comment', 'before'],
    ['escapes that mean nothing', 'comment', 'qx\\'],
    ['an attachment in a directory', 'fileName', 'a'],
    ['content with a NUL', 'content', 'a\0c'],
    ['an empty P card', 'parents', []],
    ['two P cards', 'parents', ['a'.repeat(40), 'a'.repeat(40)]],
    ['an uppercase hash', 'parents', ['a'.repeat(40)]],
    ['a reserved file among others', 'files', [file]],
    ['a space after the hash of a file', 'files', [file]],
    ['a NUL for a space', 'files', [file]],
    ['a prior name without permissions', 'files', [{ ...file, priorName: 'b' }]],
    ['a field name with an escape', 'fields', [{ name: 'a\\sb', value: 'x' }]],
    ['a field without a value', 'fields', [{ name: 'x', value: '' }]],
    ['a W card without digits', 'content', ''],
  ]
  for (const [title, field, meaning] of meanings) {
    assert.deepEqual(Object.entries(oddDeck(title)).find(([key]) => key === field)?.[1], meaning)
  }
})

test('a date without a fraction is marked, so that it can be written as it was', () => {
  const imported = goldenDeck('imported')
  assert.equal('datePrecision' in imported && imported.datePrecision, 'seconds')
  assert.equal('datePrecision' in goldenDeck('all escapes'), false)
})

test('the line of a fault counts from the start of the artifact, armour included', () => {
  const cards = seal('C x\nD 2024-13-01\n')
  const signed = Buffer.concat([utf8('-----BEGIN PGP SIGNED MESSAGE-----\nHash: x\n\n'), cards])
  assert.deepEqual(explainDeck(signed), { line: 5, reason: 'D card: not a date' })
})

test('no bytes throw, under a right Z card either', () => {
  const piece = fc.oneof(
    fc.constantFrom(...'ABCDEFGHIJKLMNPQRTUWZ'.split('')).map((letter) => `${letter} `),
    fc.constantFrom('\n', ' ', '\0', '\\', '\\0', '*', '+x', '-', '2024-01-01', 'W 99999999999\n'),
    fc.constantFrom('a'.repeat(40), 'B'.repeat(64), '\ufffd', '9'.repeat(30), 'W -1\n'),
  )
  const property = fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
    const bytes = seal(pieces.join(''))
    assert.equal('deck' in explainDeck(bytes), parseDeck(bytes) !== undefined)
  })
  fc.assert(property, { seed, numRuns: 2000 })
})

test('large plain data is told by its ends', { timeout: 20_000 }, () => {
  const data = new Uint8Array(32_000_000).fill(0x0a)
  data.set(utf8('C x\n'))
  data.set(utf8(`Y ${'0'.repeat(32)}\n`), data.length - 35)
  // Reading all of it each time would take minutes.
  for (let i = 0; i < 20_000; i++) assert.equal(parseDeck(data), undefined)
})

test('a deck larger than 256 MiB is data', () => {
  const data = new Uint8Array(2 ** 28 + 1)
  data.set(utf8('C x\n'))
  data.set(utf8(`Z ${'0'.repeat(32)}\n`), data.length - 35)
  assert.deepEqual(explainDeck(data), { line: 1, reason: 'too large for a deck' })
})

test('an F card that was read before is read the same again, and never out of its place', () => {
  const hash = 'a'.repeat(40)
  const deck = seal(`C x\nD 2024-01-01T00:00:00\nF P ${hash}\nF q ${hash} x\n`)
  const cards = new FileCards()
  const [first, again] = [parseDeck(deck, cards), parseDeck(deck, cards)]
  assert.deepEqual(first, parseDeck(deck))
  assert.deepEqual(again, first)
  assert.ok(first?.kind === 'checkin' && again?.kind === 'checkin')
  assert.equal(again.files[0], first.files[0])
  // The rest of the P card below is the rest of the F card above, but not the F card's.
  const split = seal(`C x\nD 2024-01-01T00:00:00\nF\nP ${hash}\n`)
  assert.deepEqual(parseDeck(split, cards), undefined)
  const deletion = seal(`B ${hash}\nC x\nD 2024-01-01T00:00:00\nF gone\n`)
  assert.ok(parseDeck(deletion, cards))
  const full = seal('C x\nD 2024-01-01T00:00:00\nF gone\n')
  assert.deepEqual(parseDeck(full, cards), undefined)
})

/**
 * Lies of a peer about cards: each changes what it says it changes, and no more.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromUtf8, utf8 } from '../../base/bytes.ts'
import { applyDelta } from '../../delta/index.ts'
import { matches } from '../../hash/artifact-hash.ts'
import type { Card } from '../../xfer/card.ts'
import { checkLogin } from '../../xfer/login.ts'
import { parseCards } from '../../xfer/parse.ts'
import {
  bodyOf,
  cardsIn,
  fileOf,
  lied,
  liedBody,
  messageIn,
  nameOf,
  names,
  password,
  projectCode,
  pushCard,
  seeds,
  textIn,
  wire,
} from './lies.suite.ts'

const igot = (text: string, isPrivate = false): Card => ({
  type: 'igot',
  hash: nameOf(text),
  isPrivate,
})
const gimme = (text: string): Card => ({ type: 'gimme', hash: nameOf(text) })
const state = (digest: string): Card => ({ type: 'pragma', name: 'xtables-state', args: [digest] })
const hidden: Card = { type: 'private' }
const uvfile: Card = {
  type: 'uvfile',
  name: 'a.txt',
  mtimeSec: 9,
  hash: nameOf('free'),
  sizeBytes: 4,
  content: utf8('free'),
}
const row: Card = {
  type: 'xrow',
  table: 't',
  pkHash: 'p',
  mtimeSec: 5,
  owner: undefined,
  content: utf8('{}'),
}
const some: readonly Card[] = [
  pushCard,
  fileOf('one one one'),
  fileOf('two two two'),
  igot('three'),
  gimme('four'),
  uvfile,
  row,
]
const lines = (cards: readonly Card[]): string[] => cards.map(wire)

suite('of cards', () => {
  test('some go', () => {
    const left = seeds.map((seed) => lied('cards-dropped', some, { seed }) ?? assert.fail())
    const all = lines(some)
    for (const cards of left) {
      assert.ok(cards.length < some.length)
      const kept = lines(cards)
      assert.deepEqual(
        kept,
        all.filter((line) => kept.includes(line)),
      )
    }
    for (const line of all) assert.ok(left.some((cards) => !lines(cards).includes(line)))
  })

  test('one comes twice', () => {
    for (const seed of seeds) {
      const cards = lied('card-doubled', some, { seed }) ?? assert.fail()
      assert.equal(cards.length, some.length + 1)
      assert.deepEqual(new Set(lines(cards)), new Set(lines(some)))
    }
  })

  test('all come in another order', () => {
    const orders = seeds.map((seed) => lines(lied('cards-reordered', some, { seed }) ?? []))
    for (const order of orders) assert.deepEqual([...order].sort(), lines(some).sort())
    assert.ok(new Set(orders.map((order) => order.join(''))).size > 30)
  })

  test('the last do not come', () => {
    const cut = seeds.map((seed) => lied('cards-cut', some, { seed }) ?? assert.fail())
    for (const cards of cut) assert.deepEqual(lines(cards), lines(some).slice(0, cards.length))
    assert.deepEqual(new Set(cut.map((cards) => cards.length)), new Set([1, 2, 3, 4, 5, 6]))
  })
})

suite('of artifacts', () => {
  test('a byte of one changes, and of nothing that no hash covers', () => {
    const changed = new Set<string>()
    for (const seed of seeds) {
      const cards = lied('byte-flipped', some, { seed }) ?? assert.fail()
      const others = cards.filter((card, at) => wire(card) !== wire(some[at] ?? card))
      const [card] = others
      assert.ok(others.length === 1 && (card?.type === 'file' || card?.type === 'uvfile'))
      assert.ok(card.hash && card.content && !matches(card.hash, card.content))
      changed.add(card.hash)
    }
    assert.equal(changed.size, 3)
    assert.equal(lied('byte-flipped', [pushCard, row, igot('three')]), undefined)
  })

  test('two have each the name of the other', () => {
    for (const seed of seeds) {
      const cards = lied('names-swapped', some, { seed }) ?? assert.fail()
      const files = cards.flatMap((card) => (card.type === 'file' ? [card] : []))
      assert.deepEqual(
        files.map(({ hash, content }) => [hash, fromUtf8(content)]),
        [
          [nameOf('two two two'), 'one one one'],
          [nameOf('one one one'), 'two two two'],
        ],
      )
    }
    assert.equal(lied('names-swapped', [fileOf('one'), fileOf('one')]), undefined)
    assert.equal(lied('names-swapped', [fileOf('one'), hidden, fileOf('two')]), undefined)
  })

  test('one has the name of nothing', () => {
    const cards = lied('artifact-misnamed', [pushCard, fileOf('one')]) ?? assert.fail()
    const [, file] = cards
    assert.ok(file?.type === 'file' && file.hash !== nameOf('one'))
    assert.equal(fromUtf8(file.content), 'one')
    assert.equal(lied('artifact-misnamed', [pushCard]), undefined)
  })

  test('that are not there some are announced, and some asked for', () => {
    const known = new Set(lines(some))
    const types = new Set<string>()
    for (const seed of seeds) {
      const cards = lied('names-invented', some, { seed }) ?? assert.fail()
      const added = cards.filter((card) => !known.has(wire(card)))
      assert.equal(added.length, cards.length - some.length)
      assert.ok(added.length > 0 && added.length <= 5)
      for (const { type } of added) types.add(type)
    }
    assert.deepEqual(types, new Set(['igot', 'gimme']))
  })

  test('two are deltas of each other', () => {
    const cards = lied('deltas-in-circle', some) ?? assert.fail()
    const files = cards.flatMap((card) => (card.type === 'file' ? [card] : []))
    const [one, two] = files
    assert.deepEqual(
      [one?.hash, one?.deltaSource, two?.hash, two?.deltaSource],
      ['one one one', 'two two two', 'two two two', 'one one one'].map(nameOf),
    )
    assert.equal(fromUtf8(applyDelta(utf8('two two two'), one?.content ?? utf8(''))), 'one one one')
    assert.equal(lied('deltas-in-circle', [fileOf('one')]), undefined)
  })

  test('one is a delta of nothing', () => {
    const [file] = lied('delta-of-nothing', [fileOf('one')]) ?? assert.fail()
    assert.ok(file?.type === 'file' && file.hash === nameOf('one'))
    assert.ok(file.deltaSource !== undefined && file.deltaSource !== file.hash)
    assert.equal(lied('delta-of-nothing', cardsIn(bodyOf([file]))), undefined)
  })

  test('a size is another', () => {
    const cfile: Card = {
      type: 'cfile',
      hash: nameOf('one'),
      deltaSource: undefined,
      uncompressedSizeBytes: 3,
      compressed: utf8('???'),
    }
    const offer: Card = { type: 'uvigot', name: 'a', mtimeSec: 1, hash: nameOf('a'), sizeBytes: 1 }
    const [longer] = lied('size-misstated', [cfile]) ?? []
    assert.ok(longer?.type === 'cfile' && longer.uncompressedSizeBytes > 3)
    assert.deepEqual(lied('size-misstated', [offer]), [{ ...offer, sizeBytes: 0 }])
    assert.equal(lied('size-misstated', [igot('one')]), undefined)
  })

  test('a private one is never without its mark', () => {
    const secret = [pushCard, hidden, fileOf('one one one'), fileOf('two'), hidden, fileOf('three')]
    for (const name of names) {
      for (const seed of seeds) {
        const cards = lied(name, secret, { seed, request: bodyOf(secret) }) ?? []
        for (const [at, card] of cards.entries()) {
          if (card.type !== 'file' || fromUtf8(card.content) === 'two') continue
          if (card.hash === nameOf('two')) continue
          assert.equal(cards[at - 1]?.type, 'private', `${name} ${seed}`)
        }
      }
    }
  })
})

suite('of what happened', () => {
  const before = { to: 'master', bytes: bodyOf([igot('before')]) }
  const elsewhere = { to: 'leaf-1', bytes: bodyOf([igot('elsewhere')]) }
  const earlier = [before, elsewhere]
  const request = bodyOf([fileOf('one'), hidden, fileOf('two'), igot('three', true), igot('four')])

  test('an old message to the same peer is one', () => {
    assert.deepEqual(lied('stale', some, { earlier }), cardsIn(before.bytes))
    assert.equal(lied('stale', some, { earlier: [elsewhere] }), undefined)
  })

  test('a message to another peer is one', () => {
    assert.deepEqual(lied('for-another', some, { earlier }), cardsIn(elsewhere.bytes))
    assert.equal(lied('for-another', some, { earlier: [before] }), undefined)
  })

  test('silence is one', () => {
    assert.deepEqual(lied('blank', some), [])
    assert.equal(liedBody('blank', liedBody('blank', bodyOf(some)) ?? assert.fail()), undefined)
  })

  test('a server throws away what it then seems to have stored', () => {
    const types = lied('thrown-away', some)?.map(({ type }) => type)
    assert.deepEqual(types, ['push', 'igot', 'gimme', 'xrow'])
    assert.equal(lied('thrown-away', some, { request }), undefined)
    assert.equal(lied('thrown-away', [pushCard]), undefined)
  })

  test('a server that failed consents, and asks for nothing', () => {
    const error: Card = { type: 'error', text: 'no' }
    const [remark, ...others] = lied('consent', [error], { request }) ?? []
    assert.deepEqual([remark?.type, others], ['comment', []])
    const types = lied('consent', some, { request })?.map(({ type }) => type)
    assert.ok(types?.includes('igot') && !types.includes('gimme'))
    assert.equal(lied('consent', [igot('three')], { request }), undefined)
    assert.equal(lied('consent', [error]), undefined)
  })

  test('a server claims what it was told of, private or not, as it was told', () => {
    const cards = lied('claim', [gimme('one')], { request }) ?? assert.fail()
    assert.deepEqual(cards, [igot('one'), igot('two', true), igot('three', true), igot('four')])
    const asked = bodyOf([igot('one'), state('mine')])
    assert.deepEqual(lied('claim', [state('yours')], { request: asked }), [
      igot('one'),
      state('mine'),
    ])
    assert.equal(lied('claim', [gimme('one')]), undefined)
    assert.equal(lied('claim', [gimme('one')], { request: bodyOf([pushCard]) }), undefined)
  })
})

suite('a lie', () => {
  test('of what cannot be read is none', () => {
    for (const body of [utf8('?'), bodyOf([fileOf('one')]).slice(0, -4)]) {
      for (const name of names) assert.equal(liedBody(name, body, { request: body }), undefined)
    }
  })

  test('is signed by whoever signed the truth, each time anew', () => {
    const body = bodyOf(some, 'amy')
    const lies = seeds.slice(0, 5).map((seed) => {
      const reader = parseCards(
        messageIn(liedBody('card-doubled', body, { seed }) ?? assert.fail()),
      )
      const { value: card } = reader.next()
      assert.ok(card?.type === 'login' && card.user === 'amy')
      assert.ok(checkLogin(card, reader.rest, { projectCode, password }))
      return card.nonce
    })
    assert.equal(new Set(lies).size, 5)
  })

  test('is none where nobody knows the password, or the project', () => {
    assert.equal(liedBody('card-doubled', bodyOf(some, 'bob')), undefined)
    assert.equal(liedBody('card-doubled', bodyOf([igot('one')], 'amy')), undefined)
  })

  test('is the same for the same draws', () => {
    for (const name of names) {
      const twice = [1, 2].map(() => liedBody(name, bodyOf(some, 'amy'), { seed: 3 }))
      assert.deepEqual(twice[0] && textIn(twice[0]), twice[1] && textIn(twice[1]))
    }
  })
})

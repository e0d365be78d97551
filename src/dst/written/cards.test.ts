/**
 * The second reading of artifacts: what stock wrote comes back byte for byte, and what is not in
 * its form is refused.
 * @module
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { utf8 } from '../../base/bytes.ts'
import { goldens } from '../../deck/golden.ts'
import { artifactOf, type Card, difference, kindOf, readCards } from './cards.ts'

suite('cards', () => {
  test('of stock come back byte for byte, as the kind that they are', () => {
    const plain = goldens.filter(({ artifact }) => !Buffer.from(artifact).includes('PGP'))
    assert.ok(plain.length >= 10)
    for (const { title, artifact, kind } of plain) {
      const cards = readCards(artifact)
      assert.equal(artifactOf(cards).toString(), Buffer.from(artifact).toString(), title)
      assert.equal(kindOf(cards), kind, title)
    }
  })

  test('come back as they were written, whatever is in them', () => {
    const cards: Card[] = [
      ['C', 'two words\nand \\s, a\ttab, größer'],
      ['L', 'Über uns'],
      ['W', 'three\nZ lines\n\\n'],
    ]
    assert.deepEqual(readCards(artifactOf(cards.toReversed())), cards)
  })

  test('of one letter are in the order of their names, as bytes, before they are escaped', () => {
    const text = artifactOf([
      ['F', 'a!', '1'],
      ['F', 'a b', '2'],
      ['T', '+x', 'b'],
      ['T', '+x', '*'],
    ]).toString()
    assert.match(text, /^F a\\sb 2\nF a! 1\nT \+x \*\nT \+x b\nZ /)
  })

  test('are refused with a sum that is not theirs, and out of order', () => {
    const good = artifactOf([['C', 'x']]).toString()
    assert.throws(() => readCards(utf8(good.replace('C x', 'C y'))), /no Z card/)
    assert.throws(() => readCards(utf8(good.slice(0, -1))), /no Z card/)
    const turned = 'U x\nC y\n'
    const sum = createHash('md5').update(turned).digest('hex')
    assert.throws(() => readCards(utf8(`${turned}Z ${sum}\n`)), /a C card out of order/)
  })

  test('say what kind of artifact they make', () => {
    assert.equal(kindOf([['C', 'x']]), 'control')
    assert.equal(
      kindOf([
        ['D', 'x'],
        ['J', 'a', 'b'],
      ]),
      'ticket',
    )
  })

  test('of two artifacts differ by what one has alone', () => {
    const told = difference(
      [
        ['C', 'a'],
        ['U', 'u'],
      ],
      [
        ['C', 'b'],
        ['U', 'u'],
      ],
    )
    assert.equal(told, 'lacks "C a", has "C b"')
  })
})

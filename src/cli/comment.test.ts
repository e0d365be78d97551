/**
 * Comments are laid out as stock does; `look-back-stock.test.ts` asks stock itself.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { firstCharacters, layOutComment } from './comment.ts'

/** Lines of ten columns after two for the indent. */
const narrow = { indent: 2, width: 12 }

test('lines break at blanks and after hyphens, and all but the first are indented', () => {
  assert.equal(layOutComment('one two three', narrow), 'one two\n  three\n')
  assert.equal(layOutComment('copy-on-write here', narrow), 'copy-on-\n  write here\n')
  assert.equal(layOutComment('1-2-3-4-5-6-7', narrow), '1-2-3-4-5-\n  6-7\n')
})

test('what has no place to break is cut at the end of the line', () => {
  assert.equal(layOutComment('abcdefghijklm', narrow), 'abcdefghij\n  klm\n')
  assert.equal(layOutComment('ünïcödë\u{1f41e}ab', narrow), 'ünïcödë\u{1f41e}ab\n')
  assert.equal(layOutComment('\u{1f41e}'.repeat(11), narrow), layOut('\u{1f41e}'))
})

function layOut(character: string): string {
  return `${character.repeat(10)}\n  ${character}\n`
}

test('white space is one blank, and none begins a line', () => {
  assert.equal(layOutComment(' \n a\t\r\n b', narrow), 'a b\n')
  for (const empty of ['', ' \n\t']) assert.equal(layOutComment(empty, narrow), '\n')
})

test('without a width, or with one that leaves no room, there is one line', () => {
  const text = 'long '.repeat(50) + 'end'
  for (const width of [undefined, 0, 2]) {
    assert.equal(layOutComment(text, { indent: 2, width }), `${text}\n`)
  }
})

test('no line is longer than its place, and no character is lost', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b-', ' ', '\n', 'é', '\u{1f41e}') })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 15 }), (comment, room) => {
      const lines = layOutComment(comment, { indent: 3, width: room + 3 }).split('\n')
      const texts = lines.map((line, i) => (i === 0 ? line : line.replace(/^ {3}/, '')))
      for (const line of texts) assert.ok(Array.from(line).length <= room, line)
      assert.equal(texts.join('').replaceAll(' ', ''), comment.replaceAll(/\s/g, ''))
    }),
    { seed: 11, numRuns: 300 },
  )
})

test('the first characters are whole ones', () => {
  assert.equal(firstCharacters('a\u{1f41e}b', 2), 'a\u{1f41e}')
  assert.equal(firstCharacters('ab', 5), 'ab')
  assert.equal(firstCharacters('\u{1f41e}'.repeat(9), 3), '\u{1f41e}'.repeat(3))
})

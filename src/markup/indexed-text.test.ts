/**
 * Indexed text: the same answers as looking from place to place.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { IndexedText, landmark } from './indexed-text.ts'

const seed = 10

/** A text, a place in it, and where to stop looking. */
function places(letters: string): fc.Arbitrary<readonly [text: string, at: number, end: number]> {
  return fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...letters.split('')), minLength: 1 }),
      fc.nat(),
      fc.nat(),
    )
    .map(([text, from, to]): readonly [string, number, number] => {
      const at = from % text.length
      return [text, at, at + 1 + (to % (text.length - at))]
    })
}

function check(
  texts: fc.Arbitrary<readonly [string, number, number]>,
  claim: (source: IndexedText, at: number, end: number) => void,
): void {
  const property = fc.property(texts, ([text, at, end]) => claim(new IndexedText(text), at, end))
  fc.assert(property, { seed, numRuns: 2000 })
}

test('the next landmark is the first that a search finds before the end', () => {
  const bar = landmark(/(?<!\\)\|/)
  const arrow = landmark(/-->/)
  check(places('a|\\->'), (source, at, end) => {
    const { text } = source
    let expected = at
    while (expected < end && (text[expected] !== '|' || text[expected - 1] === '\\')) expected++
    assert.equal(source.next(bar, at, end), expected)

    const start = text.indexOf('-->', Math.max(0, at - 2))
    const isBefore = start !== -1 && start + 2 < end
    assert.equal(source.next(arrow, at, end), isBefore ? start + 2 : end)
  })
})

test('blanks are spaces, tabs and newlines', () => {
  check(places('ab \t\n\v\u00a0'), (source, at, end) => {
    const [blanks = ''] = /^[ \t\n]*/.exec(source.text.slice(at, end)) ?? []
    assert.equal(source.afterBlanks(at, end), at + blanks.length)
  })
  assert.equal(new IndexedText('a ').afterBlanks(3, 2), 2)
})

test('a bracket is closed where as many closing ones follow as opening ones', () => {
  check(places('a[]()\\'), (source, at, end) => {
    const { text } = source
    const pairs: Readonly<Record<string, string>> = { '[': ']', '(': ')' }
    const closing = pairs[text[at] ?? '']
    const last = closing === undefined ? at : end
    let level = 1
    let expected: number | undefined
    for (let i = at + 1; i < last && expected === undefined; i++) {
      if (text[i - 1] === '\\') continue
      if (text[i] === text[at]) level++
      if (text[i] === closing && --level === 0) expected = i
    }
    assert.equal(source.closing(at, end), expected)
  })
})

test('a code span ends with as many backticks in a row as it began with', () => {
  check(places('a``~'), (source, at, end) => {
    const text = source.text.slice(at, end)
    const fence = text[0] === '`' || text[0] === '~' ? text[0] : undefined
    if (fence === undefined) return
    let size = 0
    while (text[size] === fence) size++
    assert.equal(source.runEnd(at, end), at + size)
    const closing = text.indexOf(fence.repeat(size), size)
    assert.equal(source.codeEnd(at, end), closing === -1 ? undefined : at + closing + size)
  })
})

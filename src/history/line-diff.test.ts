/**
 * A line difference makes the one text from the other, as short as can be or within its bounds.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { diffLines, type LineDiff } from './line-diff.ts'

/** What the edits make of `before`, where inserted lines come from `after`. */
function applied(before: readonly string[], after: readonly string[], diff: LineDiff): string[] {
  const made: string[] = []
  let at = 0
  for (const { copy, remove, insert } of diff.edits) {
    made.push(...before.slice(at, at + copy))
    at += copy + remove
    made.push(...after.slice(made.length, made.length + insert))
  }
  assert.equal(at, before.length)
  return made
}

function length(diff: LineDiff): number {
  return diff.edits.reduce((sum, { remove, insert }) => sum + remove + insert, 0)
}

/** The shortest edit, by the table that everybody can check. */
function shortest(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1)
  row.unshift(0)
  for (const [i, line] of a.entries()) {
    const next = [i + 1]
    for (const [j, other] of b.entries()) {
      const same = line === other ? (row[j] ?? 0) : Infinity
      next.push(Math.min(same, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

const text = (letters: string): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom(...letters.split('')), { maxLength: 30 })

test('an edit makes the one text from the other, and none is shorter', () => {
  for (const letters of ['ab', 'abcdefgh', 'abcdefghijklmnopqrstuvwxyz']) {
    fc.assert(
      fc.property(text(letters), text(letters), (a, b) => {
        const diff = diffLines(a, b)
        assert.ok(diff.isMinimal)
        assert.deepEqual(applied(a, b, diff), b)
        assert.equal(length(diff), shortest(a, b))
      }),
      { seed: 1, numRuns: 300 },
    )
  }
})

test('beyond its bound an edit still makes the one text from the other, and says so', () => {
  fc.assert(
    fc.property(text('abcdefghijkl'), text('abcdefghijkl'), fc.nat(3), (a, b, maxEdits) => {
      const diff = diffLines(a, b, maxEdits)
      assert.deepEqual(applied(a, b, diff), b)
      if (diff.isMinimal) assert.equal(length(diff), shortest(a, b))
    }),
    { seed: 2, numRuns: 500 },
  )
})

test('edits are in normal form: changes apart, a copy alone only at the end', () => {
  fc.assert(
    fc.property(text('abc'), text('abc'), fc.constantFrom(1, 1000), (a, b, maxEdits) => {
      const { edits } = diffLines(a, b, maxEdits)
      for (const [i, { copy, remove, insert }] of edits.entries()) {
        assert.ok(remove + insert > 0 || i === edits.length - 1)
        assert.ok(copy > 0 || i === 0)
      }
    }),
    { seed: 3, numRuns: 300 },
  )
})

test('lines that only one side has do not count towards the bound', () => {
  const a = Array.from({ length: 5000 }, (_, i) => (i % 100 === 0 ? `kept ${i}` : `old ${i}`))
  const b = Array.from({ length: 5000 }, (_, i) => (i % 100 === 0 ? `kept ${i}` : `new ${i}`))
  const diff = diffLines(a, b, 1)
  assert.ok(diff.isMinimal)
  assert.equal(length(diff), 2 * 4950)
})

function block(name: string): string[] {
  return Array.from({ length: 40 }, (_, i) => `${name} ${i}`)
}

test('too great a difference is held together by lines that occur once', () => {
  const [one, two, three] = [block('one'), block('two'), block('three')]
  const a = [...one, ...two, ...three]
  const b = [...two, ...one, ...three, 'end']
  const diff = diffLines(a, b, 10)
  assert.equal(diff.isMinimal, false)
  assert.deepEqual(applied(a, b, diff), b)
  assert.equal(length(diff), 81)
})

/** Every line stands once, in an order that `step` chooses. */
function shuffled(step: number): string[] {
  return Array.from({ length: 20_011 }, (_, i) => `${(i * step) % 20_011}`)
}

/** Two lines, over and over, in an order that `step` chooses. */
function twoLines(step: number): string[] {
  return Array.from({ length: 20_000 }, (_, i) => {
    return `${(Math.imul(i * step + 7, 2_654_435_761) >>> 9) % 2}`
  })
}

test('hostile texts cost a bounded effort', () => {
  const cases = [
    [shuffled(1), shuffled(7919)],
    [twoLines(3), twoLines(5)],
  ] as const
  for (const [a, b] of cases) {
    const diff = diffLines(a, b, 500)
    assert.equal(diff.isMinimal, false)
    assert.deepEqual(applied(a, b, diff), b)
  }
})

/**
 * A line difference makes the one text from the other, as stock does, or within its bounds.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { utf8 } from '../base/bytes.ts'
import { scratchPath } from '../repo/fixture.suite.ts'
import { diffLines, type LineDiff } from './line-diff.ts'
import { slideEdits } from './slide.ts'
import { diffContents, formatHunks } from './unified.ts'

/** The text that the edits make of `before`, where inserted lines come from `after`. */
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

const text = (letters: string): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom(...letters.split('')), { maxLength: 30 })

test('an edit makes the one text from the other', () => {
  for (const letters of ['ab', 'abcdefgh', 'abcdefghijklmnopqrstuvwxyz']) {
    fc.assert(
      fc.property(text(letters), text(letters), fc.constantFrom(1, 20, 1e6), (a, b, maxSteps) => {
        const diff = diffLines(a, b, maxSteps)
        assert.deepEqual(applied(a, b, diff), b)
        assert.deepEqual(applied(a, b, { ...diff, edits: slideEdits(diff.edits, a, b) }), b)
        assert.ok(diff.isThorough || maxSteps < 1e6)
      }),
      { seed: 1, numRuns: 300 },
    )
  }
})

test('edits are in normal form: changes apart, a copy alone only at the end', () => {
  fc.assert(
    fc.property(text('abc'), text('abc'), fc.constantFrom(1, 1000), (a, b, maxSteps) => {
      const { edits } = diffLines(a, b, maxSteps)
      for (const [i, { copy, remove, insert }] of edits.entries()) {
        assert.ok(remove + insert > 0 || i === edits.length - 1)
        assert.ok(copy > 0 || i === 0)
      }
    }),
    { seed: 3, numRuns: 300 },
  )
})

test('of the places where an insertion fits, the first counts, as in stock', () => {
  const [before, after] = ['a },  }, b', 'a }, }, x, }, }, b'].map((each) => each.split(/ +/))
  assert.ok(before && after)
  assert.deepEqual(diffLines(before, after).edits, [
    { copy: 1, remove: 0, insert: 3 },
    { copy: 3, remove: 0, insert: 0 },
  ])
})

/** Words of source code: many lines are equal, of one letter, empty, or differ by indentation. */
const code = fc
  .array(
    fc.tuple(
      fc.constantFrom('', '', '  ', '    '),
      fc.constantFrom('}', '}', '{', '', 'return x', 'if (a) {', 'else', 'b = c * 10', 'done()'),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((lines) => lines.map(([indent, word]) => indent + word))

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

/** A text and one that some editing makes of it. */
const edited = fc
  .tuple(code, fc.array(fc.tuple(fc.nat(40), fc.nat(4), code), { minLength: 1, maxLength: 4 }))
  .map(([before, edits]) => {
    const after = [...before]
    for (const [at, remove, insert] of edits) {
      after.splice(Math.min(at, after.length), remove, ...insert.slice(0, 5))
    }
    return [textOf(before), textOf(after)] as const
  })

test('a diff is the one that stock prints', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const paths = ['a', 'b'].map((name) => scratchPath(t, name))
  await fc.assert(
    fc.asyncProperty(edited, async (contents) => {
      for (const [side, content] of contents.entries()) writeFileSync(paths[side] ?? '', content)
      const { stdout } = await runFossil(['xdiff', ...paths])
      const said = stdout.slice(stdout.indexOf('@@ '))
      const [before, after] = contents
      const diff = diffContents(utf8(before), utf8(after))
      assert.ok(diff.kind === 'text')
      if (diff.hunks.length > 0) assert.equal(formatHunks(diff.hunks), said)
    }),
    { seed: 7, numRuns: 60 },
  )
})

test('hostile texts cost a bounded effort', () => {
  const before = Array.from({ length: 20_000 }, (_, i) => `${i}`)
  const after = before.flatMap((line) => [line, '}']).reverse()
  const diff = diffLines(before, after, 5_000)
  assert.equal(diff.isThorough, false)
  assert.deepEqual(applied(before, after, diff), after)
})

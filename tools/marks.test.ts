/**
 * The catalogue of marks agrees with the source: each mark stands in the folder that its name
 * begins with, exactly once. The other way round, a name outside the catalogue does not compile.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { marks } from 'trilobite/dst'
import { isTestCode, ownerOf } from './layers.ts'
import { readSources } from './source.ts'

const catalogue = 'src/base/marks.ts'
const sources = readSources(join(import.meta.dirname, '..'), ['src']).filter(
  ({ path }) => path !== catalogue && !isTestCode(path),
)

/** Files that call a mark by its name, each as often as it does. */
function callersOf(name: string): string[] {
  const call = new RegExp(String.raw`\bmark(?:\?\.)?\([^()]*'${name}'`, 'g')
  return sources.flatMap(({ path, text }) => [...text.matchAll(call)].map(() => path))
}

test('every mark stands in its folder, exactly once', () => {
  const found = Object.keys(marks).map((name) => [name, callersOf(name).map(ownerOf)])
  const expected = Object.keys(marks).map((name) => [name, [name.split('.')[0]]])
  assert.deepEqual(found, expected)
})

test('marks are named by area and situation, and explained in a sentence', () => {
  for (const [name, situation] of Object.entries(marks)) {
    assert.match(name, /^[a-z]+\.[a-z][a-z0-9-]+$/)
    assert.match(situation, /^[A-Z].*\.$/)
  }
  assert.equal(new Set(Object.values(marks)).size, Object.keys(marks).length)
})

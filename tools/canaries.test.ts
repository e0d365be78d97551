/**
 * Canaries can be planted where they say, and stay out of the package.
 * @module
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { drawPlan, invariants } from 'trilobite/dst'

import { mutations } from '../canaries/all.ts'
import { mutated } from '../canaries/mutation.ts'
import { readSources } from './source.ts'

const root = join(import.meta.dirname, '..')

suite('each canary', () => {
  for (const mutation of mutations) {
    test(`${mutation.name} changes text that occurs once in a file of the product`, () => {
      const { file } = mutation
      assert.match(file, /^src\/(?!.*\.(?:test|suite)\.ts$).*\.ts$/)
      assert.ok(existsSync(join(root, file)), file)
      const text = readFileSync(join(root, file), 'utf8')
      assert.notEqual(mutated(text, mutation), text)
    })
  }

  test('has a name of its own', () => {
    const names = mutations.map(({ name }) => name)
    assert.deepEqual(names, [...new Set(names)])
    for (const name of names) assert.match(name, /^[a-z]+(?:-[a-z]+)+$/)
  })

  test('needs what can happen in a run of its plan', () => {
    for (const { needs, plan = '' } of mutations) {
      drawPlan(1, plan)
      for (const need of needs) {
        const [kind, rest = ''] = need.split(/:(.*)/s)
        for (const each of rest.split('|')) {
          // Who is to join does so in any mix.
          if (kind === 'op') drawPlan(1, each === 'join' ? 'late=1' : `mix=${each}`)
          if (kind === 'plan') drawPlan(1, each)
          if (kind === 'fault' && each !== 'buggify') drawPlan(1, `faults=${each}`)
        }
      }
    }
  })

  test('is caught by an invariant that there is, or by a verdict', () => {
    const known = new Set(['failed', 'stalled', ...invariants.map(({ name }) => name)])
    for (const { name, caughtBy, onlyBy } of mutations) {
      assert.ok(caughtBy.length > 0, name)
      if (onlyBy !== undefined) assert.deepEqual(caughtBy, [onlyBy], name)
      for (const each of caughtBy) assert.ok(known.has(each), `${name}: ${each}`)
    }
  })

  test('of some each invariant about tables alone sees one', () => {
    const alone = new Set(mutations.map(({ onlyBy }) => onlyBy))
    const ofTables = invariants.filter(({ name }) => /^(table|tombstone)-/.test(name))
    assert.equal(ofTables.length, 5)
    for (const { name } of ofTables) assert.ok(alone.has(name), name)
  })
})

test('nothing of canaries/ is in the package, and nothing but the command knows of them', () => {
  const manifest: { files: string[]; exports: Record<string, { '@trilobite/source': string }> } =
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const shipped of manifest.files) assert.doesNotMatch(shipped, /canaries|\*/)
  for (const { '@trilobite/source': source } of Object.values(manifest.exports)) {
    assert.match(source, /^\.\/src\//)
  }
  const told = readSources(root, ['src'])
    .filter(({ path, text }) => !path.includes('.test.') && text.includes('canaries/'))
    .map(({ path }) => path)
  assert.deepEqual(told, ['src/cli/sim-canary.ts'])
})

/**
 * docs/power.md tells of every canary and every invariant that there is.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { invariants } from 'trilobite/dst'

import { mutations } from '../canaries/all.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/power.md'), 'utf8')
const [, bugs = '', judges = ''] = /## Bugs([^]*)## Invariants([^]*)/.exec(page) ?? []

/** First cells of the rows of a table. */
function named(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name)
}

suite('the page of what the simulator can see', () => {
  test('has a row for each canary, with what it needs', () => {
    assert.deepEqual(
      named(bugs),
      mutations.map(({ name }) => name),
    )
    for (const { name, needs } of mutations) {
      const row = bugs.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? ''
      for (const need of needs) {
        assert.ok(row.includes(need.replaceAll('|', String.raw`\|`)), `${name} needs ${need}`)
      }
    }
  })

  test('has a row for each invariant', () => {
    assert.deepEqual(
      named(judges),
      invariants.map(({ name }) => name),
    )
  })

  test('is told why, of each invariant that has no canary for itself alone', () => {
    const none = [...judges.matchAll(/^\| `([^`]+)` *\| *\d+ *\| *0 *\|/gm)].map(([, name]) => name)
    const guide = readFileSync(join(import.meta.dirname, '../docs/simulation.md'), 'utf8')
    const [, reasons = ''] = /\| why no canary is theirs alone, so far([^]*?)\n\n/.exec(guide) ?? []
    const explained = reasons
      .split('\n')
      .flatMap((row) =>
        [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
      )
    assert.deepEqual(new Set(explained), new Set(none))
  })

  test('has a finding for each canary', () => {
    assert.doesNotMatch(bugs, /`not found`/)
  })
})

/**
 * Names mean what stock says they mean.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FossilError } from '../base/error.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { type EventKind, eventKinds, typeOfEvent } from './event-kind.ts'
import { type NameOptions, resolveName } from './name.ts'
import { addCheckin, addTag } from './rows.suite.ts'
import { stockHistory } from './stock.suite.ts'

/** The hash that a name means, or why it means none. */
function meaning(repo: Repo, name: string, options: NameOptions = {}): string {
  try {
    return resolveName(repo, name, options)
  } catch (error) {
    if (FossilError.is(error, 'name.unknown')) return `ERROR: cannot resolve name: ${name}`
    if (FossilError.is(error, 'name.ambiguous')) return `ERROR: ambiguous name: ${name}`
    throw error
  }
}

/** Names of every form, and what only looks like one. */
const names = `
  tip | trunk | side | release | v1.0 | deed | old/stable | dead | private | lasting | tag:deed
  tag:trunk | tag:v1.0 | tag:nothing | tag: | TIP | Trunk | current | prev | previous | next
  ckout | nothing | no:thing | : | [trunk] | 2023-03-01 | 2023-03-01T00:03 | 2023-03-01 00:03:07
  2023-03-01T00:03:07.125 | 2023-03-01T00:03:07.124 | 2023-03-01T00:03:06Z | 2022-12-31
  2023-13-01 | 9999-12-31 | 20230301 | 202303010003 | 20230301000307 | 20220101 | 21010101
  20231301 | date:2023-03-01 | date:202303010005 | date:nothing | date:trunk | date:1999-01-01
  date:2460004.5 | local:2023-03-01T00:04:08 | utc:2023-03-01 00:04 | utc:2023-03-01
  trunk:2023-03-01T00:03 | side:2023-03-01 | trunk:20230301 | side:2022-01-01
  trunk:2023-03-01T00:04:08utc | release:2023-03-01T00:02 | tip:2023-03-01 | root:side
  start:side | merge-in:side | root:trunk | start:trunk | merge-in:trunk | root:old/stable
  start:old/stable | merge-in:old/stable | root:dead | start:dead | root:root:dead
  start:root:dead | merge-in:side:2023-03-01T00:09 | root:nothing | root:2023-03-01T00:06
  start:tag:side | root:private | start:private | root:tip | trunk. | trunk!? | trunk!?,
  (trunk) | side> | a. | root:side. | deed). | rid:1 | rid:1x | 0 | zzzz | abc
  0123456789abcdef | Home Page | A note
`
  .split(/[|\n]/)
  .map((name) => name.trim())
  .filter((name) => name !== '')

const typesAndKinds = eventKinds.map((kind): [string, EventKind] => [typeOfEvent[kind], kind])

test('a name means what it means to stock', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const { repo, hashes } = stock
  const known = Object.values(hashes).flatMap((hash) => {
    const short = hash.slice(0, 10)
    const forms = [hash, hash.slice(0, 4), hash.slice(0, 3), hash.toUpperCase(), `[${short}]`]
    const dressed = [`root:${hash}`, `start:${short}`, `merge-in:${hash}`, `tag:${hash}`]
    return [...forms, ...dressed, `${hash}0`, `${short}.`]
  })
  const all = [...names, ...known]
  const checkout = stock.hash('fork-b')
  const kinds: [string, EventKind | undefined][] = [['*', undefined], ...typesAndKinds]
  for (const [type, kind] of kinds) {
    const said = await stock.fossil('test-name-to-id', '--type', type, ...all)
    const options = { checkout, ...(kind === undefined ? {} : { kind }) }
    const ours = all.map((name) => `${name} -> ${meaning(repo, name, options)}`)
    assert.deepEqual(ours, said.trimEnd().split('\n'), `type ${type}`)
  }
  const said = await stock.fossil('test-name-to-id', '--type', 'br', ...all)
  const options = { checkout, kind: 'checkin', wholeBranch: true } as const
  const ours = all.map((name) => `${name} -> ${meaning(repo, name, options)}`)
  assert.deepEqual(ours, said.trimEnd().split('\n'), 'whole branches')
})

test('a name that is relative to a check-out has no meaning without one', () => {
  using repo = memoryRepo()
  addCheckin(repo, { name: 'c1', branch: 'trunk' })
  for (const name of ['current', 'prev', 'previous', 'next']) {
    assert.throws(
      () => resolveName(repo, name),
      (error) =>
        FossilError.is(error, 'name.unknown') &&
        error.detail.reason === 'only a check-out gives this name a meaning',
    )
  }
})

test('an ambiguous prefix lists what it could mean', () => {
  using repo = memoryRepo()
  const hashes = ['abcd1', 'abcd2', 'abce'].map((prefix) => prefix.padEnd(40, '0'))
  for (const hash of hashes) addCheckin(repo, { hash })
  assert.throws(
    () => resolveName(repo, 'ABCD'),
    (error) => {
      assert.ok(FossilError.is(error, 'name.ambiguous'))
      assert.deepEqual(error.detail, { name: 'ABCD', candidates: hashes.slice(0, 2) })
      return true
    },
  )
  assert.equal(meaning(repo, 'abcd2'), hashes[1])
  assert.equal(meaning(repo, 'abce'), hashes[2])
})

test('of two check-ins at one moment the later row is the latest', () => {
  using repo = memoryRepo()
  addCheckin(repo, { name: 'c1', branch: 'trunk', dateMs: 1000 })
  const second = addCheckin(repo, { name: 'c2', branch: 'trunk', dateMs: 1000 })
  for (const name of ['tip', 'trunk', 'now', 'date:now', 'date:1970-01-01T00:00:01']) {
    assert.equal(
      meaning(repo, name),
      name === 'now' ? 'ERROR: cannot resolve name: now' : second.hash,
    )
  }
})

test('a date with a Z means the end of its minute or second, as without one', () => {
  using repo = memoryRepo()
  const { hash } = addCheckin(repo, { name: 'c1', dateMs: 59_500 })
  assert.equal(meaning(repo, '1970-01-01T00:00Z'), hash)
  assert.equal(meaning(repo, '1970-01-01T00:00:59z'), hash)
  assert.equal(meaning(repo, '197001010000Z'), hash)
  assert.match(meaning(repo, '1970-01-01T00:00:58Z'), /^ERROR/)
})

test('tags that are not UTF-8 can be named', () => {
  using repo = memoryRepo()
  const { rid, hash } = addCheckin(repo, { name: 'c1' })
  addTag(repo, rid, { name: 'sym-caf\uDCE9' })
  assert.equal(meaning(repo, 'caf\uDCE9'), hash)
  assert.match(meaning(repo, 'café'), /^ERROR/)
})

test('no name is too long or too deep', () => {
  using repo = memoryRepo()
  const { hash } = addCheckin(repo, { name: 'c1', branch: 'trunk' })
  assert.equal(meaning(repo, `${'root:'.repeat(20_000)}trunk`), hash)
  for (const name of ['.'.repeat(100_000), '9'.repeat(100_000), `rid:${'9'.repeat(5000)}`, '\0']) {
    assert.match(meaning(repo, name), /^ERROR/)
  }
})

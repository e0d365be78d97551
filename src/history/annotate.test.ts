/**
 * Each line comes from where stock says it comes from.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { formatDate } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld } from '../repo/blob.ts'
import { failsWith, named, receive, whole } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { annotate, type AnnotateOptions, type Annotation } from './annotate.ts'
import { addChange, addCheckin } from './rows.suite.ts'
import { stockHistory } from './stock.suite.ts'

/** As `fossil annotate` and, with `who`, `fossil blame` print it. */
function printed({ lines, versions }: Annotation, who: boolean): string[] {
  return lines.map(({ text, version }, i) => {
    const origin = versions[version ?? -1]
    const number = String(i + 1).padStart(5)
    if (origin === undefined)
      return who ? `${' '.repeat(36)} ${text}` : `${' '.repeat(21)} ${number}: ${text}`
    const day = formatDate(origin.dateMs).slice(0, 10)
    const about = `${origin.checkin.slice(0, 10)} ${day}`
    return `${about} ${who ? (origin.user ?? '').slice(0, 13).padStart(13) : number}: ${text}`
  })
}

test('lines come from where they come from for stock', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  for (const at of [
    'first',
    'second',
    'swapped',
    'merged',
    'side-4',
    'fork-a',
    'fork-b',
    'picked',
  ]) {
    for (const name of ['a.txt', 'src/renamed.c', 'new ünï.txt']) {
      for (const limit of [undefined, 3]) {
        for (const command of ['annotate', 'blame']) {
          const args = [
            '-n',
            limit === undefined ? 'none' : `${limit}`,
            '-r',
            stock.hashes[at] ?? '',
          ]
          const said = await stock.fossil(command, ...args, name)
          if (/^(?:no such file|file .* does not exist|no history)/.test(said)) {
            assert.throws(() => annotate(stock.repo, { checkin: stock.hash(at), name }))
            continue
          }
          const options = { followRenames: false, ...(limit === undefined ? {} : { limit }) }
          const ours = annotate(stock.repo, { checkin: stock.hash(at), name }, options)
          const lines = said.split('\n').slice(0, -1)
          assert.deepEqual(printed(ours, command === 'blame'), lines, `${command} ${at} ${name}`)
        }
      }
    }
  }
})

test('a rename is followed, unless told not to', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const target = { checkin: stock.hash('fork-b'), name: 'src/renamed.c' }
  const origins = (options = {}): string[] => {
    const { lines, versions } = annotate(stock.repo, target, options)
    const words = Object.entries(stock.hashes)
    return lines.map(({ version }) => {
      const hash = versions[version ?? -1]?.checkin
      return words.find(([, known]) => known === hash)?.[0] ?? '?'
    })
  }
  const rest = Array.from({ length: 7 }, () => 'first')
  assert.deepEqual(origins(), [...rest.slice(3), 'renamed', 'fork-b', ...rest.slice(1)])
  const short = rest.map(() => 'renamed')
  assert.deepEqual(origins({ followRenames: false }), [
    ...short.slice(2),
    'fork-b',
    ...short.slice(1),
  ])
})

/** A line of check-ins, each with one version of the file `f`, and the last of them. */
function addVersions(repo: Repo, contents: readonly Uint8Array[]): ArtifactHash {
  let last: NamedArtifact | undefined
  for (const [i, content] of contents.entries()) {
    const parents = last === undefined ? [] : [last.rid]
    last = addCheckin(repo, { name: `${i}`, dateMs: i * 1000, parents })
    receive(repo, whole(content))
    addChange(repo, {
      checkin: last.rid,
      name: 'f',
      after: findHeld(repo, named(content)) ?? assert.fail(),
    })
  }
  return last?.hash ?? assert.fail('no versions')
}

/** Each line with the number of its version, the oldest that was looked at being 1. */
function told(repo: Repo, checkin: ArtifactHash, options: AnnotateOptions = {}): string {
  const { lines, versions } = annotate(repo, { checkin, name: 'f' }, options)
  const number = (at: number | undefined): string =>
    `${at === undefined ? '?' : versions.length - at}`
  return lines.map(({ text, version }) => text + number(version)).join(' ')
}

test('a line that went and came back is as new as its return', () => {
  using repo = memoryRepo()
  const last = addVersions(repo, ['a\nb\n', 'b\n', 'a\nb\nc\n'].map(utf8))
  assert.equal(told(repo, last), 'a3 b1 c3')
})

test('the end of a line is not part of it', () => {
  using repo = memoryRepo()
  const last = addVersions(repo, ['a\r\nb\r\n', 'a\nb'].map(utf8))
  assert.equal(told(repo, last), 'a1 b1')
})

test('a limit leaves older lines without origin, but three versions are looked at always', () => {
  using repo = memoryRepo()
  const contents = ['a', 'b', 'c', 'd', 'e'].map(
    (_, i, all) => `${all.slice(0, i + 1).join('\n')}\n`,
  )
  const last = addVersions(repo, contents.map(utf8))
  assert.equal(told(repo, last), 'a1 b2 c3 d4 e5')
  assert.equal(told(repo, last, { limit: 4 }), 'a? b? c2 d3 e4')
  assert.equal(told(repo, last, { limit: 1 }), 'a? b? c? d2 e3')
  const target = { checkin: last, name: 'f' }
  assert.equal(annotate(repo, target, { limit: 4 }).isComplete, false)
  assert.equal(annotate(repo, target, { limit: 5 }).isComplete, true)
})

test('a binary version is the end of the text, a missing one the end of what is known', () => {
  using repo = memoryRepo()
  const contents = ['a\n', 'a\0\n', 'a\nb\n', 'a\nb\nc\n'].map(utf8)
  const last = addVersions(repo, contents)
  assert.equal(told(repo, last), 'a1 b1 c2')
  const third = contents[2] ?? assert.fail()
  dbOf(repo).prepare('UPDATE blob SET size = -1, content = NULL WHERE uuid = ?').run(named(third))
  cacheOf(repo).clear()
  assert.equal(told(repo, last), 'a? b? c?')
})

test('what cannot be annotated says why', () => {
  using repo = memoryRepo()
  const last = addVersions(repo, [utf8('a\0')])
  assert.throws(() => annotate(repo, { checkin: last, name: 'f' }), failsWith('option.invalid'))
  assert.throws(() => annotate(repo, { checkin: last, name: 'g' }), failsWith('name.unknown'))
  dbOf(repo).prepare('UPDATE blob SET size = -1, content = NULL WHERE size > 0').run()
  cacheOf(repo).clear()
  assert.throws(() => annotate(repo, { checkin: last, name: 'f' }), failsWith('artifact.missing'))
})

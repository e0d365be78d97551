/**
 * Wiki pages in the derived tables.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { WikiDeck } from '../deck/deck.ts'
import {
  type Artifact,
  artifact,
  assertOrderFree,
  assertStockAgrees,
  first,
  hashNamed,
  minute,
  repoWith,
  sealed,
  store,
} from './order.suite.ts'
import { dbOf } from '../repo/repo.ts'

const [alpha, beta] = ['a1'.repeat(20), 'b2'.repeat(32)]

function page(
  at: number,
  content: string,
  more: Partial<Pick<WikiDeck, 'wikiTitle' | 'parents' | 'mimetype' | 'comment'>> = {},
): Artifact {
  return artifact({
    kind: 'wiki',
    dateMs: minute(at),
    user: 'ann',
    wikiTitle: 'Home',
    parents: [],
    content,
    ...more,
  })
}

const one = page(1, ` \n\tFirst [${alpha}] text`)
const two = page(2, `Second [${beta}|link], über`, { parents: [one.hash], comment: 'edited' })
const three = page(3, `# Third\n\n[x](/info/${alpha})`, {
  parents: [two.hash],
  mimetype: 'text/x-markdown',
})
const gone = page(5, ' \n', { parents: [three.hash] })
const lost = hashNamed('0123456789'.repeat(4))

function versions(repo: ReturnType<typeof repoWith>): unknown[] {
  return dbOf(repo)
    .prepare(
      `SELECT comment, value FROM event JOIN tagxref ON rid = objid
         JOIN tag ON tag.tagid = tagxref.tagid
        WHERE tagname = 'wiki-Home' ORDER BY event.mtime`,
    )
    .all()
}

test('each version says whether the page is new, edited or deleted, and how long it is', () => {
  using repo = repoWith()
  store(repo, [first, one, two, gone])
  assert.deepEqual(versions(repo), [
    ['+Home', '53'],
    [':Home', '85'],
    ['-Home', '0'],
  ])
})

test('links are those of the newest version alone', () => {
  using repo = repoWith()
  const linked = (): unknown[] => dbOf(repo).prepare('SELECT target, srctype FROM backlink').all()
  store(repo, [two])
  assert.deepEqual(linked(), [[beta, 2]])
  store(repo, [one])
  assert.deepEqual(linked(), [[beta, 2]])
  store(repo, [three])
  assert.deepEqual(linked(), [[alpha, 2]])
  store(repo, [gone])
  assert.deepEqual(linked(), [])
})

test('of two versions of one moment the one with the greater hash is the newest', () => {
  const tied = [alpha, beta].map((hash) => page(9, `[${hash}]`))
  const [, newest] = tied.map(({ hash }) => hash).sort()
  const target = tied[0]?.hash === newest ? alpha : beta
  const lines = assertOrderFree(tied)
  assert.equal(lines.filter((line) => line.startsWith('backlink')).length, 1)
  assert.ok(lines.some((line) => line.startsWith(`backlink target=${target}`)))
})

test('a tag called like a page makes nothing a version of it', () => {
  const other = page(1, `[${alpha}]`, { wikiTitle: 'Other' })
  const tags = artifact({
    kind: 'control',
    dateMs: minute(8),
    user: 'bob',
    tags: [other, one].map(({ hash: target }) => ({ action: '+', name: 'wiki-Home', target })),
  })
  const lines = assertOrderFree([one, two, other, tags])
  const links = lines.filter((line) => line.startsWith('backlink'))
  assert.deepEqual(
    links.map((line) => line.replace(/ mtime=.*/, '')),
    [
      `backlink target=${alpha} srctype=2 srcid=wiki-Other`,
      `backlink target=${beta} srctype=2 srcid=wiki-Home`,
    ],
  )
})

test('the text of a page ends at a NUL', () => {
  using repo = repoWith()
  store(repo, [
    sealed(`D 2023-11-14T22:14:20.123\nL Home\nU ann\nW 13\n \n12345\0 [${alpha.slice(0, 2)}]\n`),
  ])
  assert.deepEqual(versions(repo), [['+Home', '5']])
})

test('the tables say the same whatever order versions come in, also with one missing', () => {
  assertOrderFree([one, two, three, gone])
  assertOrderFree([one, three, gone])
  assertOrderFree([page(1, 'x', { parents: [lost, one.hash] }), one, first])
})

test('stock derives the same of pages', async (t) => {
  await assertStockAgrees(t, [
    first,
    one,
    two,
    three,
    page(4, 'by two parents', { wikiTitle: 'Merged', parents: [one.hash, lost] }),
    page(4, `[${alpha}] [/info/${beta}]`, { wikiTitle: 'Töst & "page"', mimetype: 'text/plain' }),
    page(6, `[${alpha}] and [${beta.slice(0, 8)}]`, { wikiTitle: 'branch/trunk' }),
    page(7, '', { wikiTitle: 'Empty' }),
    gone,
  ])
})

test('stock derives the same where the versions come newest first', async (t) => {
  await assertStockAgrees(t, [first, three, two, one])
})

test('tags on a page pass to its later versions as in stock', async (t) => {
  const tags = artifact({
    kind: 'control',
    dateMs: minute(4),
    user: 'bob',
    tags: [
      { action: '*', name: 'bgcolor', target: one.hash, value: '#aabbcc' },
      { action: '+', name: 'comment', target: two.hash, value: `see [${alpha}]` },
    ],
  })
  assertOrderFree([one, two, three, tags])
  await assertStockAgrees(t, [first, one, two, three, tags])
})

/**
 * Facts about an artifact, compared with those that stock tells.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { formatDate } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { ensureKnown, ridOf } from '../repo/blob.ts'
import { failsWith, named } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { utf8 } from '../base/bytes.ts'
import { type ArtifactInfo, artifactInfo, type Relative } from './info.ts'
import { addCheckin, addTag } from './rows.suite.ts'
import { stockHistory } from './stock.suite.ts'

function date(dateMs: number | undefined): string {
  return dateMs === undefined ? '' : formatDate(dateMs, 'seconds').replace('T', ' ')
}

/** As `fossil whatis -v`, one line for each fact, however stock breaks it. */
function whatis(repo: Repo, info: ArtifactInfo): string {
  const { entry, received } = info
  const typeNames: Record<string, string> = {
    checkin: 'Check-in',
    wiki: 'Wiki-edit',
    technote: 'Technote',
    ticket: 'Ticket-change',
    control: 'Tag-change',
  }
  const names = info.tags.filter(({ type }) => type !== 'cancel').map(({ name }) => name)
  const given = names.filter((name) => name.startsWith('sym-')).map((name) => name.slice(4))
  const raw = info.tags
    .map(({ name }) => name)
    .filter((name) => ['hidden', 'private', 'cluster', 'closed'].includes(name))
  return [
    `artifact: ${info.hash} (${info.rowId})`,
    `size: ${info.sizeBytes} bytes`,
    `received: ${date(received?.dateMs)} from ${received?.address ?? ''}`,
    ...(given.length > 0 ? [`tags: ${given.join(', ')}`] : []),
    ...(raw.length > 0 ? [`raw-tags: ${raw.join(', ')}`] : []),
    ...(entry === undefined
      ? []
      : [
          `type: ${typeNames[entry.kind ?? '']} by ${entry.user} on ${date(entry.dateMs)}`,
          `comment: ${entry.comment}`,
        ]),
    ...info.uses.map(
      ({ name, checkin, dateMs, user, comment }) =>
        `file: ${name} part of [${checkin.slice(0, 10)}]` +
        ` by ${user} on ${date(dateMs)} ${comment}`,
    ),
    ...info.attachments.map(
      ({ fileName, target, targetKind, via, dateMs, user, comment }) =>
        `attachment: ${fileName} attached to ${targetKind} ${target}` +
        ` via ${via} (${ridOf(repo, via)})` +
        ` by user ${user} on ${date(dateMs)} ${comment}`,
    ),
  ]
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

test('every artifact is what it is to stock', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const said = await stock.fossil('test-whatis-all')
  // Where a merge brings a file in, stock says so once for each parent.
  const blocks = said.split(/^-{79}$/m).map((block) => {
    const [first, ...files] = block.replaceAll(/\s+/g, ' ').trim().split(' file: ')
    return [first, ...new Set(files)].join(' file: ')
  })
  const { repo } = stock
  const hashes = dbOf(repo).prepare<[ArtifactHash]>('SELECT uuid FROM blob ORDER BY rid').all()
  const infos = hashes.map(([hash]) => artifactInfo(repo, hash))
  assert.ok(infos.length > 40)
  assert.deepEqual(
    infos.map((info) => whatis(repo, info)),
    blocks,
  )
  const roles = new Set(infos.map(({ role }) => role))
  const expected = ['checkin', 'file', 'control', 'wiki', 'ticket', 'technote', 'attachment']
  assert.deepEqual([...roles].sort(), [...expected, 'attached'].sort())
})

function relativeLine({ hash, dateMs }: Relative, label: string): string {
  return `${`${label}:`.padEnd(13)} ${hash.slice(0, 40)} ${date(dateMs)} UTC`
}

test('the family of a check-in is that of fossil info', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  for (const [name, hash] of Object.entries(stock.hashes)) {
    const info = artifactInfo(stock.repo, stock.hash(name))
    const family = [
      ...info.parents.map((parent) =>
        relativeLine(parent, parent.isPrimary ? 'parent' : 'merged-from'),
      ),
      ...info.children.map((child) =>
        relativeLine(child, child.isPrimary ? 'child' : 'merged-into'),
      ),
    ]
    const said: string = await stock.fossil('info', hash)
    const lines = said.split('\n').filter((line) => /^(?:parent|child|merged-)/.test(line))
    assert.deepEqual(family, lines, name)
  }
})

test('tags tell where they come from, whether they propagate and what was cancelled', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const tag = (checkin: string, name: string) =>
    artifactInfo(stock.repo, stock.hash(checkin)).tags.find((found) => found.name === name)
  assert.equal(tag('second', 'sym-v1.0')?.type, 'cancel')
  assert.equal(tag('second', 'sym-release')?.type, 'single')
  assert.equal(tag('third', 'note')?.value, 'a noted value')
  assert.equal(tag('side-2', 'sym-lasting')?.type, 'propagating')
  assert.notEqual(tag('side-2', 'sym-lasting')?.source, undefined)
  const inherited = tag('side-4', 'sym-lasting')
  assert.equal(inherited?.source, undefined)
  assert.equal(inherited?.origin, stock.hashes['side-2'])
  assert.deepEqual(
    [tag('side-1', 'branch')?.value, tag('side-1', 'bgcolor')?.value],
    ['side', '#aabbcc'],
  )
})

test('a cherry-pick is told at both ends', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const picked = artifactInfo(stock.repo, stock.hash('picked')).picked
  assert.deepEqual(
    picked.map(({ hash, isBackout }) => [hash, isBackout]),
    [[stock.hashes['second'], false]],
  )
  const into = artifactInfo(stock.repo, stock.hash('second')).pickedInto
  assert.deepEqual(
    into.map(({ hash }) => hash),
    [stock.hashes['picked']],
  )
})

test('a phantom, a cluster and what nobody mentions are told apart', () => {
  using repo = memoryRepo()
  const phantom = named(utf8('x'))
  ensureKnown(repo, phantom, { isPrivate: false })
  assert.equal(artifactInfo(repo, phantom).role, 'phantom')
  assert.equal(artifactInfo(repo, phantom).sizeBytes, undefined)
  const { rid, hash } = addCheckin(repo, { name: 'c' })
  dbOf(repo).prepare('DELETE FROM event').run()
  assert.equal(artifactInfo(repo, hash).role, 'unknown')
  addTag(repo, rid, { name: 'cluster' })
  assert.equal(artifactInfo(repo, hash).role, 'cluster')
})

test('an artifact that is not known is missing', () => {
  using repo = memoryRepo()
  assert.throws(() => artifactInfo(repo, named(utf8('y'))), failsWith('artifact.missing'))
})

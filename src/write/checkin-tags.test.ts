/**
 * Tags, dates and checksums of check-ins. What stock writes for the same: `checkin-stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { ensureKnown } from '../repo/blob.ts'
import { type CheckinOptions, type FileChange, readCheckin } from './checkin.ts'
import { setConfig } from '../repo/config.ts'
import { failsWith, named, receive, startMs, stateOf, TestEnv } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { formatDeck } from '../deck/format.ts'
import { storeLocal } from '../repo/store.ts'
import { amendCheckin } from './amend.ts'
import { addTag } from './tag.ts'
import { ada, cardsOf, commit } from './written.suite.ts'

/** A file that holds its own name. */
function file(name: string): FileChange {
  return { name, content: utf8(name) }
}

test('colours, names and the end of a line are tags', () => {
  using repo = memoryRepo()
  const { hash: parent } = commit(repo)
  const cards = (options: Partial<CheckinOptions>): string[] =>
    cardsOf(repo, commit(repo, { parent, ...options })).filter((card) => /^[NT]/.test(card))
  assert.deepEqual(cards({ branch: 'b c', branchColor: '#abc', closed: true, tags: ['z', 'a'] }), [
    'T *bgcolor * #abc',
    'T *branch * b\\sc',
    'T *sym-b\\sc *',
    'T +closed *',
    'T +sym-a *',
    'T +sym-z *',
    'T -sym-trunk *',
  ])
  assert.deepEqual(cards({ color: 'light blue' }), ['T +bgcolor * light\\sblue'])
  assert.deepEqual(cards({ mimetype: 'text/x-markdown' }), ['N text/x-markdown'])
  const both = { branch: 'b', branchColor: '#abc', color: '#def' }
  for (const options of [both, { branchColor: '#abc' }, { color: '' }, { comment: '' }]) {
    assert.throws(() => cards(options), failsWith('checkin.invalid'), JSON.stringify(options))
  }
})

test('a new branch cancels every name that would come down to it', () => {
  using repo = memoryRepo()
  const { hash: target } = commit(repo, { branch: 'old', tags: ['alone'] })
  for (const name of ['kept', 'b']) addTag(repo, { target, name, propagates: true }, ada)
  addTag(repo, { target, name: 'other', isRaw: true, propagates: true }, ada)
  const branched = commit(repo, { parent: target, branch: 'b' })
  const tags = cardsOf(repo, branched).filter((card) => card.startsWith('T '))
  assert.deepEqual(tags, ['T *branch * b', 'T *sym-b *', 'T -sym-kept *', 'T -sym-old *'])
})

test('a name that is not UTF-8 is cancelled byte for byte', () => {
  using repo = memoryRepo()
  const { hash: parent } = commit(repo, { branch: 'latin-\udce9' })
  const { tags } = readCheckin(repo, commit(repo, { parent, branch: 'b' }).hash)
  assert.deepEqual(tags.at(-1), { action: '-', name: 'sym-latin-\udce9', target: '*' })
})

test('a project begins on its main branch', () => {
  using repo = memoryRepo()
  for (const [value, branch] of [
    ['main ü', 'main\\sü'],
    ['', 'trunk'],
  ] as const) {
    setConfig(repo, 'main-branch', value)
    assert.ok(cardsOf(repo, commit(repo)).includes(`T *branch * ${branch}`))
  }
})

test('cherry-picks are told, but neither the parent nor in public what is private', () => {
  using repo = memoryRepo()
  const { hash: parent } = commit(repo)
  const { hash: one } = commit(repo, { comment: 'one' })
  const { hash: two } = commit(repo, { comment: 'two' })
  const { hash: secret } = commit(repo, { comment: 'secret', isPrivate: true })
  const cherrypicks = [parent, one, secret].map((target) => ({ direction: '+', target }) as const)
  const back = { direction: '-', target: two, base: one } as const
  const options = { parent, cherrypicks: [back, ...cherrypicks] }
  const cards = (isPrivate: boolean): string[] =>
    cardsOf(repo, commit(repo, { ...options, isPrivate })).filter((card) => card[0] === 'Q')
  assert.deepEqual(cards(false), [`Q +${one}`, `Q -${two} ${one}`])
  assert.deepEqual(cards(true).sort(), [`Q +${one}`, `Q +${secret}`, `Q -${two} ${one}`].sort())
})

test('a check-in is not older than one it follows, unless asked for', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const { hash: parent } = commit(repo)
  const later = commit(repo, { comment: 'later', dateMs: startMs + 5 })
  commit(repo, { parent, mergedParents: [later.hash], dateMs: startMs + 5 })
  const before = { parent, dateMs: startMs - 1 }
  const refused = [before, { parent, mergedParents: [later.hash], dateMs: startMs + 4 }]
  for (const options of refused) {
    assert.throws(() => commit(repo, options), failsWith('checkin.invalid', /date is before/))
    assert.equal(
      readCheckin(repo, commit(repo, { ...options, allowOlder: true }).hash).parents[0],
      parent,
    )
  }
  // The date that the timeline shows is what counts.
  amendCheckin(repo, parent, { dateMs: startMs - 10 }, ada)
  commit(repo, before)
})

test('nobody goes on from a closed check-in, except on another branch', () => {
  using repo = memoryRepo()
  const { hash: parent } = commit(repo, { closed: true })
  for (const options of [{ parent }, { parent, branch: 'trunk' }]) {
    assert.throws(() => commit(repo, options), failsWith('checkin.invalid', /is closed/))
  }
  commit(repo, { parent, branch: 'on' })
})

test('parents of either kind are here, and are check-ins', () => {
  using repo = memoryRepo()
  const { hash: parent } = commit(repo)
  const page = storeLocal(repo, utf8('no check-in')).hash
  const phantom = named(utf8('elsewhere'))
  ensureKnown(repo, phantom, { isPrivate: false })
  const before = stateOf(repo)
  for (const options of [{ parent: page }, { parent, mergedParents: [page] }]) {
    assert.throws(() => commit(repo, options), failsWith('checkin.invalid', /not a check-in/))
  }
  for (const options of [{ parent: phantom }, { parent, mergedParents: [phantom] }]) {
    assert.throws(() => commit(repo, options), failsWith('artifact.missing'))
  }
  assert.deepEqual(stateOf(repo), before)
})

test('the checksum over all files is written where the repository asks for it', () => {
  using repo = memoryRepo()
  const { hash: parent } = commit(repo, { changes: [file('b')] })
  const sum = (): string | undefined => {
    const { hash } = commit(repo, { parent, changes: [file('a'), file('é')] })
    return readCheckin(repo, hash).repoChecksum
  }
  assert.equal(sum(), undefined)
  for (const value of ['1', 'on', 'YES', 'true']) {
    setConfig(repo, 'repo-cksum', value)
    // printf 'a 1\nab 1\nb\303\251 2\n\303\251' | md5sum
    assert.equal(sum(), 'db2dc51229d9e8b6ae07306008a973a7')
  }
  for (const value of ['0', 'off', 'no', '', '2']) {
    setConfig(repo, 'repo-cksum', value)
    assert.equal(sum(), undefined)
  }
})

test('a checksum needs every file', () => {
  using repo = memoryRepo()
  const hash = named(utf8('elsewhere'))
  const lists = { parents: [], cherrypicks: [], tags: [] }
  const said = { kind: 'checkin', comment: 'f', dateMs: startMs, user: 'u', ...lists } as const
  const bytes = formatDeck({ ...said, files: [{ name: 'a', hash }] })
  const parent = storeLocal(repo, bytes).hash
  setConfig(repo, 'repo-cksum', '1')
  const changes = [{ name: 'b', content: utf8('b') }]
  const write = (): unknown => commit(repo, { parent, changes })
  assert.throws(write, failsWith('artifact.missing', new RegExp(hash)))
  receive(repo, { hash, bytes: utf8('elsewhere') })
  write()
})

test('merged parents that are open leaves are closed on request', () => {
  using repo = memoryRepo()
  const { hash: parent } = commit(repo)
  const open = commit(repo, { parent, branch: 'open' })
  const closed = commit(repo, { parent, branch: 'closed', closed: true })
  const merge = { parent, mergedParents: [open.hash, closed.hash] }
  const closing = (integrate: boolean): string[] =>
    cardsOf(repo, commit(repo, { ...merge, integrate })).filter((card) => card.includes('closed'))
  assert.deepEqual(closing(false), [])
  assert.deepEqual(closing(true), [`T +closed ${open.hash}`])
})

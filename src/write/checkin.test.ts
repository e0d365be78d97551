/**
 * Check-ins: files, permissions, branches, parents, and what is refused.
 * `interop/repo-stock.test.ts` shows them to stock.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fromUtf8, noBytes, utf8 } from '../base/bytes.ts'
import type { CheckinDeck, DeckFile } from '../deck/deck.ts'
import { formatDeck } from '../deck/format.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import {
  announcedArtifacts,
  ensureKnown,
  findHeld,
  findRid,
  isPrivate,
  makePrivate,
  privateArtifacts,
  ridOf,
} from '../repo/blob.ts'
import {
  checkin,
  manifestFiles,
  type CheckinOptions,
  type FileChange,
  readCheckin,
} from './checkin.ts'
import { deltaSource, readArtifact } from '../repo/content.ts'
import { openDatabase } from '../db/node.ts'
import { createRepo } from '../crosslink/open.ts'
import { verify } from '../crosslink/verify.ts'
import { storeContent, storeLocal } from '../repo/store.ts'
import {
  deltaOf,
  failsWith,
  isHeldPrivately,
  named,
  receive,
  startMs,
  stateOf,
  TestEnv,
  version,
  whole,
} from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'

function file(name: string, content: string | undefined, permission?: FileChange['permission']) {
  const bytes = content === undefined ? undefined : utf8(content)
  return { name, content: bytes, ...(permission === undefined ? {} : { permission }) }
}

/** A check-in with usual comment and user, which may change nothing, fork, and begin a line. */
function commit(repo: Repo, options: Partial<CheckinOptions> = {}): ArtifactHash {
  const usual = { changes: [], comment: 'c', user: 'u', allowEmpty: true, fork: 'allow' } as const
  return checkin(repo, { ...usual, newRoot: options.parent === undefined, ...options }).hash
}

/** Names, contents and permission letters of a check-in. */
function treeOf(repo: Repo, hash: ArtifactHash): Record<string, string> {
  const files = [...manifestFiles(repo, hash).values()]
  const text = (each: DeckFile): string =>
    fromUtf8(readArtifact(repo, each.hash ?? assert.fail())) + (each.permissions ?? '')
  return Object.fromEntries(files.map((each) => [each.name, text(each)]))
}

function tagsOf(repo: Repo, hash: ArtifactHash): string[] {
  const { tags } = readCheckin(repo, hash)
  return tags.map(({ action, name, target, value = '' }) => `${action}${name} ${target} ${value}`)
}

/** Stores a check-in that this code would not write itself. */
function foreign(repo: Repo, deck: Partial<CheckinDeck>): ArtifactHash {
  const lists = { files: [], parents: [], cherrypicks: [], tags: [] }
  const base = { kind: 'checkin', comment: 'f', dateMs: startMs, user: 'u', ...lists } as const
  return storeLocal(repo, formatDeck({ ...base, ...deck })).hash
}

test('the first check-in is the manifest that the format asks for', () => {
  using repo = memoryRepo({ hashPolicy: 'sha1' })
  const { hash, newArtifacts } = checkin(repo, {
    changes: [file('b.txt', 'hello\n'), file('a b', 'x', 'executable')],
    comment: 'first\nof all',
    user: 'ada',
  })
  const text = `C first\\nof\\sall
D 2023-11-14T22:13:20.000
F a\\sb 11f6ad8ec52a2984abaafd7c3b516503785c2072 x
F b.txt f572d396fae9206628714fb2ce00f72e94f2258f
T *branch * trunk
T *sym-trunk *
U ada
`
  const manifest = fromUtf8(readArtifact(repo, hash))
  assert.equal(manifest.slice(0, -35), text)
  assert.match(manifest.slice(-35), /^Z [0-9a-f]{32}\n$/)
  assert.deepEqual(newArtifacts, [
    'f572d396fae9206628714fb2ce00f72e94f2258f',
    '11f6ad8ec52a2984abaafd7c3b516503785c2072',
    hash,
  ])
  assert.notEqual(findHeld(repo, hash), undefined)
  const state = stateOf(repo)
  assert.deepEqual([state.announced, state.unsent], [newArtifacts.toSorted(), state.announced])
})

test('a check-in without files has the checksum of nothing, for readers before 1.27', () => {
  using repo = memoryRepo()
  const empty = commit(repo)
  const { files, repoChecksum } = readCheckin(repo, empty)
  assert.deepEqual([files, repoChecksum], [[], 'd41d8cd98f00b204e9800998ecf8427e'])
  const full = commit(repo, { parent: empty, changes: [file('a', '')] })
  assert.equal(readCheckin(repo, full).repoChecksum, undefined)
  assert.deepEqual(readArtifact(repo, named(noBytes)), noBytes)
  const emptied = commit(repo, { parent: full, changes: [file('a', undefined)] })
  assert.equal(readCheckin(repo, emptied).repoChecksum, repoChecksum)
})

test('a child keeps what it does not change, and its parent is as it was', () => {
  using repo = memoryRepo()
  const first = commit(repo, {
    changes: [file('a', '1'), file('b', '2', 'executable'), file('c', 'a', 'symlink')],
  })
  const second = commit(repo, {
    parent: first,
    changes: [file('b', '3'), file('d/e', '4'), file('a', undefined)],
  })
  assert.deepEqual(treeOf(repo, second), { b: '3x', c: 'al', 'd/e': '4' })
  assert.deepEqual(treeOf(repo, first), { a: '1', b: '2x', c: 'al' })
  assert.deepEqual(readCheckin(repo, second).parents, [first])
})

test('permissions change on request only', () => {
  using repo = memoryRepo()
  let parent = commit(repo, { changes: [file('a', '1', 'executable')] })
  const steps: [permission: FileChange['permission'], tree: string][] = [
    [undefined, '1x'],
    ['symlink', '1l'],
    [undefined, '1l'],
    ['regular', '1'],
    [undefined, '1'],
    ['executable', '1x'],
  ]
  for (const [permission, tree] of steps) {
    parent = commit(repo, { parent, changes: [file('a', '1', permission)] })
    assert.deepEqual(treeOf(repo, parent), { a: tree })
  }
})

test('files are listed by the bytes of their names, whatever the order of the changes', () => {
  using repo = memoryRepo()
  const names = ['a', 'a b', 'a-b', 'ab/b', 'ab-', 'B', 'é', '漢', '\uffee', '😀', '\t']
  const changes = names.map((name) => file(name, name))
  const hash = commit(repo, { changes })
  const sorted = names.toSorted((a, b) => Buffer.compare(utf8(a), utf8(b)))
  assert.deepEqual([...manifestFiles(repo, hash).keys()], sorted)
  assert.equal(commit(repo, { changes: changes.reverse() }), hash)
})

test('what a manifest cannot say is refused, and nothing is kept', () => {
  using repo = memoryRepo()
  const parent = commit(repo, { changes: [file('a', '1')] })
  const other = commit(repo, { comment: 'other' })
  const before = stateOf(repo)
  const names = ['', '.', '..', '/', '/a', 'a/', 'a//b', './a', 'a/.', 'a/../b', 'a\\b', 'a\0b']
  names.push('\ud800', '_FOSSIL_', 'd/.fslckout', '_fossil_-wal', '.FSLCKOUT-journal')
  const refusals: Partial<CheckinOptions>[] = [
    ...names.map((name) => ({ changes: [file(name, 'x')] })),
    { changes: [file('b', undefined)] },
    { changes: [file('a', undefined), file('a', undefined)] },
    { user: '' },
    { comment: '' },
    { changes: [], allowEmpty: false },
    { changes: [file('a/b', 'x')] },
    { dateMs: startMs - 1 },
    { comment: 'a\0b' },
    { branch: '' },
    { branch: 'a\0b' },
    { tags: [''] },
    { tags: ['t', 't'] },
    { dateMs: 0.5 },
    { dateMs: Number.NaN },
    { dateMs: Number.MAX_SAFE_INTEGER },
    { parent: storeLocal(repo, version(0)).hash },
  ]
  const stored = stateOf(repo)
  for (const refusal of refusals) {
    const options = { parent, changes: [file('new', 'new')], ...refusal }
    const label = JSON.stringify(refusal)
    assert.throws(() => commit(repo, options), failsWith('checkin.invalid'), label)
    assert.deepEqual(stateOf(repo), stored, label)
  }
  const orphan = { mergedParents: [other], changes: [file('new', 'new')] }
  assert.throws(() => commit(repo, orphan), failsWith('checkin.invalid', /merge/))
  assert.equal(Object.keys(stored.held).length, Object.keys(before.held).length + 1)
})

test('a parent that is not here is missing, and nothing is kept', () => {
  using repo = memoryRepo()
  const phantom = named(version(1))
  ensureKnown(repo, phantom, { isPrivate: false })
  receive(repo, deltaOf(version(1), version(2)))
  const before = stateOf(repo)
  for (const parent of [phantom, named(version(2)), named(version(3))]) {
    const options = { parent, changes: [file('a', 'x')] }
    assert.throws(() => commit(repo, options), failsWith('artifact.missing', new RegExp(parent)))
  }
  assert.deepEqual(stateOf(repo), before)
})

test('a commit that fails keeps nothing, and the same check-in can be made again', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const parent = commit(repo, { changes: [file('a', '1')] })
  const before = stateOf(repo)
  env.failing.add('repo.commit.fail')
  const options = { parent, changes: [file('a', '2')] }
  assert.throws(() => commit(repo, options), failsWith('repo.io'))
  assert.deepEqual(stateOf(repo), before)
  env.failing.clear()
  assert.deepEqual(treeOf(repo, commit(repo, options)), { a: '2' })
})

test('only what was not here before is new', () => {
  using repo = memoryRepo()
  const options = {
    changes: [file('a', 'x'), file('b', 'x')],
    comment: 'c',
    user: 'u',
    newRoot: true,
  }
  const first = checkin(repo, options)
  assert.deepEqual(first.newArtifacts, [named(utf8('x')), first.hash])
  assert.deepEqual(checkin(repo, options), { ...first, newArtifacts: [] })
})

test('a branch is named once and lasts; a new one ends the name of the old', () => {
  using repo = memoryRepo()
  const trunk = commit(repo)
  const next = commit(repo, { parent: trunk, tags: ['v1', 'a b'] })
  const fork = commit(repo, { parent: next, branch: 'fork' })
  const same = commit(repo, { parent: fork, branch: 'fork', comment: 'again' })
  assert.deepEqual(tagsOf(repo, trunk), ['*branch * trunk', '*sym-trunk * '])
  assert.deepEqual(tagsOf(repo, next), ['+sym-a b * ', '+sym-v1 * '])
  assert.deepEqual(tagsOf(repo, fork), ['*branch * fork', '*sym-fork * ', '-sym-trunk * '])
  assert.deepEqual(tagsOf(repo, same), ['*branch * fork', '*sym-fork * '])
  assert.deepEqual(tagsOf(repo, commit(repo, { branch: 'main' })), [
    '*branch * main',
    '*sym-main * ',
  ])
})

test('a branch can start where the line before it is not all here, or is no line', () => {
  using repo = memoryRepo()
  const data = storeLocal(repo, version(1)).hash
  for (const parents of [[named(version(2))], [data]]) {
    const parent = foreign(repo, { parents })
    const fork = commit(repo, { parent, branch: 'fork' })
    assert.deepEqual(tagsOf(repo, fork), ['*branch * fork', '*sym-fork * '])
  }
})

test('a merge names each parent once, the one that goes on first', () => {
  using repo = memoryRepo()
  const [a, b, c] = ['a', 'b', 'c'].map((comment) => commit(repo, { comment }))
  assert.ok(a !== undefined && b !== undefined && c !== undefined)
  const merge = commit(repo, { parent: c, mergedParents: [b, a, c, b] })
  assert.deepEqual(readCheckin(repo, merge).parents, [c, b, a])
})

test('time is that of the environment, or as given', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  env.nowMs += 1
  assert.equal(readCheckin(repo, commit(repo)).dateMs, startMs + 1)
  assert.equal(readCheckin(repo, commit(repo, { dateMs: -1 })).dateMs, -1)
})

test('a rename is told by the check-in that made it, and by no child', () => {
  using repo = memoryRepo()
  const [x, y] = ['x', 'y'].map((text) => storeLocal(repo, utf8(text)).hash)
  assert.ok(x !== undefined && y !== undefined)
  const files = [
    { name: 'kept', hash: x, permissions: 'w', priorName: 'old' },
    { name: 'edited', hash: y, permissions: 'x', priorName: 'older' },
  ]
  const parent = foreign(repo, { files })
  const child = commit(repo, { parent, changes: [file('edited', 'z')] })
  assert.deepEqual(readCheckin(repo, child).files, [
    { name: 'edited', hash: named(utf8('z')), permissions: 'x' },
    { name: 'kept', hash: x },
  ])
  assert.equal(manifestFiles(repo, parent).get('kept')?.priorName, 'old')
})

test('a delta manifest is laid over its baseline', () => {
  using repo = memoryRepo()
  const [x, y] = ['x', 'y'].map((text) => storeLocal(repo, utf8(text)).hash)
  assert.ok(x !== undefined && y !== undefined)
  const baseline = commit(repo, { changes: [file('a', 'x'), file('b', 'x'), file('c', 'x')] })
  const files = [{ name: 'b' }, { name: 'c', hash: y }, { name: 'd', hash: x }]
  const delta = foreign(repo, { baseline, files, parents: [baseline] })
  assert.deepEqual(treeOf(repo, delta), { a: 'x', c: 'y', d: 'x' })
  const child = commit(repo, { parent: delta, changes: [file('a', undefined)] })
  assert.deepEqual(treeOf(repo, child), { c: 'y', d: 'x' })
  assert.equal(readCheckin(repo, child).baseline, undefined)
  const lost = foreign(repo, { baseline: named(version(1)), files, parents: [baseline] })
  assert.throws(() => manifestFiles(repo, lost), failsWith('artifact.missing'))
  const wrong = foreign(repo, { baseline: x, files, parents: [baseline] })
  assert.throws(() => manifestFiles(repo, wrong), failsWith('checkin.invalid', /not a check-in/))
})

test('a private check-in and its new files are private, and so are its descendants', () => {
  using repo = memoryRepo()
  const parent = commit(repo, { changes: [file('a', 'public')] })
  const before = stateOf(repo)
  const changes = [file('a', 'secret'), file('b', 'public')]
  const secret = checkin(repo, { changes, comment: 's', user: 'u', parent, isPrivate: true })
  const child = checkin(repo, {
    changes: [file('c', 'also secret')],
    comment: 's',
    user: 'u',
    parent: secret.hash,
  })
  const hidden = [...secret.newArtifacts, ...child.newArtifacts].sort()
  assert.deepEqual(hidden.length, 4)
  assert.deepEqual(stateOf(repo).private, hidden)
  assert.deepEqual(stateOf(repo).announced, before.announced)
  assert.deepEqual(stateOf(repo).unsent, before.unsent)
  assert.equal(isHeldPrivately(repo, named(utf8('public'))), false)
})

test('a public check-in publishes the files it needs and names no private parent', () => {
  using repo = memoryRepo()
  const parent = commit(repo, { changes: [file('a', '1')] })
  const changes = [file('a', 'secret'), file('b', 'never told')]
  const secret = commit(repo, { parent, changes, isPrivate: true })
  const other = commit(repo, { parent, comment: 'other' })
  const merge = commit(repo, {
    parent,
    mergedParents: [secret, other],
    changes: [file('a', 'secret')],
  })
  assert.deepEqual(readCheckin(repo, merge).parents, [parent, other])
  assert.equal(isHeldPrivately(repo, named(utf8('secret'))), false)
  assert.equal(isHeldPrivately(repo, named(utf8('never told'))), true)
  assert.equal(isHeldPrivately(repo, secret), true)
  const more = commit(repo, { parent: secret, comment: 'more' })
  const hidden = commit(repo, { parent: secret, mergedParents: [merge, more] })
  assert.deepEqual(readCheckin(repo, hidden).parents, [secret, merge, more])
})

test('a file that is private here becomes public with a public check-in that keeps it', () => {
  using repo = memoryRepo()
  const { hash, rid } = storeLocal(repo, version(1))
  const parent = foreign(repo, { files: [{ name: 'a', hash }] })
  makePrivate(repo, rid)
  assert.equal(isHeldPrivately(repo, hash), true)
  commit(repo, { parent, changes: [file('b', 'x')], isPrivate: true, branch: 'p' })
  assert.equal(isHeldPrivately(repo, hash), true)
  commit(repo, { parent, changes: [file('b', 'x')] })
  assert.equal(isHeldPrivately(repo, hash), false)
  assert.equal(stateOf(repo).announced.includes(hash), true)
})

test('a missing private file is wanted in public once a public check-in has it', () => {
  using repo = memoryRepo()
  const hash = named(version(1))
  const parent = foreign(repo, { files: [{ name: 'a', hash }] })
  const rid = findRid(repo, hash) ?? assert.fail()
  makePrivate(repo, rid)
  commit(repo, { parent, changes: [file('b', 'x')] })
  assert.equal(isPrivate(repo, rid), false)
})

test('older versions become deltas of newer ones, never of private ones', () => {
  using repo = memoryRepo()
  const write = (number: number, options: Partial<CheckinOptions>): ArtifactHash =>
    commit(repo, { changes: [{ name: 'a', content: version(number) }], ...options })
  const source = (hash: ArtifactHash): unknown => {
    const rid = findHeld(repo, hash)
    return rid === undefined ? assert.fail() : deltaSource(repo, rid)
  }
  const first = write(1, {})
  const second = write(2, { parent: first, isPrivate: true, branch: 'p' })
  assert.deepEqual([source(first), source(named(version(1)))], [undefined, undefined])
  const third = write(3, { parent: first })
  assert.equal(source(named(version(1))), findHeld(repo, named(version(3))))
  const fourth = write(1, { parent: third })
  assert.equal(source(named(version(3))), undefined, 'that would close a loop')
  cacheOf(repo).clear()
  const trees = [first, second, third, fourth].map((hash) => treeOf(repo, hash)['a'])
  assert.deepEqual(
    trees,
    [1, 2, 3, 1].map((number) => fromUtf8(version(number))),
  )
})

test('the manifest of a parent becomes a delta of its child', () => {
  using repo = memoryRepo()
  const changes = Array.from({ length: 20 }, (_, i) => file(`file-${i}`, `${i}`))
  const parent = commit(repo, { changes })
  const child = checkin(repo, { parent, changes: [file('x', 'y')], comment: 'c', user: 'u' })
  const rid = findHeld(repo, parent) ?? assert.fail()
  const childRid = ridOf(repo, child.hash)
  assert.equal(deltaSource(repo, rid), childRid)
  assert.equal(deltaSource(repo, childRid), undefined)
  cacheOf(repo).clear()
  assert.equal(manifestFiles(repo, parent).size, 20)
})

test('a file that has not come yet is kept by name', () => {
  using repo = memoryRepo()
  const hash = named(version(1))
  const parent = foreign(repo, { files: [{ name: 'a', hash }] })
  const child = commit(repo, { parent, changes: [file('b', 'x')] })
  assert.equal(manifestFiles(repo, child).get('a')?.hash, hash)
  receive(repo, whole(version(1)))
  assert.deepEqual(treeOf(repo, child)['a'], fromUtf8(version(1)))
})

test('a private check-in that arrives publicly publishes its files with it', () => {
  using repo = memoryRepo()
  const changes = [{ name: 'a.txt', content: utf8('for a while only\n') }]
  const options = { changes, comment: 'in private', user: 'ada', isPrivate: true }
  const { hash, newArtifacts } = checkin(repo, options)
  const rid = ridOf(repo, hash)
  assert.equal(privateArtifacts(repo).length, newArtifacts.length)
  storeContent(repo, { hash, content: readArtifact(repo, hash), isPrivate: false })
  assert.deepEqual(privateArtifacts(repo), [])
  assert.ok(announcedArtifacts(repo).some((artifact) => artifact.rid === rid))
  assert.deepEqual(verify(repo).differences, [])
})

test('the same work in the same world makes the same bytes', () => {
  const [first, second] = [1, 2].map(() => {
    const env = new TestEnv()
    using repo = createRepo(openDatabase(), env)
    let parent = checkin(repo, { changes: [], comment: 'begin', user: 'admin' }).hash
    for (let number = 0; number < 30; number++) {
      env.nowMs += 1000
      const changes = [{ name: `file-${number % 7}`, content: version(number) }]
      const branch = number % 10 === 9 ? { branch: `b${number}` } : {}
      parent = checkin(repo, { changes, comment: 'c', user: 'u', parent, ...branch }).hash
      storeLocal(repo, utf8(`secret ${number}`), { isPrivate: true })
    }
    return dbOf(repo).serialize()
  })
  assert.ok(first !== undefined && second !== undefined && first.length > 50_000)
  assert.equal(Buffer.compare(first, second), 0)
})

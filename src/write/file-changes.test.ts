/**
 * Renames, names and delta manifests. What stock writes for the same: `checkin-stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { deltaSource } from '../repo/content.ts'
import { findHeld } from '../repo/blob.ts'
import { manifestFiles, type FileChange, readCheckin } from './checkin.ts'
import { setConfig } from '../repo/config.ts'
import { failsWith, named, stateOf, TestEnv, version } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { isNewFileName } from './file-changes.ts'
import { cardsOf, commit } from './written.suite.ts'

function file(name: string, content: string | undefined, renamedFrom?: string): FileChange {
  const bytes = content === undefined ? undefined : utf8(content)
  return { name, content: bytes, ...(renamedFrom === undefined ? {} : { renamedFrom }) }
}

/** The F cards of a check-in with short words for hashes. */
function fileCards(repo: Repo, written: NamedArtifact): string[] {
  const words = ['1', '2', '3', 'a', 'b'].map((word) => [named(utf8(word)), word] as const)
  return cardsOf(repo, written)
    .filter((card) => card.startsWith('F '))
    .map((card) => words.reduce((text, [hash, word]) => text.replace(hash, `=${word}`), card))
}

function begin(repo: Repo): NamedArtifact {
  const script: FileChange = { ...file('b', '2'), permission: 'executable' }
  return commit(repo, { changes: [file('a', '1'), script, file('d/c', '3')] })
}

test('a rename tells the name before, with or without new content', () => {
  using repo = memoryRepo()
  const { hash: parent } = begin(repo)
  const changes = [file('x y', undefined, 'a'), file('d/e', 'b', 'b')]
  const renamed = commit(repo, { parent, changes })
  assert.deepEqual(fileCards(repo, renamed), ['F d/c =3', 'F d/e =b x b', 'F x\\sy =1 w a'])
  const after = commit(repo, { parent: renamed.hash, changes: [file('new', 'a')] })
  assert.deepEqual(fileCards(repo, after), ['F d/c =3', 'F d/e =b x', 'F new =a', 'F x\\sy =1'])
  const permission = 'regular' as const
  const plain = { ...file('f', undefined, 'b'), permission }
  assert.deepEqual(fileCards(repo, commit(repo, { parent, changes: [plain] })), [
    'F a =1',
    'F d/c =3',
    'F f =2 w b',
  ])
})

test('files can swap names, and an old name can be used for a new file', () => {
  using repo = memoryRepo()
  const { hash: parent } = begin(repo)
  const swap = [file('a', undefined, 'b'), file('b', undefined, 'a')]
  assert.deepEqual(fileCards(repo, commit(repo, { parent, changes: swap })), [
    'F a =2 x b',
    'F b =1 w a',
    'F d/c =3',
  ])
  const anew = [file('b', 'a'), file('z', undefined, 'b')]
  for (const changes of [anew, anew.toReversed()]) {
    const written = commit(repo, { parent, changes })
    assert.deepEqual(fileCards(repo, written), ['F a =1', 'F b =a', 'F d/c =3', 'F z =2 x b'])
  }
})

test('a file that is taken away can leave its name to another', () => {
  using repo = memoryRepo()
  const { hash: parent } = begin(repo)
  const changes = [file('a', undefined), file('a', undefined, 'b')]
  for (const each of [changes, changes.toReversed()]) {
    const written = commit(repo, { parent, changes: each })
    assert.deepEqual(fileCards(repo, written), ['F a =2 x b', 'F d/c =3'])
  }
})

test('the content before a rename becomes a delta of the content after it', () => {
  using repo = memoryRepo()
  const rid = (content: Uint8Array) => findHeld(repo, named(content)) ?? assert.fail()
  const { hash: parent } = commit(repo, { changes: [{ name: 'a', content: version(1) }] })
  commit(repo, { parent, changes: [{ name: 'b', content: version(2), renamedFrom: 'a' }] })
  assert.equal(deltaSource(repo, rid(version(1))), rid(version(2)))
})

test('changes that contradict each other or the parent are refused, and nothing stored', () => {
  using repo = memoryRepo()
  const { hash: parent } = begin(repo)
  const before = stateOf(repo)
  const refused: [reason: RegExp, changes: FileChange[]][] = [
    [/two changes to "a"/, [file('a', 'x'), file('a', undefined)]],
    [/two changes take "a"/, [file('x', undefined, 'a'), file('y', undefined, 'a')]],
    [/two changes take "a"/, [file('x', undefined, 'a'), file('a', undefined)]],
    [/no file "x"/, [file('y', '1', 'x')]],
    [/"a" is renamed to itself/, [file('a', 'x', 'a')]],
    [/in use/, [file('b', undefined, 'a')]],
    [/in use/, [file('b', undefined, 'a'), file('d/c', 'x', 'b')]],
    [/"a" is a file, not a directory/, [file('a/x', 'x')]],
    [/"a" is a file, not a directory/, [file('a/x/y', 'x')]],
    [/"d" is a directory/, [file('d', 'x')]],
    [/"d" is a directory/, [file('d', undefined, 'a')]],
    [/"n" is a directory|"n" is a file/, [file('n', 'x'), file('n/m', 'x')]],
    [/bad file name/, [file('..\\up', 'x')]],
    [/bad file name/, [file('\\', undefined, 'a')]],
  ]
  for (const [reason, changes] of refused) {
    const write = (): unknown => commit(repo, { parent, changes: [file('new', 'new'), ...changes] })
    assert.throws(write, failsWith('checkin.invalid', reason), JSON.stringify(changes))
    assert.deepEqual(stateOf(repo), before)
  }
  const emptied = commit(repo, { parent, changes: [file('d/c', undefined), file('d', 'a')] })
  assert.deepEqual(fileCards(repo, emptied), ['F a =1', 'F b =2 x', 'F d =a'])
})

test('new files have the names that stock adds, and those beyond the basic plane', () => {
  const good = [
    'a',
    'a b',
    ' ',
    '.x',
    '...',
    'a..b',
    'é',
    '漢',
    '\uffee',
    '😀',
    '\t',
    'a\nb',
    '\x01',
  ]
  const bad = ['', '.', '..', '/', '/a', 'a/', 'a//b', './a', 'a/.', 'a/../b', 'a\\b', '\ue000']
  bad.push('\uf8ff', '\ufdd0', '\ufffe', '\uffff', '\ud800', '\udc80')
  for (const name of good) assert.ok(isNewFileName(name), JSON.stringify(name))
  for (const name of bad) assert.ok(!isNewFileName(name), JSON.stringify(name))
})

test('nothing changed is refused unless asked for; a merge is a change', () => {
  using repo = memoryRepo()
  const { hash: parent } = begin(repo)
  const other = commit(repo, { comment: 'other' })
  const idle: FileChange[][] = [[], [file('a', '1')], [file('b', '2'), file('d/c', '3')]]
  for (const changes of idle) {
    const write = (): unknown => commit(repo, { parent, changes, allowEmpty: false })
    assert.throws(write, failsWith('checkin.invalid', /nothing has changed/))
    assert.equal(readCheckin(repo, commit(repo, { parent, changes }).hash).parents[0], parent)
  }
  commit(repo, { parent, allowEmpty: false, mergedParents: [other.hash] })
  const permission = 'symlink' as const
  commit(repo, { parent, allowEmpty: false, changes: [{ ...file('a', '1'), permission }] })
  commit(repo, { parent, allowEmpty: false, changes: [file('z', undefined, 'a')] })
  commit(repo, { allowEmpty: false })
})

test('a delta manifest tells what its baseline does not', () => {
  using repo = memoryRepo()
  const { hash: baseline } = begin(repo)
  const permission = 'executable' as const
  const first = commit(repo, {
    parent: baseline,
    deltaManifest: true,
    changes: [{ ...file('a', '1'), permission }, file('d/c', undefined), file('new', 'a')],
  })
  assert.deepEqual(fileCards(repo, first), ['F a =1 x', 'F d/c', 'F new =a'])
  const second = commit(repo, {
    parent: first.hash,
    deltaManifest: true,
    changes: [file('a', undefined), file('d/c', '3'), file('moved', 'b', 'b')],
  })
  assert.deepEqual(fileCards(repo, second), ['F a', 'F b', 'F moved =b x b', 'F new =a'])
  assert.equal(readCheckin(repo, second.hash).baseline, baseline)
  const same = commit(repo, { parent: second.hash, deltaManifest: true })
  assert.deepEqual(fileCards(repo, same), ['F a', 'F b', 'F moved =b x', 'F new =a'])
  assert.deepEqual([...manifestFiles(repo, same.hash).keys()].sort(), ['d/c', 'moved', 'new'])
  assert.equal(readCheckin(repo, same.hash).repoChecksum, undefined)
})

test('a rename that the baseline tells is not told again', () => {
  using repo = memoryRepo()
  const { hash } = begin(repo)
  const baseline = commit(repo, { parent: hash, changes: [file('z', undefined, 'a')] })
  const delta = commit(repo, { parent: baseline.hash, deltaManifest: true })
  assert.deepEqual(fileCards(repo, delta), ['F z =1'])
  assert.equal(manifestFiles(repo, delta.hash).get('z')?.priorName, undefined)
})

test('a delta manifest needs a parent, leave, and a baseline that its readers can get', () => {
  using repo = memoryRepo({}, new TestEnv())
  assert.throws(() => commit(repo, { deltaManifest: true }), failsWith('checkin.invalid', /parent/))
  const { hash: parent } = begin(repo)
  setConfig(repo, 'forbid-delta-manifests', 'Yes')
  const write = (): unknown => commit(repo, { parent, deltaManifest: true })
  assert.throws(write, failsWith('checkin.invalid', /forbidden/))
  setConfig(repo, 'forbid-delta-manifests', '0')
  write()
})

/**
 * Files of the disk: what is found below a folder, what each is, and names that no check-in takes.
 * @module
 */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { failsWith } from '../repo/fixture.suite.ts'
import { existsOnDisk, findTree, nameOfPath, nameProblem, readDiskFile } from './disk-files.ts'

function folder(t: TestContext, files: readonly string[]): string {
  const path = mkdtempSync(join(tmpdir(), 'trilobite-disk-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  for (const name of files) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), name)
  }
  return path
}

const nothing = {
  tracked: new Set<string>(),
  withDotfiles: false,
  isIgnored: () => false,
  besides: [],
}

function isObject(name: string): boolean {
  return name.endsWith('.o')
}

function namesIn(path: string, options: Partial<Parameters<typeof findTree>[1]>): string[] {
  return findTree(path, { ...nothing, ...options }).files.map(({ name }) => name)
}

test('new dotfiles, ignored files, check-outs inside and the repository are left out', (t) => {
  const all = ['a', 'd/b', 'd/c.o', '.x', '.y/z', 'p.fossil', 'in/.fslckout', 'in/f', '_FOSSIL_']
  const path = folder(t, all)
  const found = findTree(path, {
    ...nothing,
    isIgnored: isObject,
    besides: [join(path, 'p.fossil')],
  })
  assert.deepEqual(
    found.files.map(({ name }) => name),
    ['a', 'd/b'],
  )
  assert.deepEqual([...found.leftOut].sort(), ['.x', '.y/', 'd/c.o', 'in/'])
  assert.deepEqual(namesIn(path, { withDotfiles: true }), [
    '.x',
    'a',
    'p.fossil',
    '.y/z',
    'd/b',
    'd/c.o',
  ])
})

test('what is tracked is found whatever it is called', (t) => {
  const path = folder(t, ['.x', '.y/z', '.y/new', 'd/c.o', 'in/.fslckout', 'in/f'])
  const tracked = new Set(['.x', '.y/z', 'd/c.o', 'in/f', 'gone'])
  const found = namesIn(path, { tracked, isIgnored: () => true })
  assert.deepEqual(found, ['.x', '.y/z', 'd/c.o', 'in/f'])
})

test('files are regular, executable or symlinks, and nothing else', (t) => {
  if (process.platform === 'win32') return t.skip('Windows has neither')
  const path = folder(t, ['regular', 'tool'])
  chmodSync(join(path, 'tool'), 0o755)
  symlinkSync('nowhere', join(path, 'link'))
  symlinkSync('.', join(path, 'loop'))
  execFileSync('mkfifo', [join(path, 'pipe')])
  assert.equal(readDiskFile(join(path, 'regular')).permission, 'regular')
  assert.equal(readDiskFile(join(path, 'tool')).permission, 'executable')
  const { content, permission } = readDiskFile(join(path, 'link'))
  assert.deepEqual([Buffer.from(content).toString(), permission], ['nowhere', 'symlink'])
  assert.ok(existsOnDisk(join(path, 'link')))
  assert.throws(() => readDiskFile(join(path, 'pipe')), failsWith('repo.unreadable', /neither/))
  assert.throws(() => existsOnDisk('x'.repeat(10_000)), failsWith('repo.unreadable'))
  const found = findTree(path, nothing)
  assert.deepEqual(found.leftOut, ['pipe'])
  assert.equal(found.files.length, 4)
  const wasFile = { ...nothing, tracked: new Set(['pipe']) }
  assert.throws(() => findTree(path, wasFile), failsWith('repo.unreadable', /was a file/))
})

test('names that are not UTF-8 are told apart', (t) => {
  if (process.platform !== 'linux') return t.skip('only here are names any bytes')
  const path = folder(t, [])
  for (const byte of [0xe4, 0xff]) {
    writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([byte])]), 'x')
  }
  assert.deepEqual(namesIn(path, {}), ['\udce4', '\udcff'])
  assert.equal(nameProblem('\udce4'), 'it is not UTF-8')
})

test('a path of the disk gives a name', () => {
  const names = { 'a/b': 'a/b', './a': 'a', '././/a//b/./c/': 'a/b/c', '.': '.', './': '.' }
  for (const [path, name] of Object.entries(names)) assert.equal(nameOfPath(path), name, path)
  for (const path of ['../a', '/a', 'a/../b', '..', '.a', 'a.', 'a/.b']) {
    assert.equal(nameOfPath(path), path)
  }
})

test('each name that is refused has a reason', () => {
  const reasons = {
    '': 'empty',
    '/a': 'begins with "/"',
    '../a': '".." leads out',
    'a/..': '".." leads out',
    'a//b': 'empty or "."',
    './a': 'empty or "."',
    'a\\b': 'backslash',
    'd/_FOSSIL_': 'Fossil keeps',
    '\ue000': 'stock Fossil refuses',
  }
  for (const [name, reason] of Object.entries(reasons)) {
    assert.ok(nameProblem(name)?.includes(reason), `${name}: ${nameProblem(name)}`)
  }
  for (const name of ['a', 'a b', ' ', 'a\nb', 'ä/😀', '...', '-m', '.x']) {
    assert.equal(nameProblem(name), undefined)
  }
})

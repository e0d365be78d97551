/**
 * Check-ins on disk: what an export writes, what it removes, and what it leaves alone.
 * @module
 */

import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { setConfig } from '../repo/config.ts'
import { failsWith } from '../repo/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { storeLocal } from '../repo/store.ts'
import { checkin, type FileChange } from '../write/checkin.ts'
import { artifactOf } from '../write/artifact.ts'
import { exportCheckin } from './export.ts'
import { unsafeReason } from './export-plan.ts'

const isWindows = process.platform === 'win32'

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-export-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A check-in with these files and no others; `x` and `l` before `:` are permissions. */
function checkinOf(repo: Repo, files: Readonly<Record<string, string>>): ArtifactHash {
  const changes = Object.entries(files).map(([key, text]): FileChange => {
    const [, mark, name = ''] = /^(?:([xl]):)?([^]*)$/.exec(key) ?? []
    const permission = mark === 'x' ? 'executable' : mark === 'l' ? 'symlink' : 'regular'
    return { name, content: utf8(text), permission }
  })
  return checkin(repo, { changes, comment: 'c', user: 'u', newRoot: true, allowEmpty: true }).hash
}

/** All files in a folder but the record: content, `-> target` of a link, `*` where executable. */
function contents(folder: string, prefix = ''): Record<string, string> {
  const entries = readdirSync(join(folder, prefix)).flatMap((tail) => {
    const name = prefix + tail
    const path = join(folder, name)
    const stat = lstatSync(path)
    if (stat.isDirectory()) return Object.entries(contents(folder, `${name}/`))
    if (name === '.trilobite-export') return []
    if (stat.isSymbolicLink()) return [[name, `-> ${readlinkSync(path)}`]]
    return [[name, `${readFileSync(path, 'utf8')}${(stat.mode & 0o111) === 0 ? '' : '*'}`]]
  })
  return Object.fromEntries(entries)
}

/** The names of the files that an export left alone. */
function keptBy(done: ReturnType<typeof exportCheckin>): string[] {
  return done.kept.map(({ name }) => name)
}

suite('a first export', () => {
  test('writes all files with their bits and links, and a second one nothing', (t) => {
    if (isWindows) return t.skip('Windows has no executable bits')
    using repo = memoryRepo()
    const folder = join(scratch(t), 'deep/er')
    const tip = checkinOf(repo, { a: '1', 'd/e/f': '', 'x:run': 'r', 'l:link': 'd/e', 'ü \n': 'u' })
    const { written, kept } = exportCheckin(repo, tip, folder)
    assert.deepEqual(written, ['a', 'd/e/f', 'link', 'run', 'ü \n'])
    assert.deepEqual(kept, [])
    const all = { a: '1', 'd/e/f': '', link: '-> d/e', run: 'r*', 'ü \n': 'u' }
    assert.deepEqual(contents(folder), all)
    const again = exportCheckin(repo, tip, folder)
    assert.deepEqual([again.written, again.removed, again.unchanged.length], [[], [], 5])
    // Back to what was told, bits included.
    chmodSync(join(folder, 'a'), 0o755)
    chmodSync(join(folder, 'run'), 0o640)
    assert.deepEqual(exportCheckin(repo, tip, folder).written, ['a', 'run'])
    assert.equal(lstatSync(join(folder, 'run')).mode & 0o777, 0o750)
    assert.deepEqual(contents(folder), all)
  })

  test('keeps what was there, and names it', (t) => {
    using repo = memoryRepo()
    const folder = scratch(t)
    writeFileSync(join(folder, 'a'), 'mine')
    writeFileSync(join(folder, 'same'), 's')
    mkdirSync(join(folder, 'dir/empty'), { recursive: true })
    const tip = checkinOf(repo, { a: '1', same: 's', dir: 'f', b: '2' })
    const rehearsed = exportCheckin(repo, tip, folder, { dryRun: true })
    assert.deepEqual(contents(folder), { a: 'mine', same: 's' })
    assert.ok(!existsSync(join(folder, '.trilobite-export')))
    const done = exportCheckin(repo, tip, folder)
    assert.deepEqual(done, rehearsed)
    assert.deepEqual(done.kept, [
      { name: 'a', reason: 'it is not from an earlier export' },
      { name: 'dir', reason: 'there is a folder in its place' },
    ])
    assert.deepEqual([done.written, done.unchanged], [['b'], ['same']])
    // Whole folders stay, be it forced.
    assert.deepEqual(keptBy(exportCheckin(repo, tip, folder, { force: true })), ['dir'])
    assert.deepEqual(contents(folder), { a: '1', b: '2', same: 's' })
  })

  test('fails as a whole where the folder is a file or content is not here', (t) => {
    using repo = memoryRepo()
    const folder = scratch(t)
    writeFileSync(join(folder, 'file'), '')
    const tip = checkinOf(repo, { a: '1' })
    const fails = failsWith('export.invalid', /a file, not a folder/)
    assert.throws(() => exportCheckin(repo, tip, join(folder, 'file')), fails)
    const below = join(folder, 'file', 'x')
    assert.throws(() => exportCheckin(repo, tip, below), failsWith('repo.unreadable'))
    const plain = storeLocal(repo, utf8('plain')).hash
    assert.throws(() => exportCheckin(repo, plain, folder), failsWith('checkin.invalid'))
  })
})

/** Ends an export before its second file. */
function dies(at: number): void {
  if (at === 1) throw new Error('killed')
}

suite('a later export', () => {
  test('writes over and removes its own files, and keeps those that were changed', (t) => {
    using repo = memoryRepo()
    const folder = scratch(t)
    const files = { same: 's', edited: '1', mine: '1', 'old/gone': 'g', 'old/mine': 'g' }
    exportCheckin(repo, checkinOf(repo, files), folder)
    writeFileSync(join(folder, 'mine'), 'my own')
    writeFileSync(join(folder, 'old/mine'), 'my own')
    writeFileSync(join(folder, 'foreign'), 'f')
    const next = checkinOf(repo, { same: 's', edited: '2', mine: '2', foreign: '2', 'n/w': '' })
    const done = exportCheckin(repo, next, folder)
    assert.deepEqual([done.written, done.removed], [['edited', 'n/w'], ['old/gone']])
    assert.deepEqual(done.kept, [
      {
        name: 'old/mine',
        reason: 'it was changed since the earlier export, and the check-in has no such file',
      },
      { name: 'foreign', reason: 'it is not from an earlier export' },
      { name: 'mine', reason: 'it was changed since the earlier export' },
    ])
    const own = { foreign: 'f', mine: 'my own', 'old/mine': 'my own' }
    assert.deepEqual(contents(folder), { ...own, edited: '2', 'n/w': '', same: 's' })
    // It is told until somebody settles it.
    assert.deepEqual(keptBy(exportCheckin(repo, next, folder)), keptBy(done))
    const forced = exportCheckin(repo, next, folder, { force: true })
    assert.deepEqual(forced.kept, [])
    assert.deepEqual(contents(folder), {
      edited: '2',
      foreign: '2',
      mine: '2',
      'n/w': '',
      same: 's',
    })
    assert.ok(!existsSync(join(folder, 'old')))
  })

  test('brings back what was deleted, and lets links, files and directories change places', (t) => {
    if (isWindows) return t.skip('symlinks need a right on Windows')
    using repo = memoryRepo()
    const folder = scratch(t)
    const first = checkinOf(repo, { 'a/b/c': '1', 'l:b': 'a', c: 'x', d: '1' })
    const second = checkinOf(repo, { a: '1', 'b/x': '2', 'l:c': 'x', d: '1' })
    exportCheckin(repo, first, folder)
    rmSync(join(folder, 'd'))
    assert.deepEqual(exportCheckin(repo, second, folder).kept, [])
    assert.deepEqual(contents(folder), { a: '1', 'b/x': '2', c: '-> x', d: '1' })
    exportCheckin(repo, first, folder)
    assert.deepEqual(contents(folder), { 'a/b/c': '1', b: '-> a', c: 'x', d: '1' })
    // A file of somebody else's keeps the directory.
    writeFileSync(join(folder, 'a/b/more'), 'm')
    assert.deepEqual(keptBy(exportCheckin(repo, second, folder)), ['a'])
  })

  test('goes on where an earlier one was interrupted', (t) => {
    using repo = memoryRepo()
    const folder = scratch(t)
    exportCheckin(repo, checkinOf(repo, { a: '1', b: '1', z: '1' }), folder)
    const second = checkinOf(repo, { a: '2', b: '2', z: '2' })
    assert.throws(() => exportCheckin(repo, second, folder, { onProgress: dies }), /killed/)
    assert.deepEqual(contents(folder), { a: '2', b: '1', z: '1' })
    writeFileSync(join(folder, 'z'), 'mine')
    const third = checkinOf(repo, { a: '3', b: '3', z: '3' })
    assert.deepEqual(keptBy(exportCheckin(repo, third, folder)), ['z'])
    assert.deepEqual(contents(folder), { a: '3', b: '3', z: 'mine' })
  })

  test('does not write over a file that came while it ran', (t) => {
    using repo = memoryRepo()
    const folder = scratch(t)
    const tip = checkinOf(repo, { a: '1', b: '1' })
    const onProgress = (at: number): void => {
      if (at === 1) writeFileSync(join(folder, 'b'), 'quick')
    }
    const { written, kept } = exportCheckin(repo, tip, folder, { onProgress })
    assert.deepEqual(written, ['a'])
    assert.deepEqual(kept, [{ name: 'b', reason: 'a file of this name came here meanwhile' }])
    assert.deepEqual(keptBy(exportCheckin(repo, tip, folder)), ['b'])
    assert.deepEqual(contents(folder), { a: '1', b: 'quick' })
  })

  test('writes nothing where the record is damaged or of another project', (t) => {
    using repo = memoryRepo()
    using other = memoryRepo({ projectCode: 'f'.repeat(40) })
    const folder = scratch(t)
    exportCheckin(other, checkinOf(other, { a: 'other' }), folder)
    const tip = checkinOf(repo, { a: '1', b: '1' })
    const fails = failsWith('export.invalid', /another project, f{40}/)
    assert.throws(() => exportCheckin(repo, tip, folder), fails)
    assert.deepEqual(contents(folder), { a: 'other' })
    exportCheckin(repo, tip, folder, { force: true })
    assert.deepEqual(contents(folder), { a: '1', b: '1' })
    const damaged = ['', '{}', 'null', '[]', '{"export":{"format":2},"files":[]}']
    const head = '{"export":{"format":1,"projectCode":"p","checkin":"c"},"files":'
    damaged.push(`${head}{}}`, `${head}[["a"]]}`, `${head}[[1,2]]}`, `${head}["ab"]}`)
    for (const text of damaged) {
      writeFileSync(join(folder, '.trilobite-export'), text)
      const isDamaged = failsWith('export.invalid', /damaged/)
      assert.throws(() => exportCheckin(repo, tip, folder), isDamaged, text)
    }
  })
})

suite('an export stays in its folder', () => {
  test('nothing is written or removed through a symlink to elsewhere', (t) => {
    if (isWindows) return t.skip('symlinks need a right on Windows')
    using repo = memoryRepo()
    const base = scratch(t)
    const [folder, outside] = [join(base, 'in'), join(base, 'out')]
    mkdirSync(outside)
    const first = checkinOf(repo, { 'd/a': '1', 'd/gone': '1', f: '1' })
    exportCheckin(repo, first, folder)
    // The directory moves away, and a symlink leads to it.
    renameSync(join(folder, 'd'), join(outside, 'd'))
    symlinkSync('../out/d', join(folder, 'd'))
    rmSync(join(folder, 'f'))
    symlinkSync('../out/f', join(folder, 'f'))
    const next = checkinOf(repo, { 'd/a': '2', 'd/new': '2', f: '2' })
    assert.deepEqual(keptBy(exportCheckin(repo, next, folder)), ['d/a', 'd/new', 'f'])
    assert.deepEqual(contents(outside), { 'd/a': '1', 'd/gone': '1' })
    exportCheckin(repo, next, folder, { force: true })
    assert.deepEqual(contents(outside), { 'd/a': '1', 'd/gone': '1' })
    assert.deepEqual(contents(folder), { 'd/a': '2', 'd/new': '2', f: '2' })
  })

  test('names that no file may have here are kept out, and so are links to no path', (t) => {
    using repo = memoryRepo()
    const folder = scratch(t)
    const content = storeLocal(repo, utf8('x')).hash
    const names = ['.trilobite-export', 'a', 'a/b', 'd/.trilobite-export~', 'y'.repeat(300)]
    const empty = storeLocal(repo, utf8('')).hash
    const manifest = artifactOf({
      kind: 'checkin',
      comment: 'c',
      user: 'u',
      dateMs: 0,
      parents: [],
      tags: [],
      cherrypicks: [],
      files: [
        ...names.map((name) => ({ name, hash: content })),
        { name: 'link', hash: empty, permissions: 'l' },
        { name: 'ok', hash: content },
      ],
    })
    const { hash } = storeLocal(repo, manifest)
    const { written, kept } = exportCheckin(repo, hash, folder)
    assert.deepEqual(written, ['a/b', 'ok'])
    assert.deepEqual(
      Object.fromEntries(kept.map(({ name, reason }) => [name.slice(0, 9), reason])),
      {
        '.trilobit': 'files that tell of the folder itself have this name',
        a: 'it is a file and a directory in this check-in',
        'd/.trilob': 'files that tell of the folder itself have this name',
        yyyyyyyyy: 'this disk cannot hold it under this name',
        link: 'it is a symlink to what is no path',
      },
    )
    assert.deepEqual(contents(folder), { 'a/b': 'x', ok: 'x' })
    for (const name of ['n\0', '../a', '/a', 'a/../b', 'd/.fslckout', '_FOSSIL_-wal']) {
      assert.notEqual(unsafeReason(name), undefined, name)
    }
  })
})

suite('settings of the project', () => {
  test('`manifest` adds its files, unless the check-in has files of these names', (t) => {
    using repo = memoryRepo()
    const folder = scratch(t)
    setConfig(repo, 'manifest', 'on')
    const tip = checkinOf(repo, { a: '1' })
    exportCheckin(repo, tip, folder)
    const { manifest = '', ...others } = contents(folder)
    assert.deepEqual(others, { a: '1', 'manifest.uuid': `${tip}\n` })
    assert.match(
      manifest,
      /^C c\n[^]*\nZ [0-9a-f]{32}\n# Remove this line to create a well-formed /,
    )
    const next = checkinOf(repo, { '.fossil-settings/manifest': ' tu\n', 'manifest.uuid': 'own' })
    assert.deepEqual(exportCheckin(repo, next, folder).removed, ['manifest', 'a'])
    assert.deepEqual(contents(folder), {
      '.fossil-settings/manifest': ' tu\n',
      'manifest.tags': 'branch trunk\ntag trunk\n',
      'manifest.uuid': 'own',
    })
  })

  test('`empty-dirs` makes directories, and patterns choose files', (t) => {
    using repo = memoryRepo()
    const folder = scratch(t)
    const dirs = { '.fossil-settings/empty-dirs': 'tmp/log, a ../out .trilobite-export' }
    const tip = checkinOf(repo, { ...dirs, a: '1', 'a.c': '2', 'd/b.c': '3' })
    const { kept } = exportCheckin(repo, tip, folder, { include: '*.c,a', exclude: 'd/*' })
    assert.deepEqual(
      kept.map(({ name }) => name),
      ['a', '../out', '.trilobite-export'],
    )
    assert.deepEqual(contents(folder), { a: '1', 'a.c': '2' })
    assert.ok(lstatSync(join(folder, 'tmp/log')).isDirectory())
    assert.ok(!existsSync(join(folder, '../out')))
  })
})

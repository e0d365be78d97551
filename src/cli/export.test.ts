/**
 * `trilobite export`, `zip` and `tarball` as people and programs meet them.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { checkin, createRepo, systemEnv } from '../index.ts'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()

const hashes = makeProject()

function makeProject(): string[] {
  using repo = createRepo(join(scratch.folder, 'p.fossil'), systemEnv)
  const author = { comment: 'c', user: 'u' }
  return [
    { name: 'a.txt', content: Buffer.from('1') },
    { name: 'd/b', content: Buffer.from('2') },
    { name: 'a.txt', content: Buffer.from('3') },
  ].map((change) => checkin(repo, { ...author, changes: [change] }).hash)
}

const [, second = '', third = ''] = hashes

function write(name: string, text: string): void {
  writeFileSync(join(scratch.folder, name), text)
}

suite('export', () => {
  test('tells what it wrote, what it removed and what it kept', async () => {
    const first = await scratch.run(['export', second, 'site'])
    const wrote = 'WROTE   a.txt\nWROTE   d/b\n'
    assert.deepEqual(
      [first.code, first.stdout, first.stderr],
      [0, `${wrote}exported ${second} to site (2 written)\n`, ''],
    )
    write('site/a.txt', 'mine')
    const kept = await scratch.run(['export', 'tip', 'site'])
    assert.equal(
      kept.stdout,
      'KEPT    a.txt: it was changed since the earlier export\n' +
        `exported ${third} to site (0 written, 1 unchanged, 1 kept)\n` +
        'what was kept is not as in the check-in; --force writes over it\n',
    )
    assert.equal(kept.code, 1)
    const told = await scratch.json(['export', '-f', 'tip', 'site', '-n'])
    assert.deepEqual(told, {
      checkin: third,
      folder: 'site',
      dryRun: true,
      written: ['a.txt'],
      removed: [],
      unchanged: 1,
      kept: [],
    })
    assert.equal(readFileSync(join(scratch.folder, 'site/a.txt'), 'utf8'), 'mine')
  })

  test('does not begin in the folder of another project, or without its record', async () => {
    const head = '{"export":{"format":1,"projectCode":"other","checkin":"c"},"files":[]}'
    write('site/.trilobite-export', head)
    const other = await scratch.run(['export', 'tip', 'site'])
    assert.match(other.stderr, /^trilobite: export\.invalid: .*another project.*; --force writes/)
    write('site/.trilobite-export', head.slice(1))
    const damaged = await scratch.run(['export', 'tip', 'site'])
    assert.match(damaged.stderr, /damaged.* \(path site\/\.trilobite-export\)\n$/)
    assert.deepEqual([other.code, damaged.code], [2, 2])
  })
})

suite('an archive', () => {
  test('is written to a file or to standard output, and lists its files', async () => {
    const written = await scratch.run(['zip', second, 'x.zip', '--name', 'r', '--list'])
    assert.match(written.stdout, /^r\/a\.txt\nr\/d\/b\nwrote 2 files of .* to x\.zip \(\d+ B\)\n$/)
    assert.equal(readFileSync(join(scratch.folder, 'x.zip')).readUInt32BE(0), 0x504b0304)
    const listed = await scratch.json(['tarball', 'tip', '-l', '-X', '*.txt', '--name', ''])
    assert.deepEqual([listed['file'], listed['files'], listed['root']], [null, ['d/b'], ''])
    const piped = await scratch.run(['tarball', 'tip', '-'])
    assert.equal(piped.stdout.charCodeAt(0), 0x1f)
  })

  test('takes no place but that of another such archive', async () => {
    write('notes.txt', 'mine')
    const refusals: readonly (readonly [args: readonly string[], RegExp])[] = [
      [['zip', 'tip', 'notes.txt'], /notes\.txt is there and is no ZIP archive: --force writes/],
      [['zip', '-f', 'tip', 'p.fossil'], /p\.fossil is the repository itself/],
      [['zip', 'tip', 'none/x.zip'], /no such file or folder \(path none\/x\.zip\)/],
    ]
    for (const [args, message] of refusals) {
      const { code, stderr } = await scratch.run(args)
      assert.match(stderr, message)
      assert.equal(code, 2)
    }
    assert.equal(readFileSync(join(scratch.folder, 'notes.txt'), 'utf8'), 'mine')
    assert.equal((await scratch.run(['zip', '-f', 'tip', 'notes.txt'])).code, 0)
  })
})

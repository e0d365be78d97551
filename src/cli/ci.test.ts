/**
 * `ci`: what is read from the disk, what is written, and what is refused.
 * @module
 */

import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { before, suite, test } from 'node:test'

import { fromUtf8 } from '../base/bytes.ts'
import { readFile } from '../history/files.ts'
import {
  type ArtifactHash,
  checkinFiles,
  parseArtifactHash,
  type Repo,
  setConfig,
} from '../index.ts'
import { openLeaves } from '../crosslink/branch.ts'
import { verify } from '../crosslink/verify.ts'
import { run } from '../../tools/run.ts'
import { type Json, Scratch } from './command.suite.ts'
import { dbOf } from '../repo/repo.ts'

const scratch = new Scratch()

/** A project of its own in a folder of its own, and the command run there. */
class Project {
  readonly folder: string
  readonly #args = ['-R', 'p.fossil']

  constructor(folder: string) {
    this.folder = scratch.folderNamed(folder)
    scratch.repo(`${folder}/p.fossil`, { artifacts: 0 })
  }

  write(name: string, content: string | Uint8Array = name): void {
    const path = join(scratch.folder, this.folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }

  async ci(...args: string[]): Promise<Json> {
    return scratch.json([...this.#args, 'ci', '-m', 'c', ...args], { in: this.folder })
  }

  /** Runs a command that fails; returns its sentence. */
  async refused(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await scratch.run([...this.#args, 'ci', ...args], {
      in: this.folder,
    })
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, /^trilobite: [^\n]+\n$/)
    return stderr
  }

  open(): Repo {
    return scratch.open(`${this.folder}/p.fossil`)
  }

  /** Names, permissions and content of a check-in's files; long content by its length. */
  files({ checkin }: Json): Record<string, string> {
    using repo = this.open()
    const hash = hashOf(checkin)
    const files = [...checkinFiles(repo, hash)].map(([name, { permission }]): [string, string] => {
      const { content } = readFile(repo, hash, name)
      const text = content.length > 99 ? `${content.length} bytes` : fromUtf8(content)
      return [name, `${permission} ${text}`]
    })
    return Object.fromEntries(files)
  }
}

function hashOf(value: unknown): ArtifactHash {
  return parseArtifactHash(String(value)) ?? assert.fail(String(value))
}

suite('files', () => {
  let project: Project
  let first: Json

  before(async () => {
    project = new Project('files')
    for (const name of ['a', 'd/b', 'd/sub/c', 'tool', '.hidden']) project.write(name)
    chmodSync(join(scratch.folder, 'files/tool'), 0o755)
    symlinkSync('a', join(scratch.folder, 'files/link'))
    first = await project.ci('./a', 'd/', 'tool', 'link')
  })

  test('named on the command line are added with their permissions, folders with all below', () => {
    assert.deepEqual(project.files(first), {
      a: 'regular a',
      'd/b': 'regular d/b',
      'd/sub/c': 'regular d/sub/c',
      link: 'symlink a',
      tool: 'executable tool',
    })
    assert.deepEqual([first['parent'], first['branch'], first['user']], [null, 'trunk', 'admin'])
    assert.deepEqual(first['leftOut'], [])
  })

  test('are renamed, taken away, made executable and read from standard input', async () => {
    const args = ['ci', '-m', 'c', '--mv', 'a=z', '--rm', 'd/sub', '--exec', 'z', '--add', 'in=-']
    const second = await scratch.json([...args, '--rm', 'tool'], { in: 'files', input: 'typed' })
    assert.deepEqual(project.files(second), {
      'd/b': 'regular d/b',
      in: 'regular typed',
      link: 'symlink a',
      z: 'executable a',
    })
    assert.deepEqual(second['files'], [
      { change: 'added', name: 'in' },
      { change: 'renamed', name: 'z', from: 'a' },
      { change: 'deleted', name: 'd/sub/c' },
      { change: 'deleted', name: 'tool' },
    ])
  })

  test('are read from what the shell has opened, a pipe or a file', async (t) => {
    if (process.platform === 'win32') return t.skip('no files of what is opened')
    const main = join(import.meta.dirname, 'main.ts')
    const ci = '"$0" --no-warnings "$1" ci --json -m c --add "in=$2"'
    const opened = ['/dev/stdin', '/dev/fd/0'].flatMap((name) => [
      { name, line: `printf piped | ${ci}`, content: 'piped' },
      { name, line: `${ci} < a`, content: 'a' },
    ])
    for (const { name, line, content } of opened) {
      const args = ['-c', line, process.execPath, main, name]
      const { stdout } = await run('sh', args, { cwd: join(scratch.folder, 'files') })
      assert.equal(project.files(JSON.parse(stdout))['in'], `regular ${content}`, line)
      await scratch.json(['ci', '-m', 'c', '--rm', 'in'], { in: 'files' })
    }
  })

  test('are compared with the parent: what is the same is no change', async () => {
    const said = await project.refused('-m', 'c', 'link', '--exec', 'z')
    assert.match(said, /nothing has changed.*; --allow-empty checks in all the same/)
    assert.match(await project.refused('-m', 'c', '--exec', 'link'), /"link" is a symlink/)
    const empty = await project.ci('link', '--allow-empty')
    assert.deepEqual(empty['files'], [])
  })
})

test('a folder that is the project gives all it has and takes away what it lacks', async () => {
  const project = new Project('from')
  for (const name of ['t/a', 't/d/b', 't/.x', 't/y.o', 't/.git/config']) project.write(name)
  const first = await project.ci('--from', 't', '--ignore', '*.o', '--add', 'extra=t/a')
  assert.deepEqual(Object.keys(project.files(first)), ['a', 'd/b', 'extra'])
  assert.deepEqual(first['leftOut'], ['.git/', '.x', 'y.o'])
  rmSync(join(scratch.folder, 'from/t/d'), { recursive: true })
  project.write('t/d', 'a file where a directory was')
  project.write('t/new')
  renameSync(join(scratch.folder, 'from/t/a'), join(scratch.folder, 'from/t/moved'))
  const second = await project.ci('--from', 't/', '--mv', 'a=moved', '--dotfiles')
  const files = Object.keys(project.files(second))
  assert.deepEqual(files, ['.git/config', '.x', 'd', 'moved', 'new', 'y.o'])
  project.write('t/.fossil-settings/ignore-glob', '*.tmp\n')
  project.write('t/z.tmp')
  project.write('t/z')
  const third = await project.ci('--from', 't')
  assert.deepEqual(third['leftOut'], ['.fossil-settings/', 'z.tmp'])
  scratch.folderNamed('from/none')
  const said = await project.refused('-m', 'c', '--from', 'none')
  assert.match(said, /has no files: --allow-empty takes all files away/)
  const last = await project.ci('--from', 'none', '--allow-empty')
  assert.deepEqual(project.files(last), {})
})

test('a file that is renamed and still there is copied', async () => {
  const project = new Project('copy')
  project.write('t/a')
  await project.ci('--from', 't')
  project.write('t/b', 'a')
  const copied = await project.ci('--from', 't', '--mv', 'a=b')
  assert.deepEqual(project.files(copied), { a: 'regular t/a', b: 'regular a' })
})

test('the repository itself is not checked in', async () => {
  const project = new Project('self')
  project.write('a')
  const { leftOut, ...rest } = await project.ci('--from', '.')
  assert.deepEqual([Object.keys(project.files(rest)), leftOut], [['a'], []])
})

suite('a check-in of', () => {
  test('20 MB and of none', async () => {
    const project = new Project('sizes')
    project.write('empty', '')
    project.write('big', '')
    truncateSync(join(scratch.folder, 'sizes/big'), 20_000_000)
    const first = await project.ci('empty', 'big')
    assert.deepEqual(project.files(first), {
      big: 'regular 20000000 bytes',
      empty: 'regular ',
    })
  })

  test('10,000 files', async () => {
    const project = new Project('many')
    for (let n = 0; n < 10_000; n++) project.write(`t/${n % 100}/${n}`)
    const first = await project.ci('--from', 't')
    {
      using repo = project.open()
      assert.equal(checkinFiles(repo, hashOf(first['checkin'])).size, 10_000)
    }
    project.write('t/99/9999', 'changed')
    const { files, newArtifacts } = await project.ci('--from', 't')
    assert.deepEqual([files, newArtifacts], [[{ change: 'edited', name: '99/9999' }], 2])
  })

  test('names with spaces, newlines and characters beyond ASCII', async () => {
    const project = new Project('names')
    const names = ['a b', 'two\nlines', 'ä/😀', ' ', '=x', '-m', 'tab\t']
    for (const name of names) project.write(`t/${name}`, 'x')
    const first = await project.ci('--from', 't')
    assert.deepEqual(Object.keys(project.files(first)).sort(), names.sort())
    const moved = await project.ci('--mv', '=x==y', '--add', 'p=q=t/=x')
    const files = Object.keys(project.files(moved))
    assert.ok(files.includes('=y') && !files.includes('=x') && files.includes('p=q'))
    using repo = project.open()
    assert.deepEqual(verify(repo).differences, [])
  })
})

suite('a check-in goes', () => {
  test('where it is asked to, with its tags, date, user and colours', async () => {
    const project = new Project('place')
    project.write('a', '1')
    const first = await project.ci('a')
    project.write('a', '2')
    const options = ['--branch', 'side', '--tag', 'x', '--tag', 'y', '--bgcolor', '#123456']
    const date = ['--date', '2031-02-03 04:05:06', '--user', 'zoë', '--close', '--allow-future']
    const tooEarly = await project.refused('-m', 'c', 'a', '--date', '2031-02-03')
    assert.match(tooEarly, /more than a day ahead: --allow-future/)
    const side = await project.ci('a', ...options, ...date)
    assert.deepEqual(
      [side['branch'], side['user'], side['parent']],
      ['side', 'zoë', first['checkin']],
    )
    const text = (await scratch.run(['artifact', String(side['checkin'])], { in: 'place' })).stdout
    assert.match(text, /^D 2031-02-03T04:05:06/m)
    assert.match(
      text,
      /^T \*branch \* side\nT \*sym-side \*\nT \+bgcolor \* #123456\nT \+closed \*/m,
    )
    assert.match(text, /^T \+sym-x \*\nT \+sym-y \*\nT -sym-trunk \*\nU zoë$/m)
    project.write('a', '3')
    const closed = await project.refused('-m', 'c', '--parent', 'side', 'a', '--allow-older')
    assert.match(closed, /is closed: start another branch/)
    const older = await project.refused('-m', 'c', '--parent', 'side', 'a', '--branch', 'next')
    assert.match(older, /its date is before.*: 2031-02-03T04:05:06\. A clock .*--allow-older/)
    const hidden = await project.ci('a', '--private', '--parent', String(first['checkin']))
    assert.deepEqual([hidden['branch'], hidden['private']], ['private', true])
    const child = await project.ci('--parent', 'private', '--rm', 'a')
    assert.deepEqual([child['branch'], child['private']], ['private', true])
  })

  test('nowhere in a dry run', async () => {
    const project = new Project('dry')
    project.write('a')
    await project.ci('a')
    project.write('a', 'changed')
    const tried = await project.ci('a', '-n')
    assert.deepEqual([tried['dryRun'], tried['branch']], [true, 'trunk'])
    using repo = project.open()
    assert.ok(
      !dbOf(repo).prepare('SELECT 1 FROM blob WHERE uuid = ?').get(String(tried['checkin'])),
    )
    const { stdout } = await scratch.run(['ci', '-m', 'c', 'a', '-n'], { in: 'dry' })
    assert.match(stdout, /^EDITED {2}a\nwould check in [0-9a-f]{64} on trunk \(1 edited\)\n$/)
  })
})

test('a fork is refused with the leaf to follow, unless it is wanted, and merged', async () => {
  const project = new Project('fork')
  project.write('a', '1')
  const first = String((await project.ci('a'))['checkin'])
  project.write('a', '2')
  const second = String((await project.ci('a'))['checkin'])
  project.write('a', '3')
  const said = await project.refused('-m', 'c', 'a', '--parent', first)
  assert.ok(said.includes(`it would fork: ${first} is followed by ${second} already`), said)
  const fork = await project.ci('a', '--parent', first, '--allow-fork')
  assert.deepEqual(fork['otherLeaves'], [second])
  const { stdout } = await scratch.run(
    ['ci', '-m', 'c', '--parent', second, '--rm', 'a', '--merge', String(fork['checkin'])],
    { in: 'fork' },
  )
  assert.match(stdout, /^DELETED a\nchecked in [0-9a-f]{64} on trunk \(1 deleted\)\n$/)
  const again = await project.refused('-m', 'c', 'a', '--parent', first, '--branch', 'trunk')
  assert.match(again, /there is an open branch "trunk" already: --parent [0-9a-f]{64} goes on/)
  using repo = project.open()
  assert.equal(openLeaves(repo, 'trunk', []).length, 1)
})

suite('a check-in is refused', { concurrency: 3 }, () => {
  let project: Project
  before(async () => {
    project = new Project('bad')
    for (const name of ['a', 'd/b', 't/back\\slash']) project.write(name)
    await project.ci('a', 'd')
  })

  const refusals: Readonly<Record<string, readonly [args: readonly string[], said: RegExp]>> = {
    'without a comment': [['a'], /say what changed, and why \(option -m\)/],
    'with an empty comment': [['-m', ' ', 'a'], /say what changed/],
    'with two comments': [['-m', 'x', '-M', 'a', 'a'], /one comment is enough/],
    'for a file that is not there': [['-m', 'c', 'none'], /there is no file "none" on disk/],
    'for a name that leads out': [['-m', 'c', '../p/x'], /no file|".." leads out/],
    'for a name above the project': [['-m', 'c', '../bad/a'], /".." leads out of a directory/],
    'for an absolute name': [['-m', 'c', '--add', '/x=a'], /begins with "\/"/],
    'for a backslash': [['-m', 'c', '--from', 't'], /a backslash stands between directories/],
    'for a file that is a directory': [['-m', 'c', '--add', 'a/x=a'], /"a" is a file/],
    'for the repository itself': [['-m', 'c', 'p.fossil'], /is the repository itself/],
    'for a file given twice': [['-m', 'c', 'a', './a'], /"a" comes twice/],
    'for a file added and taken away': [['-m', 'c', 'a', '--rm', 'a'], /added and taken away/],
    'for taking away what is not there': [['-m', 'c', '--rm', 'x'], /the parent has no file "x"/],
    'for renaming what is not there': [['-m', 'c', '--mv', 'x=y'], /no file "x"/],
    'for a pair without "="': [['-m', 'c', '--add', 'x'], /takes NAME=FILE/],
    'for making executable what is not there': [['-m', 'c', '--exec', 'x'], /there is no file "x"/],
    'for an unknown parent': [['-m', 'c', '--parent', 'trunc', 'a'], /did you mean "trunk"/],
    'for a bad date': [['-m', 'c', '--date', 'noon', 'a'], /"noon" is no date such as/],
    'for a bad mimetype': [
      ['-m', 'c', '--mimetype', 'x', 'a'],
      /"x" is not one of fossil, markdown, plain/,
    ],
  }
  for (const [when, [args, said]] of Object.entries(refusals)) {
    test(when, async () => assert.match(await project.refused(...args), said))
  }

  test('for a name that is not UTF-8, found or given', async (t) => {
    if (process.platform !== 'linux') return t.skip('only here are names any bytes')
    const path = Buffer.from(join(scratch.folder, 'bad/u/\xff'), 'latin1')
    mkdirSync(join(scratch.folder, 'bad/u'))
    writeFileSync(path, 'x')
    const said = await project.refused('-m', 'c', '--from', 'u')
    assert.match(said, /the file name "\\xff" cannot be checked in: it is not UTF-8/)
    assert.match(await project.refused('-m', 'c', 'u/\ufffd'), /it is not UTF-8/)
  })
})

test('whoever writes is the setting, the environment or the only administrator', async () => {
  const project = new Project('who')
  project.write('a', '1')
  {
    using repo = project.open()
    setConfig(repo, 'default-user', 'reader')
  }
  assert.equal((await project.ci('a'))['user'], 'reader')
  {
    using repo = project.open()
    setConfig(repo, 'default-user', 'nobody such')
    dbOf(repo).exec(`UPDATE user SET cap = 'i' WHERE login = 'admin'`)
  }
  project.write('a', '2')
  assert.match(await project.refused('-m', 'c', 'a'), /say who you are/)
  const message = ['-M', '-']
  const { code } = await scratch.run(['ci', ...message, 'a', '--user-override', 'me'], {
    in: 'who',
    input: 'from a file\n',
  })
  assert.equal(code, 0)
  const { stdout } = await scratch.run(['timeline', '-n', '1'], { in: 'who' })
  assert.match(stdout, /from a file \(user: me tags: trunk\)/)
})

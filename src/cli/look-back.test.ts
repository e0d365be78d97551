/**
 * Commands about the past, on a small repository: what people and programs read, where it differs
 * from stock's (`look-back-stock.test.ts` has what does not), and what wrong names get.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { sha3 } from '../hash/hash.ts'
import {
  type ArtifactHash,
  checkin,
  type CheckinOptions,
  createRepo,
  readArtifact,
  storeLocal,
  writeWiki,
} from '../index.ts'
import { type Json, Scratch } from './command.suite.ts'

const scratch = new Scratch()
const escape = String.fromCharCode(27)
/** Not UTF-8, and with every byte that a careless program would change. */
const raw = Uint8Array.of(0xff, 0x0d, 0x0a, 0x1a, 0x1b, 0x00, 0x0d)

/** Hashes of the check-ins by their comments. */
const hashes: Record<string, ArtifactHash> = {}
const hash = (name: string): string => hashes[name] ?? assert.fail(name)
const short = (name: string): string => hash(name).slice(0, 10)

/** So many hours after the beginning of 2024-01-31. */
function at(hour: number): number {
  return Date.UTC(2024, 0, 31, hour)
}

function file(name: string, text: string): CheckinOptions['changes'][number] {
  return { name, content: utf8(text) }
}

before(() => {
  using repo = createRepo(join(scratch.folder, 'project.fossil'), systemEnv)
  const write = (
    name: string,
    options: Pick<CheckinOptions, 'changes' | 'parent' | 'branch' | 'tags' | 'dateMs'>,
    comment = name,
  ): ArtifactHash => {
    return (hashes[name] = checkin(repo, { ...options, comment, user: 'amy' }).hash)
  }
  const first = write('first', {
    changes: [file('a.txt', 'one\ntwo\n'), file('dir/b.txt', 'b\n'), { name: 'raw', content: raw }],
    dateMs: at(22),
  })
  const second = write('second', {
    parent: first,
    changes: [file('a.txt', 'one\nTWO\nthree\n')],
    tags: ['v1'],
    dateMs: at(23),
  })
  const red = [file('side.txt', `${escape}[31mred\n`)]
  const side = { parent: second, branch: 'side', changes: red, dateMs: at(24) }
  write('evil', side, `evil ${escape}[31m\ncomment`)
  const renamed = write('renamed', {
    parent: second,
    changes: [{ name: 'dir/c.txt', content: undefined, renamedFrom: 'dir/b.txt' }],
    dateMs: at(25),
  })
  write('last', { parent: renamed, changes: [{ name: 'raw', content: undefined }], dateMs: at(26) })
  writeWiki(repo, { title: 'Home', content: 'hello' }, { user: 'amy', dateMs: at(27) })
})

/** Runs a command on the repository and returns what it prints. */
async function said(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await scratch.run(args)
  assert.deepEqual([code, stderr], [0, ''], args.join(' '))
  return stdout
}

/** A list of a JSON object. */
function listOf(object: Json, key: string): Json[] {
  const list: unknown = object[key]
  assert.ok(Array.isArray(list), key)
  return list
}

async function timelineHashes(): Promise<string[]> {
  const object = await scratch.json(['timeline', '-n', '0'])
  return listOf(object, 'entries').map((entry) => String(entry['hash']))
}

suite('timeline', { concurrency: 2 }, () => {
  test('has a headline for each day, and says whether there is more', async () => {
    assert.equal(
      await said('timeline', '-n', '4', '-v'),
      `=== 2024-02-01 ===
03:00:00 [${(await timelineHashes())[0]?.slice(0, 10)}] Add wiki page "Home" (user: amy)
02:00:00 [${short('last')}] last (user: amy tags: trunk)
   DELETED raw
01:00:00 [${short('renamed')}] renamed (user: amy tags: trunk)
   DELETED dir/b.txt
   RENAMED dir/c.txt
00:00:00 [${short('evil')}] evil ${escape}[31m comment (user: amy tags: side)
   ADDED side.txt
--- entry limit (4) reached ---
`,
    )
  })

  test('takes its bounds as options, too', async () => {
    const args = ['--since', 'v1', '--before', '2024-02-01T01:00:01', '--oneline', '-t', 'checkin']
    assert.equal(
      await said('timeline', ...args),
      `${short('renamed')} renamed\n${short('evil')} evil ${escape}[31m comment\n` +
        `${short('second')} second\n+++ no more data (3) +++\n`,
    )
  })

  test('is one list for programs, which a limit counts in entries', async () => {
    const object = await scratch.json(['timeline', '-n', '-2', '--type', 'ci', '-b', 'trunk', '-v'])
    assert.deepEqual(Object.keys(object), ['entries'])
    const [last, renamed, ...none] = listOf(object, 'entries')
    assert.deepEqual(none, [])
    assert.deepEqual(last, {
      hash: hash('last'),
      kind: 'checkin',
      time: '2024-02-01T02:00:00.000Z',
      user: 'amy',
      comment: 'last',
      branch: 'trunk',
      tags: ['trunk'],
      marks: ['leaf'],
      files: [
        {
          name: 'raw',
          change: 'deleted',
          hash: null,
          priorHash: sha3(raw),
          priorName: null,
          permission: 'regular',
          isMerged: false,
        },
      ],
    })
    assert.equal(renamed?.['hash'], hash('renamed'))
    assert.equal((await timelineHashes()).length, 6)
  })
})

suite('info and whatis', { concurrency: 2 }, () => {
  test('tell where a check-in belongs', async () => {
    assert.equal(
      await said('info', 'v1'),
      `hash:         ${hash('second').slice(0, 40)} 2024-01-31 23:00:00 UTC
parent:       ${hash('first').slice(0, 40)} 2024-01-31 22:00:00 UTC
child:        ${hash('renamed').slice(0, 40)} 2024-02-01 01:00:00 UTC
child:        ${hash('evil').slice(0, 40)} 2024-02-01 00:00:00 UTC
tags:         trunk, v1
comment:      second (user: amy)
`,
    )
    const info = await scratch.json(['info', 'v1', '-R', 'project.fossil'])
    assert.deepEqual([info['hash'], info['role']], [hash('second'), 'checkin'])
    const [parent] = listOf(info, 'parents')
    const first = { hash: hash('first'), time: '2024-01-31T22:00:00.000Z', isPrimary: true }
    assert.deepEqual(parent, first)
  })

  test('info without a name, or with that of a file, is about the repository', async () => {
    for (const args of [['info'], ['info', 'project.fossil']]) {
      const info = await scratch.json(args)
      assert.deepEqual([info['repository'], info['phantoms']], ['project.fossil', 0])
    }
  })

  test('tell who uses a file', async () => {
    const content = sha3(raw)
    assert.equal(
      await said('whatis', content),
      `name:       ${content}
artifact:   ${content}
size:       7 bytes
file:       raw
            part of [${short('first')}] by amy on 2024-01-31 22:00:00
            first
`,
    )
    const [answer] = listOf(await scratch.json(['whatis', content.slice(0, 20)]), 'names')
    const [meaning] = listOf(answer ?? {}, 'meanings')
    assert.deepEqual([meaning?.['hash'], meaning?.['role']], [content, 'file'])
    const use = { name: 'raw', checkin: hash('first'), time: '2024-01-31T22:00:00.000Z' }
    assert.deepEqual(meaning?.['uses'], [{ ...use, user: 'amy', comment: 'first' }])
  })

  test('whatis says which names mean nothing, in their places, and exits with 1', async () => {
    const { code, stdout, stderr } = await scratch.run(['whatis', 'v2', 'v1'])
    assert.deepEqual([code, stderr], [1, ''])
    const line = 'unknown:    v2 (no artifact has this name; did you mean "v1"?)'
    assert.ok(stdout.startsWith(`${line}\n${'-'.repeat(79)}\nname:       v1\n`), stdout)
    const answers = listOf(await scratch.json(['whatis', 'v1', 'v2'], { code: 1 }), 'names')
    assert.deepEqual(
      answers.map(({ name, meanings, unknown }) => [
        name,
        Array.isArray(meanings) && meanings.length,
        unknown,
      ]),
      [
        ['v1', 1, null],
        ['v2', 0, 'no artifact has this name; did you mean "v1"?'],
      ],
    )
  })

  test('whatis finds a file by its content, read from standard input, too', async () => {
    writeFileSync(join(scratch.folder, 'copy'), raw)
    assert.match(
      await said('whatis', '-f', 'copy'),
      new RegExp(`^name: +copy\nhash: +${sha3(raw)}`),
    )
    const { stdout } = await scratch.run(['whatis', '-f', '-'], { input: 'b\n' })
    assert.match(stdout, /^name: {7}-\n[^]*file: {7}dir\/b\.txt\n/)
  })

  test('whatis tells every meaning of a prefix of several hashes', async () => {
    scratch.folderNamed('alike')
    using repo = createRepo(join(scratch.folder, 'alike/alike.fossil'), systemEnv)
    // Of so many hashes two begin with the same four digits.
    const seen = new Map<string, string>()
    let pair: readonly [string, string] | undefined
    for (let i = 0; pair === undefined; i++) {
      const other = storeLocal(repo, utf8(`${i}`)).hash
      const twin = seen.get(other.slice(0, 4))
      if (twin !== undefined) pair = [twin, other]
      seen.set(other.slice(0, 4), other)
    }
    const prefix = pair[0].slice(0, 4)
    const args = ['-R', 'alike/alike.fossil', 'whatis', prefix]
    const lines = (await said(...args)).split('\n')
    assert.equal(lines[0], `name:       ${prefix} (ambiguous)`)
    const artifacts = lines.filter((line) => line.startsWith('artifact:'))
    assert.deepEqual(
      artifacts,
      pair.toSorted().map((name) => `artifact:   ${name}`),
    )
    assert.ok(lines.includes('             ---- meaning #2 ----'))
    const { code, stderr } = await scratch.run(['-R', 'alike/alike.fossil', 'artifact', prefix])
    assert.equal(code, 2)
    for (const candidate of pair) assert.ok(stderr.includes(candidate), stderr)
  })
})

suite('ls and cat', { concurrency: 2 }, () => {
  test('list the files of the latest check-in of the main branch, or of another', async () => {
    assert.equal(await said('ls'), 'a.txt\ndir/c.txt\n')
    assert.equal(await said('ls', '-r', 'side', './dir/'), 'dir/b.txt\n')
    const verbose = '2024-01-31 23:00:00       14  a.txt\n2024-01-31 22:00:00        2  dir/c.txt\n'
    assert.equal(await said('ls', '-v', '-t'), verbose)
    const object = await scratch.json(['ls', 'a.txt'])
    assert.deepEqual(object, {
      checkin: hash('last'),
      files: [
        {
          name: 'a.txt',
          hash: sha3(utf8('one\nTWO\nthree\n')),
          sizeBytes: 14,
          permission: 'regular',
          changed: { checkin: hash('second'), time: '2024-01-31T23:00:00.000Z' },
        },
      ],
    })
  })

  test('print files byte for byte, one after the other', async () => {
    const { bytes } = await scratch.run(['cat', 'a.txt', 'raw', '-r', hash('first')])
    assert.deepEqual(Buffer.from(bytes), Buffer.concat([Buffer.from('one\ntwo\n'), raw]))
    const [printed] = listOf(await scratch.json(['cat', 'raw', '-r', hash('first')]), 'files')
    const contentBase64 = Buffer.from(raw).toString('base64')
    const facts = { name: 'raw', hash: sha3(raw), permission: 'regular', sizeBytes: 7 }
    assert.deepEqual(printed, { ...facts, contentBase64 })
  })
})

test('artifact gives the very bytes, on standard output or in a file', async () => {
  using repo = scratch.open('project.fossil')
  const manifest = readArtifact(repo, hashes['first'] ?? assert.fail())
  const { bytes } = await scratch.run(['artifact', hash('first').slice(0, 12)])
  assert.deepEqual(Buffer.from(bytes), Buffer.from(manifest))
  assert.equal(await said('artifact', sha3(raw), 'out.bin'), '')
  assert.deepEqual(readFileSync(join(scratch.folder, 'out.bin')), Buffer.from(raw))
  const contentBase64 = Buffer.from(raw).toString('base64')
  const object = await scratch.json(['artifact', sha3(raw)])
  assert.deepEqual(object, { hash: sha3(raw), sizeBytes: 7, contentBase64 })
})

suite('diff', { concurrency: 2 }, () => {
  test('pairs the names of a renamed file, and exits with 0', async () => {
    assert.equal(
      await said('diff', '--from', 'v1'),
      'RENAMED dir/b.txt -> dir/c.txt\nDELETED raw\n',
    )
    assert.equal(await said('diff', '--from', 'v1', '--to', 'v1'), '')
    const brief = await said('diff', '--from', hash('first'), '--brief')
    assert.equal(brief, 'CHANGED a.txt\nRENAMED dir/b.txt -> dir/c.txt\nDELETED raw\n')
  })

  test('counts no lines of binary files', async () => {
    const counts = await said('diff', '--numstat', '--from', hash('first'))
    assert.equal(
      counts,
      `         2          1 a.txt
         -          - raw
         2          1 TOTAL over 2 changed files
`,
    )
  })

  test('tells what a check-in did, with -ci as with --checkin', async () => {
    const text = await said('diff', '-ci', 'v1', '-c', '0')
    assert.equal(
      text,
      `Index: a.txt
${'='.repeat(66)}
--- a.txt
+++ a.txt
@@ -2,1 +2,2 @@
-two
+TWO
+three

`,
    )
    const { from, to, files } = await scratch.json(['diff', '--checkin', 'v1', '-c', '0'])
    assert.deepEqual([from, to], [hash('first'), hash('second')])
    const side = { name: 'a.txt', permission: 'regular' }
    assert.deepEqual(files, [
      {
        name: 'a.txt',
        change: 'changed',
        before: { ...side, hash: sha3(utf8('one\ntwo\n')) },
        after: { ...side, hash: sha3(utf8('one\nTWO\nthree\n')) },
        content: {
          kind: 'text',
          hunks: [
            {
              beforeStart: 2,
              beforeCount: 1,
              afterStart: 2,
              afterCount: 2,
              lines: [hunkLine('-', 'two'), hunkLine('+', 'TWO'), hunkLine('+', 'three')],
            },
          ],
          insertedLines: 2,
          removedLines: 1,
          isThorough: true,
        },
      },
    ])
  })
})

suite('finfo and annotate', { concurrency: 2 }, () => {
  test('go on under the earlier name of a renamed file', async () => {
    const artifact = `artifact: [${sha3(utf8('b\n')).slice(0, 10)}]`
    assert.equal(
      await said('finfo', 'dir/c.txt'),
      `History for dir/c.txt
2024-02-01 [${short('renamed')}] renamed (user: amy, ${artifact}, branch: trunk)
2024-01-31 [${short('first')}] first (user: amy, ${artifact}, branch: trunk, name: dir/b.txt)
`,
    )
    assert.equal(await said('annotate', 'dir/c.txt'), `${short('first')} 2024-01-31     1: b\n`)
  })

  test('tell of deletions', async () => {
    const object = await scratch.json(['finfo', 'raw', '-n', '1'])
    assert.deepEqual(object, {
      name: 'raw',
      changes: [
        {
          checkin: hash('last'),
          time: '2024-02-01T02:00:00.000Z',
          user: 'amy',
          comment: 'last',
          branch: 'trunk',
          name: 'raw',
          change: 'deleted',
          hash: null,
          priorHash: sha3(raw),
          priorName: null,
          permission: 'regular',
          isMerged: false,
        },
      ],
    })
    const gone = `2024-02-01 [${short('last')}] last (user: amy, deleted, branch: trunk)\n`
    assert.ok((await said('finfo', 'raw')).includes(gone))
  })

  test('name the check-in of each line, and blame the user', async () => {
    const [old, now] = [`${short('first')} 2024-01-31`, `${short('second')} 2024-01-31`]
    const numbered = `${old}     1: one\n${now}     2: TWO\n${now}     3: three\n`
    assert.equal(await said('annotate', 'a.txt'), numbered)
    assert.match(await said('blame', 'a.txt'), /^\w{10} 2024-01-31 {11}amy: one\n/)
    const object = await scratch.json(['annotate', 'a.txt', '-r', 'v1'])
    assert.deepEqual(object['lines'], [
      { text: 'one', version: 1 },
      { text: 'TWO', version: 0 },
      { text: 'three', version: 0 },
    ])
    assert.deepEqual(listOf(object, 'versions')[1], {
      checkin: hash('first'),
      name: 'a.txt',
      file: sha3(utf8('one\ntwo\n')),
      time: '2024-01-31T22:00:00.000Z',
      user: 'amy',
    })
    assert.deepEqual([object['isComplete'], object['isThorough']], [true, true])
  })
})

test('leaves and descendants tell from where a branch goes', async () => {
  const told = (await said('leaves')).split('\n')[1]
  const comment = `evil ${escape}[31m comment (user: amy tags: side)`
  const from = `(branched from: [${short('second')}])`
  assert.equal(told, `   (2) 2024-02-01 00:00:00 [${short('evil')}] ${comment} ${from}`)
  const all = listOf(await scratch.json(['descendants', 'v1']), 'leaves')
  assert.deepEqual(
    all.map((leaf) => [leaf['hash'], leaf['branch'], leaf['branchedFrom']]),
    [
      [hash('last'), 'trunk', null],
      [hash('evil'), 'side', hash('second')],
    ],
  )
  const lines = (await said('descendants', '-W', '40')).split('\n')
  assert.deepEqual(lines.slice(1, 3), [
    `02:00:00 [${short('last')}] last (user: amy`,
    '         tags: trunk)',
  ])
})

function hunkLine(sign: string, text: string): Json {
  return { sign, text, hasNewline: true }
}

/** Bad input, and a part of the sentence that it gets. */
const refusals: readonly (readonly [args: string, said: string])[] = [
  ['timeline sometimes v1', 'is not one of before, after'],
  ['timeline parents now', 'a date has no ancestors'],
  ['timeline before v1 --before v1', '"before" says it already'],
  ['timeline --since 2024-31-12', 'is not a date such as'],
  ['timeline -t x', 'is not one of ci'],
  ['info trnk', 'did you mean "trunk"?'],
  ['info none.fossil', 'there is no such file (path none.fossil)'],
  ['whatis -f none', 'no such file'],
  ['ls dir/b.txt', 'did you mean "dir/c.txt"?'],
  ['cat a.txt b.txt', 'did you mean "a.txt"?'],
  ['cat a.txt -r tip:', 'no artifact has this name'],
  ['artifact 0000', 'no artifact has this name (name 0000)'],
  ['artifact v1 no/such/folder', 'there is no such file or folder (path no/such/folder)'],
  ['diff', 'say what to compare'],
  ['diff --from v1 --checkin v1', 'choose --from with --to, --checkin or --branch'],
  ['diff -ci root:trunk', 'has no parent'],
  ['diff --from v1 nosuch.txt', 'there is no such file on either side'],
  ['finfo b.txt', 'did you mean "dir/b.txt" or "a.txt"?'],
  ['annotate raw -r v1', 'raw is binary'],
  ['leaves -W 39', 'neither 0 nor more than 39'],
  ['descendants v2', 'did you mean "v1"?'],
]

suite('bad input gets one sentence and exit code 2', { concurrency: 2 }, () => {
  for (const [args, sentence] of refusals) {
    test(`trilobite ${args}`, async () => {
      const { code, stdout, stderr } = await scratch.run(args.split(' '))
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /^trilobite: [^\n]+\n$/)
      assert.ok(stderr.includes(sentence), stderr)
    })
  }
})

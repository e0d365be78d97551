/**
 * `merge`: what it prints, what it writes, and the way from a conflict to a check-in.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { timeline, type TimelineEntry } from '../history/index.ts'
import {
  type ArtifactHash,
  checkin,
  checkinFiles,
  type CheckinOptions,
  decodeText,
  parseArtifactHash,
  readArtifact,
  type Repo,
} from '../index.ts'
import { Scratch } from './command.suite.ts'

type FileChange = CheckinOptions['changes'][number]

const scratch = new Scratch()
const text = '1\n2\n3\n4\n5\n'
const mine = text.replace('1', 'one')
const theirs = text.replace('1', 'uno').replace('5', 'five')

function file(name: string, content: string, more: Partial<FileChange> = {}): FileChange {
  return { name, content: utf8(content), ...more }
}

/** A project that has forked: the target is the later of the two. */
function fork(
  name: string,
  lines: Readonly<Record<'base' | 'target' | 'source', readonly FileChange[]>>,
  branch?: string,
): Record<'base' | 'target' | 'source', ArtifactHash> {
  scratch.folderNamed(name)
  scratch.repo(`${name}/p.fossil`, { artifacts: 0 })
  using repo = scratch.open(`${name}/p.fossil`)
  let dateMs = Date.UTC(2026, 0, 1)
  const commit = (changes: readonly FileChange[], more: Partial<CheckinOptions>) => {
    const described = { comment: 'a "line"', user: 'ada', dateMs: (dateMs += 60_000) }
    return checkin(repo, { ...described, changes, fork: 'allow', ...more }).hash
  }
  const base = commit(lines.base, { newRoot: true })
  const named = branch === undefined ? {} : { branch }
  const source = commit(lines.source, { parent: base, ...named })
  const target = commit(lines.target, { parent: base })
  return { base, target, source }
}

function entryOf(repo: Repo, hash: ArtifactHash): TimelineEntry | undefined {
  return timeline(repo, { hashes: [hash] })[0]
}

function textOf(name: string, checkinName: unknown): Record<string, string> {
  using repo = scratch.open(`${name}/p.fossil`)
  const hash = parseArtifactHash(String(checkinName)) ?? assert.fail(String(checkinName))
  return Object.fromEntries(
    [...checkinFiles(repo, hash).values()].map((each) => [
      each.name,
      decodeText(readArtifact(repo, each.hash)),
    ]),
  )
}

test('a branch is merged and closed, in the words of stock', async () => {
  const executable = { permission: 'executable' } as const
  const gone = { name: 'gone', content: undefined }
  const { source, target } = fork(
    'clean',
    {
      base: [
        file('a', text),
        file('b', text),
        file('gone', text),
        file('m', text),
        file('x', text),
      ],
      target: [file('a', text.replace('5', '55')), file('x', `${text}6\n`)],
      source: [
        file('a', mine),
        file('b', mine, { permission: 'executable' }),
        gone,
        { name: 'moved', content: undefined, renamedFrom: 'm' },
        file('n', 'new\n', executable),
      ],
    },
    'side',
  )
  const args = ['merge', 'side', '--integrate', '--user', 'ben']
  const { code, stdout, stderr } = await scratch.run(args, { in: 'clean' })
  assert.deepEqual([code, stderr], [0, ''])
  const printed = stdout.split('\n')
  assert.deepEqual(printed.slice(0, -2), [
    'EXECUTABLE b',
    'UPDATE b',
    'MERGE a',
    'DELETE gone',
    'RENAME m -> moved',
    'ADDED n',
    `merged ${source}`,
  ])
  const [, hash] =
    /^checked in (\w{64}) on trunk$/.exec(printed.at(-2) ?? '') ?? assert.fail(stdout)
  assert.equal(textOf('clean', hash)['a'], mine.replace('5', '55'))
  using repo = scratch.open('clean/p.fossil')
  const merged = parseArtifactHash(String(hash)) ?? assert.fail()
  const entry = entryOf(repo, merged)
  assert.deepEqual([entry?.comment, entry?.user], ['Merge side into trunk', 'ben'])
  assert.deepEqual(entry?.marks, ['merge', 'leaf'])
  assert.ok(entryOf(repo, source)?.marks.includes('closed'))
  assert.ok(!entryOf(repo, target)?.marks.includes('closed'))
})

test('a conflict is written to be edited, and taken back from there', async () => {
  const { source, target, base } = fork('conflict', {
    base: [file('dir/a', text), file('b', text)],
    target: [file('dir/a', mine), { name: 'b', content: undefined }],
    source: [file('dir/a', theirs), file('b', theirs)],
  })
  const in_ = { in: 'conflict' }
  const usual = ['merge', '--user', 'ada']
  const told = await scratch.json(usual, { ...in_, code: 1 })
  const { files, conflicts, checkin: none, ...facts } = told
  assert.deepEqual([files, none], [[], null])
  assert.deepEqual(facts, {
    repository: 'p.fossil',
    kind: 'merge',
    source,
    target,
    pivot: base,
    branch: 'trunk',
    isIdle: false,
    dryRun: false,
    unsettled: ['b', 'dir/a'],
  })
  assert.ok(Array.isArray(conflicts))
  assert.deepEqual(
    conflicts.map(({ kind, name, target: own, hunks }) => [kind, name, own?.name, hunks.length]),
    [
      ['deleted', 'b', undefined, 0],
      ['content', 'dir/a', 'dir/a', 1],
    ],
  )

  const { code, stdout } = await scratch.run([...usual, '--conflicts', 'out'], in_)
  assert.equal(code, 1)
  assert.equal(
    stdout,
    [
      `Merging fork [${source.slice(0, 10)}] by ada: "a \\"line\\""`,
      '***** b is deleted in the target, and changed in the source',
      'MERGE dir/a',
      '***** 1 merge conflict in dir/a',
      'WARNING: nothing is checked in: the versions of b, dir/a are in out',
      'edit them there, each under its own name, and merge again with --resolved out',
      '',
    ].join('\n'),
  )
  const out = (name: string): string => join(scratch.folder, 'conflict/out', name)
  assert.equal(readFileSync(out('b-baseline'), 'utf8'), text)
  assert.equal(readFileSync(out('b-merge'), 'utf8'), theirs)
  assert.match(readFileSync(out('dir/a'), 'utf8'), /^<<<<<<< BEGIN MERGE CONFLICT/)

  writeFileSync(out('dir/a'), 'both\n')
  const settled = ['--resolved', 'out', '--resolve', 'b=:source', '-m', 'joined']
  const done = await scratch.json([...usual, ...settled], in_)
  assert.deepEqual(
    [done['unsettled'], textOf('conflict', done['checkin'])],
    [[], { 'dir/a': 'both\n', b: theirs }],
  )
  const idle = await scratch.json(usual, in_)
  assert.deepEqual([idle['isIdle'], idle['source'], idle['checkin']], [true, null, null])
})

test('marks that are left are told, and a rehearsal writes nothing', async () => {
  const lines = {
    base: [file('a', text)],
    target: [file('a', mine)],
    source: [file('a', theirs)],
  }
  fork('refused', lines)
  const in_ = { in: 'refused' }
  const usual = ['merge', '--user', 'ada', '-n']
  writeFileSync(
    join(scratch.folder, 'refused/marked'),
    '<<<<<<< BEGIN MERGE CONFLICT: local copy shown first <<<<<<<<<<<< (line 1)\n',
  )
  const marked = await scratch.run([...usual, '--resolve', 'a=marked'], in_)
  assert.equal(marked.code, 1)
  assert.match(marked.stdout, /^WARNING: nothing is checked in: marks of a conflict .*: a$/m)
  const dry = await scratch.json([...usual, '--resolve', 'a=:target'], in_)
  assert.equal(dry['dryRun'], true)
  using repo = scratch.open('refused/p.fossil')
  assert.equal(entryOf(repo, parseArtifactHash(String(dry['checkin'])) ?? assert.fail()), undefined)
})

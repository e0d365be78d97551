/**
 * Differences make the one side from the other, and are those of stock.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { applyPatch, parsePatch } from 'diff'
import * as fc from 'fast-check'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { encodeText } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { checkin, type FileChange } from '../write/checkin.ts'
import { ridOf } from '../repo/blob.ts'
import { named } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import { diffCheckins, formatCheckinDiff } from './diff.ts'
import { readFile } from './files.ts'
import { resolveName } from './name.ts'
import { addChange } from './rows.suite.ts'
import { stockHistory } from './stock.suite.ts'
import { type ContentDiff, diffContents, formatHunks, type Hunk } from './unified.ts'

/** The bytes that hunks make of `before`; fails where their context is not there. */
function patched(before: Uint8Array, hunks: readonly Hunk[]): Uint8Array {
  const lines =
    Buffer.from(before)
      .toString('latin1')
      .match(/[^\n]*\n|[^\n]+$/g) ?? []
  const made: string[] = []
  let at = 0
  for (const hunk of hunks) {
    const start = hunk.beforeCount === 0 ? hunk.beforeStart : hunk.beforeStart - 1
    made.push(...lines.slice(at, start))
    at = start
    assert.equal(made.length, hunk.afterCount === 0 ? hunk.afterStart : hunk.afterStart - 1)
    const [from, to] = [at, made.length]
    for (const { sign, text, hasNewline } of hunk.lines) {
      const line = Buffer.from(encodeText(text)).toString('latin1') + (hasNewline ? '\n' : '')
      if (sign !== '+') assert.equal(lines[at++], line)
      if (sign !== '-') made.push(line)
    }
    assert.deepEqual([at - from, made.length - to], [hunk.beforeCount, hunk.afterCount])
  }
  return Buffer.from([...made, ...lines.slice(at)].join(''), 'latin1')
}

function textDiff(diff: ContentDiff): ContentDiff & { kind: 'text' } {
  return diff.kind === 'text' ? diff : assert.fail('binary')
}

const someText = fc
  .array(fc.constantFrom('a', 'b', 'c\r', '', '\u00e9', '\xff', 'long line '), { maxLength: 20 })
  .map((lines) => Buffer.from(lines.join('\n'), 'latin1'))

test('hunks make the one content from the other, byte for byte', () => {
  fc.assert(
    fc.property(someText, someText, fc.nat(4), (before, after, contextLines) => {
      const { hunks } = textDiff(diffContents(before, after, { contextLines }))
      assert.deepEqual(Buffer.from(patched(before, hunks)), after)
    }),
    { seed: 5, numRuns: 500 },
  )
})

test('other programs can apply the text of hunks', () => {
  const word = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 25 })
  const text = fc
    .tuple(word, fc.boolean())
    .map(([lines, ends]) => lines.join('\n') + (ends ? '\n' : ''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { hunks } = textDiff(diffContents(utf8(before), utf8(after)))
      if (hunks.length > 0) assert.equal(applyPatch(before, formatHunks(hunks)), after)
    }),
    { seed: 6, numRuns: 300 },
  )
})

test('an empty side begins at line 0, and a missing newline is told', () => {
  const whole = textDiff(diffContents(utf8(''), utf8('a\nb')))
  assert.equal(formatHunks(whole.hunks), '@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n')
  assert.deepEqual([whole.insertedLines, whole.removedLines, whole.isThorough], [2, 0, true])
  const newline = textDiff(diffContents(utf8('a'), utf8('a\n')))
  assert.equal(
    formatHunks(newline.hunks),
    '@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n',
  )
})

test('fewer lines than twice the context at the end of a file are shown whole, as by stock', () => {
  const ranges = [5, 9, 10].map((count) => {
    const lines = Array.from({ length: count }, (_, at) => `${at}\n`).join('')
    const { hunks } = textDiff(diffContents(utf8(lines), utf8(`new\n${lines}`)))
    return formatHunks(hunks).split('\n')[0]
  })
  assert.deepEqual(ranges, ['@@ -1,5 +1,6 @@', '@@ -1,9 +1,10 @@', '@@ -1,5 +1,6 @@'])
})

function kind(content: Uint8Array): string {
  return diffContents(content, utf8('x\n')).kind
}

test('a NUL or an endless line makes content binary, UTF-16 with its mark does not', () => {
  assert.equal(kind(utf8('a\0b')), 'binary')
  assert.equal(kind(utf8(`${'x'.repeat(32_768)}\n`)), 'binary')
  assert.equal(kind(utf8('x'.repeat(32_768))), 'binary')
  assert.equal(kind(utf8(`${'x'.repeat(32_767)}\n`)), 'text')
  assert.equal(kind(utf8('')), 'text')
  const wide = Buffer.from('\ufeffx\n', 'utf16le')
  assert.deepEqual(textDiff(diffContents(wide, utf8('x\n'))).hunks, [])
  assert.deepEqual(textDiff(diffContents(Buffer.from(wide).swap16(), utf8('x\n'))).hunks, [])
  assert.equal(kind(Buffer.from('\ufeffx', 'utf16le').subarray(0, 3)), 'text')
  assert.equal(kind(Buffer.from([0xff, 0xfe, 0, 0, 0, 0])), 'binary')
})

/** The output of stock, or ours, file by file. */
function sections(output: string): string[] {
  return output.split(/^(?=(?:Index:|ADDED |DELETED ))/m).filter((part) => part !== '')
}

/** Each section up to its first hunk. */
function headers(parts: readonly string[]): string[] {
  return parts.map((part) => part.split('@@')[0]?.split('\n').slice(0, 4).join('\n') ?? '')
}

/** Lines with a newline each: stock does not tell whether the last one has it. */
function withNewlines(content: Uint8Array): string {
  const text = fromUtf8(content)
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

test('check-ins differ as they do to stock', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const { repo, hashes } = stock
  const pairs = `first second, first third, second renamed, third swapped, side-2 main-6,
    swapped merged, merged fork-a, fork-a first, merged merged, picked second, fork-b first`
    .split(',')
    .map((pair) => pair.trim().split(' '))
  let compared = 0
  for (const [a = '', b = ''] of pairs) {
    const [from, to] = [a, b].map((name) => resolveName(repo, hashes[name] ?? ''))
    if (from === undefined || to === undefined) assert.fail()
    for (const whole of [false, true]) {
      const flags = whole ? ['-v'] : []
      const said = sections(await stock.fossil('diff', '-i', '--from', from, '--to', to, ...flags))
      const options = { withRenames: false, withWholeFiles: whole }
      const ours = sections(formatCheckinDiff(diffCheckins(repo, { from, to }, options)))
      assert.deepEqual(headers(ours), headers(said), `${a} ${b}`)
      compared += said.filter((section) => samePatch(repo, { section, from, to })).length
    }
  }
  assert.ok(compared > 20, `${compared} patches`)
})

/** Applies a patch of stock's, and ours for the same file; tells whether there was one. */
function samePatch(
  repo: Repo,
  { section, from, to }: { section: string; from: ArtifactHash; to: ArtifactHash },
): boolean {
  const name = /^Index: (.*)$/m.exec(section)?.[1]
  if (name === undefined || !section.includes('@@')) return false
  const read = (hash: ArtifactHash): Uint8Array => {
    try {
      return readFile(repo, hash, name).content
    } catch {
      return new Uint8Array(0)
    }
  }
  const [before, after] = [read(from), read(to)]
  const [patch = assert.fail()] = parsePatch(section.replace(/\n+$/, '\n'))
  assert.equal(applyPatch(withNewlines(before), patch), withNewlines(after))
  const { hunks, insertedLines, removedLines } = textDiff(diffContents(before, after))
  assert.deepEqual(Buffer.from(patched(before, hunks)), Buffer.from(after))
  const changed = patch.hunks.flatMap(({ lines }) => lines.filter((line) => /^[-+]/.test(line)))
  // A newline at the end that comes or goes is one line on each side.
  assert.ok(insertedLines + removedLines <= changed.length + 2)
  return true
}

test('a recorded rename pairs the names on both sides, in both directions', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const { repo, hashes } = stock
  const told = (a: string, b: string): string[] => {
    const [from, to] = [a, b].map((name) => resolveName(repo, hashes[name] ?? ''))
    if (from === undefined || to === undefined) assert.fail()
    return diffCheckins(repo, { from, to }).map(
      ({ change, before, after }) => `${change} ${before?.name ?? ''} ${after?.name ?? ''}`,
    )
  }
  const renamed = 'renamed src/b.c src/renamed.c'
  assert.deepEqual(told('third', 'renamed'), ['permission a.txt a.txt', renamed])
  assert.ok(told('first', 'fork-b').includes(renamed))
  assert.ok(told('fork-b', 'first').includes('renamed src/renamed.c src/b.c'))
  assert.ok(told('picked', 'merged').includes(renamed))
  assert.ok(!told('picked', 'merged').some((line) => line.startsWith('deleted src/b.c')))
})

function file(name: string, text: string): FileChange {
  return { name, content: utf8(text) }
}

test('renames are told with their changes, and paths choose by either name', () => {
  using repo = memoryRepo()
  const write = (parent: ArtifactHash | undefined, changes: FileChange[]) =>
    checkin(repo, { changes, comment: 'c', user: 'u', ...(parent === undefined ? {} : { parent }) })
  const first = write(undefined, [file('a', 'one\n'), file('b', 'two\n')])
  const gone = ['a', 'b'].map((name) => ({ name, content: undefined }))
  const second = write(first.hash, [...gone, file('c', 'one\n'), file('d', 'two\nmore\n')])
  const [firstRid, secondRid] = [ridOf(repo, first.hash), ridOf(repo, second.hash)]
  dbOf(repo).exec(
    `INSERT OR IGNORE INTO event(type, mtime, objid) VALUES('ci', 1, ${firstRid});
     INSERT OR IGNORE INTO event(type, mtime, objid) VALUES('ci', 2, ${secondRid});
     INSERT OR IGNORE INTO plink(pid, cid, isprim, mtime)
       VALUES(${firstRid}, ${secondRid}, 1, 2);`,
  )
  addChange(repo, {
    checkin: secondRid,
    name: 'c',
    priorName: 'a',
    before: firstRid,
    after: firstRid,
  })
  addChange(repo, {
    checkin: secondRid,
    name: 'd',
    priorName: 'b',
    before: firstRid,
    after: firstRid,
  })
  const range = { from: first.hash, to: second.hash }
  assert.equal(
    formatCheckinDiff(diffCheckins(repo, range)),
    `RENAMED a -> c\nRENAMED b -> d\nIndex: d\n${'='.repeat(66)}\n--- b\n+++ d\n` +
      '@@ -1,1 +1,2 @@\n two\n+more\n\n',
  )
  const names = (...paths: string[]): string[] =>
    diffCheckins(repo, range, { paths }).map(({ name }) => name)
  assert.deepEqual([names('a'), names('c'), names('d', 'x'), names('x')], [['c'], ['c'], ['d'], []])
})

test('content that is not here is told, not thrown', () => {
  using repo = memoryRepo()
  const first = checkin(repo, {
    changes: [{ name: 'a', content: utf8('x') }],
    comment: 'c',
    user: 'u',
  })
  const changes = [{ name: 'a', content: utf8('y') }]
  const second = checkin(repo, { parent: first.hash, changes, comment: 'c', user: 'u' })
  dbOf(repo)
    .prepare('UPDATE blob SET size = -1, content = NULL WHERE uuid = ?')
    .run(named(utf8('x')))
  cacheOf(repo).clear()
  const [diff] = diffCheckins(repo, { from: first.hash, to: second.hash })
  assert.equal(diff?.content?.kind, 'missing')
  assert.match(formatCheckinDiff([diff]), /content is missing/)
})

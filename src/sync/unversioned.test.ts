/**
 * The server's side of unversioned files: what it answers, what it takes, and what it refuses.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { noBytes, utf8 } from '../base/bytes.ts'
import { type ArtifactHash, nameFor } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { removeUnversioned, unversionedHash } from '../repo/unversioned.ts'
import type { Card, UvfileCard } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { fails, makeRepo, testEnv } from './pair.suite.ts'
import { UnversionedServer } from './unversioned.ts'
import {
  cardsIn,
  emptyOut,
  messageOf,
  put,
  readOnly,
  rowsOf,
  serve,
  type ServeOptions,
  spoken,
} from './unversioned-pair.suite.ts'

const otherHash = sha1(utf8('another catalogue'))

function pragma(hash = otherHash): Card {
  return { type: 'pragma', name: 'uv-hash', args: [hash] }
}

function uvgimme(name: string): Card {
  return { type: 'uvgimme', name }
}

function uvfile(name: string, mtimeSec: number, text: string | undefined): UvfileCard {
  if (text === undefined) {
    return { type: 'uvfile', name, mtimeSec, hash: undefined, sizeBytes: 0, content: undefined }
  }
  const content = utf8(text)
  return { type: 'uvfile', name, mtimeSec, hash: hashOf(text), sizeBytes: content.length, content }
}

/** A file that is known by its hash only: its time is news, or it is too big. */
function omitted(name: string, mtimeSec: number, text: string): UvfileCard {
  const sizeBytes = utf8(text).length
  return { type: 'uvfile', name, mtimeSec, hash: hashOf(text), sizeBytes, content: undefined }
}

function hashOf(text: string): ArtifactHash {
  return nameFor(utf8(text), 'sha3')
}

/** `low` has the lesser hash. */
const [low, high] =
  hashOf('one') < hashOf('two') ? (['one', 'two'] as const) : (['two', 'one'] as const)

function answer(repo: Repo, cards: readonly Card[], options: ServeOptions = {}): string[] {
  return spoken(serve(repo, messageOf(...cards), options))
}

test('another catalogue is answered with ours, by name, deletions included', () => {
  using repo = makeRepo('server')
  put(repo, 'b', 'bee', 20)
  put(repo, 'gone', 'x', 10)
  removeUnversioned(repo, { name: 'gone', mtimeSec: 30 })
  put(repo, 'a/c', 'sea', 10)
  const catalogue = ['uvigot a/c@10', 'uvigot b@20', 'uvigot gone@30 deleted']
  assert.deepEqual(answer(repo, [pragma()]), ['uv-push-ok', ...catalogue])
  assert.deepEqual(answer(repo, [pragma()], { access: readOnly }), ['uv-pull-only', ...catalogue])
  assert.deepEqual(cardsIn(serve(repo, messageOf(pragma())))[2], {
    type: 'uvigot',
    name: 'b',
    mtimeSec: 20,
    hash: hashOf('bee'),
    sizeBytes: 3,
  })
})

// Taken from stock 2.21, whose server was asked for a catalogue and for these four names.
test('the bytes of an answer are those of stock', () => {
  using repo = makeRepo('server')
  for (const [name, text] of Object.entries({ 'e.txt': '', gone: 'x', 'h.txt': 'hello\n' })) {
    put(repo, name, text, 1_577_934_245)
  }
  removeUnversioned(repo, { name: 'gone', mtimeSec: 1_580_688_000 })
  const [empty, hello] = [hashOf(''), hashOf('hello\n')]
  assert.equal(hello, 'b314e28493eae9dab57ac4f0c6d887bddbbeb810e900d818395ace558e96516d')
  const request = messageOf(pragma(), ...['e.txt', 'gone', 'h.txt', 'nope'].map(uvgimme))
  assert.deepEqual(Buffer.from(serve(repo, request)).toString().split('\n'), [
    'pragma uv-push-ok',
    `uvigot e.txt 1577934245 ${empty} 0`,
    'uvigot gone 1580688000 - 0',
    `uvigot h.txt 1577934245 ${hello} 6`,
    `uvfile e.txt 1577934245 ${empty} 0 0`,
    'uvfile gone 1580688000 - 0 1',
    `uvfile h.txt 1577934245 ${hello} 6 0`,
    'hello',
    '',
  ])
})

test('the same catalogue is answered with nothing', () => {
  using repo = makeRepo('server')
  put(repo, 'a', 'x', 10)
  assert.deepEqual(answer(repo, [pragma(unversionedHash(repo))]), [])
})

test('a server without files says only whether it takes some', () => {
  using repo = makeRepo('server')
  assert.deepEqual(answer(repo, [pragma()]), ['uv-push-ok'])
  assert.deepEqual(answer(repo, [pragma(sha1(noBytes))]), [])
})

test('the catalogue is told once in a message', () => {
  using repo = makeRepo('server')
  put(repo, 'a', 'x', 10)
  assert.deepEqual(answer(repo, [pragma(), pragma()]), ['uv-push-ok', 'uvigot a@10'])
})

test('a catalogue hash that is none gets the catalogue', () => {
  using repo = makeRepo('server')
  put(repo, 'a', 'x', 10)
  const bare: Card = { type: 'pragma', name: 'uv-hash', args: [] }
  assert.deepEqual(answer(repo, [bare]), ['uv-push-ok', 'uvigot a@10'])
})

test('names that no card can carry stay out of the catalogue', () => {
  using repo = makeRepo('server')
  put(repo, 'a', 'x', 10)
  put(repo, 'b', 'x', 10)
  dbOf(repo).exec(`UPDATE unversioned SET name = 'a\\b 😀' WHERE name = 'a'`)
  assert.deepEqual(answer(repo, [pragma()]), ['uv-push-ok', 'uvigot b@10'])
})

test('what is asked for is sent, what is unknown is passed over', () => {
  using repo = makeRepo('server')
  put(repo, 'a', 'ay', 10)
  put(repo, 'empty', '', 10)
  put(repo, 'gone', 'x', 10)
  removeUnversioned(repo, { name: 'gone', mtimeSec: 30 })
  assert.deepEqual(answer(repo, ['a', 'b', 'empty', 'gone'].map(uvgimme)), [
    'uvfile a@10 ay',
    'uvfile empty@10 ',
    'uvfile gone@30 deleted',
  ])
})

test('over the budget a file is promised, but the first one goes', () => {
  using repo = makeRepo('server')
  for (const name of ['a', 'b', 'c']) put(repo, name, name.repeat(100), 10)
  const said = answer(repo, ['a', 'b', 'c'].map(uvgimme), { budgetBytes: 1 })
  assert.deepEqual(said, [`uvfile a@10 ${'a'.repeat(100)}`, 'uvigot b@10', 'uvigot c@10'])
})

test('the newer version is stored, whoever has it', () => {
  const cases: [card: Card, expected: string][] = [
    [uvfile('x', 101, low), `x@101 ${low}`],
    [uvfile('x', 99, high), `x@100 ${low}`],
    [uvfile('x', 100, high), `x@100 ${high}`],
    [uvfile('x', 100, low), `x@100 ${low}`],
    [uvfile('x', 101, undefined), 'x@101 deleted'],
    [uvfile('x', 100, undefined), `x@100 ${low}`],
    [omitted('x', 101, low), `x@101 ${low}`],
    [omitted('x', 99, low), `x@100 ${low}`],
  ]
  for (const [card, expected] of cases) {
    using repo = makeRepo('server')
    put(repo, 'x', low, 100)
    assert.deepEqual(answer(repo, [card]), [])
    assert.deepEqual(rowsOf(repo), [expected])
  }
})

test('at the same time the greater hash stays', () => {
  using repo = makeRepo('server')
  put(repo, 'x', high, 100)
  answer(repo, [uvfile('x', 100, low)])
  assert.deepEqual(rowsOf(repo), [`x@100 ${high}`])
})

test('a deletion gives way to content of the same time', () => {
  using repo = makeRepo('server')
  put(repo, 'x', low, 100)
  removeUnversioned(repo, { name: 'x', mtimeSec: 100 })
  answer(repo, [uvfile('x', 100, high)])
  assert.deepEqual(rowsOf(repo), [`x@100 ${high}`])
})

test('the deletion of what was never here leaves no row', () => {
  using repo = makeRepo('server')
  answer(repo, [uvfile('x', 100, undefined)])
  assert.deepEqual(rowsOf(repo), [])
})

test('a hash whose content is omitted replaces nothing', () => {
  using repo = makeRepo('server')
  put(repo, 'x', low, 100)
  answer(repo, [omitted('x', 200, high), omitted('y', 200, high)])
  assert.deepEqual(rowsOf(repo), [`x@100 ${low}`])
})

test('a hole is neither listed nor sent, and is filled when its content comes', () => {
  using repo = makeRepo('server')
  put(repo, 'x', low, 100)
  emptyOut(repo, 'x')
  assert.deepEqual(answer(repo, [pragma(), uvgimme('x')]), ['uv-push-ok'])
  answer(repo, [uvfile('x', 90, low)])
  assert.deepEqual(rowsOf(repo), [`x@100 ${low}`])
})

test('content that is not what its hash says is refused, whether it is newer or not', () => {
  for (const mtimeSec of [99, 100, 101]) {
    using repo = makeRepo('server')
    put(repo, 'x', low, 100)
    const mud = { content: utf8('mud'), sizeBytes: 3 }
    const card = { ...uvfile('x', mtimeSec, high), ...mud }
    fails('hash.mismatch', () => answer(repo, [uvfile('y', 100, low), card]))
    const same = { ...uvfile('x', mtimeSec, low), ...mud }
    fails('hash.mismatch', () => answer(repo, [same]))
    assert.deepEqual(rowsOf(repo), [`x@100 ${low}`])
  }
})

test('every card needs its own permission', () => {
  const none = { read: false, write: false }
  const writeOnly = { read: false, write: true }
  const cases: [card: Card, access: typeof none, message: RegExp][] = [
    [pragma(), none, /not authorized to read/],
    [pragma(), writeOnly, /not authorized to read/],
    [uvgimme('x'), writeOnly, /not authorized to read/],
    [uvfile('x', 200, 'new'), readOnly, /Write permissions for unversioned files missing/],
    [uvfile('x', 200, undefined), readOnly, /Write permissions/],
    [omitted('x', 200, low), readOnly, /Write permissions/],
  ]
  for (const [card, access, message] of cases) {
    using repo = makeRepo('server')
    put(repo, 'x', low, 100)
    const { detail } = fails('sync.refused', () => answer(repo, [card], { access }))
    assert.match(detail.message, message)
    assert.deepEqual(rowsOf(repo), [`x@100 ${low}`])
  }
})

test("a file may be written by who may not read, and stock's stray uvigot is passed over", () => {
  using repo = makeRepo('server')
  const access = { read: false, write: true }
  const stray: Card = { type: 'uvigot', name: 'y', mtimeSec: 1, hash: hashOf(low), sizeBytes: 3 }
  assert.deepEqual(answer(repo, [stray, uvfile('x', 100, low)], { access }), [])
  assert.deepEqual(rowsOf(repo), [`x@100 ${low}`])
})

test('other cards are left to others', () => {
  using repo = makeRepo('server')
  const server = new UnversionedServer(repo, { read: true, write: true })
  const writer = new CardWriter()
  const others: Card[] = [
    { type: 'comment', text: 'x' },
    { type: 'pragma', name: 'uv-push-ok', args: [] },
    { type: 'private' },
  ]
  for (const card of others) {
    assert.equal(server.receive(card, writer, { overBudget: false }), false)
  }
  assert.equal(writer.isEmpty, true)
})

test('damaged lines are typed errors before anything is applied', () => {
  const hash = hashOf('x')
  const lines = [
    `uvfile a 1 ${hash} 3 0\nab`,
    `uvfile a 1 ${hash} 1\nx`,
    `uvfile ../a 1 ${hash} 1 0\nx`,
    `uvfile a -1 ${hash} 1 0\nx`,
    `uvfile a 1 - 1 0\nx`,
    `uvfile a 1 ${hash} 0 1\n`,
    `uvfile a 99999999999999999999 ${hash} 1 0\nx`,
    `uvfile a 1 ${hash.toUpperCase()} 1 0\nx`,
    'uvgimme\n',
    'uvgimme a b\n',
    'uvgimme /etc/passwd\n',
    `uvigot a 1 ${hash}\n`,
  ]
  for (const line of lines) {
    using repo = makeRepo('server')
    fails('xfer.malformed', () => serve(repo, utf8(line)))
    assert.deepEqual(rowsOf(repo), [], line)
  }
})

test('a server may fail to hear, and may fail to store: then nothing is kept', () => {
  using repo = makeRepo('server')
  put(repo, 'a', 'ay', 10)
  const failing = new Set(['handler.uvgimme.ignore'])
  repo.env = { ...testEnv('server'), buggify: { check: (site) => failing.has(site) } }
  assert.deepEqual(answer(repo, [uvgimme('a')]), [])
  failing.add('handler.uvfile.reject')
  fails('repo.io', () => answer(repo, [uvfile('a', 20, 'new')]))
  assert.deepEqual(rowsOf(repo), ['a@10 ay'])
})

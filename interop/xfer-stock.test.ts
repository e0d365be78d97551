/**
 * Our messages and stock's server: `fossil http` reads what we write, and we read what it writes.
 * @module
 */

import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { inflateSync } from 'node:zlib'
import {
  type ArtifactHash,
  createMemoryRepo,
  FossilError,
  parseArtifactHash,
  systemEnv,
  writeUnversioned,
} from 'trilobite'
import {
  type Card,
  CardWriter,
  decodeMessage,
  encodeMessage,
  parseCards,
  signMessage,
} from 'trilobite/xfer'

import { fossilUser, requireFossilOrSkip, runFossil } from '../tools/ensure-fossil.ts'

const maxBytes = 1 << 24
const password = 'correct horse'
const version: Card = {
  type: 'pragma',
  name: 'client-version',
  args: ['22600', '20250101', '0'],
}
const readme = 'A file with some text in it.\n'.repeat(20)

/** A repository of stock's with one check-in of one file. */
interface StockRepo {
  readonly path: string
  readonly projectCode: string
}

async function stockRepo(t: TestContext): Promise<StockRepo> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-xfer-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const path = join(folder, 'hub.fossil')
  const checkout = { cwd: folder }
  await runFossil(['new', path])
  await runFossil(['open', '--force', path], checkout)
  writeFileSync(join(folder, 'readme.txt'), readme)
  await runFossil(['add', 'readme.txt'], checkout)
  await runFossil(['commit', '-m', 'first', '--no-warnings'], checkout)
  await runFossil(['user', 'password', fossilUser, password, '-R', path])
  await runFossil(['user', 'capabilities', fossilUser, 'gioxy', '-R', path])
  const { stdout } = await runFossil(['info', '-R', path])
  const projectCode = /^project-code: +(\w+)/m.exec(stdout)?.[1] ?? assert.fail(stdout)
  return { path, projectCode }
}

function written(...cards: readonly Card[]): Uint8Array {
  const writer = new CardWriter()
  for (const card of cards) writer.add(card)
  return writer.finish()
}

/** An answer of stock's. */
interface Answer {
  readonly contentType: string
  readonly cards: readonly Card[]
}

/** Sends one body to `fossil http` and reads the cards of its answer. */
async function exchange(
  repo: StockRepo,
  body: Uint8Array,
  contentType: string = 'application/x-fossil',
): Promise<Answer> {
  const header = [
    'POST /xfer HTTP/1.0',
    'Host: localhost',
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
  ].join('\r\n')
  const input = Buffer.concat([Buffer.from(`${header}\r\n\r\n`), body])
  const { bytes } = await runFossil(['http', repo.path, '--ipaddr', '127.0.0.1'], { input })
  const answer = Buffer.from(bytes)
  const end = answer.indexOf('\r\n\r\n')
  const answerType = /^content-type: *([^;\r]*)/im.exec(answer.toString('latin1', 0, end))?.[1]
  assert.ok(answerType !== undefined, answer.toString('latin1'))
  const message = decodeMessage(answer.subarray(end + 4), { contentType: answerType, maxBytes })
  return { contentType: answerType, cards: parseCards(message).toArray() }
}

function ofType<T extends Card['type']>(cards: readonly Card[], type: T): (Card & { type: T })[] {
  return cards.filter((card): card is Card & { type: T } => card.type === type)
}

/**
 * A request: the cards with which every one starts and ends, around others; the login signs it all.
 */
function request(repo: StockRepo, key: string, ...cards: readonly Card[]): Uint8Array {
  const { projectCode } = repo
  const rest = written(version, ...cards, {
    type: 'comment',
    text: 'different each time',
  })
  return signMessage(rest, { projectCode, login: fossilUser, password: key })
}

function pull({ projectCode }: StockRepo): Card {
  return { type: 'pull', serverCode: 'x', projectCode }
}

function push({ projectCode }: StockRepo): Card {
  return { type: 'push', serverCode: 'x', projectCode }
}

function named(content: Uint8Array): ArtifactHash {
  return parseArtifactHash(hash('sha3-256', content)) ?? assert.fail()
}

/** Makes stock create its table of unversioned files; it answers with SQL errors without. */
const catalogue: Card = { type: 'pragma', name: 'uv-hash', args: ['0'.repeat(40)] }

function texts(cards: readonly Card[]): string[] {
  return ofType(cards, 'error').map(({ text }) => text)
}

test('stock reads bodies that are stored, deflated or raw, and answers in kind', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const repo = await stockRepo(t)
  const message = request(repo, password, pull(repo))
  const bodies: [string, Uint8Array][] = [
    ['application/x-fossil', encodeMessage(message)],
    ['application/x-fossil', encodeMessage(message, { deflateOverBytes: 0 })],
    [
      'application/x-fossil-debug',
      encodeMessage(message, { contentType: 'application/x-fossil-debug' }),
    ],
  ]
  const starts = bodies.map(([, body]) => Buffer.from(body).toString('hex', 4, 6))
  assert.deepEqual(starts.slice(0, 2), ['7801', '789c'])
  for (const [contentType, body] of bodies) {
    const { cards, contentType: answerType } = await exchange(repo, body, contentType)
    assert.equal(answerType, contentType)
    assert.deepEqual(texts(cards), [])
    assert.equal(ofType(cards, 'pragma')[0]?.name, 'server-version')
    assert.equal(ofType(cards, 'igot').length, 3)
    assert.match(ofType(cards, 'comment').at(-1)?.text ?? '', /^timestamp \S+ errors 0$/)
  }
})

test('artifacts pushed in stored blocks arrive in stock', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const repo = await stockRepo(t)
  // Two whole blocks and a bit, and the second file starts where the first one ends.
  const contents = [Buffer.alloc(140_000, 'many lines\n'), Buffer.from('no newline at the end')]
  const files = contents.map((content) => ({
    type: 'file' as const,
    hash: named(content),
    deltaSource: undefined,
    content,
  }))
  const message = request(repo, password, push(repo), ...files)
  const body = encodeMessage(message, { deflateOverBytes: message.length })
  assert.deepEqual(texts((await exchange(repo, body)).cards), [])
  for (const [i, { hash: name }] of files.entries()) {
    const { bytes } = await runFossil(['artifact', name, '-R', repo.path])
    assert.deepEqual(Buffer.from(bytes), contents[i])
  }
})

test('an unversioned file arrives in stock, and stock offers it back', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const repo = await stockRepo(t)
  const content = Buffer.from('ünversioned\n')
  const file: Card = {
    type: 'uvfile',
    name: 'dir/ü.txt',
    mtimeSec: 1_700_000_000,
    hash: named(content),
    sizeBytes: content.length,
    content,
  }
  await exchange(repo, encodeMessage(request(repo, password, pull(repo), catalogue, file)))
  const wanted = request(repo, password, { type: 'uvgimme', name: file.name })
  const { cards } = await exchange(repo, encodeMessage(wanted))
  const [received] = ofType(cards, 'uvfile')
  assert.deepEqual(received, { ...file, content: new Uint8Array(content) })
})

test('a clone brings every artifact, compressed as we read it', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const repo = await stockRepo(t)
  const message = request(repo, password, { type: 'clone', version: 3, sequence: 1 })
  const { cards, contentType } = await exchange(repo, encodeMessage(message))
  assert.equal(contentType, 'application/x-fossil-uncompressed')
  const cfiles = ofType(cards, 'cfile')
  for (const { hash: name, compressed, deltaSource, uncompressedSizeBytes } of cfiles) {
    assert.equal(deltaSource, undefined)
    // Four bytes say the size, big-endian, before what is deflated.
    const content = inflateSync(compressed.subarray(4))
    assert.equal(content.length, uncompressedSizeBytes)
    assert.equal(named(content), name)
  }
  assert.equal(cfiles.length, 3)
  assert.ok(cfiles.some(({ hash: name }) => name === named(Buffer.from(readme))))
  assert.deepEqual(ofType(cards, 'clone_seqno'), [{ type: 'clone_seqno', sequence: 0 }])
  assert.equal(ofType(cards, 'push')[0]?.projectCode, repo.projectCode)
})

test('stock refuses a login with another password', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const repo = await stockRepo(t)
  const { cards } = await exchange(repo, encodeMessage(request(repo, 'wrong', pull(repo))))
  assert.deepEqual(texts(cards), ['login failed'])
})

test('stock takes the names of unversioned files that we take, and no others', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const repo = await stockRepo(t)
  const names = ['a', 'a/b.txt', '.a', '..a', 'a..', '...', 'a/.b', '\u0001', 'ü', '漢字', '\ud7ff']
  names.push('\uf900', '\ufdf0', '\ufffd', '\u00a0')
  names.push('.', '..', '/a', 'a/', 'a//b', './a', 'a/.', 'a/./b', 'a/..', 'a/../b', 'a\\b')
  names.push('😀', '\ue000', '\uf8ff', '\ufdd0', '\ufdef', '\ufffe', '\uffff')
  for (const name of names) {
    const line: Card = { type: 'unknown', name: 'uvgimme', line: `uvgimme ${name}` }
    const message = request(repo, password, catalogue, line)
    const refusals = texts((await exchange(repo, encodeMessage(message))).cards)
    const expected = isTaken(name) ? [] : [`bad command: uvgimme ${name}\n`]
    assert.deepEqual(refusals, expected, JSON.stringify(name))
  }
})

function isTaken(name: string): boolean {
  using repo = createMemoryRepo(systemEnv)
  try {
    writeUnversioned(repo, { name, content: new Uint8Array() })
    return true
  } catch (error) {
    if (FossilError.is(error, 'option.invalid')) return false
    throw error
  }
}

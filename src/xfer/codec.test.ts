/**
 * Every card in both directions: the text that stock writes, and any text that we write.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { parseArtifactHash, type ArtifactHash } from '../hash/artifact-hash.ts'
import type { Card, NamedCard } from './card.ts'
import { cards } from './codec.ts'
import { CardWriter } from './format.ts'
import { parseCards } from './parse.ts'
import { isUnversionedName } from './unversioned-name.ts'

const seed = 20240103

const [sha1, sha3] = [hash('ab'.repeat(20)), hash('cd'.repeat(32))]

function hash(text: string): ArtifactHash {
  return parseArtifactHash(text) ?? assert.fail(text)
}

function written(...all: Card[]): Uint8Array {
  const writer = new CardWriter()
  for (const card of all) writer.add(card)
  return writer.finish()
}

const codes = { serverCode: '0f'.repeat(20), projectCode: '1e'.repeat(20) }

/** Cards and exactly how they are written. */
const texts: readonly [card: Card, text: string][] = [
  [
    { type: 'file', hash: sha1, deltaSource: undefined, content: utf8('a\n') },
    `file ${sha1} 2\na\n`,
  ],
  [
    { type: 'file', hash: sha3, deltaSource: sha1, content: utf8('x;') },
    `file ${sha3} ${sha1} 2\nx;`,
  ],
  [{ type: 'file', hash: sha1, deltaSource: undefined, content: utf8('') }, `file ${sha1} 0\n`],
  [
    {
      type: 'cfile',
      hash: sha1,
      deltaSource: undefined,
      uncompressedSizeBytes: 9,
      compressed: utf8('zip'),
    },
    `cfile ${sha1} 9 3\nzip\n`,
  ],
  [
    {
      type: 'cfile',
      hash: sha1,
      deltaSource: sha3,
      uncompressedSizeBytes: 9,
      compressed: utf8('zip\n'),
    },
    `cfile ${sha1} ${sha3} 9 4\nzip\n`,
  ],
  [{ type: 'igot', hash: sha1, isPrivate: false }, `igot ${sha1}\n`],
  [{ type: 'igot', hash: sha3, isPrivate: true }, `igot ${sha3} 1\n`],
  [{ type: 'gimme', hash: sha3 }, `gimme ${sha3}\n`],
  [{ type: 'private' }, 'private\n'],
  [
    { type: 'login', user: 'Ann Lee', nonce: sha1, signature: sha1 },
    `login Ann\\sLee ${sha1} ${sha1}\n`,
  ],
  [{ type: 'pull', ...codes }, `pull ${codes.serverCode} ${codes.projectCode}\n`],
  [{ type: 'push', ...codes }, `push ${codes.serverCode} ${codes.projectCode}\n`],
  [{ type: 'clone', version: 1, sequence: 1 }, 'clone\n'],
  [{ type: 'clone', version: 3, sequence: 77 }, 'clone 3 77\n'],
  [{ type: 'clone_seqno', sequence: 0 }, 'clone_seqno 0\n'],
  [{ type: 'cookie', text: 'a=b' }, 'cookie a=b\n'],
  [{ type: 'reqconfig', name: '/all' }, 'reqconfig /all\n'],
  [{ type: 'config', name: '/user', content: utf8('1 x') }, 'config /user 3\n1 x\n'],
  [{ type: 'config', name: '/user', content: utf8('1\n') }, 'config /user 2\n1\n\n'],
  [
    { type: 'uvfile', name: 'ü/b', mtimeSec: 9, hash: sha1, sizeBytes: 2, content: utf8('hi') },
    `uvfile ü/b 9 ${sha1} 2 0\nhi`,
  ],
  [
    { type: 'uvfile', name: 'a', mtimeSec: 9, hash: sha1, sizeBytes: 5, content: undefined },
    `uvfile a 9 ${sha1} 5 4\n`,
  ],
  [
    { type: 'uvfile', name: 'a', mtimeSec: 9, hash: undefined, sizeBytes: 0, content: undefined },
    'uvfile a 9 - 0 1\n',
  ],
  [{ type: 'uvigot', name: 'a', mtimeSec: 9, hash: sha3, sizeBytes: 5 }, `uvigot a 9 ${sha3} 5\n`],
  [{ type: 'uvigot', name: 'a', mtimeSec: 9, hash: undefined, sizeBytes: 0 }, 'uvigot a 9 - 0\n'],
  [{ type: 'uvgimme', name: 'dir/a.txt' }, 'uvgimme dir/a.txt\n'],
  [{ type: 'pragma', name: 'req-clusters', args: [] }, 'pragma req-clusters\n'],
  [{ type: 'pragma', name: 'p', args: ['1', '2', '3', '4'] }, 'pragma p 1 2 3 4\n'],
  [{ type: 'error', text: 'not authorized\n' }, 'error not\\sauthorized\\n\n'],
  [{ type: 'message', text: 'pull only' }, 'message pull\\sonly\n'],
  [
    {
      type: 'schema',
      table: 't',
      version: 1,
      hash: sha1,
      mtimeSec: 7,
      content: utf8('{}'),
    },
    `schema t 1 ${sha1} 7 2\n{}\n`,
  ],
  [{ type: 'xigot', table: 't', pkHash: sha1, mtimeSec: 7 }, `xigot t ${sha1} 7\n`],
  [{ type: 'xgimme', table: 't', pkHash: sha1 }, `xgimme t ${sha1}\n`],
  [
    { type: 'xrow', table: 't', pkHash: sha1, mtimeSec: 7, owner: undefined, content: utf8('{}') },
    `xrow t ${sha1} 7 2\n{}\n`,
  ],
  [
    { type: 'xrow', table: 't', pkHash: sha1, mtimeSec: 7, owner: 'a b', content: utf8('{}') },
    `xrow t ${sha1} 7 2 a\\sb\n{}\n`,
  ],
  [
    { type: 'xdelete', table: 't', pkHash: sha1, mtimeSec: 0, owner: 'amy', content: utf8('') },
    `xdelete t ${sha1} 0 0 amy\n\n`,
  ],
  [{ type: 'xrange', table: 't', prefix: '', count: 3, digest: 'ab' }, 'xrange t - 3 ab\n'],
  [
    { type: 'xlist', table: 't', prefix: '0f', content: utf8('x 1 y\n') },
    'xlist t 0f 6\nx 1 y\n\n',
  ],
  [{ type: 'xask', table: 't', prefix: '0', after: '' }, 'xask t 0 -\n'],
  [{ type: 'xmore', table: 't', prefix: '', after: sha1 }, `xmore t - ${sha1}\n`],
  [{ type: 'comment', text: 'timestamp x' }, '# timestamp x\n'],
  [{ type: 'comment', text: '' }, '# \n'],
  [{ type: 'unknown', name: 'florp', line: 'florp a  b' }, 'florp a  b\n'],
]

test('each card has one text, and the text gives the card back', () => {
  for (const [card, text] of texts) {
    assert.equal(fromUtf8(written(card)), text)
    assert.deepEqual(parseCards(utf8(text)).toArray(), [card])
  }
})

test('the table and these tests know every card', () => {
  const tested = new Set(texts.map(([card]) => card.type))
  assert.deepEqual([...tested].sort(), [...Object.keys(cards), 'comment', 'unknown'].sort())
})

const anyHash = fc
  .oneof(
    fc.uint8Array({ minLength: 20, maxLength: 20 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
  )
  .map((bytes) => hash(Buffer.from(bytes).toString('hex')))
const maybeHash = fc.option(anyHash, { nil: undefined })
const integer = fc.oneof(fc.nat(), fc.constantFrom(0, 0x7fff_ffff))
const seconds = fc.maxSafeNat()
const payload = fc.uint8Array({ maxLength: 60 })
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })
const token = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .filter((word) => !/[ \t\n\v\f\r]/.test(word))
const uvName = token.filter(isUnversionedName)
const place = fc.oneof(
  fc.constant(''),
  token.filter((word) => word !== '-'),
)
const tableRow = {
  table: token,
  pkHash: token,
  mtimeSec: seconds,
  owner: fc.option(text, { nil: undefined }),
  content: payload,
}
const projectCode = fc.oneof(anyHash, fc.constant('AB'.repeat(20)))
const codesOf = { serverCode: token, projectCode }

/** Any card of each kind, such as a peer could mean it. */
const anyCards: { [T in NamedCard['type']]: fc.Arbitrary<Extract<NamedCard, { type: T }>> } = {
  file: record('file', { hash: anyHash, deltaSource: maybeHash, content: payload }),
  cfile: record('cfile', {
    hash: anyHash,
    deltaSource: maybeHash,
    uncompressedSizeBytes: integer,
    compressed: payload,
  }),
  igot: record('igot', { hash: anyHash, isPrivate: fc.boolean() }),
  gimme: record('gimme', { hash: anyHash }),
  private: fc.constant({ type: 'private' as const }),
  login: record('login', { user: text, nonce: token, signature: token }),
  pull: record('pull', codesOf),
  push: record('push', codesOf),
  clone: fc.oneof(
    record('clone', { version: fc.constant(1), sequence: fc.constant(1) }),
    record('clone', { version: fc.nat(7).map((more) => more + 2), sequence: integer }),
  ),
  clone_seqno: record('clone_seqno', { sequence: integer }),
  cookie: record('cookie', { text: token }),
  reqconfig: record('reqconfig', { name: token }),
  config: record('config', { name: token, content: payload }),
  uvfile: fc.oneof(
    fc
      .record({ name: uvName, mtimeSec: seconds, hash: anyHash, content: payload })
      .map((file) => ({ type: 'uvfile' as const, ...file, sizeBytes: file.content.length })),
    record('uvfile', {
      name: uvName,
      mtimeSec: seconds,
      hash: anyHash,
      sizeBytes: integer,
      content: fc.constant(undefined),
    }),
    record('uvfile', {
      name: uvName,
      mtimeSec: seconds,
      hash: fc.constant(undefined),
      sizeBytes: fc.constant(0),
      content: fc.constant(undefined),
    }),
  ),
  uvigot: record('uvigot', {
    name: uvName,
    mtimeSec: seconds,
    hash: maybeHash,
    sizeBytes: integer,
  }),
  uvgimme: record('uvgimme', { name: uvName }),
  pragma: record('pragma', { name: token, args: fc.array(token, { maxLength: 4 }) }),
  error: record('error', { text }),
  message: record('message', { text }),
  schema: record('schema', {
    table: token,
    version: integer,
    hash: token,
    mtimeSec: seconds,
    content: payload,
  }),
  xigot: record('xigot', { table: token, pkHash: token, mtimeSec: seconds }),
  xgimme: record('xgimme', { table: token, pkHash: token }),
  xrow: record('xrow', tableRow),
  xdelete: record('xdelete', tableRow),
  xrange: record('xrange', { table: token, prefix: place, count: integer, digest: token }),
  xlist: record('xlist', { table: token, prefix: place, content: payload }),
  xask: record('xask', { table: token, prefix: place, after: place }),
  xmore: record('xmore', { table: token, prefix: place, after: place }),
}

function record<T extends string, R>(
  type: T,
  fields: { [K in keyof R]: fc.Arbitrary<R[K]> },
): fc.Arbitrary<{ type: T } & R> {
  return fc.record(fields).map((values) => ({ ...values, type }))
}

const anyComment = fc
  .string({ unit: 'binary', maxLength: 30 })
  .filter((line) => !line.includes('\n'))
  .map((line): Card => ({ type: 'comment', text: line }))

test('parsing undoes formatting, for each card', () => {
  for (const [type, card] of Object.entries({ ...anyCards, comment: anyComment })) {
    const property = fc.property(card, (one: Card) => {
      assert.deepEqual(parseCards(written(one)).toArray(), [one], type)
    })
    fc.assert(property, { seed, numRuns: 50 })
  }
})

test('parsing undoes formatting, for any run of cards', () => {
  const run = fc.array(fc.oneof(...Object.values(anyCards), anyComment), { maxLength: 20 })
  const property = fc.property(run, (all: Card[]) => {
    assert.deepEqual(parseCards(written(...all)).toArray(), all)
  })
  fc.assert(property, { seed, numRuns: 100 })
})

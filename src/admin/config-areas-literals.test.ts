/**
 * Records of `config` cards: what SQLite quotes is read back, and nothing else is.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { utf8 } from '../base/bytes.ts'
import type { Value } from '../db/driver.ts'
import { openDatabase } from '../db/node.ts'
import { type Literal, parseConfigRecord } from './config-areas-literals.ts'

type Plain = [mtimeSec: number, key: string, values: Record<string, Value | undefined>]

function parse(text: string): Plain | undefined {
  const record = parseConfigRecord(utf8(text))
  if (record === undefined) return undefined
  const values = [...record.values].map(([column, literal]) => [column, plain(literal)] as const)
  return [record.mtimeSec, Buffer.from(record.key).toString(), Object.fromEntries(values)]
}

/** A literal as the value that SQLite would make of it. */
function plain(literal: Literal | undefined): Value | undefined {
  if (literal === undefined) return undefined
  if (literal.type === 'null') return null
  if (literal.type === 'number') return literal.value
  return literal.type === 'text' ? Buffer.from(literal.bytes).toString() : literal.bytes
}

test('a record is a time, a key, and columns with values', () => {
  assert.deepEqual(parse(`17 'key' value 'it''s' photo X'00fF' owner NULL n 42`), [
    17,
    'key',
    { value: "it's", photo: Uint8Array.of(0, 255), owner: null, n: 42 },
  ])
  assert.deepEqual(parse(` \t17\r\n'k'\n\nvalue\v'' \f`), [17, 'k', { value: '' }])
  assert.deepEqual(parse(`0 'k'`), [0, 'k', {}])
  assert.deepEqual(parse(`1 'a '' b' value 'two\nlines'`), [1, "a ' b", { value: 'two\nlines' }])
  assert.deepEqual(parse(`1 'k' value x''`), [1, 'k', { value: new Uint8Array(0) }])
})

test('anything else is no record', () => {
  const texts = [
    '',
    ' ',
    '17',
    `'key' 17`,
    `-17 'k'`,
    `1.5 'k'`,
    `1e3 'k'`,
    `0x11 'k'`,
    `9007199254740992 'k'`,
    `99999999999999999999 'k'`,
    '17 key',
    '17 NULL',
    '17 42',
    `17 X'6b'`,
    `17 ''`,
    `17 'k`,
    `17 'k''`,
    `17 'k' value`,
    `17 'k' value 'v`,
    `17 'k' value 'v'x`,
    `17 'k'value 'v'`,
    `17 'k' value v`,
    `17 'k' value -1`,
    `17 'k' value 1.5`,
    `17 'k' value 1e999`,
    `17 'k' value X'0'`,
    `17 'k' value X'0g'`,
    `17 'k' value X'00`,
    `17 'k' value X00`,
    `17 'k' value "v"`,
    `17 'k' value 'a\0b'`,
    `17 'a\0b' value 'v'`,
    `17 'k' value 'v' value 'w'`,
    `17 'k' val"ue 'v'`,
    `17 'k' 'value' 'v'`,
    `17 'k' value (SELECT 1)`,
    `17 'k' value 'v' || 'w'`,
    `17 'k' value 'v'); DROP TABLE user; --`,
    `17 'k' value 'v' -- 'w'`,
  ]
  for (const text of texts) assert.equal(parse(text), undefined, JSON.stringify(text))
})

test('what SQLite quotes is read as it was', () => {
  using db = Object.assign(openDatabase(), {
    [Symbol.dispose]: () => {
      db.close()
    },
  })
  const quote = (value: Value): string =>
    db.prepare<[string]>('SELECT quote(?)').get(value)?.[0] ?? assert.fail()
  const text = fc.string({
    unit: fc.constantFrom("'", "''", ' ', '\n', '\t', ';', '--', 'x', 'ü', '漢', '😀'),
  })
  const value = fc.oneof(text, fc.uint8Array({ maxLength: 20 }), fc.constant(null), fc.maxSafeNat())
  fc.assert(
    fc.property(fc.maxSafeNat(), text, fc.array(value), (mtimeSec, key, values) => {
      fc.pre(key !== '')
      const pairs = values.map((each, i) => ` c${i} ${quote(each)}`)
      const record = parseConfigRecord(utf8(`${mtimeSec} ${quote(key)}${pairs.join('')}`))
      assert.ok(record !== undefined)
      assert.equal(record.mtimeSec, mtimeSec)
      assert.equal(Buffer.from(record.key).toString(), key)
      assert.deepEqual([...record.values.values()].map(plain), values)
    }),
    { seed: 3, numRuns: 500 },
  )
})

test('text that is not UTF-8 keeps its bytes', () => {
  const record = parseConfigRecord(Buffer.from(`1 'k\xff' value '\xe9''\x80'`, 'latin1'))
  assert.deepEqual(record, {
    mtimeSec: 1,
    key: Uint8Array.of(0x6b, 0xff),
    values: new Map([['value', { type: 'text', bytes: Uint8Array.of(0xe9, 0x27, 0x80) }]]),
  })
})

test('no bytes at all make the reader fail', () => {
  const scrap = fc.constantFrom(`'`, `''`, ' ', '1', 'value', 'NULL', `X'`, `x'00'`, '\0', '\xff')
  fc.assert(
    fc.property(fc.array(fc.oneof(scrap, fc.string()), { maxLength: 12 }), (scraps) => {
      const record = parseConfigRecord(Buffer.from(scraps.join(''), 'latin1'))
      if (record !== undefined) assert.ok(Number.isSafeInteger(record.mtimeSec))
    }),
    { seed: 4, numRuns: 3000 },
  )
})

test('a long value is read in one pass', () => {
  const long = "it''s ".repeat(500_000)
  const [, , values] =
    parse(`1 'k' value '${long}' photo X'${'00'.repeat(1_000_000)}'`) ?? assert.fail()
  assert.equal(values['value'], "it's ".repeat(500_000))
  assert.deepEqual(values['photo'], new Uint8Array(1_000_000))
})

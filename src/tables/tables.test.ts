/**
 * Synced tables as their owner uses them, with the hashes that go-libfossil computes.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import { rebuild } from '../crosslink/rebuild.ts'
import { verify } from '../crosslink/verify.ts'
import { dbOf } from '../repo/repo.ts'
import type { TableDefinition } from './definition.ts'
import { goKeyOnly, goPair, goTables } from './go.vectors.ts'
import { stateDigest } from './state.ts'
import { emptyRepo, startSec, stillEnv, things, wrongRanges } from './tables.suite.ts'
import {
  addColumn,
  catalogHash,
  defineTable,
  deleteRow,
  getRow,
  isTombstone,
  listRows,
  pkHash,
  putRow,
  tables,
} from './tables.ts'
import { decimal, parseRow, type Row, rowData, sortedColumns } from './value.ts'

const isCode =
  (code: FossilErrorCode, reason?: RegExp) =>
  (error: unknown): boolean =>
    FossilError.is(error, code) && (reason === undefined || reason.test(error.message))

suite('hashes', () => {
  for (const { type, catalogue, rows } of goTables) {
    test(`of ${type} keys, and the JSON of their rows, are those of go-libfossil`, () => {
      using repo = emptyRepo()
      const columns = [
        { name: 'z', type, key: true },
        { name: 'v', type: 'text' },
      ] as const
      defineTable(repo, { name: 'k', columns, conflict: 'mtime-wins' })
      for (const [json, key] of Object.entries(rows)) {
        const row = parseRow({ name: 'k', sorted: sortedColumns(columns) }, json)
        assert.equal(putRow(repo, 'k', row, { mtimeSec: 10 }), key, json)
        assert.equal(rowData({ name: 'k', sorted: sortedColumns(columns) }, row), json)
      }
      assert.equal(catalogHash(repo, 'k'), catalogue)
    })
  }

  test('of several key columns, and of nothing but a key, are those of go-libfossil', () => {
    using repo = emptyRepo()
    const pair: TableDefinition = {
      name: 'pair',
      columns: [
        { name: 'z', type: 'text', key: true },
        { name: 'a', type: 'integer', key: true },
        { name: 'v', type: 'text' },
      ],
      conflict: 'mtime-wins',
    }
    defineTable(repo, pair)
    assert.equal(pkHash(repo, 'pair', { a: 7, z: 'k', v: 'ignored' }), goPair.key)
    putRow(repo, 'pair', { a: 7n, z: 'k', v: 'x' }, { mtimeSec: 10 })
    assert.equal(catalogHash(repo, 'pair'), goPair.catalogue)

    defineTable(repo, { ...pair, name: 'pkonly', columns: pair.columns.slice(0, 1) })
    assert.equal(putRow(repo, 'pkonly', { z: 'k' }, { mtimeSec: 10 }), goKeyOnly.key)
    assert.equal(catalogHash(repo, 'pkonly'), goKeyOnly.catalogue)
  })

  test('of rows of NULLs are left out of the catalogue, whatever their keys say', () => {
    using repo = emptyRepo()
    defineTable(repo, things)
    putRow(repo, 'things', { id: '"v":"b":', n: 1 })
    assert.equal(catalogHash(repo, 'things'), 'da39a3ee5e6b4b0d3255bfef95601890afd80709')
    putRow(repo, 'things', { id: '"v":"b":', n: 1, r: 0 })
    assert.notEqual(catalogHash(repo, 'things'), 'da39a3ee5e6b4b0d3255bfef95601890afd80709')
  })

  test('of numbers have no exponent and no sign of zero', () => {
    assert.deepEqual(
      [1e21, 1e-7, -1.25e-9, 123e20, 5e-324].map(decimal).map((text) => text.slice(0, 24)),
      [
        '1000000000000000000000',
        '0.0000001',
        '-0.00000000125',
        '12300000000000000000000',
        '0.0000000000000000000000',
      ],
    )
    using repo = emptyRepo()
    const columns = [{ name: 'z', type: 'real', key: true }] as const
    defineTable(repo, { name: 'k', columns, conflict: 'mtime-wins' })
    assert.equal(pkHash(repo, 'k', { z: -0 }), pkHash(repo, 'k', { z: 0 }))
  })
})

suite('rows', () => {
  test('come back as they were put, to the last bit', () => {
    using repo = emptyRepo()
    defineTable(repo, things)
    const unit = fc.constantFrom(...Array.from('a<&>"\\\0\n\b\x01\x7f\u2028ü☃😀'))
    const anyText = fc.string({ unit, maxLength: 8 })
    const value = fc.record({
      id: anyText,
      n: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      v: fc.option(anyText),
      r: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      b: fc.option(fc.uint8Array({ maxLength: 40 })),
    })
    fc.assert(
      fc.property(value, (row) => {
        putRow(repo, 'things', row)
        const read = getRow(repo, 'things', { id: row.id, n: row.n })
        assert.deepEqual(read?.values, { ...row, r: row.r === null ? null : row.r + 0 })
      }),
      { numRuns: 100, seed: 1 },
    )
    assert.deepEqual(wrongRanges(repo, 'things'), [])
  })

  test('that are long may have any brackets in their texts', () => {
    using repo = emptyRepo()
    defineTable(repo, things)
    const v = '{[\\"'.repeat(5000)
    putRow(repo, 'things', { id: '{', n: 1, v })
    assert.equal(getRow(repo, 'things', { id: '{', n: 1 })?.values['v'], v)
  })

  test('that their columns cannot hold are refused, and nothing is changed', () => {
    using repo = emptyRepo()
    defineTable(repo, things)
    const before = stateDigest(repo)
    const bad: Row[] = [
      { id: 'a' },
      { id: 'a', n: null },
      { id: 'a', n: 1.5 },
      { id: 'a', n: 2 ** 53 },
      { id: 'a', n: 2n ** 63n },
      { id: 7, n: 1 },
      { id: '\ud800', n: 1 },
      { id: 'a', n: 1, r: Number.NaN },
      { id: 'a', n: 1, b: 'text' },
      { id: 'a', n: 1, w: 'no such column' },
    ]
    for (const row of bad) assert.throws(() => putRow(repo, 'things', row), isCode('table.row'))
    assert.throws(() => putRow(repo, 'none', { id: 'a' }), isCode('table.missing'))
    assert.equal(stateDigest(repo), before)
  })

  test('are listed by key, and deleted ones only where they are asked for', () => {
    using repo = emptyRepo()
    defineTable(repo, things)
    for (const n of [10, 9, -3]) putRow(repo, 'things', { id: 'a', n })
    putRow(repo, 'things', { id: '', n: 99, v: 'first' })
    assert.equal(deleteRow(repo, 'things', { id: 'a', n: 9 }), true)
    assert.equal(deleteRow(repo, 'things', { id: 'a', n: 9 }), false)
    assert.equal(deleteRow(repo, 'things', { id: 'never', n: 9 }), false)
    assert.deepEqual(
      listRows(repo, 'things').map(({ values }) => values['n']),
      [99n, -3n, 10n],
    )
    const all = listRows(repo, 'things', { deleted: true })
    assert.deepEqual(
      all.map(({ isDeleted }) => isDeleted),
      [false, false, true, false],
    )
    assert.equal(isTombstone(repo, 'things', { id: 'a', n: 9 }), true)
    assert.equal(getRow(repo, 'things', { id: 'a', n: 9 }), undefined)
  })

  test('of nothing but a key can be deleted, and a row of NULLs lives', () => {
    using repo = emptyRepo()
    const columns = [{ name: 'z', type: 'text', key: true }] as const
    defineTable(repo, { name: 'only', columns, conflict: 'mtime-wins' })
    putRow(repo, 'only', { z: 'k' })
    deleteRow(repo, 'only', { z: 'k' })
    assert.equal(isTombstone(repo, 'only', { z: 'k' }), true)

    defineTable(repo, things)
    putRow(repo, 'things', { id: 'a', n: 1, v: null })
    assert.equal(isTombstone(repo, 'things', { id: 'a', n: 1 }), false)
    assert.equal(getRow(repo, 'things', { id: 'a', n: 1 })?.values['v'], null)
  })

  test('that are changed within one second, or by a slow clock, still get later times', () => {
    const env = stillEnv()
    using repo = emptyRepo(env)
    defineTable(repo, things)
    const key = { id: 'a', n: 1 }
    putRow(repo, 'things', { ...key, v: 'z' })
    putRow(repo, 'things', { ...key, v: 'a' })
    assert.equal(getRow(repo, 'things', key)?.mtimeSec, startSec + 1)
    env.clock.ms -= 60_000
    deleteRow(repo, 'things', key)
    assert.equal(listRows(repo, 'things', { deleted: true })[0]?.mtimeSec, startSec + 2)
  })

  test('that have an owner are changed by nobody else', () => {
    using repo = emptyRepo()
    const columns = things.columns.slice(0, 3)
    defineTable(repo, { name: 'mine', columns, conflict: 'owner-write' })
    const row = { id: 'a', n: 1, v: 'amy' }
    putRow(repo, 'mine', row, { user: 'amy' })
    assert.throws(() => putRow(repo, 'mine', row, { user: 'bob' }), isCode('table.owned'))
    assert.throws(() => deleteRow(repo, 'mine', row), isCode('table.owned'))
    putRow(repo, 'mine', { ...row, v: 'again' }, { user: 'amy' })
    assert.equal(getRow(repo, 'mine', row)?.owner, 'amy')
    assert.equal(deleteRow(repo, 'mine', row, { user: 'amy' }), true)
  })
})

suite('definitions', () => {
  const { columns, conflict } = things
  const bad: [what: string, definition: TableDefinition, reason: RegExp][] = [
    ['a name in capitals', { ...things, name: 'Things' }, /is named with/],
    ['a name of Fossil', { ...things, name: 'blob' }, /is named with/],
    ['a name with x_', { ...things, name: 'x_a' }, /is named with/],
    ['a name that is SQL', { ...things, name: 'a"; DROP TABLE blob; --' }, /is named with/],
    ['no key', { name: 't', columns: columns.slice(2), conflict }, /no column is a part/],
    ['no columns', { name: 't', columns: [], conflict }, /no column is a part/],
    ...['mtime', '_owner', '__proto__', 'A', 'a b', '', '1'].map(
      (name): [string, TableDefinition, RegExp] => [
        `a column called ${JSON.stringify(name)}`,
        { name: 't', columns: [...columns, { name, type: 'text' }], conflict },
        /column/,
      ],
    ),
    ['a column twice', { ...things, columns: [...columns, ...columns] }, /two columns/],
  ]
  for (const [what, definition, reason] of bad) {
    test(`with ${what} are refused before anything is stored`, () => {
      using repo = emptyRepo()
      assert.throws(() => defineTable(repo, definition), isCode('table.invalid', reason))
      assert.deepEqual(tables(repo), [])
    })
  }

  test('get columns, and nothing else is changed', () => {
    using repo = emptyRepo()
    defineTable(repo, things)
    defineTable(repo, things)
    putRow(repo, 'things', { id: 'a', n: 1, v: 'x' })
    addColumn(repo, 'things', { name: 'more', type: 'integer' })
    assert.equal(getRow(repo, 'things', { id: 'a', n: 1 })?.values['more'], null)
    putRow(repo, 'things', { id: 'a', n: 1, v: 'x', more: 5 })
    assert.equal(getRow(repo, 'things', { id: 'a', n: 1 })?.values['more'], 5n)
    // A program that does not know of the new column goes on.
    defineTable(repo, things)
    const otherwise = [
      { ...things, conflict: 'self-write' as const },
      { ...things, columns: things.columns.slice(1) },
      { ...things, columns: [...things.columns, { name: 'unknown', type: 'text' as const }] },
    ]
    for (const definition of otherwise) {
      assert.throws(() => defineTable(repo, definition), isCode('table.invalid', /another way/))
    }
    const key = { name: 'k', type: 'text', key: true } as const
    assert.throws(() => addColumn(repo, 'things', key), isCode('table.invalid', /the key/))
    const again = { name: 'v', type: 'text' } as const
    assert.throws(() => addColumn(repo, 'things', again), isCode('table.invalid', /two columns/))
    assert.equal(tables(repo)[0]?.columns.length, 6)
  })
})

test('digests of ranges are those of their rows, however many there are', () => {
  using repo = emptyRepo()
  defineTable(repo, things)
  repo.transaction(() => {
    for (let n = 0; n < 3000; n++) putRow(repo, 'things', { id: 'a', n, v: `${n}` })
    for (let n = 0; n < 3000; n += 3) putRow(repo, 'things', { id: 'a', n, v: `new ${n}` })
    for (let n = 0; n < 3000; n += 7) deleteRow(repo, 'things', { id: 'a', n })
  })
  assert.deepEqual(wrongRanges(repo, 'things'), [])
  const nodes = dbOf(repo).prepare<[number]>('SELECT count(*) FROM fx_trilobite_range').get()
  assert.ok((nodes?.[0] ?? 0) <= 1 + 16 + 256, `${nodes?.[0]} nodes`)
})

test('a rebuild leaves tables alone, and verify finds nothing in them', () => {
  using repo = emptyRepo()
  defineTable(repo, things)
  putRow(repo, 'things', { id: 'a', n: 1, v: 'x' })
  const before = stateDigest(repo)
  rebuild(repo)
  assert.equal(stateDigest(repo), before)
  assert.deepEqual(verify(repo).differences, [])
})

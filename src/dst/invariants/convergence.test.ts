/**
 * Comparing repositories: the same names with the same content behind them.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../../base/bytes.ts'
import { compressContent } from '../../base/zlib.ts'
import { storeLocal } from '../../repo/store.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { checkConvergence, checkSubsetOf } from './convergence.ts'
import { Pair } from './pair.suite.ts'
import { dbOf } from '../../repo/repo.ts'

const failing = (invariant: string, nodeId: string) => (error: unknown) =>
  error instanceof InvariantError && error.invariant === invariant && error.nodeId === nodeId

function leavesOf({ leaf }: Pair): ReadonlyMap<string, Pair['leaf']> {
  return new Map([['leaf-7', leaf]])
}

function deltasIn(repo: Pair['leaf']): number {
  return dbOf(repo).prepare('SELECT 1 FROM delta').all().length
}

suite('checkConvergence', () => {
  test('holds for the same artifacts, however each side stores them', () => {
    using pair = new Pair()
    checkConvergence(pair.master, leavesOf(pair))
    assert.ok(deltasIn(pair.master) > 0)
    assert.equal(deltasIn(pair.leaf), 0)
  })

  test('holds without leaves', () => {
    using pair = new Pair()
    checkConvergence(pair.master, new Map())
  })

  test('compares content: equal names over other bytes do not converge', () => {
    for (const side of ['master', 'leaf'] as const) {
      using pair = new Pair()
      dbOf(pair[side])
        .prepare('UPDATE blob SET content = ?, size = 5 WHERE uuid = ?')
        .run(compressContent(utf8('other')), pair.named.plain)
      assert.throws(
        () => checkConvergence(pair.master, leavesOf(pair)),
        failing('blob-integrity', side === 'master' ? 'master' : 'leaf-7'),
      )
    }
  })

  test('counts what is missing on either side', () => {
    using pair = new Pair()
    for (const text of ['a', 'b', 'c']) storeLocal(pair.master, utf8(text))
    storeLocal(pair.leaf, utf8('d'))
    assert.throws(
      () => checkConvergence(pair.master, leavesOf(pair)),
      /lacks 3 of the master's artifacts \([0-9a-f]{40}\); 1 are here and not on the master/,
    )
  })

  test('a phantom is not held', () => {
    using pair = new Pair()
    const sql = 'UPDATE blob SET size = -1, content = NULL WHERE uuid = ?'
    pair.damage('leaf', sql, pair.named.plain)
    pair.damage('leaf', 'INSERT INTO phantom SELECT rid FROM blob WHERE size < 0')
    assert.throws(
      () => checkConvergence(pair.master, leavesOf(pair)),
      failing('convergence', 'leaf-7'),
    )
  })

  test('what either side shuns is left out', () => {
    for (const side of ['master', 'leaf'] as const) {
      using pair = new Pair()
      const { hash } = storeLocal(pair.master, utf8('banned'))
      assert.throws(() => checkConvergence(pair.master, leavesOf(pair)))
      pair.damage(side, 'INSERT INTO shun(uuid) VALUES(?)', hash)
      checkConvergence(pair.master, leavesOf(pair))
      checkSubsetOf(pair.master, leavesOf(pair))
    }
  })

  test('names the first leaf that differs, in their order', () => {
    using pair = new Pair()
    using empty = new Pair()
    empty.damage('leaf', 'DELETE FROM delta')
    empty.damage('leaf', 'DELETE FROM blob')
    const leaves = new Map([
      ['leaf-0', pair.leaf],
      ['leaf-1', empty.leaf],
    ])
    assert.throws(() => checkConvergence(pair.master, leaves), failing('convergence', 'leaf-1'))
  })
})

suite('checkSubsetOf', () => {
  test('lets a leaf hold more than the master', () => {
    using pair = new Pair()
    storeLocal(pair.leaf, utf8('news'))
    checkSubsetOf(pair.master, leavesOf(pair))
  })

  test('fails where a leaf lacks an artifact of the master', () => {
    using pair = new Pair()
    storeLocal(pair.master, utf8('news'))
    assert.throws(() => checkSubsetOf(pair.master, leavesOf(pair)), failing('subset', 'leaf-7'))
  })

  test('does not ask for what is private to the master', () => {
    using pair = new Pair()
    storeLocal(pair.master, utf8('news'), { isPrivate: true })
    checkSubsetOf(pair.master, leavesOf(pair))
  })
})

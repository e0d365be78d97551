/**
 * Private artifacts may be at more places than where they were made.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { utf8 } from '../../base/bytes.ts'
import { storeLocal } from '../../repo/store.ts'
import type { Invariant } from '../world.ts'
import { invariants } from './all.ts'
import { Pair } from './pair.suite.ts'

function named(name: string): Invariant {
  return invariants.find((invariant) => invariant.name === name) ?? assert.fail(name)
}

suite('what is private', () => {
  test('may be anywhere where private artifacts are meant to travel', () => {
    using pair = new Pair()
    storeLocal(pair.leaf, utf8('secret'), { isPrivate: true })
    named('nothing-leaks').check(pair.world({ asksPrivate: new Set(['leaf-0']) }))
  })

  test('to two makers is at home with both', () => {
    using pair = new Pair()
    const { hash } = storeLocal(pair.leaf, utf8('secret'), { isPrivate: true })
    pair.acknowledged.push({ hash, nodeId: 'leaf-0', isPrivate: true })
    named('nothing-leaks').check(pair.world())
  })

  test('is no secret once somebody made the same in public', () => {
    using pair = new Pair()
    const { hash } = storeLocal(pair.leaf, utf8('secret'))
    pair.acknowledged.push({ hash, nodeId: 'leaf-0', isPrivate: false })
    named('nothing-leaks').check(pair.world())
  })

  test('is left out of convergence', () => {
    using pair = new Pair()
    storeLocal(pair.leaf, utf8('another secret'), { isPrivate: true })
    named('convergence').check(pair.world())
  })
})

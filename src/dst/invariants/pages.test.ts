/**
 * The oracles of tickets, attachments and threads agree with what is made of artifacts of every
 * sort.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'
import { invariants } from './all.ts'
import { writePages } from './page-damage.suite.ts'
import { Pair } from './pair.suite.ts'

function named(name: string): Invariant {
  return invariants.find((invariant) => invariant.name === name) ?? assert.fail(name)
}

suite('with tickets, attachments and threads of every sort', () => {
  for (const name of ['tickets', 'attachments', 'threads', 'derived', 'event', 'tags']) {
    test(`${name} holds`, () => {
      using pair = new Pair()
      writePages(pair.leaf)
      named(name).check(pair.world())
    })
  }

  test('a change is seen after a check that found nothing', () => {
    using pair = new Pair()
    writePages(pair.leaf)
    for (const name of ['tickets', 'attachments', 'threads']) named(name).check(pair.world())
    pair.damage('leaf', 'DELETE FROM ticketchng')
    assert.throws(() => named('tickets').check(pair.world()), InvariantError)
  })
})

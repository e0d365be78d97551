/**
 * The rights of leaves: all, or drawn for those that nobody else syncs with; and runs in which some
 * may only read.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RandomSource } from '../sim/random.ts'
import { Logins, type SimLogin } from './logins.ts'
import { simulate } from './simulate.ts'
import { type TopologyName, topologyOf } from './topology.ts'

/** The rights of leaves, by id: to push, and to write unversioned files. */
function rightsOf(name: TopologyName, login: SimLogin): Map<string, string> {
  const source = new RandomSource(1)
  const topology = topologyOf(name, 20, source.stream('topology').at(0))
  const logins = new Logins(source, {
    login,
    topology,
    isPrivate: false,
    mayClone: false,
    passesRows: false,
  })
  return new Map(
    [...logins.access()].map(([id, access]) => [id, `${access.write} ${access.unversionedWrite}`]),
  )
}

suite('rights', () => {
  test('are all by default', () => {
    assert.deepEqual([...new Set(rightsOf('star', {}).values())], ['true true'])
  })

  test('are drawn in four ways where they are mixed', () => {
    assert.equal(new Set(rightsOf('star', { rights: 'mixed' }).values()).size, 4)
  })

  test('are all for those that others sync with, so that everything can travel', () => {
    const rights = rightsOf('chain', { rights: 'mixed' })
    rights.delete('leaf-19')
    assert.deepEqual([...new Set(rights.values())], ['true true'])
  })

  test('are those that the caller says', () => {
    const rights = rightsOf('star', { rights: 'mixed', capabilities: () => 'o' })
    assert.deepEqual([...new Set(rights.values())], ['false false'])
  })
})

test('runs in which some leaves may only read converge', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const plan = 'login=yes,rights=mixed,durationMs=60000,operations=30,mix=checkin+uvWrite'
    const { verdict, violation } = await simulate({ seed, plan })
    assert.deepEqual([verdict, violation], ['converged', undefined], `seed ${seed}`)
  }
})

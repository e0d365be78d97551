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

/** The users of twenty leaves. */
function loginsOf(name: TopologyName, login: SimLogin): Logins {
  const source = new RandomSource(1)
  const topology = topologyOf(name, 20, source.stream('topology').at(0))
  const rest = { isPrivate: false, mayClone: false, passesRows: false }
  return new Logins(source, { login, topology, ...rest })
}

/** The rights of leaves, by id: to push, and to write unversioned files. */
function rightsOf(name: TopologyName, login: SimLogin): Map<string, string> {
  return new Map(
    [...loginsOf(name, login).access()].map(([id, access]) => [
      id,
      `${access.write} ${access.unversionedWrite}`,
    ]),
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

  test('are unsettled where some have a wrong password, and some do not log in', () => {
    const rights = [...rightsOf('star', { rights: 'unsettled' }).values()]
    assert.ok(rights.filter((each) => each === 'false false').length > 6)
    assert.ok(new Set(rights).size > 2)
  })

  test('are those that the caller says', () => {
    const rights = rightsOf('star', { rights: 'mixed', capabilities: () => 'o' })
    assert.deepEqual([...new Set(rights.values())], ['false false'])
  })
})

suite('users', () => {
  test('of leaves alone may be changed by the owner of their only server', () => {
    const star = loginsOf('star', {})
    assert.equal(star.changeableAt('master').length, 20)
    const chain = loginsOf('chain', {})
    assert.deepEqual(chain.changeableAt('master'), [])
    assert.deepEqual(chain.changeableAt('leaf-18'), ['leaf-19'])
  })

  test('may in the end all that they ever might, with the right password', () => {
    const logins = loginsOf('star', { capabilities: () => 'o' })
    const may = (): string[] => {
      const { read, write, unversionedWrite } = logins.accessOf('leaf-0')
      return Object.entries({ read, write, unversionedWrite }).flatMap(([name, has]) =>
        has ? [name] : [],
      )
    }
    logins.change('leaf-0', { capabilities: 'i', isPasswordRight: true })
    logins.change('leaf-0', { capabilities: 'y', isPasswordRight: false })
    assert.deepEqual(may(), [])
    logins.change('leaf-0', undefined)
    assert.deepEqual(may(), [])
    assert.deepEqual(logins.settle(), ['leaf-0'])
    assert.deepEqual(may(), ['read', 'write'])
  })
})

test('runs in which owners of servers change users converge', async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const plan = 'login=yes,rights=unsettled,durationMs=60000,operations=40,mix=checkin+uv+users'
    const { verdict, violation } = await simulate({ seed, plan })
    assert.deepEqual([verdict, violation], ['converged', undefined], `seed ${seed}`)
  }
})

test('runs in which some leaves may only read converge', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const plan = 'login=yes,rights=mixed,durationMs=60000,operations=30,mix=checkin+uvWrite'
    const { verdict, violation } = await simulate({ seed, plan })
    assert.deepEqual([verdict, violation], ['converged', undefined], `seed ${seed}`)
  }
})

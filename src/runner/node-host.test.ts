/**
 * The surroundings of a node: timers in virtual time, a store that outlives crashes, looks at
 * peers; and none of it for the dead.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromUtf8, hex, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Model, NodeHandle, NodeHost } from './model.ts'
import type { Simulation } from './simulation.ts'
import { counters, type CounterWorld, messageOf, startToy, toyDurationMs } from './toy.suite.ts'

type Start = (host: NodeHost, sound: NodeHandle) => NodeHandle | undefined

/** The toy, but for nodes that start another way. */
function startWith(start: Start, seed = 1): Simulation<CounterWorld> {
  const toy = counters()
  const model: Model<CounterWorld> = {
    ...toy,
    start: (id, world, host) => {
      const sound = toy.start(id, world, host)
      return start(host, sound) ?? sound
    },
  }
  return startToy(model, { level: 'normal', seed })
}

const refuse = (): Promise<never> =>
  Promise.reject(new FossilError('transport.failed', { reason: 'busy' }))

/** A toy whose node `left` does something once it starts, and answers nobody. */
function withLeft(begin: (host: NodeHost) => void, seed?: number): Simulation<CounterWorld> {
  return startWith((host) => {
    if (host.id !== 'left') return undefined
    begin(host)
    return { answer: refuse }
  }, seed)
}

async function runFor(simulation: Simulation<CounterWorld>, ms: number): Promise<void> {
  await simulation.runUntil(simulation.clock().nowMs() + ms)
}

suite('timers', () => {
  test('fire at their time, those of one moment in the order they were made', async () => {
    const fired: [string, number][] = []
    using simulation = withLeft((host) => {
      const startMs = host.clock.nowMs()
      const note = (name: string) => () => void fired.push([name, host.clock.nowMs() - startMs])
      host.after(20, note('b'))
      host.after(10, note('a'))
      host.after(20, note('c'))
    })
    await runFor(simulation, 1_000)
    assert.deepEqual(fired, [
      ['a', 10],
      ['b', 20],
      ['c', 20],
    ])
  })

  test('never fire before `after` has returned, nor once they are cancelled', async () => {
    const fired: string[] = []
    using simulation = withLeft((host) => {
      host.after(0, () => fired.push('at once'))
      const cancel = host.after(5, () => fired.push('cancelled'))
      cancel()
      cancel()
      fired.push('returned')
    })
    await runFor(simulation, 1_000)
    assert.deepEqual(fired, ['returned', 'at once'])
  })

  test('let promise callbacks run before the next one fires', async () => {
    const fired: string[] = []
    using simulation = withLeft((host) => {
      host.after(5, () => {
        fired.push('first')
        void Promise.resolve().then(() => fired.push('its callback'))
      })
      host.after(5, () => fired.push('second'))
    })
    await runFor(simulation, 1_000)
    assert.deepEqual(fired, ['first', 'its callback', 'second'])
  })

  test('take whole milliseconds from 0', () => {
    using simulation = withLeft((host) => {
      for (const ms of [-1, 0.5, Number.NaN]) {
        assert.throws(() => host.after(ms, () => {}), { code: 'option.invalid' })
      }
    })
    assert.ok(simulation)
  })

  test('end the run where they throw, and the node is named', async () => {
    using simulation = withLeft((host) => {
      host.after(5, () => {
        throw new RangeError('of the node')
      })
    })
    await assert.rejects(runFor(simulation, 1_000), RangeError)
    assert.equal(simulation.failedNode, 'left')
  })
})

suite('sleep', () => {
  test('takes virtual time, also within a tick', async () => {
    const slept: number[] = []
    using simulation = startWith((host) =>
      host.id === 'left'
        ? {
            answer: () => Promise.resolve(new Uint8Array()),
            tick: async () => {
              const beganMs = host.clock.nowMs()
              await host.sleep(1_500)
              slept.push(host.clock.nowMs() - beganMs)
              return 'quiet'
            },
          }
        : undefined,
    )
    await runFor(simulation, 20_000)
    assert.ok(slept.length > 3 && slept.every((ms) => ms === 1_500))
  })

  test('ends with the reason of its signal', async () => {
    const seen: unknown[] = []
    const giveUp = new AbortController()
    const reason = new Error('no patience')
    using simulation = withLeft((host) => {
      host.sleep(10_000, giveUp.signal).catch((error: unknown) => seen.push(error))
      host.after(100, () => giveUp.abort(reason))
      host.after(200, () => {
        host.sleep(1, giveUp.signal).catch((error: unknown) => seen.push(error))
      })
    })
    await runFor(simulation, 1_000)
    assert.deepEqual(seen, [reason, reason])
  })
})

suite('a node that has crashed', () => {
  test('has no timers, sleeps on, and nothing that it does is seen', async () => {
    const seen: string[] = []
    const hosts: NodeHost[] = []
    using simulation = withLeft((host) => {
      hosts.push(host)
      if (hosts.length > 1) return
      host.store.set('kept', utf8('before'))
      host.after(500, () => seen.push('timer'))
      void host.sleep(500).finally(() => seen.push('slept'))
    })
    await runFor(simulation, 100)
    simulation.crash('left')
    const [dead] = hosts
    assert.ok(dead)
    const lines = simulation.recentLines().length
    dead.store.set('kept', utf8('after'))
    dead.store.delete('kept')
    dead.note('seen', { node: 'left' })
    dead.emit(() => seen.push('told'))
    dead.fail(new Error('of the dead'))
    dead.look('right')('moved')
    dead.after(10, () => seen.push('late timer'))
    void dead.exchange('right', new Uint8Array()).finally(() => seen.push('exchange'))
    assert.equal(simulation.recentLines().length, lines)
    simulation.restart('left')
    await runFor(simulation, toyDurationMs)
    assert.deepEqual(seen, [])
    const [, alive] = hosts
    assert.equal(fromUtf8(alive?.store.get('kept') ?? new Uint8Array()), 'before')
  })
})

test('a store gives and keeps copies, and lists its keys in order', () => {
  using simulation = withLeft(({ store }) => {
    const value = utf8('value')
    store.set('b', value)
    store.set('a', value)
    value[0] = 0
    store.get('b')?.fill(0)
    assert.equal(fromUtf8(store.get('b') ?? value), 'value')
    assert.deepEqual(store.keys(), ['a', 'b'])
    store.delete('a')
    assert.equal(store.get('a'), undefined)
  })
  assert.ok(simulation)
})

/** FIPS 180-2, appendix B.1. */
const sha256OfAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

test('digests are those of the algorithm, and random bytes follow from the seed', () => {
  const drawn = [1, 1, 2].map((seed) => {
    const bytes: string[] = []
    using simulation = withLeft((host) => {
      assert.equal(hex(host.digest('sha256', utf8('abc'))), sha256OfAbc)
      bytes.push(hex(host.random.bytes(8)), hex(host.random.bytes(8)))
    }, seed)
    assert.ok(simulation)
    return bytes
  })
  assert.deepEqual(drawn[0], drawn[1])
  assert.notDeepEqual(drawn[0], drawn[2])
  assert.notEqual(drawn[0]?.[0], drawn[0]?.[1])
})

/** Looks every two seconds; `found` is what it finds. */
function looking(found: () => 'moved' | 'quiet'): Simulation<CounterWorld> {
  const nothing = messageOf({ counts: new Map() })
  return startWith((host, { answer }) => {
    if (host.id !== 'left' || answer === undefined) return undefined
    const look = async (): Promise<void> => {
      const told = host.look('right')
      await host.exchange('right', nothing).catch(() => {})
      told(found())
      host.after(2_000, () => void look())
    }
    host.after(0, () => void look())
    return { looksAt: ['right'], answer }
  })
}

suite('a node that looks at a peer by itself', () => {
  test('names its requests after the look, and is not polled', async () => {
    using simulation = looking(() => 'quiet')
    await runFor(simulation, 10_000)
    const mine = simulation
      .recentLines()
      .filter((line) => line.includes('"node":"left"') && !line.includes('"peer":"left"'))
    const ticks = mine.filter((line) => line.includes('"type":"tick"'))
    assert.ok(ticks.length > 2)
    assert.ok(ticks.every((line) => line.includes('"trigger":"own","peer":"right"')))
    assert.ok(mine.some((line) => line.includes('"exchange":"look#2.round#1"')))
  })

  test('keeps the run from rest until it finds nothing to move', async () => {
    let isBusy = true
    using simulation = looking(() => (isBusy ? 'moved' : 'quiet'))
    assert.equal(await simulation.settle(30_000), false)
    assert.ok(simulation.restlessNodes().includes('left'))
    isBusy = false
    assert.ok(await simulation.settle(30_000))
  })
})

/** Looks at somebody whom `looksAt` does not name. */
function naming(looksAt: string[]): Simulation<CounterWorld> {
  return startWith((host, { answer }) => {
    if (host.id !== 'left' || answer === undefined) return undefined
    host.after(10, () => host.look('mars')('quiet'))
    return { looksAt, answer }
  })
}

test('a node that looks at others names them, and looks at no others', async () => {
  assert.throws(() => naming([]), { code: 'option.invalid' })
  using simulation = naming(['right'])
  await assert.rejects(runFor(simulation, 100), { code: 'option.invalid' })
})

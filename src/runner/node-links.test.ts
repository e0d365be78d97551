/**
 * Datagrams, notices and streams between the nodes of a run: they reach handles, wake their code,
 * and end with a crash.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Model, NodeHandle, NodeHost, Stream } from './model.ts'
import type { Simulation } from './simulation.ts'
import { counters, type CounterWorld, startToy } from './toy.suite.ts'

/** A run of the toy's two nodes, each started another way. */
function startWith(
  nodes: Readonly<Record<string, (host: NodeHost) => NodeHandle>>,
): Simulation<CounterWorld> {
  const model: Model<CounterWorld> = {
    ...counters({ links: [] }),
    start: (id, _world, host) => nodes[id]?.(host) ?? {},
  }
  return startToy(model, { level: 'normal' })
}

async function runFor(simulation: Simulation<CounterWorld>, ms: number): Promise<void> {
  await simulation.runUntil(simulation.clock().nowMs() + ms)
}

function linesOf(simulation: Simulation<CounterWorld>, type: string): string[] {
  return simulation.recentLines().filter((line) => line.includes(`"type":"${type}"`))
}

suite('a notice', () => {
  test('has a node look at once that would have looked much later', async () => {
    const looked: number[] = []
    using simulation = startWith({
      left: (host) => ({
        onDatagram: ({ kind, from }) => {
          assert.deepEqual([kind, from], ['notice', 'right'])
          looked.push(host.clock.nowMs())
          host.look('right')('quiet')
        },
        looksAt: ['right'],
      }),
      right: (host) => {
        host.after(5_000, () => host.notify('left', utf8('news')))
        return {}
      },
    })
    await runFor(simulation, 10_000)
    assert.equal(looked.length, 1)
    const [line = ''] = linesOf(simulation, 'datagram')
    assert.ok(line.includes('"datagram":"timer#1.notice#1"'), line)
  })

  test('is lost on a node that is down, and its sender does not hear of it', async () => {
    using simulation = startWith({
      right: (host) => {
        host.after(5_000, () => host.send('left', utf8('news')))
        return {}
      },
    })
    simulation.crash('left')
    await runFor(simulation, 10_000)
    assert.equal(linesOf(simulation, 'datagram.lost').length, 1)
  })

  test('is passed over by a node that has no use for it', async () => {
    using simulation = startWith({
      right: (host) => {
        host.after(5_000, () => host.notify('left', utf8('news')))
        return {}
      },
    })
    await runFor(simulation, 10_000)
    assert.equal(linesOf(simulation, 'datagram.arrival').length, 1)
  })
})

/** Sends back whatever arrives, to the end. */
async function echo(stream: Stream): Promise<void> {
  for (let bytes = await stream.receive(); bytes; bytes = await stream.receive()) stream.send(bytes)
  stream.end()
}

/** Sends a text to `right`, and notes what comes back and how that ends. */
async function ask(host: NodeHost, heard: string[]): Promise<void> {
  try {
    const stream = await host.connect('right')
    stream.send(utf8('hello '))
    await host.sleep(2_000)
    stream.send(utf8('world'))
    stream.end()
    for (let bytes = await stream.receive(); bytes; bytes = await stream.receive()) {
      heard.push(fromUtf8(bytes))
    }
    heard.push('end')
  } catch (error) {
    assert.ok(FossilError.is(error))
    heard.push(error.code)
  }
}

const asking =
  (heard: string[]) =>
  (host: NodeHost): NodeHandle => {
    host.after(1_000, () => void ask(host, heard))
    return {}
  }
const echoing = (): NodeHandle => ({ onStream: (stream) => void echo(stream).catch(() => {}) })

suite('a stream', () => {
  test('brings back what was sent, to its end', async () => {
    const heard: string[] = []
    using simulation = startWith({ left: asking(heard), right: echoing })
    await runFor(simulation, 30_000)
    assert.equal(heard.join(''), 'hello worldend')
  })

  test('is refused by a node that takes none', async () => {
    const heard: string[] = []
    using simulation = startWith({ left: asking(heard) })
    await runFor(simulation, 30_000)
    assert.deepEqual(heard, ['transport.failed'])
  })

  test('breaks for its peer when a node crashes, and the dead hear nothing', async () => {
    const heard: string[] = []
    using simulation = startWith({ left: asking(heard), right: echoing })
    await runFor(simulation, 2_000)
    simulation.crash('right')
    await runFor(simulation, 60_000)
    assert.deepEqual(heard.at(-1), 'transport.failed')
    const dead: string[] = []
    using other = startWith({ left: asking(dead), right: echoing })
    await runFor(other, 2_000)
    other.crash('left')
    await runFor(other, 60_000)
    assert.deepEqual(dead, [])
  })
})

test('a node that has crashed sends nothing and connects to nobody', async () => {
  const hosts: NodeHost[] = []
  const settled: string[] = []
  using simulation = startWith({
    left: (host) => {
      hosts.push(host)
      return {}
    },
  })
  simulation.crash('left')
  const [dead] = hosts
  assert.ok(dead)
  dead.send('right', utf8('of the dead'))
  dead.notify('right', utf8('of the dead'))
  void dead.connect('right').finally(() => settled.push('connect'))
  await runFor(simulation, 60_000)
  assert.deepEqual([linesOf(simulation, 'datagram').length, settled], [0, []])
})

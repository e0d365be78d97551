/**
 * Datagrams and notices: what each fault does to one, whom they reach, and their names; and gossip,
 * a protocol that lives on them.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Outcome } from '../sim/decision.ts'
import { faultLevels, type LevelName } from '../sim/levels.ts'
import { datagramFaultKinds } from '../sim/datagram-plans.ts'
import { startGossip, type Gossip } from './gossip.suite.ts'
import { LinkWorld, type LinkWorldOptions, steadyLink } from './links.suite.ts'
import type { ReceivedDatagram } from './model.ts'

interface Pair {
  readonly world: LinkWorld
  /** The datagrams that `right` has received, each with its time. */
  readonly heard: (ReceivedDatagram & { readonly atMs: number })[]
}

function pair(options: Partial<LinkWorldOptions> = {}): Pair {
  const heard: (ReceivedDatagram & { readonly atMs: number })[] = []
  const world = new LinkWorld({
    nodes: ['left', 'right'],
    start: (id, { clock }) =>
      id === 'left'
        ? {}
        : { onDatagram: (datagram) => void heard.push({ ...datagram, atMs: clock.nowMs() }) },
    ...options,
  })
  return { world, heard }
}

/** A pair in which one fault strikes the first datagram. */
function struck(kind: string, outcome: Outcome): Pair {
  const site = `net/left→right/dgram/${kind}`
  return pair({ overrides: [{ site, use: 'poll#1.datagram#1', outcome }] })
}

function sendAt({ world }: Pair, timeMs: number, text: string): void {
  world.at(timeMs, 'left', 'poll#1', () => world.send('left', 'right', utf8(text)))
}

function texts({ heard }: Pair): [number, string][] {
  return heard.map(({ atMs, bytes }) => [atMs, fromUtf8(bytes)])
}

suite('a datagram', () => {
  test('arrives, and its trace tells from where to where', async () => {
    const calm = pair()
    sendAt(calm, 0, 'hello')
    await calm.world.run()
    assert.deepEqual(texts(calm), [[10, 'hello']])
    const line = { node: 'left', peer: 'right', datagram: 'poll#1.datagram#1' }
    assert.deepEqual(calm.world.told('datagram', 'datagram.arrival'), [
      {
        type: 'datagram',
        ...line,
        message: 'datagram',
        bytes: 5,
        sha1: 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d',
      },
      { ...line, type: 'datagram.arrival', node: 'right', peer: 'left', message: 'datagram' },
    ])
    assert.deepEqual(calm.world.messages, [{ ...line, message: 'datagram' }])
  })

  test('may be lost, and nobody is told', async () => {
    const unlucky = struck('lost', true)
    sendAt(unlucky, 0, 'gone')
    sendAt(unlucky, 5, 'here')
    await unlucky.world.run()
    assert.deepEqual(texts(unlucky), [[15, 'here']])
    assert.equal(unlucky.world.datagramPlans.counts().lost, 1)
  })

  test('may be delayed, so that a later one overtakes it', async () => {
    const slow = struck('delayed', 500)
    sendAt(slow, 0, 'first')
    sendAt(slow, 5, 'second')
    await slow.world.run()
    assert.deepEqual(texts(slow), [
      [15, 'second'],
      [510, 'first'],
    ])
  })

  test('may come twice, and the two are not one object', async () => {
    const twice = struck('duplicated', 300)
    const { world, heard } = twice
    sendAt(twice, 0, 'again')
    await world.run(50)
    heard[0]?.bytes.fill(0x78)
    await world.run()
    assert.deepEqual(texts(twice), [
      [10, 'xxxxx'],
      [310, 'again'],
    ])
    assert.equal(JSON.stringify(world.told('datagram.arrival')).split('datagram.copy').length, 2)
  })

  test('may arrive with one byte changed, never cut', async () => {
    const damaged = struck('corrupted', '0^1')
    sendAt(damaged, 0, 'hello')
    await damaged.world.run()
    assert.deepEqual(texts(damaged), [[10, 'iello']])
    const [arrival] = damaged.world.told('datagram.arrival')
    assert.ok(JSON.stringify(arrival).includes('"damage":["corrupted"]'))
  })

  test('is swallowed by a partition, whether that begins before it or on its way', async () => {
    const split = pair()
    const { network } = split.world
    sendAt(split, 0, 'on its way')
    split.world.at(5, 'left', 'cut', () => network.partitionOneWay({ from: 'left', to: 'right' }))
    sendAt(split, 6, 'too late')
    split.world.at(20, 'left', 'heal', () => network.healAll())
    sendAt(split, 21, 'through')
    await split.world.run()
    assert.deepEqual(texts(split), [[31, 'through']])
    assert.equal(split.world.datagramPlans.counts().partitioned, 2)
  })

  test('is lost at a node that is down, and outlives a crash of its sender', async () => {
    const fragile = pair()
    const { world } = fragile
    world.at(0, 'right', 'crash', () => world.crash('right'))
    sendAt(fragile, 0, 'to nobody')
    world.at(50, 'right', 'restart', () => world.restart('right'))
    sendAt(fragile, 60, 'last words')
    world.at(60, 'left', 'crash', () => world.crash('left'))
    sendAt(fragile, 70, 'of the dead')
    await world.run()
    assert.deepEqual(texts(fragile), [[70, 'last words']])
    assert.equal(world.told('datagram').length, 2)
    assert.equal(world.told('datagram.lost').length, 1)
  })

  test('is refused where it is larger than the link carries', () => {
    const { world } = pair({ link: { ...steadyLink, maxDatagramBytes: 4 } })
    world.send('left', 'right', utf8('1234'))
    const send = (): void => world.send('left', 'right', utf8('12345'))
    assert.throws(send, (error) => FossilError.is(error, 'option.invalid'))
    assert.equal(world.told('datagram').length, 1)
  })

  test('is digested as the model reads it, and stays what it was when it was sent', async () => {
    const own = pair({ canonical: () => utf8('same') })
    const bytes = utf8('reused')
    own.world.send('left', 'right', bytes)
    bytes.fill(0)
    await own.world.run()
    assert.deepEqual(texts(own), [[10, 'reused']])
    assert.ok(JSON.stringify(own.world.told('datagram')).includes('"bytes":4,'))
  })

  test('that is passed on and on keeps a name of bounded length, unlike any other', async () => {
    const names = new Set<string>()
    const other: Readonly<Record<string, string>> = { left: 'right', right: 'left' }
    let sent = 0
    const world = new LinkWorld({
      nodes: ['left', 'right'],
      start: (id) => ({
        onDatagram: () => {
          if (++sent < 60) world.send(id, other[id] ?? '', utf8('on'))
        },
      }),
    })
    world.send('left', 'right', utf8('on'))
    await world.run()
    for (const facts of world.messages) names.add(JSON.stringify(facts['datagram']))
    assert.equal(names.size, 60)
    assert.ok([...names].every(({ length }) => length < 128))
  })
})

test('a notice is a datagram under another name', async () => {
  const { world, heard } = pair()
  world.at(0, 'left', 'poll#1', () => world.send('left', 'right', utf8('news'), 'notice'))
  await world.run()
  assert.deepEqual(heard, [{ kind: 'notice', from: 'left', bytes: utf8('news'), atMs: 10 }])
  const [line] = world.told('datagram.arrival')
  assert.deepEqual(line, {
    type: 'datagram.arrival',
    node: 'right',
    peer: 'left',
    datagram: 'poll#1.notice#1',
    message: 'notice',
  })
})

async function gossip(
  seed: number,
  options: Partial<LinkWorldOptions> & { level?: LevelName } = {},
): Promise<Gossip> {
  const { level = 'hostile', ...others } = options
  const started = startGossip({ seed, link: faultLevels[level].link, ...others })
  await started.world.run(120_000)
  return started
}

suite('gossip over datagrams', () => {
  test('reaches everybody, whatever the network does', async () => {
    const struckKinds = new Set<string>()
    for (let seed = 1; seed <= 10; seed++) {
      const { world, nodes } = await gossip(seed)
      for (const { id, rumours } of nodes) {
        assert.equal(rumours.size, nodes.length, `seed ${seed}: ${id} has ${[...rumours].join()}`)
      }
      for (const [kind, count] of Object.entries(world.datagramPlans.counts())) {
        if (count > 0) struckKinds.add(kind)
      }
    }
    assert.deepEqual([...struckKinds].sort(), [...datagramFaultKinds].sort())
  })

  test('is the same for the same seed, to the byte, and another for another', async () => {
    const [first, again, other] = [await gossip(7), await gossip(7), await gossip(8)]
    assert.deepEqual(first.world.lines, again.world.lines)
    assert.notDeepEqual(first.world.lines, other.world.lines)
  })

  test('is replayed by its decisions alone', async () => {
    const first = await gossip(7)
    const overrides = first.world.decisions
    const replay = await gossip(7, { overrides, unlisted: 'benign' })
    assert.ok(overrides.length > 10)
    assert.deepEqual(replay.world.lines, first.world.lines)
  })

  test('without one of its faults suffers all others that it still meets', async () => {
    const { decisions } = (await gossip(7)).world
    for (const decision of decisions.slice(0, 20)) {
      const overrides = [{ ...decision, outcome: null }]
      const left = new Set((await gossip(7, { overrides })).world.decisions.map(nameOf))
      const lost = decisions.filter((other) => !left.has(nameOf(other)))
      // A datagram that is no longer lost may be delayed, or the other way round.
      const isOfAnother = lost.some(({ use }) => use !== decision.use)
      assert.ok(lost.length > 0 && !isOfAnother, JSON.stringify(lost))
    }
  })
})

function nameOf({
  site,
  use,
  outcome,
}: {
  site: string
  use: number | string
  outcome: Outcome
}): string {
  return `${site} ${use} ${outcome}`
}

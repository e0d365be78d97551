/**
 * Streams: how they begin, what arrives, and how each end learns that one ended or broke.
 * @module
 */

import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { quiesce } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { Outcome, Override } from '../sim/decision.ts'
import { hear, type Heard, LinkWorld, type LinkWorldOptions, steadyLink } from './links.suite.ts'
import type { Stream } from './model.ts'

/** `left` connects to `right` at 0 ms; either end receives all that it can. */
interface Connected {
  readonly world: LinkWorld
  left?: Stream
  right?: Stream
  leftHeard?: Heard
  rightHeard?: Heard
  /** The error in which the attempt to connect ended. */
  error?: unknown
}

const name = 'left/poll#1.stream#1'

function connected(options: Partial<LinkWorldOptions> = {}): Connected {
  const world = new LinkWorld({
    nodes: ['left', 'right'],
    start: (id) =>
      id === 'left'
        ? {}
        : {
            onStream: (_from, stream) => {
              result.right = stream
              result.rightHeard = hear(stream)
            },
          },
    ...options,
  })
  const result: Connected = { world }
  world.at(0, 'left', 'poll#1', () => void connect(result))
  return result
}

async function connect(result: Connected): Promise<void> {
  try {
    result.left = await result.world.streams.connect({ from: 'left', to: 'right' })
    result.leftHeard = hear(result.left)
  } catch (error) {
    result.error = error
  }
}

/** The same, where one fault strikes; the name of a use goes on after that of the connection. */
function struck(kind: string, use: string, outcome: Outcome): Connected {
  const overrides: Override[] = [
    { site: `net/left→right/stream/${kind}`, use: `${name}${use}`, outcome },
  ]
  return connected({ overrides })
}

/** Does something with the stream of `left` or of `right`, at that node. */
function at(
  timeMs: number,
  on: Connected,
  node: 'left' | 'right',
  act: (it: Stream) => void,
): void {
  on.world.at(timeMs, node, 'act', () => {
    const stream = on[node]
    assert.ok(stream !== undefined, `${node} has a stream at ${timeMs} ms`)
    act(stream)
  })
}

const reset = 'transport.failed: simulated: reset'
const timeout = 'transport.failed: simulated: timeout'
const aborted = 'transport.aborted: simulated'

function all({ chunks }: Heard | undefined = { chunks: [], end: '' }): string {
  return chunks.join('')
}

function brokenAt({ world }: Connected): [number, string, string][] {
  return world.lines
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ type }) => type === 'stream.broken')
    .map(({ atMs, node, reason }) => [Number(atMs), String(node), String(reason)])
}

suite('a stream', () => {
  test('begins when the other node accepts it, and both ends have its name', async () => {
    const calm = connected()
    await calm.world.run(15)
    assert.deepEqual([calm.right?.name, calm.right?.peer, calm.left], [name, 'left', undefined])
    assert.ok(calm.world.streams.isWaiting('left') && calm.world.streams.isWaiting('right'))
    await calm.world.run(20)
    assert.deepEqual([calm.left?.name, calm.left?.peer], [name, 'right'])
    assert.deepEqual(calm.world.told('stream.connect', 'stream.accept', 'stream.open'), [
      { type: 'stream.connect', node: 'left', peer: 'right', stream: name },
      { type: 'stream.accept', node: 'right', peer: 'left', stream: name },
      { type: 'stream.open', node: 'left', peer: 'right', stream: name },
    ])
  })

  test('carries bytes both ways, in order and in chunks of its own', async () => {
    const calm = connected()
    const words = Array.from({ length: 30 }, (_, n) => `word ${n}, `)
    for (const [n, word] of words.entries()) at(30 + n, calm, 'left', (it) => it.send(utf8(word)))
    at(35, calm, 'right', (it) => it.send(utf8('reply')))
    await calm.world.run()
    assert.equal(all(calm.rightHeard), words.join(''))
    assert.equal(all(calm.leftHeard), 'reply')
    const chunks = calm.rightHeard?.chunks ?? []
    assert.ok(chunks.some((chunk) => !words.includes(chunk)))
    assert.deepEqual([calm.leftHeard?.end, calm.rightHeard?.end], ['open', 'open'])
  })

  test('may hand over several sends in one chunk, though its reader waits for each', async () => {
    const calm = connected()
    const letters = 'abcdefghijklmnopqrst'.split('')
    at(30, calm, 'left', (it) => {
      for (const letter of letters) it.send(utf8(letter))
    })
    await calm.world.run()
    const { chunks = [] } = calm.rightHeard ?? {}
    assert.equal(chunks.join(''), letters.join(''))
    assert.ok(chunks.length > 1 && chunks.length < letters.length, chunks.join())
  })

  test('sends what the bytes were, in the form that the model calls canonical', async () => {
    const calm = connected({ canonical: () => utf8('same') })
    const bytes = utf8('reused')
    at(30, calm, 'left', (it) => {
      it.send(bytes)
      it.send(new Uint8Array(0))
      bytes.fill(0)
    })
    await calm.world.run()
    assert.equal(all(calm.rightHeard), 'reused')
    const line = { node: 'left', peer: 'right', stream: name, send: 1 }
    const sha1 = hash('sha1', utf8('same'), 'hex')
    assert.deepEqual(calm.world.told('stream.send'), [
      { type: 'stream.send', ...line, bytes: 4, sha1 },
    ])
    assert.deepEqual(calm.world.messages, [{ ...line, message: 'stream.send' }])
  })

  test('that is half closed tells the other end in order, and goes on the other way', async () => {
    const calm = connected()
    at(30, calm, 'left', (it) => {
      it.send(utf8('question'))
      it.end()
      it.end()
      assert.throws(
        () => it.send(utf8('more')),
        (error) => FossilError.is(error, 'option.invalid'),
      )
    })
    at(100, calm, 'right', (it) => it.send(utf8('answer')))
    at(110, calm, 'right', (it) => it.end())
    await calm.world.run(99)
    assert.deepEqual([all(calm.rightHeard), calm.rightHeard?.end], ['question', 'ended'])
    await calm.world.run()
    assert.deepEqual([all(calm.leftHeard), calm.leftHeard?.end], ['answer', 'ended'])
    assert.equal(await calm.left?.receive(), undefined)
    // It is over for both: whatever happens to them now, nobody has to be told.
    const { world } = calm
    const overMs = world.clock.nowMs()
    calm.left?.abort()
    for (const id of ['left', 'right']) world.crash(id)
    await world.run()
    assert.deepEqual([brokenAt(calm), world.clock.nowMs()], [[], overMs])
  })

  test('has one reader at a time', async () => {
    const calm = connected()
    await calm.world.run(30)
    await assert.rejects(async () => await calm.left?.receive(), {
      name: 'FossilError',
      code: 'option.invalid',
    })
  })

  test('is of no use to a node whose code has no turn', async () => {
    const idle = connected()
    await idle.world.run(30)
    const stream = idle.left ?? assert.fail()
    idle.world.asleep.add('left')
    const acts = [() => stream.send(utf8('late')), () => stream.end(), () => stream.abort()]
    for (const act of acts) {
      assert.throws(act, (error) => FossilError.is(error, 'sim.foreignWait'))
    }
    idle.world.asleep.clear()
    await idle.world.run()
    assert.deepEqual(idle.world.told('stream.send', 'stream.end', 'stream.broken'), [])
  })

  test('keeps what has arrived until it is received, the end included', async () => {
    const held: Stream[] = []
    const start: LinkWorldOptions['start'] = (id) =>
      id === 'left' ? {} : { onStream: (_from, stream) => void held.push(stream) }
    const calm = connected({ start })
    await calm.world.run(30)
    calm.left?.send(utf8('one '))
    calm.left?.send(utf8('two'))
    calm.left?.end()
    await calm.world.run(60)
    calm.left?.abort()
    await calm.world.run()
    const heard = hear(held[0] ?? assert.fail())
    await calm.world.run()
    assert.deepEqual(heard, { chunks: ['one two'], end: 'ended' })
    await assert.rejects(async () => await held[0]?.receive(), { message: reset })
  })
})

/** The error in which the attempt to connect ended. */
function reasonOf({ error }: Connected): string {
  return error instanceof FossilError ? error.message : 'none'
}

suite('a node that connects', () => {
  test('is refused by a fault, by a node that takes no streams, and where it is down', async () => {
    const byFault = struck('refused', '', true)
    const byNode = connected({ start: () => ({}) })
    const byNobody = connected()
    byNobody.world.crash('right')
    for (const refused of [byFault, byNode, byNobody]) {
      await refused.world.run()
      assert.equal(reasonOf(refused), 'transport.failed: simulated: refused')
      assert.equal(refused.right, undefined)
      assert.ok(!refused.world.streams.isWaiting('left'))
      assert.ok(refused.world.woken.includes('left'))
    }
    assert.deepEqual(brokenAt(byFault), [[10, 'left', 'refused']])
    assert.deepEqual(brokenAt(byNode), [[20, 'left', 'refused']])
  })

  test('waits for a slow one, until its timeout', async () => {
    const slow = struck('slowStart', '', 5_000)
    await slow.world.run()
    assert.ok(slow.left !== undefined)
    const slower = struck('slowStart', '', 9_995)
    await slower.world.run()
    assert.equal(reasonOf(slower), timeout)
    assert.deepEqual(slower.rightHeard, { chunks: [], end: reset })
    assert.deepEqual(brokenAt(slower), [
      [10_000, 'left', 'timeout'],
      [10_010, 'right', 'reset'],
    ])
    const slowest = struck('slowStart', '', 60_000)
    await slowest.world.run()
    assert.equal(slowest.right, undefined)
    assert.deepEqual(brokenAt(slowest), [[10_000, 'left', 'timeout']])
  })

  test('gets through when a partition ends in time, and fails when it does not', async () => {
    for (const [healMs, error] of [
      [5_000, 'none'],
      [20_000, timeout],
    ] as const) {
      const cut = connected()
      cut.world.network.partition('right')
      cut.world.at(healMs, 'right', 'heal', () => cut.world.network.healAll())
      await cut.world.run()
      assert.equal(reasonOf(cut), error)
      assert.equal(cut.left !== undefined, error === 'none')
    }
  })

  test('waits for ever where it crashes meanwhile, and the other end learns of it', async () => {
    const dying = connected()
    dying.world.at(5, 'left', 'crash', () => dying.world.crash('left'))
    await dying.world.run()
    assert.deepEqual([dying.left, dying.error], [undefined, undefined])
    assert.deepEqual(dying.rightHeard, { chunks: [], end: reset })
    assert.ok(!dying.world.woken.includes('left'))
    const again = dying.world.streams.connect({ from: 'left', to: 'right' })
    assert.equal(await settledBy(again), false)
    assert.equal(dying.world.told('stream.connect').length, 1)
  })
})

suite('a break', () => {
  test('of the k-th send lets a part of it arrive, and both ends learn of it', async () => {
    const unlucky = struck('broken', '.send#2', 500_000)
    at(30, unlucky, 'left', (it) => it.send(utf8('first ')))
    at(31, unlucky, 'left', (it) => it.send(utf8('12345678')))
    at(32, unlucky, 'left', (it) => it.send(utf8('never')))
    at(39, unlucky, 'right', (it) => it.send(utf8('crossing')))
    await unlucky.world.run()
    assert.deepEqual([all(unlucky.rightHeard), unlucky.rightHeard?.end], ['first 1234', reset])
    assert.deepEqual([all(unlucky.leftHeard), unlucky.leftHeard?.end], ['', reset])
    assert.equal(new Set(brokenAt(unlucky).map(([, node]) => node)).size, 2)
    assert.deepEqual(unlucky.world.streamPlans.counts().broken, 1)
  })

  test('by an end may overtake what it has sent', async () => {
    const link = { ...steadyLink, latency: { minMs: 1, meanMs: 50, maxMs: 500 } }
    const heard = new Set<string>()
    for (let seed = 1; seed <= 30; seed++) {
      const rude = connected({ seed, link })
      for (let n = 0; n < 5; n++) at(2_000 + n, rude, 'left', (it) => it.send(utf8('12345678')))
      at(2_010, rude, 'left', (it) => it.abort())
      await rude.world.run()
      assert.equal(rude.leftHeard?.end, aborted)
      assert.equal(rude.rightHeard?.end, reset)
      heard.add(all(rude.rightHeard))
    }
    assert.ok(heard.has('') && heard.size > 5)
  })

  test('by a crash comes after what was sent, and the dead hear nothing', async () => {
    const dying = connected()
    at(30, dying, 'right', (it) => it.send(utf8('last words')))
    dying.world.at(31, 'right', 'crash', () => dying.world.crash('right'))
    at(32, dying, 'left', (it) => it.send(utf8('to the dead')))
    dying.world.at(33, 'right', 'restart', () => dying.world.restart('right'))
    await dying.world.run()
    const dead = dying.right
    assert.deepEqual([all(dying.leftHeard), dying.leftHeard?.end], ['last words', reset])
    assert.deepEqual(dying.rightHeard, { chunks: [], end: 'open' })
    assert.ok(JSON.stringify(dying.world.told('stream.lost')).includes('"send":1'))
    dead?.send(utf8('by the dead'))
    dead?.end()
    dead?.abort()
    assert.equal(dying.world.told('stream.send', 'stream.end').length, 2)
    assert.equal(await settledBy(dead?.receive()), false)
  })

  test('by a partition comes at the timeout; a shorter one only holds things up', async () => {
    const short = connected()
    const { network } = short.world
    at(30, short, 'left', (it) => it.send(utf8('patience')))
    short.world.at(35, 'left', 'cut', () => network.partition('left'))
    at(50, short, 'left', (it) => it.send(utf8(' please')))
    short.world.at(9_000, 'left', 'heal', () => network.healAll())
    await short.world.run(8_999)
    assert.equal(all(short.rightHeard), '')
    await short.world.run()
    assert.deepEqual([all(short.rightHeard), short.rightHeard?.end], ['patience please', 'open'])
    assert.equal(short.world.told('stream.stalled').length, 1)
    assert.equal(short.world.streamPlans.counts().partitioned, 1)

    const long = connected()
    at(30, long, 'left', (it) => it.send(utf8('patience')))
    long.world.at(35, 'left', 'cut', () => long.world.network.partition('left'))
    await long.world.run()
    assert.deepEqual(
      [long.leftHeard, long.rightHeard],
      [
        { chunks: [], end: timeout },
        { chunks: [], end: timeout },
      ],
    )
    assert.deepEqual(brokenAt(long), [
      [10_040, 'left', 'timeout'],
      [20_050, 'right', 'timeout'],
    ])
  })

  test('by a partition is not noticed where nothing is on its way', async () => {
    const idle = connected()
    idle.world.at(30, 'left', 'cut', () => idle.world.network.partition('left'))
    idle.world.at(90_000, 'left', 'heal', () => idle.world.network.healAll())
    at(90_001, idle, 'right', (it) => it.send(utf8('still here')))
    await idle.world.run()
    assert.deepEqual(idle.leftHeard?.chunks.join(''), 'still here')
  })

  test('does not come where a partition ends just before the timeout', async () => {
    const close = connected()
    at(30, close, 'left', (it) => it.send(utf8('just so')))
    close.world.at(35, 'left', 'cut', () => close.world.network.partition('left'))
    close.world.at(10_039, 'left', 'heal', () => close.world.network.healAll())
    await close.world.run()
    assert.deepEqual([all(close.rightHeard), close.rightHeard?.end], ['just so', 'open'])
  })
})

test('what is delayed holds up what is sent after it, and nothing the other way', async () => {
  const slow = struck('delayed', '.send#1', 700)
  at(30, slow, 'left', (it) => it.send(utf8('first ')))
  at(31, slow, 'left', (it) => it.send(utf8('second')))
  at(32, slow, 'right', (it) => it.send(utf8('meanwhile')))
  await slow.world.run(700)
  assert.deepEqual([all(slow.rightHeard), all(slow.leftHeard)], ['', 'meanwhile'])
  await slow.world.run()
  assert.equal(all(slow.rightHeard), 'first second')
})

/** Tells whether a promise settles where only promise callbacks run. */
async function settledBy(promise: Promise<unknown> | undefined): Promise<boolean> {
  let isSettled = false
  void promise?.finally(() => {
    isSettled = true
  })
  await quiesce()
  return isSettled
}

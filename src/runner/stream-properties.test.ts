/**
 * Streams under whatever a world does to them: a receiver sees the beginning of what was sent, all
 * of it where nothing breaks; both ends learn of a break; and a run is a function of its seed.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { utf8 } from '../base/bytes.ts'
import type { Decision, Override } from '../sim/decision.ts'
import { faultLevels } from '../sim/levels.ts'
import { calmLink, type LinkConfig, noStreamFaults } from '../sim/link.ts'
import { streamFaultKinds } from '../sim/stream-plans.ts'
import type { TraceEvent } from '../sim/trace.ts'
import { type Echo, type Framing, startEcho } from './echo.suite.ts'
import { hear, type Heard, LinkWorld, type LinkWorldOptions } from './links.suite.ts'
import type { Stream } from './model.ts'

const ids = ['left', 'right'] as const

type Id = (typeof ids)[number]

/** A deed of somebody at a node, or to it. */
interface Deed {
  readonly atMs: number
  readonly node: Id
  readonly does: 'send' | 'end' | 'abort' | 'crash' | 'cut' | 'heal'
  readonly length: number
}

const calmDeeds = ['send', 'send', 'send', 'end'] as const

function deeds(does: readonly Deed['does'][]): fc.Arbitrary<readonly Deed[]> {
  const deed = fc.record({
    atMs: fc.nat(20_000),
    node: fc.constantFrom(...ids),
    does: fc.constantFrom(...does),
    length: fc.nat(40),
  })
  return fc.array(deed, { maxLength: 25 })
}

/** A stream from `left` to `right`, and all that became of it. */
interface Outcome {
  readonly world: LinkWorld
  readonly sent: Record<Id, string>
  readonly heard: Partial<Record<Id, Heard>>
  readonly ended: Set<Id>
}

/** Carries out deeds; those at a node that has no stream, or none any more, are left out. */
async function carryOut(
  seed: number,
  list: readonly Deed[],
  link: LinkConfig,
  overrides: readonly Override[] = [],
): Promise<Outcome> {
  const streams: Partial<Record<Id, Stream>> = {}
  const heard: Outcome['heard'] = {}
  const begin = (id: Id, stream: Stream): void => {
    streams[id] = stream
    heard[id] = hear(stream)
  }
  const world = new LinkWorld({
    nodes: ids,
    seed,
    link,
    overrides,
    start: () => ({ onStream: (_from, stream) => begin('right', stream) }),
  })
  const outcome: Outcome = { world, sent: { left: '', right: '' }, heard, ended: new Set() }
  const connect = async (): Promise<void> => {
    try {
      begin('left', await world.streams.connect({ from: 'left', to: 'right' }))
    } catch {
      // Refused or too slow: there is no stream at this end.
    }
  }
  world.at(0, 'left', 'poll#1', () => void connect())
  for (const [index, deed] of list.entries()) {
    const act = (): void => carryOutOne(outcome, deed, streams[deed.node], index)
    world.at(1_000 + deed.atMs, deed.node, `deed#${index}`, act)
  }
  await world.run()
  return outcome
}

function carryOutOne(
  { world, sent, heard, ended }: Outcome,
  { node, does, length }: Deed,
  stream: Stream | undefined,
  index: number,
): void {
  const text = String.fromCharCode(97 + index).repeat(length)
  const isOpen = stream !== undefined && !ended.has(node)
  const hasBroken = heard[node]?.end.startsWith('transport.') === true
  if (does === 'cut') world.network.partition(node)
  if (does === 'heal') world.network.heal(node)
  if (does === 'crash') world.crash(node)
  if (does === 'abort') stream?.abort()
  if (does === 'end' && isOpen) {
    stream.end()
    ended.add(node)
  }
  if (does !== 'send' || !isOpen || hasBroken) return
  stream.send(utf8(text))
  sent[node] += text
}

function linesOf({ world }: Pick<Outcome, 'world'>): readonly TraceEvent[] {
  return world.lines.map((line): TraceEvent => JSON.parse(line))
}

const peerOf: Readonly<Record<Id, Id>> = { left: 'right', right: 'left' }

const seeds = fc.integer()

suite('a stream', () => {
  test('delivers a beginning of what was sent, in order, whatever happens', () => {
    const list = deeds([...calmDeeds, 'send', 'abort', 'crash', 'cut', 'heal'])
    const property = fc.asyncProperty(seeds, list, async (seed, wanted) => {
      const { sent, heard } = await carryOut(seed, wanted, faultLevels.hostile.link)
      for (const id of ids) {
        const got = heard[id]?.chunks.join('') ?? ''
        assert.ok(sent[peerOf[id]].startsWith(got), `${got} of ${sent[peerOf[id]]}`)
      }
    })
    return fc.assert(property, { numRuns: 200, seed: 1 })
  })

  test('delivers all of it, and the end behind it, where nothing breaks', () => {
    const link = { ...faultLevels.hostile.link, timeoutMs: 1_000_000 }
    const streams = { ...noStreamFaults, delayed: 300_000, slowStart: 0 }
    const property = fc.asyncProperty(
      seeds,
      deeds([...calmDeeds, 'cut', 'heal']),
      async (seed, wanted) => {
        const healed = ids.map((node) => ({ atMs: 20_001, node, does: 'heal', length: 0 }) as const)
        const outcome = await carryOut(seed, [...wanted, ...healed], { ...link, streams })
        for (const id of ids) {
          const { chunks, end } = outcome.heard[id] ?? assert.fail()
          assert.equal(chunks.join(''), outcome.sent[peerOf[id]])
          assert.equal(end, outcome.ended.has(peerOf[id]) ? 'ended' : 'open')
        }
      },
    )
    return fc.assert(property, { numRuns: 200, seed: 2 })
  })

  test('that breaks for one end breaks for the other, unless it is dead or was done', () => {
    const list = deeds([...calmDeeds, 'abort', 'crash', 'cut', 'heal'])
    let broken = 0
    const property = fc.asyncProperty(seeds, list, async (seed, wanted) => {
      const outcome = await carryOut(seed, wanted, faultLevels.hostile.link)
      const lines = linesOf(outcome)
      const isTold = (id: Id, type: string): boolean =>
        lines.some((line) => line.type === type && line['node'] === id)
      const crashed = new Set(wanted.filter(({ does }) => does === 'crash').map(({ node }) => node))
      if (!isTold('right', 'stream.accept')) return
      for (const id of ids) {
        const isOver = isTold(id, 'stream.broken') || crashed.has(id)
        const other = peerOf[id]
        const isDone = isTold(other, 'stream.end') && isTold(other, 'stream.ended')
        const wasDone = isTold(id, 'stream.end') && isTold(id, 'stream.ended')
        if (!isOver || isDone || wasDone || crashed.has(other)) continue
        broken++
        assert.ok(isTold(other, 'stream.broken'), `${other} is not told`)
      }
    })
    return fc
      .assert(property, { numRuns: 200, seed: 3 })
      .then(() => assert.ok(broken > 20, `${broken}`))
  })

  test('gives every arrival a greater logical time than its send', () => {
    const property = fc.asyncProperty(
      seeds,
      deeds([...calmDeeds, 'cut', 'heal']),
      async (seed, wanted) => {
        const lines = linesOf(await carryOut(seed, wanted, faultLevels.hostile.link))
        for (const arrival of lines.filter(({ type }) => type === 'stream.arrival')) {
          const sent = lines.find(
            (line) =>
              line.type === 'stream.send' &&
              line['node'] === arrival['peer'] &&
              line['send'] === arrival['send'],
          )
          assert.ok(sent !== undefined && sent.lamport < arrival.lamport)
        }
      },
    )
    return fc.assert(property, { numRuns: 100, seed: 4 })
  })
})

async function echo(
  seed: number,
  options: Partial<LinkWorldOptions> = {},
  framing?: Framing,
): Promise<Echo> {
  const link = { ...faultLevels.hostile.link, timeoutMs: 5_000 }
  const started = startEcho({ seed, link, ...options }, framing)
  await started.world.run(600_000)
  return started
}

function capitals({ words }: Echo): string[] {
  return words.map((word) => word.toUpperCase())
}

suite('an echo over streams', () => {
  test('gives every word back once, whatever the network does', async () => {
    const struck = new Set<string>()
    for (let seed = 1; seed <= 40; seed++) {
      const done = await echo(seed)
      assert.deepEqual(done.answers, capitals(done), `seed ${seed}`)
      for (const [kind, count] of Object.entries(done.world.streamPlans.counts())) {
        if (count > 0) struck.add(kind)
      }
    }
    assert.deepEqual([...struck].sort(), [...streamFaultKinds].sort())
  })

  test('catches a server that relies on how bytes are sent, even in a calm world', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const done = await echo(seed, { link: calmLink }, 'chunks')
      assert.notDeepEqual(done.answers, capitals(done), `seed ${seed}`)
    }
  })

  test('is the same for the same seed, to the byte, and another for another', async () => {
    const [first, again, other] = [await echo(7), await echo(7), await echo(8)]
    assert.deepEqual(first.world.lines, again.world.lines)
    assert.notDeepEqual(first.world.lines, other.world.lines)
  })

  test('is replayed by its decisions alone', async () => {
    const first = await echo(7)
    const overrides = first.world.decisions
    const replay = await echo(7, { overrides, unlisted: 'benign' })
    assert.ok(overrides.length > 3)
    assert.deepEqual(replay.world.lines, first.world.lines)
  })
})

test('a cancelled fault moves no fault of what is sent all the same', async () => {
  const wanted = Array.from({ length: 30 }, (_, n): Deed => {
    return { atMs: 300 * n, node: n % 2 === 0 ? 'left' : 'right', does: 'send', length: 5 }
  })
  const link = { ...calmLink, streams: { ...noStreamFaults, delayed: 300_000, broken: 20_000 } }
  const { decisions } = (await carryOut(11, wanted, link)).world
  assert.ok(decisions.length > 3, `${decisions.length}`)
  for (const decision of decisions) {
    const replay = await carryOut(11, wanted, link, [{ ...decision, outcome: null }])
    const left = new Set(replay.world.decisions.map(nameOf))
    const lost = decisions.filter((other) => !left.has(nameOf(other)))
    assert.deepEqual(lost, [decision])
  }
})

function nameOf({ site, use, outcome }: Decision): string {
  return `${site} ${use} ${outcome}`
}

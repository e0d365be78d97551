/**
 * Clogs, cuts, swizzles and shifted clocks: what each does, and that one can be taken away alone.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FossilError } from '../base/error.ts'
import type { Override } from '../sim/decision.ts'
import { nemesisKinds } from '../sim/levels.ts'
import { calmLink } from '../sim/link.ts'
import type { TraceEvent } from '../sim/trace.ts'
import { LinkWorld } from './links.suite.ts'
import { nemesisSite, startNemesis } from './nemesis.ts'
import { Simulation } from './simulation.ts'
import { counters, counting, type CounterWorld, toyDurationMs } from './toy.suite.ts'

const pace = { calmMeanMs: 6_000, lengthMeanMs: 6_000 }

const everything = Object.fromEntries(nemesisKinds.map((kind) => [kind, pace]))

interface Toy {
  readonly simulation: Simulation<CounterWorld>
  readonly shifts: string[]
  /** The lines of some types so far. */
  told(...types: string[]): TraceEvent[]
}

function toy(options: { seed?: number; overrides?: Override[]; unlisted?: 'benign' } = {}): Toy {
  const { seed = 1, ...replay } = options
  const lines: string[] = []
  const shifts: string[] = []
  const model = {
    ...counters({ ids: ['a', 'b', 'c', 'd'] }),
    shiftClock: (id: string, _world: CounterWorld, shift: object) =>
      void shifts.push(`${id} ${JSON.stringify(shift)}`),
  }
  const simulation = new Simulation(model, {
    seed,
    link: calmLink,
    pollIntervalMs: 3_000,
    checks: { every: 50, from: 0, thoroughEvery: 1 },
    onTraceLine: (line) => void lines.push(line),
    ...replay,
  })
  const told = (...types: string[]): TraceEvent[] =>
    lines.map((line): TraceEvent => JSON.parse(line)).filter(({ type }) => types.includes(type))
  return { simulation, shifts, told }
}

async function runWith(toyed: Toy, plan: object = everything): Promise<void> {
  const { simulation } = toyed
  const untilMs = simulation.clock().startMs + toyDurationMs
  startNemesis(simulation, plan, untilMs)
  counting(simulation).start()
  await simulation.runUntil(untilMs)
}

/** Lines of episodes that begin. */
const beginnings = ['clog', 'cut', 'clock.jump', 'clock.drift'] as const

function began(toyed: Toy): string[] {
  return toyed
    .told(...beginnings)
    .map(({ atMs, type, directions, node, byMs, driftPpm }) =>
      JSON.stringify([atMs, type, directions, node, byMs, driftPpm]),
    )
}

suite('a direction that is clogged', () => {
  test('holds everything back, and lets it go in order', async () => {
    const arrived: string[] = []
    const onDatagram = ({ bytes }: { bytes: Uint8Array }): void =>
      void arrived.push(`${bytes[0]} at ${world.clock.nowMs()}`)
    const world = new LinkWorld({
      nodes: ['a', 'b'],
      start: (id) => (id === 'b' ? { onDatagram } : {}),
    })
    const send = (n: number): void => world.send('a', 'b', Uint8Array.of(n))
    world.at(0, 'a', 'one', () => world.clog({ from: 'a', to: 'b' }))
    for (const n of [1, 2, 3]) world.at(n, 'a', `send ${n}`, () => send(n))
    world.at(5_000, 'a', 'two', () => world.unclog({ from: 'a', to: 'b' }))
    world.at(5_000, 'a', 'send 4', () => send(4))
    await world.run()
    assert.deepEqual(arrived, ['1 at 5000', '2 at 5000', '3 at 5000', '4 at 5010'])
  })

  test('is open the other way, and as long as it is clogged twice stays so', async () => {
    const arrived: string[] = []
    const start = (id: string): object => ({ onDatagram: () => void arrived.push(id) })
    const world = new LinkWorld({ nodes: ['a', 'b'], start })
    for (const _ of [1, 2]) world.clog({ from: 'a', to: 'b' })
    world.at(1, 'a', 'there', () => world.send('a', 'b', Uint8Array.of(1)))
    world.at(1, 'b', 'back', () => world.send('b', 'a', Uint8Array.of(1)))
    world.at(100, 'a', 'once', () => world.unclog({ from: 'a', to: 'b' }))
    await world.run(200)
    assert.deepEqual(arrived, ['a'])
    world.unclog({ from: 'a', to: 'b' })
    await world.run()
    assert.deepEqual(arrived, ['a', 'b'])
  })
})

suite('a nemesis', () => {
  for (const kind of nemesisKinds) {
    test(`of kind ${kind} strikes, and is told`, async () => {
      const toyed = toy()
      await runWith(toyed, { [kind]: pace })
      const { simulation } = toyed
      const sites = new Set(simulation.decisions().map(({ site }) => site))
      assert.deepEqual([...sites], [`nemesis/${kind}`])
      const begun = toyed.told(...beginnings)
      const ended = toyed.told('unclog', 'mend')
      assert.ok(begun.length >= 3, `${begun.length} episodes`)
      assert.equal(ended.length, kind.startsWith('clock') ? 0 : begun.length)
      simulation.close()
    })
  }

  test('shifts clocks forwards and back, and lets them drift both ways', async () => {
    const amounts: number[] = []
    for (let seed = 1; seed <= 5; seed++) {
      const toyed = toy({ seed })
      await runWith(toyed, { clockJump: pace, clockDrift: pace })
      const told = toyed.told('clock.jump', 'clock.drift')
      assert.equal(toyed.shifts.length, told.length)
      amounts.push(...told.map(({ byMs, driftPpm }) => Number(byMs ?? driftPpm)))
      toyed.simulation.close()
    }
    assert.ok(amounts.some((amount) => amount > 0) && amounts.some((amount) => amount < 0))
  })

  test('leaves every way open by the time it was given', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const toyed = toy({ seed })
      await runWith(toyed)
      const { simulation } = toyed
      for (const { from, to } of simulation.model.topology.links) {
        assert.ok(!simulation.network.isBlocked({ from, to }))
        assert.ok(!simulation.network.isBlocked({ from: to, to: from }))
      }
      assert.ok(await simulation.settle(600_000), `seed ${seed} comes to rest`)
      simulation.checkSettled()
      simulation.close()
    }
  })

  test('that is swizzling closes nodes in one order and opens them in another', async () => {
    let isOtherOrder = false
    for (let seed = 1; seed <= 10; seed++) {
      const toyed = toy({ seed })
      await runWith(toyed, { swizzle: { calmMeanMs: 30_000, lengthMeanMs: 6_000 } })
      const orders = [toyed.told('clog', 'cut'), toyed.told('unclog', 'mend')]
      const [closed, opened] = orders.map((lines) => lines.map(({ node }) => JSON.stringify(node)))
      assert.deepEqual(opened?.toSorted(), closed?.toSorted())
      isOtherOrder ||= opened?.join() !== closed?.join()
      toyed.simulation.close()
    }
    assert.ok(isOtherOrder)
  })

  test('is made again from its decisions, any of them left out', async () => {
    const original = toy({ seed: 4 })
    await runWith(original)
    const { simulation } = original
    const all = began(original)
    const decisions = simulation.decisions()
    for (const [at] of decisions.entries()) {
      const others = decisions.toSpliced(at, 1)
      const replay = toy({ seed: 4, overrides: others, unlisted: 'benign' })
      await runWith(replay)
      assert.deepEqual(replay.simulation.decisions(), others)
      const left = began(replay)
      assert.ok(left.length < all.length)
      assert.deepEqual(
        left,
        all.filter((line) => left.includes(line)),
      )
      replay.simulation.close()
    }
    simulation.close()
  })

  test('does what an override says, and nothing that makes no sense', async () => {
    const use = 'clockJump#1'
    const jump = { site: nemesisSite('clockJump'), use, outcome: -7_200_000 }
    const toyed = toy({ overrides: [jump], unlisted: 'benign' })
    await runWith(toyed)
    assert.equal(toyed.shifts.length, 1)
    assert.match(toyed.shifts[0] ?? '', /"byMs":-7200000/)
    toyed.simulation.close()
    const negative = { site: nemesisSite('clog'), use: 'clog#1', outcome: -1 }
    const refused = toy({ overrides: [negative] })
    await assert.rejects(runWith(refused), (error) => FossilError.is(error, 'option.invalid'))
    refused.simulation.close()
  })
})

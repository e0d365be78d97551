/**
 * Marks of a run: counted beside it, and those of the runner's own exchanges and outages.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { calmLink, type FaultRates, type LinkConfig, million, noFaults } from '../sim/link.ts'
import { MarkCounter, type MarkCounts } from './marks.ts'
import type { Simulation } from './simulation.ts'
import { counters, type CounterWorld, startToy } from './toy.suite.ts'

/** One node asks another, and nobody else does anything. */
const asker = counters({ links: [{ from: 'left', to: 'right' }] })

function linkWith(rates: Partial<FaultRates>): LinkConfig {
  return { ...calmLink, rates: { ...noFaults, ...rates } }
}

async function untilLine(simulation: Simulation<CounterWorld>, text: string): Promise<void> {
  while (simulation.recentLines().at(-1)?.includes(text) !== true) await simulation.step()
}

async function marksOfMinute(
  link: LinkConfig,
  model: typeof asker = asker,
): Promise<Readonly<Record<string, number>>> {
  using simulation = startToy(model, { link })
  await simulation.runUntil(simulation.clock().startMs + 60_000)
  return simulation.marks()
}

suite('a counter of marks', () => {
  test('tells what was reached and how often, by name', () => {
    const counter = new MarkCounter()
    for (const name of ['sync.uv-tie', 'repo.delta-lied', 'sync.uv-tie'] as const) {
      counter.count(name)
    }
    const counts: MarkCounts = counter.counts()
    assert.deepEqual(Object.entries(counts), [
      ['repo.delta-lied', 1],
      ['sync.uv-tie', 2],
    ])
  })

  test('counts nothing while it is paused, and goes on after an error', () => {
    const counter = new MarkCounter()
    const fail = (): never => {
      counter.count('tables.tie')
      throw new Error('of a check')
    }
    assert.throws(() => counter.pausedDuring(fail), /of a check/)
    assert.deepEqual(counter.counts(), {})
    counter.count('tables.tie')
    assert.deepEqual(counter.counts(), { 'tables.tie': 1 })
  })
})

suite('exchanges', () => {
  test('without faults and one at a time reach no mark', async () => {
    assert.deepEqual(await marksOfMinute(calmLink), {})
  })

  test('whose replies are lost are told apart from those whose requests are', async () => {
    const lost = await marksOfMinute(linkWith({ replyLost: million }))
    assert.ok((lost['runner.reply-lost'] ?? 0) > 0)
    assert.deepEqual(await marksOfMinute(linkWith({ requestLost: million })), {})
  })

  test('that are duplicated are carried out twice', async () => {
    const marks = await marksOfMinute(linkWith({ duplicated: million }))
    assert.ok((marks['runner.answered-twice'] ?? 0) > 0)
  })

  test('of two nodes with each other meet halfway', async () => {
    const slow = { ...calmLink, latency: { minMs: 5_000, meanMs: 5_000, maxMs: 5_000 } }
    const marks = await marksOfMinute(slow, counters())
    assert.ok((marks['runner.ask-each-other'] ?? 0) > 0)
    assert.ok((marks['runner.answers-while-asking'] ?? 0) > 0)
  })
})

suite('a node that crashes', () => {
  test('before its request is carried out leaves it unanswered, and then unheard', async () => {
    using simulation = startToy(asker, { link: calmLink })
    await untilLine(simulation, '"type":"request"')
    simulation.crash('left')
    await simulation.run(5)
    assert.deepEqual(simulation.marks(), {
      'runner.answered-unheard': 1,
      'runner.down-unanswered': 1,
    })
  })

  test('after its request was carried out misses the reply', async () => {
    using simulation = startToy(asker, { link: calmLink })
    await untilLine(simulation, '"type":"reply"')
    simulation.crash('left')
    assert.deepEqual(simulation.marks(), { 'runner.down-before-reply': 1 })
  })

  test('is nobody to those who ask it', async () => {
    using simulation = startToy(asker, { link: calmLink })
    simulation.crash('right')
    await simulation.runUntil(simulation.clock().startMs + 10_000)
    assert.ok((simulation.marks()['runner.nobody-there'] ?? 0) > 0)
  })
})

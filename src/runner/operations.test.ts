/**
 * Operations as intentions: drawn once, recorded, replayed from the list, with any left out.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ArgumentValues } from './arguments.ts'
import type { Intention, Operations } from './operations.ts'
import {
  counters,
  counting,
  type CounterWorld,
  startToy,
  type ToySimulationOptions,
} from './toy.suite.ts'
import type { Simulation } from './simulation.ts'

interface Counted {
  readonly simulation: Simulation<CounterWorld>
  readonly operations: Operations<CounterWorld>
}

/** Lets everybody count for a minute and come to rest. */
async function count(
  intentions?: readonly Intention[],
  options: ToySimulationOptions = {},
): Promise<Counted> {
  const simulation = startToy(counters(), options)
  const operations = counting(simulation, intentions)
  operations.start()
  await simulation.runUntil(simulation.clock().startMs + 60_000)
  simulation.endFaults()
  assert.ok(await simulation.settle(3_600_000))
  simulation.checkSettled()
  return { simulation, operations }
}

test('are dealt out evenly, numbered as they take place, and told by outcome', async () => {
  const { operations } = await count()
  const { intentions } = operations
  assert.equal(intentions.length, 60)
  for (const node of ['left', 'right']) {
    const own = intentions.filter((intention) => intention.node === node)
    assert.deepEqual(
      own.map(({ id }) => id),
      Array.from({ length: 30 }, (_, index) => `${node}#${index + 1}`),
    )
    assert.deepEqual(
      own.map(({ atMs }) => atMs),
      own.map(({ atMs }) => atMs).sort((a, b) => a - b),
    )
  }
  assert.deepEqual(operations.counts(), {
    count: { acknowledged: 60, refused: 0, impossible: 0 },
  })
})

test('the list of a run makes the run again, also after it was written to a file', async () => {
  const first = await count()
  const list: Intention[] = JSON.parse(JSON.stringify(first.operations.intentions))
  const again = await count(list)
  assert.equal(again.simulation.traceHash(), first.simulation.traceHash())
  assert.deepEqual(again.operations.intentions, first.operations.intentions)
})

test('any of them can be left out, and the others are as they were', async () => {
  const { operations } = await count()
  const kept = operations.intentions.filter((_, index) => index % 3 !== 1)
  const fewer = await count(kept)
  assert.deepEqual(fewer.operations.intentions, kept)
  const sum = kept.reduce((total, { args }) => total + Number(args['by']), 0)
  const { truth } = fewer.simulation.world
  assert.equal(
    [...truth.values()].reduce((total, counted) => total + counted, 0),
    sum,
  )
})

function ofLeft({ intentions }: Operations<CounterWorld>): readonly Intention[] {
  return intentions.filter(({ node }) => node === 'left')
}

test('what one draws depends on no other, nor on who else is there', async () => {
  const { operations: two } = await count()
  const simulation = startToy(counters({ ids: ['left', 'right', 'top'] }), {})
  const three = counting(simulation)
  three.start()
  await simulation.runUntil(simulation.clock().startMs + 60_000)
  assert.deepEqual(ofLeft(three), ofLeft(two))
})

suite('a list that makes no sense is refused:', () => {
  const sound: Intention = { atMs: 5, node: 'left', id: 'left#1', op: 'count', args: { by: 1 } }
  const wrong: Record<string, Partial<Intention>> = {
    'an operation that there is not': { op: 'conquer' },
    'a node that there is not': { node: 'nowhere' },
    'a time before the run': { atMs: -1 },
    'half a millisecond': { atMs: 0.5 },
  }
  for (const [what, change] of Object.entries(wrong)) {
    test(what, async () => {
      await assert.rejects(count([{ ...sound, ...change }]), { code: 'option.invalid' })
    })
  }

  const badArguments: Record<string, ArgumentValues> = {
    'an argument that is missing': {},
    'an argument of another kind': { by: 'one' },
    'an argument with a fraction': { by: 0.5 },
  }
  for (const [what, args] of Object.entries(badArguments)) {
    test(what, async () => {
      await assert.rejects(count([{ ...sound, args }]), {
        code: 'option.invalid',
        message: /left#1 \(count\): by must be an integer/,
      })
    })
  }
})

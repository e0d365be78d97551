/**
 * Runs of a model that is not Fossil, to their verdicts: converged, violated with the first bad
 * event, stalled.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FossilError } from '../base/error.ts'
import { levelNames } from '../sim/levels.ts'
import type { CheckSchedule } from './check-times.ts'
import type { Model } from './model.ts'
import type { RunReport } from './report.ts'
import { type PreparedRun, run, type RunPhase, type RunVariant } from './run.ts'
import {
  type Counter,
  counters,
  type CounterWorld,
  prepareToy,
  type ToyOptions,
  startToy,
  toyDurationMs,
} from './toy.suite.ts'

type ToyRun = Parameters<typeof prepareToy>[1] & ToyOptions & { readonly isRepeatable?: boolean }

/** Runs the toy; `prepared` gathers the variants that were prepared. */
function runToy(
  { isRepeatable = true, ...options }: ToyRun = {},
  prepared: RunVariant[] = [],
): Promise<RunReport> {
  return run<CounterWorld, PreparedRun<CounterWorld>, RunReport>({
    prepare: (variant) => {
      prepared.push(variant)
      return prepareVariant(options, variant)
    },
    durationMs: toyDurationMs,
    isRepeatable,
    describe: (reportOf) => reportOf(),
  })
}

function prepareVariant(
  { checks, onTraceLine, ...options }: ToyRun,
  variant: RunVariant,
): PreparedRun<CounterWorld> {
  const chosen = variant.checks ?? checks
  const { tracesWaits = false } = variant
  const checked = { ...options, tracesWaits, ...(chosen && { checks: chosen }) }
  if (variant.calm !== undefined) {
    const calm = { ...checked, level: 'normal', intentions: variant.calm } as const
    return prepareToy(counters(options), calm)
  }
  return prepareToy(counters(options), { ...checked, ...(onTraceLine && { onTraceLine }) })
}

/** The right counter waits for what nobody brings about. */
function rightHangs({ id }: Counter): Promise<void> {
  return id === 'right' ? new Promise(() => {}) : Promise.resolve()
}

const every = (steps: number): CheckSchedule => ({ every: steps, from: 0, thoroughEvery: 1 })

suite('converged', () => {
  for (const level of levelNames) {
    test(`counters come to agree, on a network that is ${level}`, async () => {
      for (let seed = 1; seed <= 10; seed++) {
        const { verdict, violation, checks, steps, simulatedMs } = await runToy({ seed, level })
        assert.deepEqual([verdict, violation], ['converged', undefined], `seed ${seed}`)
        assert.ok(checks > 0 && steps > 50 && simulatedMs >= toyDurationMs)
      }
    })
  }

  test('also many of them, each of which asks the next', async () => {
    const { verdict, faults } = await runToy({ ids: ['a', 'b', 'c', 'd', 'e'] })
    assert.equal(verdict, 'converged')
    assert.ok(faults.replyLost > 0 && faults.requestLost > 0)
  })

  test('a seed is a run', async () => {
    const first = await runToy({ seed: 3 })
    assert.deepEqual(await runToy({ seed: 3 }), first)
    assert.notEqual((await runToy({ seed: 4 })).traceHash, first.traceHash)
  })
})

suite('violated', () => {
  test('names the invariant, the node and the first bad event', async () => {
    const { verdict, violation, steps } = await runToy({ merge: 'latest', checks: every(1) })
    assert.equal(verdict, 'violated')
    assert.equal(violation?.invariant, 'own-count-kept')
    assert.match(violation.node, /^(left|right)$/)
    assert.match(violation.detail, /^counted to \d+ and holds \d+$/)
    assert.ok(violation.step > 1 && violation.step === steps)
  })

  test('names the same event however seldom it checks, since the run is repeated', async () => {
    const exact = await runToy({ seed: 5, merge: 'latest', checks: every(1) })
    for (const interval of [20, 1_000_000]) {
      const prepared: RunVariant[] = []
      const coarse = await runToy({ seed: 5, merge: 'latest', checks: every(interval) }, prepared)
      assert.deepEqual([coarse.violation, coarse.repeat], [exact.violation, 'same'])
      // The repeat is what is told of: its events, its counts, its trace.
      assert.deepEqual([coarse.steps, coarse.traceHash], [exact.steps, exact.traceHash])
      assert.deepEqual(coarse.story, exact.story)
      assert.equal(prepared[1]?.checks?.every, 1)
    }
  })

  test('has the same trace up to the first bad event however seldom it checks', async () => {
    const [exact, coarse]: [string[], string[]] = [[], []]
    for (const [interval, lines] of [[1, exact] as const, [1_000_000, coarse] as const]) {
      const onTraceLine = (line: string): void => void lines.push(line)
      const checks = every(interval)
      await runToy({ seed: 4, merge: 'latest', checks, isRepeatable: false, onTraceLine })
    }
    assert.ok(exact.length > 10 && coarse.length > exact.length)
    assert.deepEqual(coarse.slice(0, exact.length), exact)
  })

  test('is told as it was found where the run cannot be repeated', async () => {
    const prepared: RunVariant[] = []
    const options: ToyRun = { merge: 'latest', checks: every(1_000_000), isRepeatable: false }
    const { violation, steps } = await runToy(options, prepared)
    assert.equal(violation?.step, steps)
    assert.equal(prepared.length, 1)
  })

  test('is the verdict, too, where code stumbles over the damage before a check', async () => {
    const bug = new RangeError('a counter runs backwards')
    const { verdict, violation } = await runToy({
      checks: every(1_000_000),
      beforeTick: ({ id, counts }, { truth }) => {
        if ((truth.get(id) ?? 0) < 5) return
        counts.set(id, 1)
        throw bug
      },
    })
    assert.deepEqual([verdict, violation?.invariant], ['violated', 'own-count-kept'])
  })
})

test('nodes at rest that do not agree are violated, too: liveness', async () => {
  const toy = counters()
  const deaf: Model<CounterWorld> = {
    ...toy,
    start: (id, world, host) => ({
      ...toy.start(id, world, host),
      tick: () => Promise.resolve('quiet'),
    }),
  }
  const report = await run<CounterWorld, PreparedRun<CounterWorld>, RunReport>({
    prepare: () => prepareToy(deaf),
    durationMs: toyDurationMs,
    isRepeatable: true,
    describe: (reportOf) => reportOf(),
  })
  assert.deepEqual([report.verdict, report.violation?.invariant], ['violated', 'agreement'])
})

test('a node that never finds nothing to move stalls', async () => {
  const report = await runToy({
    beforeTick: ({ id }, { host }) => {
      if (id === 'left') host.moved()
    },
  })
  assert.deepEqual([report.verdict, report.violation], ['stalled', undefined])
})

test('nodes that do not come to rest are named, with what the model knows of them', async () => {
  const toy = counters()
  const busy: Model<CounterWorld> = {
    ...toy,
    start: (id, world, host) => {
      const node = toy.start(id, world, host)
      return id === 'left' ? { ...node, tick: () => Promise.resolve('moved') } : node
    },
  }
  const { verdict, restless } = await run<CounterWorld, PreparedRun<CounterWorld>, RunReport>({
    prepare: () => prepareToy(busy),
    durationMs: toyDurationMs,
    isRepeatable: false,
    describe: (reportOf) => reportOf(),
  })
  assert.equal(verdict, 'stalled')
  assert.deepEqual(restless, [{ node: 'left', lacks: 'the counts of others' }])
})

suite('errors of a node', () => {
  const bug = new RangeError('a bug in the node')

  test('are the verdict where no invariant is broken, with node and event', async () => {
    const beforeTick = ({ id }: Counter): void => {
      if (id === 'right') throw bug
    }
    const { verdict, failure, repeat, steps } = await runToy({ beforeTick })
    assert.deepEqual([verdict, failure?.error, failure?.node], ['failed', bug, 'right'])
    assert.deepEqual([failure?.step, repeat], [steps, 'same'])
  })

  test('that come by chance are told as such', async () => {
    let isFirst = true
    const toss = ({ id }: Counter): void => {
      if (id !== 'right' || !isFirst) return
      isFirst = false
      throw bug
    }
    const { verdict, failure, repeat } = await runToy({ beforeTick: toss })
    assert.deepEqual([verdict, failure?.error, repeat], ['failed', bug, 'differs'])
  })

  test('name the node that awaits what no run can repeat', async () => {
    const { verdict, failure } = await runToy({ beforeTick: rightHangs })
    assert.equal(verdict, 'failed')
    const { error } = failure ?? assert.fail()
    assert.ok(FossilError.is(error, 'sim.foreignWait') && error.detail.node === 'right')
    // The repeat finds the line that waits.
    assert.match(error.detail.at ?? '', /run\.test\.ts:\d+/)
  })
})

suite('the same operations on a calm network', () => {
  test('converge where it takes a fault', async () => {
    const prepared: RunVariant[] = []
    const { verdict, calm, intentions } = await runToy({ merge: 'latest', seed: 2 }, prepared)
    assert.equal(verdict, 'violated')
    assert.ok(calm)
    assert.deepEqual(prepared.at(-1)?.calm, intentions)
  })

  test('fail where the network has nothing to do with it', async () => {
    const { verdict, calm } = await runToy({
      beforeTick: ({ counts }, { truth }) => {
        if ((truth.get('left') ?? 0) > 10) counts.set('left', 1)
      },
    })
    assert.deepEqual([verdict, calm?.verdict], ['violated', 'violated'])
    assert.equal(calm?.violation?.invariant, 'own-count-kept')
  })

  test('are not asked for where the run converged', async () => {
    const prepared: RunVariant[] = []
    const { calm, story } = await runToy({}, prepared)
    assert.deepEqual([calm, story, prepared.length], [undefined, [], 1])
  })
})

test('a run that makes no progress is found, and its node named', async () => {
  using simulation = startToy(counters())
  const again = (): void =>
    simulation.scheduleAction(simulation.clock().nowMs(), again, { node: 'left' })
  again()
  await assert.rejects(
    simulation.runUntil(simulation.clock().startMs + toyDurationMs),
    (error) =>
      FossilError.is(error, 'sim.stuck') &&
      error.detail.node === 'left' &&
      error.detail.events === 100_000,
  )
})

test('a seed that is no integer is a typed error', () => {
  assert.throws(
    () => prepareToy(counters(), { seed: 0.5 }),
    (error) => FossilError.is(error, 'option.invalid'),
  )
})

test('progress is told of the first run only, faults first', async () => {
  const phases: RunPhase[] = []
  let described = 0
  const report = await run<CounterWorld, PreparedRun<CounterWorld>, RunReport>({
    prepare: (variant) => prepareVariant({ merge: 'latest', checks: every(1_000_000) }, variant),
    durationMs: toyDurationMs,
    isRepeatable: true,
    onProgress: (phase) => void phases.push(phase),
    describe: (reportOf) => {
      described++
      return reportOf()
    },
  })
  assert.equal(report.verdict, 'violated')
  assert.equal(described, 1)
  assert.equal(phases[0], 'faults')
  assert.equal(phases.filter((phase) => phase === 'settling').length, 1)
  assert.equal(phases.at(-1), 'settling')
})

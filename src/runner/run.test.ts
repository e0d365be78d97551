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
import { type PreparedRun, run, type RunPhase } from './run.ts'
import {
  type Counter,
  counters,
  type CounterWorld,
  prepareToy,
  type ToyOptions,
  toyDurationMs,
} from './toy.suite.ts'

type ToyRun = Parameters<typeof prepareToy>[1] & ToyOptions & { readonly isRepeatable?: boolean }

/** Runs the toy; `prepared` gathers the checks that each run was prepared with. */
function runToy(
  { isRepeatable = true, ...options }: ToyRun = {},
  prepared: (CheckSchedule | undefined)[] = [],
): Promise<RunReport> {
  return run<CounterWorld, PreparedRun<CounterWorld>, RunReport>({
    prepare: (closerChecks) => {
      prepared.push(closerChecks)
      const { checks, ...rest } = options
      const chosen = closerChecks ?? checks
      return prepareToy(counters(options), { ...rest, ...(chosen && { checks: chosen }) })
    },
    durationMs: toyDurationMs,
    isRepeatable,
    describe: (reportOf) => reportOf(),
  })
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
    const exact = await runToy({ seed: 4, merge: 'latest', checks: every(1) })
    for (const interval of [20, 1_000_000]) {
      const prepared: (CheckSchedule | undefined)[] = []
      const coarse = await runToy({ seed: 4, merge: 'latest', checks: every(interval) }, prepared)
      assert.deepEqual(coarse.violation, exact.violation)
      assert.ok(coarse.steps > exact.steps)
      assert.equal(prepared.length, 2)
      assert.equal(prepared[1]?.every, 1)
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
    const prepared: (CheckSchedule | undefined)[] = []
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
    start: (id, world) => ({ ...toy.start(id, world), tick: () => Promise.resolve('quiet') }),
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

suite('errors of a node', () => {
  test('end the run as they are where no invariant is broken', async () => {
    const bug = new RangeError('a bug in the node')
    const beforeTick = (): void => {
      throw bug
    }
    await assert.rejects(runToy({ beforeTick }), bug)
  })

  test('name the node that awaits what no run can repeat', async () => {
    await assert.rejects(
      runToy({ beforeTick: rightHangs }),
      (error) => FossilError.is(error, 'sim.foreignWait') && error.detail.node === 'right',
    )
  })
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
    prepare: (checks = every(1_000_000)) => prepareToy(counters({ merge: 'latest' }), { checks }),
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

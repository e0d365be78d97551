/**
 * Driving a simulator: steps, time, counters, syncs on demand, coming to rest, closing.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { openRepo } from '../crosslink/open.ts'
import { openDatabase } from '../db/node.ts'
import { storeLocal } from '../repo/store.ts'
import { findUnversioned, writeUnversioned } from '../repo/unversioned.ts'
import { withoutBuggify } from './buggify.ts'
import { allBlobUuidsSorted, hasBlob } from './holdings.ts'
import { InvariantError } from '../runner/invariants.ts'
import type { LevelName } from '../sim/levels.ts'
import { Simulator } from './simulator.ts'
import { TraceLines } from './trace-lines.suite.ts'
import { dbOf } from '../repo/repo.ts'

const invalidOption = (option: string) => (error: unknown) =>
  FossilError.is(error, 'option.invalid') && error.detail.option === option

/** A calm network with work to do: `artifacts` on the master, and one on each leaf. */
function busy(options: Partial<Parameters<typeof Simulator.create>[0]>, artifacts = 40): Simulator {
  const simulator = Simulator.create({ seed: 5, ...options })
  for (const { id, repo } of simulator.nodes()) {
    const count = id === 'master' ? artifacts : 1
    withoutBuggify(repo, () => {
      for (let index = 0; index < count; index++) storeLocal(repo, utf8(`${id} ${index}`))
    })
  }
  return simulator
}

suite('steps', () => {
  test('run lets as many events happen as it is told', async () => {
    using simulator = busy({})
    await simulator.run(0)
    assert.equal(simulator.steps, 0)
    await simulator.run(25)
    assert.equal(simulator.steps, 25)
  })

  test('timers re-arm, so that a step always has something to let happen', async () => {
    using simulator = busy({ numLeaves: 1 })
    for (let step = 0; step < 60; step++) assert.equal(await simulator.step(), true)
    assert.equal(simulator.steps, 60)
  })

  test('virtual time stands still between events and never runs backwards', async () => {
    using simulator = busy({ level: 'hostile' })
    let last = simulator.clock().startMs
    for (let step = 0; step < 60; step++) {
      await simulator.step()
      assert.ok(simulator.clock().nowMs() >= last)
      last = simulator.clock().nowMs()
    }
  })

  test('syncs and errors are counted, for each leaf and together', async () => {
    const trace = new TraceLines()
    using simulator = busy({ level: 'adversarial', numLeaves: 3, onTraceLine: trace.onTraceLine })
    await simulator.runUntil(simulator.clock().startMs + 120_000)
    const failed = trace.events('sync.failed').length
    const ended = trace.events('sync').length + failed
    assert.ok(failed > 0 && ended > failed)
    assert.deepEqual([simulator.totalSyncs, simulator.totalErrors], [ended, failed])
    const stats = simulator.leafIds().map((id) => simulator.leafStats(id))
    assert.equal(
      stats.reduce((sum, { syncs }) => sum + syncs, 0),
      ended,
    )
    assert.equal(
      stats.reduce((sum, { errors }) => sum + errors, 0),
      failed,
    )
  })

  test('safety is checked after every so many steps, from a step that can be chosen', async () => {
    using simulator = busy({ safetyCheckInterval: 10, safetyCheckFrom: 25 })
    await simulator.run(60)
    assert.equal(simulator.lastSafeStep, 60)
    dbOf(simulator.masterRepo() ?? assert.fail()).exec('INSERT INTO phantom VALUES(4000)')
    await assert.rejects(
      simulator.run(60),
      (error) => error instanceof InvariantError && error.invariant === 'phantoms',
    )
    assert.deepEqual([simulator.steps, simulator.lastSafeStep], [70, 60])
  })
})

suite('time', () => {
  test('runUntil lets all up to the deadline happen and leaves the clock there', async () => {
    using simulator = busy({})
    const { startMs } = simulator.clock()
    let happened = ''
    simulator.scheduleAction(startMs + 7_000, () => void (happened += 'at'))
    simulator.scheduleAction(startMs + 7_001, () => void (happened += ' after'))
    await simulator.runUntil(startMs + 7_000)
    assert.equal(happened, 'at')
    assert.equal(simulator.clock().elapsedMs, 7_000)
  })

  test('a deadline that has passed lets nothing happen', async () => {
    using simulator = busy({})
    await simulator.runUntil(simulator.clock().startMs + 7_000)
    const { steps } = simulator
    await simulator.runUntil(simulator.clock().startMs)
    assert.equal(simulator.steps, steps)
    assert.equal(simulator.clock().elapsedMs, 7_000)
  })

  test('slices of a run are the run', async () => {
    const [whole, sliced] = [new TraceLines(), new TraceLines()]
    using first = busy({ level: 'hostile', onTraceLine: whole.onTraceLine })
    await first.runUntil(first.clock().startMs + 30_000)
    using second = busy({ level: 'hostile', onTraceLine: sliced.onTraceLine })
    for (let ms = 777; ms < 30_000; ms += 777) {
      await second.runUntil(second.clock().startMs + ms)
    }
    await second.runUntil(second.clock().startMs + 30_000)
    assert.deepEqual(sliced.lines, whole.lines)
  })

  const refused: [what: string, ask: (simulator: Simulator) => unknown, option: string][] = [
    ['a deadline that is no number', (sim) => sim.runUntil(Number.NaN), 'deadlineMs'],
    ['a deadline at the end of time', (sim) => sim.runUntil(Infinity), 'deadlineMs'],
    ['half a step', (sim) => sim.run(0.5), 'maxSteps'],
    ['an action in the past', (sim) => sim.scheduleAction(5, () => {}), 'timeMs'],
    [
      'an action between two milliseconds',
      (sim) => sim.scheduleAction(1e13 + 0.5, () => {}),
      'timeMs',
    ],
    ['a limit that is no number', (sim) => sim.settle(Number.NaN), 'limitMs'],
  ]
  for (const [what, ask, option] of refused) {
    test(`${what} is a typed error`, async () => {
      using simulator = busy({})
      await assert.rejects(async () => ask(simulator), invalidOption(option))
    })
  }
})

suite('leaves', () => {
  test('ids are numbered and come in that order', () => {
    using simulator = Simulator.create({ seed: 1, numLeaves: 12 })
    assert.deepEqual(
      simulator.leafIds(),
      Array.from({ length: 12 }, (_, index) => `leaf-${index}`),
    )
    assert.deepEqual(
      simulator.nodes().map(({ id }) => id),
      ['master', ...simulator.leafIds()],
    )
  })

  test('an unknown leaf is a typed error, wherever it is named', () => {
    using simulator = Simulator.create({ seed: 1 })
    assert.throws(() => simulator.leaf('leaf-2'), invalidOption('nodeId'))
    assert.throws(() => simulator.leafStats('master'), invalidOption('nodeId'))
    assert.throws(() => simulator.scheduleSyncNow(''), invalidOption('nodeId'))
  })

  test('a sync on demand begins at the present time', async () => {
    const trace = new TraceLines()
    using simulator = busy({ pollIntervalMs: 3_600_000, onTraceLine: trace.onTraceLine })
    const atMs = 5
    await simulator.runUntil(simulator.clock().startMs + atMs)
    simulator.scheduleSyncNow('leaf-1')
    await simulator.runUntil(simulator.clock().startMs + 60_000)
    assert.deepEqual(
      trace.events('tick').map((event) => [event.atMs, event['node'], event['trigger']]),
      [[atMs, 'leaf-1', 'syncNow']],
    )
    assert.deepEqual(simulator.leafStats('leaf-1'), { syncs: 1, errors: 0 })
  })

  test('an event for a leaf that still syncs is skipped', async () => {
    const trace = new TraceLines()
    using simulator = busy({ pollIntervalMs: 3_600_000, onTraceLine: trace.onTraceLine })
    for (let times = 0; times < 3; times++) simulator.scheduleSyncNow('leaf-0')
    await simulator.runUntil(simulator.clock().startMs + 60_000)
    assert.equal(trace.events('tick').length, 1)
  })
})

suite('unversioned files', () => {
  test('are written and deleted at their time, the clock of the node saying of which', async () => {
    const trace = new TraceLines()
    using simulator = Simulator.create({
      seed: 1,
      maxSkewMs: 60_000,
      onTraceLine: trace.onTraceLine,
    })
    const { startMs } = simulator.clock()
    const data = utf8('text')
    simulator.scheduleUvWrite('leaf-0', startMs + 5, { name: 'a', data, mtimeSec: 77 })
    simulator.scheduleUvDelete('leaf-0', startMs + 7, { name: 'a' })
    simulator.scheduleUvDelete('master', startMs + 7, { name: 'never-there' })
    simulator.scheduleUvWrite('master', startMs + 9, { name: 'a', data })
    await simulator.runUntil(startMs + 6)
    const { repo } = simulator.leaf('leaf-0')
    assert.equal(findUnversioned(repo, 'a')?.mtimeSec, 77)
    assert.equal(
      simulator.masterRepo() && findUnversioned(simulator.masterRepo() ?? repo, 'a'),
      undefined,
    )
    await simulator.runUntil(startMs + 8)
    const gone = findUnversioned(repo, 'a')
    assert.equal(gone?.hash, undefined)
    assert.equal(gone?.mtimeSec, Math.floor(repo.env.clock.nowMs() / 1000))
    await simulator.runUntil(startMs + 10)
    assert.deepEqual(simulator.uvOperationCounts(), { writes: 2, deletes: 1, refused: 0 })
    assert.deepEqual(
      trace.events('uvWrite', 'uvDelete').map(({ type, node, name }) => [type, node, name]),
      [
        ['uvWrite', 'leaf-0', 'a'],
        ['uvDelete', 'leaf-0', 'a'],
        ['uvDelete', 'master', 'never-there'],
        ['uvWrite', 'master', 'a'],
      ],
    )
  })

  test('a disk that refuses a write is counted, and owes nothing', async () => {
    const overrides = [{ site: 'buggify/leaf-0/repo.commit.fail', use: 0, outcome: true }]
    using simulator = Simulator.create({
      seed: 1,
      uv: true,
      buggify: true,
      unlisted: 'benign',
      overrides,
    })
    const { startMs } = simulator.clock()
    simulator.scheduleUvWrite('leaf-0', startMs, { name: 'a', data: utf8('text') })
    await simulator.runUntil(startMs)
    assert.deepEqual(simulator.uvOperationCounts(), { writes: 0, deletes: 0, refused: 1 })
    simulator.checkSafety()
  })

  test('what no card can carry, nobody has and no time allows is refused at once', () => {
    using simulator = Simulator.create({ seed: 1 })
    const nowMs = simulator.clock().nowMs()
    const data = utf8('text')
    const write =
      (id: string, timeMs: number, name: string, mtimeSec = 0) =>
      () =>
        simulator.scheduleUvWrite(id, timeMs, { name, data, mtimeSec })
    assert.throws(write('leaf-0', nowMs, 'a b'), invalidOption('name'))
    assert.throws(write('leaf-9', nowMs, 'a'), invalidOption('nodeId'))
    assert.throws(write('leaf-0', nowMs - 1, 'a'), invalidOption('timeMs'))
    assert.throws(write('leaf-0', nowMs, 'a', -1), invalidOption('mtimeSec'))
    assert.throws(write('leaf-0', nowMs, 'a', 1.5), invalidOption('mtimeSec'))
  })

  test('checkAllUvConverged compares the leaves with any repository', async () => {
    using simulator = Simulator.create({ seed: 1, uv: true })
    const { repo } = simulator.leaf('leaf-0')
    writeUnversioned(repo, { name: 'a', content: utf8('text'), mtimeSec: 1 })
    assert.throws(() => simulator.checkAllUvConverged(repo), InvariantError)
    assert.ok(await simulator.settle(60_000))
    simulator.checkAllUvConverged(repo)
    const { totalUvSent, totalUvReceived, totalUvGimmes } = simulator
    assert.deepEqual([totalUvSent, totalUvReceived, totalUvGimmes], [1, 1, 1])
  })
})

suite('rest', () => {
  test('settling carries what was stored since, noticed or not', async () => {
    using simulator = busy({ numLeaves: 3 })
    assert.equal(await simulator.settle(60_000), true)
    const { hash } = storeLocal(simulator.leaf('leaf-2').repo, utf8('an afterthought'))
    assert.equal(await simulator.settle(60_000), true)
    simulator.checkSettled()
    for (const { repo } of simulator.nodes()) assert.ok(hasBlob(repo, hash))
  })

  test('settling gives up at its limit', async () => {
    using simulator = busy({})
    simulator.network().partition('leaf-0')
    assert.equal(await simulator.settle(600_000), false)
    assert.ok(simulator.clock().elapsedMs <= 600_000)
  })

  test('settling when everything has been said takes one sync of each leaf', async () => {
    using simulator = busy({ numLeaves: 4, pollIntervalMs: 3_600_000 })
    await simulator.settle(36_000_000)
    const before = simulator.totalSyncs
    await simulator.settle(36_000_000)
    assert.equal(simulator.totalSyncs - before, 4)
  })

  test('after faults have ended none strikes', async () => {
    using simulator = busy({ level: 'hostile', numLeaves: 3 })
    simulator.network().partition('leaf-0')
    await simulator.runUntil(simulator.clock().startMs + 60_000)
    simulator.endFaults()
    // What is under way may still fail, for as long as a sender waits.
    await simulator.runUntil(simulator.clock().nowMs() + 100_000)
    const { totalErrors } = simulator
    const struck = simulator.decisions().length
    simulator.network().setDropRate(1)
    assert.equal(await simulator.settle(600_000), true)
    assert.deepEqual([simulator.totalErrors, simulator.decisions().length], [totalErrors, struck])
    simulator.checkSafety()
    simulator.checkSettled()
  })

  test('checkAllConverged compares the leaves with any repository', async () => {
    using simulator = busy({ numLeaves: 2 })
    const master = simulator.masterRepo()
    assert.ok(master)
    assert.throws(() => simulator.checkAllConverged(master), InvariantError)
    await simulator.settle(60_000)
    simulator.checkAllConverged(master)
  })
})

/** The leaves that partitions of some minutes cut off, in their order. */
async function nodesCutOff(level: LevelName): Promise<unknown[]> {
  const trace = new TraceLines()
  const { onTraceLine } = trace
  using simulator = Simulator.create({ seed: 1, level, pollIntervalMs: 60_000, onTraceLine })
  const untilMs = simulator.clock().startMs + 1_200_000
  simulator.schedulePartitions(untilMs)
  await simulator.runUntil(untilMs)
  assert.equal(trace.events('partition').length, trace.events('heal').length)
  return trace.events('heal').map(({ node }) => node)
}

suite('partitions', () => {
  test('come and go as the level says, each at a leaf', async () => {
    assert.deepEqual(new Set(await nodesCutOff('hostile')), new Set(['leaf-0', 'leaf-1']))
    assert.deepEqual(await nodesCutOff('adversarial'), [])
  })
})

suite('the end', () => {
  test('images are the repositories of all nodes', async () => {
    using simulator = busy({ numLeaves: 2 })
    await simulator.settle(60_000)
    const images = [...simulator.images()]
    assert.deepEqual(
      images.map(({ id }) => id),
      ['master', 'leaf-0', 'leaf-1'],
    )
    for (const [index, { image }] of images.entries()) {
      using copy = openRepo(openDatabase(image), systemEnv)
      const { repo } = simulator.nodes()[index] ?? {}
      assert.deepEqual(allBlobUuidsSorted(copy), repo && allBlobUuidsSorted(repo))
    }
  })

  test('close closes what the simulator opened, once', async () => {
    const simulator = busy({ numLeaves: 2 })
    await simulator.run(7)
    const repos = simulator.nodes().map(({ repo }) => repo)
    simulator.close()
    simulator.close()
    assert.deepEqual(
      repos.map((repo) => dbOf(repo).isOpen),
      [false, false, false],
    )
  })

  test('using closes', () => {
    const repo = (() => {
      using simulator = Simulator.create({ seed: 1 })
      return simulator.leaf('leaf-0').repo
    })()
    assert.equal(dbOf(repo).isOpen, false)
  })
})

/**
 * Whole simulations and their verdicts: converged, violated with the first bad event, stalled.
 * @module
 */

import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import { AssertionError } from '../base/assert.ts'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { openDatabase } from '../db/node.ts'
import { checkin } from '../write/checkin.ts'
import { createRepo } from '../crosslink/open.ts'
import { readUnversioned, writeUnversioned } from '../repo/unversioned.ts'
import { InvariantError } from '../runner/invariants.ts'
import { nemesisKinds } from '../sim/levels.ts'
import { faultKinds } from '../sim/link.ts'
import { canaries } from './canary/canary.ts'
import { allBlobUuidsSorted, countBlobs, hasBlob } from './holdings.ts'
import { MockFossil } from './mock-fossil.ts'
import { DefaultNode } from './node.ts'
import { simulate } from './simulate.ts'
import type { SimProgress, SimulateOptions } from './simulate-options.ts'
import { Simulator } from './simulator.ts'
import type { Invariant } from './world.ts'
import { cacheOf, dbOf } from '../repo/repo.ts'

/** Small enough for a test, busy enough to mean something. */
const small: SimulateOptions = { seed: 3, leaves: 3, durationMs: 45_000, operationCount: 36 }

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

suite('converged', () => {
  test('says what happened', async () => {
    const report = await simulate(small)
    assert.equal(report.verdict, 'converged')
    assert.equal(report.violation, undefined)
    assert.equal(report.seed, 3)
    assert.match(report.traceHash, /^[0-9a-f]{64}$/)
    assert.ok(report.checkins > 10 && report.syncs > 10 && report.errors > 0)
    assert.ok(report.steps > report.syncs && report.checks > 0)
    assert.ok(report.simulatedMs >= 45_000)
    const others = ['lies', 'crash', ...nemesisKinds, 'broken', 'buggify']
    assert.deepEqual(Object.keys(report.faults), [...faultKinds, ...others])
    assert.deepEqual(
      report.nodes.map(({ id }) => id),
      ['master', 'leaf-0', 'leaf-1', 'leaf-2'],
    )
  })

  test('counts add up', async () => {
    const { nodes, syncs, errors, faults, sites, decisions } = await simulate(small)
    assert.equal(sum(nodes.map((node) => node.syncs)), syncs)
    assert.equal(sum(nodes.map((node) => node.errors)), errors)
    assert.equal(sum(sites.map(({ fired }) => fired)), faults.buggify)
    const { partitioned, crash, ...drawn } = faults
    assert.equal(crash, 0)
    // A partition counts by the messages that it swallows.
    const others = decisions.filter(({ site }) => site !== 'nemesis/partition')
    assert.equal(sum(Object.values(drawn)), others.length)
    assert.ok(partitioned >= 0)
  })

  test('every node holds as many public artifacts, and no phantom', async () => {
    const { nodes } = await simulate({ ...small, privateCheckins: true })
    assert.equal(new Set(nodes.map(({ artifacts }) => artifacts)).size, 1)
    assert.ok(nodes.every(({ artifacts, phantoms }) => artifacts > 0 && phantoms === 0))
    assert.ok(nodes.some(({ privateArtifacts }) => privateArtifacts > 0))
  })

  test('also without any time for faults', async () => {
    const { verdict, checkins, nodes } = await simulate({ seed: 1, leaves: 2, durationMs: 0 })
    assert.deepEqual([verdict, checkins], ['converged', 1])
    assert.deepEqual(
      nodes.map(({ artifacts }) => artifacts),
      [2, 2, 2],
    )
  })

  test('also where a fault refuses the very first check-in', async () => {
    const site = 'buggify/master/repo.commit.fail'
    const overrides = [0, 1].map((use) => ({ site, use, outcome: true }))
    const report = await simulate({ ...small, config: { overrides } })
    assert.equal(report.verdict, 'converged')
    assert.equal(report.operations['begin']?.acknowledged, 1)
    assert.ok(report.faults.buggify >= 2)
  })

  test('also with leaves that poll every millisecond, or once an hour', async () => {
    const eager = { ...small, durationMs: 2_000, config: { pollIntervalMs: 1 } }
    assert.equal((await simulate(eager)).verdict, 'converged')
    const lazy = { ...small, config: { pollIntervalMs: 3_600_000 } }
    assert.equal((await simulate(lazy)).verdict, 'converged')
  })
})

suite('unversioned files', () => {
  const busy: SimulateOptions = { ...small, uv: true, operationCount: 120 }

  test('are written, deleted and synced, and converge', async () => {
    const { verdict, uv, nodes } = await simulate(busy)
    assert.equal(verdict, 'converged')
    assert.ok(uv && uv.writes > 20 && uv.deletes > 0 && uv.gimmes > 0 && uv.sent > 0)
    assert.ok(uv.received >= uv.sent)
    assert.equal(new Set(nodes.map(({ uvFiles }) => uvFiles)).size, 1)
    assert.ok(nodes.every(({ uvFiles = 0 }) => uvFiles > 0))
  })

  test('change nothing of a run that has none: neither its report nor its trace', async () => {
    const { traceHash, uv, nodes } = await simulate({ ...small, uv: false })
    assert.equal(traceHash, (await simulate(small)).traceHash)
    assert.equal(uv, undefined)
    assert.ok(nodes.every((node) => !('uvFiles' in node)))
  })

  test('of the master are owed to everybody from the beginning', async () => {
    using repo = createRepo(openDatabase(), systemEnv, { hashPolicy: 'sha1' })
    writeUnversioned(repo, { name: 'old', content: utf8('from before'), mtimeSec: 7 })
    const masterImage = dbOf(repo).serialize()
    let files: (Uint8Array | undefined)[] = []
    const { verdict } = await simulate({
      ...small,
      config: { masterImage, uv: true },
      onEnd: (simulator) => {
        files = simulator.nodes().map((node) => readUnversioned(node.repo, 'old'))
      },
    })
    assert.equal(verdict, 'converged')
    assert.deepEqual(
      files,
      Array.from({ length: 4 }, () => utf8('from before')),
    )
  })

  test('and logins go together, and the logins are in the trace only by what they do', async () => {
    const { verdict, errors } = await simulate({ ...busy, level: 'normal', login: true })
    assert.deepEqual([verdict, errors], ['converged', 0])
  })
})

suite('every kind of artifact', () => {
  const busy: SimulateOptions = { ...small, allKinds: true, operationCount: 200 }

  test('is written, and converges, with all that is derived from it', async () => {
    const { verdict, operations, checks, nodes } = await simulate(busy)
    assert.equal(verdict, 'converged')
    const acknowledged = Object.values(operations).map((counts) => counts.acknowledged)
    assert.ok(sum(acknowledged) > 120 && checks > 0)
    assert.equal(new Set(nodes.map(({ artifacts }) => artifacts)).size, 1)
  })

  test('changes nothing of a run that has none: neither its report nor its trace', async () => {
    const { traceHash, operations } = await simulate({ ...small, allKinds: false })
    assert.equal(traceHash, (await simulate(small)).traceHash)
    assert.deepEqual(Object.keys(operations), ['begin', 'checkin'])
  })

  test('goes together with secrets, unversioned files and logins', async () => {
    const options = { ...busy, privateCheckins: true, uv: true, login: true }
    const { verdict, nodes } = await simulate(options)
    assert.equal(verdict, 'converged')
    assert.ok(nodes.some(({ privateArtifacts }) => privateArtifacts > 0))
  })
})

suite('a list that is handed in', () => {
  test('of workloads adds to the work, and is made anew where a run is repeated', async () => {
    const told: string[] = []
    const report = await simulate({
      ...small,
      config: { safetyCheckInterval: 100_000 },
      workloads: (simulator) => [
        {
          start: () => {
            told.push('starts')
            simulator.scheduleAction(simulator.clock().startMs + 20_000, () => {
              simulator.note('damage', {})
              dbOf(simulator.masterRepo() ?? assert.fail()).exec('INSERT INTO phantom VALUES(4000)')
            })
          },
        },
      ],
    })
    // The run, its first bad event, and the same on a calm network.
    assert.deepEqual(told, ['starts', 'starts', 'starts'])
    assert.deepEqual([report.verdict, report.violation?.invariant], ['violated', 'phantoms'])
    assert.equal(report.violation?.simulatedMs, 20_000)
  })

  test('of invariants is what is checked', async () => {
    const fewest = { ...small, config: { invariants: [] } }
    assert.deepEqual((await simulate(fewest)).checks, 0)
    const few: Invariant = {
      name: 'few-artifacts',
      holds: 'always',
      check: ({ nodes }) => {
        for (const { id, repo } of nodes) {
          if (countBlobs(repo) <= 5) continue
          throw new InvariantError('few-artifacts', { nodeId: id, detail: 'more than five' })
        }
      },
    }
    const { violation } = await simulate({ ...small, config: { invariants: [few] } })
    assert.equal(violation?.invariant, 'few-artifacts')
  })
})

suite('violated', () => {
  const canary = canaries.find(({ bug }) => bug.startsWith('stores a phantom'))
  assert.ok(canary)
  const planted: SimulateOptions = {
    ...small,
    seed: 7,
    config: { makeNode: canary.plant },
  }
  const checkedEvery = (safetyCheckInterval: number): SimulateOptions => ({
    ...planted,
    config: { ...planted.config, safetyCheckInterval },
  })

  test('names the first bad event, however seldom it checks', async () => {
    const exact = await simulate(checkedEvery(1))
    assert.equal(exact.verdict, 'violated')
    assert.equal(exact.violation?.invariant, 'phantoms')
    assert.ok(exact.violation.step > 1)
    for (const interval of [40, 100_000]) {
      const coarse = await simulate(checkedEvery(interval))
      assert.deepEqual(coarse.violation, exact.violation)
      assert.deepEqual([coarse.steps, coarse.traceHash], [exact.steps, exact.traceHash])
    }
  })

  test('names the first bad event also where a check costs a rebuild', async () => {
    const forgetful = canaries.find(({ invariant }) => invariant === 'derived')
    assert.ok(forgetful)
    const config = { makeNode: forgetful.plant, safetyCheckInterval: 20 }
    const exact = await simulate({ ...planted, config: { ...config, thoroughCheckEvery: 1 } })
    assert.equal(exact.violation?.invariant, 'derived')
    for (const thoroughCheckEvery of [4, 0]) {
      const coarse = await simulate({ ...planted, config: { ...config, thoroughCheckEvery } })
      assert.deepEqual(coarse.violation, exact.violation)
    }
  })

  test('is the verdict, too, where code stumbles over the damage before a check', async () => {
    const trap = canaries.find(({ bug }) => bug.startsWith('goes on listing a phantom'))
    assert.ok(trap)
    const config = { makeNode: trap.plant, safetyCheckInterval: 100_000 }
    const tiny = { leaves: 1, durationMs: 10_000, operationCount: 12 }
    const { verdict, violation } = await simulate({ ...planted, ...tiny, seed: 5, config })
    assert.deepEqual([verdict, violation?.invariant], ['violated', 'phantoms'])
  })

  test('ends at the first violation, so that nothing later covers it up', async () => {
    const { steps, simulatedMs, violation } = await simulate(checkedEvery(1))
    assert.equal(steps, violation?.step)
    assert.equal(simulatedMs, violation?.simulatedMs)
  })

  test('traces, counts and keeps the run that ends at the first bad event', async () => {
    const violationStep = (await simulate(checkedEvery(1))).violation?.step
    let lines: string[] = []
    let ends = 0
    const options = checkedEvery(40)
    const { traceHash, steps, violation, repeat } = await simulate({
      ...options,
      onEnd: (simulator) => {
        ends++
        assert.equal(simulator.steps, violationStep)
      },
      config: {
        ...options.config,
        onTraceStart: () => (lines = []),
        onTraceLine: (line) => void lines.push(line),
      },
    })
    assert.deepEqual([violation?.step, repeat, ends], [steps, 'same', 1])
    assert.equal(hash('sha256', lines.map((line) => `${line}\n`).join('')), traceHash)
  })

  test('says how the same operations end without any fault', async () => {
    const { calm, story } = await simulate(checkedEvery(1))
    assert.ok(calm !== undefined && story.length > 0)
    const always = await simulate({ ...checkedEvery(1), level: 'normal' })
    assert.equal(always.verdict, always.calm?.verdict ?? 'converged')
  })

  test('is the end of one run where nothing more is asked for', async () => {
    let ends = 0
    const options = { ...checkedEvery(40), diagnoses: false, onEnd: () => void ends++ }
    const { verdict, signature, repeat, calm } = await simulate(options)
    assert.deepEqual([verdict, repeat, calm, ends], ['violated', undefined, undefined, 1])
    assert.equal(signature?.verdict, verdict)
  })

  test('does not run twice against an upstream of the caller', async () => {
    using repo = createRepo(openDatabase(), systemEnv, { hashPolicy: 'sha1' })
    let made = 0
    const { verdict } = await simulate({
      ...planted,
      config: {
        ...checkedEvery(40).config,
        upstream: new MockFossil(repo),
        makeNode: (parts) => {
          made++
          return canary.plant(parts)
        },
      },
    })
    assert.equal(verdict, 'violated')
    assert.equal(made, 3)
  })
})

suite('stalled', () => {
  test('a node that always fails never comes to rest', async () => {
    const error = new FossilError('transport.failed', { reason: 'never' })
    const report = await simulate({
      ...small,
      durationMs: 5_000,
      config: {
        pollIntervalMs: 60_000,
        makeNode: ({ id, repo, transport }) =>
          id === 'leaf-1'
            ? { repo, tick: () => ({ type: 'synced', error }) }
            : new DefaultNode(repo, transport),
      },
    })
    assert.equal(report.verdict, 'stalled')
    assert.equal(report.violation, undefined)
    const [restless] = report.restless ?? []
    assert.deepEqual([restless?.node, restless?.lastError], ['leaf-1', 'transport.failed: never'])
    assert.match(restless?.lacks ?? '', /^\d+ artifacts of master, such as [0-9a-f]{40}$/)
    assert.ok(report.nodes.every(({ id, errors }) => id !== 'leaf-1' || errors > 10))
  })
})

suite('failed', () => {
  test('a bug in the code under test is the verdict, with its node and event', async () => {
    const bug = new AssertionError('a claim that does not hold')
    const makeNode: NonNullable<SimulateOptions['config']>['makeNode'] = ({ repo }) => ({
      repo,
      tick: () => ({ type: 'synced', error: bug }),
    })
    const { verdict, failure, calm } = await simulate({ ...small, config: { makeNode } })
    assert.deepEqual([verdict, failure?.error], ['failed', bug])
    assert.match(failure?.node ?? '', /^leaf-\d$/)
    assert.equal(calm?.failure?.error, bug)
  })
})

suite('what a simulation throws', () => {
  const wrong: Record<string, Partial<SimulateOptions>> = {
    'a negative duration': { durationMs: -1 },
    'a duration beyond reason': { durationMs: Number.MAX_SAFE_INTEGER },
    'no leaves': { leaves: 0 },
    'fewer operations than none': { operationCount: -1 },
    'half an operation': { operationCount: 0.5 },
    'a weight of an operation that there is not': { weights: { conquer: 1 } },
    'a negative weight': { weights: { checkin: -1 } },
    'half a seed': { seed: 0.5 },
  }
  for (const [what, options] of Object.entries(wrong)) {
    test(`a typed error for ${what}`, async () => {
      await assert.rejects(simulate({ ...small, ...options }), { code: 'option.invalid' })
    })
  }
})

suite('observers', () => {
  test('progress goes on to the end of the faults, then to settling', async () => {
    const seen: SimProgress[] = []
    await simulate({ ...small, onProgress: (progress) => void seen.push(progress) })
    const faults = seen.filter(({ phase }) => phase === 'faults')
    assert.ok(faults.length > 10)
    assert.equal(seen.at(-1)?.phase, 'settling')
    assert.equal(faults.at(-1)?.elapsedMs, 45_000)
    for (const [index, progress] of seen.entries()) {
      const before = seen[index - 1]
      assert.equal(progress.durationMs, 45_000)
      assert.ok(before === undefined || before.elapsedMs <= progress.elapsedMs)
      assert.ok(before === undefined || before.steps <= progress.steps)
    }
  })

  test('watching changes nothing', async () => {
    const watched = await simulate({ ...small, onProgress: () => {}, onEnd: () => {} })
    assert.equal(watched.traceHash, (await simulate(small)).traceHash)
  })

  test('onEnd sees the repositories open, and afterwards they are closed', async () => {
    const kept: Simulator[] = []
    const { nodes } = await simulate({
      ...small,
      onEnd: (simulator) => {
        kept.push(simulator)
        for (const { repo } of simulator.nodes()) assert.ok(allBlobUuidsSorted(repo).length > 0)
      },
    })
    const [simulator] = kept
    assert.ok(simulator)
    assert.equal(simulator.nodes().length, nodes.length)
    assert.ok(simulator.nodes().every(({ repo }) => !dbOf(repo).isOpen))
  })
})

test('a master begins with a repository image, all of which reaches every leaf', async () => {
  using repo = createRepo(openDatabase(), systemEnv)
  const { newArtifacts } = checkin(repo, {
    changes: [{ name: 'made before', content: utf8('by somebody') }],
    comment: 'begun elsewhere',
    user: 'somebody',
  })
  const report = await simulate({
    ...small,
    config: { masterImage: dbOf(repo).serialize() },
    onEnd: (simulator) => {
      for (const node of simulator.nodes()) {
        assert.ok(newArtifacts.every((made) => hasBlob(node.repo, made)))
      }
    },
  })
  assert.equal(report.verdict, 'converged')
})

test('an upstream whose repository is unknown gets check-ins from the leaves', async () => {
  using repo = createRepo(openDatabase(), systemEnv, { hashPolicy: 'sha1' })
  const mock = new MockFossil(repo)
  // Equal project codes, since nobody tells the simulator about this repository.
  using twin = Simulator.create({ seed: small.seed })
  const leaf = twin.leaf('leaf-0').repo
  const code = dbOf(leaf).prepare("SELECT value FROM config WHERE name = 'project-code'")
  dbOf(repo)
    .prepare("UPDATE config SET value = ? WHERE name = 'project-code'")
    .run(String(code.get()?.[0]))
  cacheOf(repo).clear()
  const upstream = { exchange: (request: Uint8Array) => mock.exchange(request) }
  const { verdict, checkins, nodes } = await simulate({ ...small, config: { upstream } })
  assert.equal(verdict, 'converged')
  assert.ok(checkins > 3)
  assert.equal(nodes.length, 3)
})

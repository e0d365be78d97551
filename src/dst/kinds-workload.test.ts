/**
 * The workload of every kind of artifact: all of it is written everywhere, meets what others wrote,
 * and is owed from then on.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDeck } from '../deck/parse.ts'
import { readArtifact } from '../repo/content.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { SimConfig } from './config.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from './holdings.ts'
import { kinds, KindsWorkload, type KindsReport } from './kinds-workload.ts'
import { Simulator } from './simulator.ts'
import { TraceLines, type TracedEvent } from './trace-lines.suite.ts'
import { CheckinWorkload } from './checkin-workload.ts'

const untilMs = 240_000

interface Worked extends Disposable {
  readonly simulator: Simulator
  readonly report: KindsReport
  readonly operations: readonly TracedEvent[]
}

/** Lets people work for four minutes. */
async function work(
  config: Partial<SimConfig> = {},
  { privateBranches = false } = {},
): Promise<Worked> {
  const trace = new TraceLines()
  const simulator = Simulator.create({ seed: 7, ...config, onTraceLine: trace.onTraceLine })
  const { startMs } = simulator.clock()
  const until = { untilMs: startMs + untilMs }
  const workload = new KindsWorkload(simulator, {
    ...until,
    meanIntervalMs: 1_500,
    privateBranches,
  })
  new CheckinWorkload(simulator, {
    ...until,
    meanIntervalMs: 20_000,
    privateCheckins: false,
  }).start()
  workload.start()
  await simulator.runUntil(startMs + 2 * untilMs)
  return {
    simulator,
    report: workload.report(),
    operations: trace.events('kind'),
    [Symbol.dispose]: () => simulator.close(),
  }
}

/** How many artifacts of each kind of deck a repository holds. */
function deckKinds(repo: Repo): Map<string, number> {
  const counts = new Map<string, number>()
  for (const hash of allBlobUuidsSorted(repo)) {
    const kind = parseDeck(readArtifact(repo, hash))?.kind
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}

function count(repo: Repo | undefined, sql: string): number {
  if (repo === undefined) return 0
  return dbOf(repo).prepare<[number]>(`SELECT count(*) FROM ${sql}`).get()?.[0] ?? 0
}

/** When leaf-0 wrote something. */
function timesOf({ operations }: Worked): unknown[] {
  return operations.filter(({ node }) => node === 'leaf-0').map(({ atMs }) => atMs)
}

test('every node writes every kind, until the time is up', async () => {
  using worked = await work({ numLeaves: 2 })
  const { report, operations } = worked
  for (const kind of kinds) {
    assert.ok(report.written[kind] > 5, `${kind}: ${report.written[kind]}`)
    for (const node of ['master', 'leaf-0', 'leaf-1']) {
      assert.ok(
        operations.some((operation) => operation['node'] === node && operation['kind'] === kind),
      )
    }
  }
  assert.ok(operations.every(({ atMs }) => atMs < untilMs))
  const total = Object.values(report.written).reduce((a, b) => a + b, 0)
  assert.equal(total, operations.length)
  // Most of what people want to do can be done: a workload that only fails tests nothing.
  assert.ok(report.declined < total / 2, `${report.declined} of ${total}`)
})

test('every kind of deck arrives, and fills every derived table', async () => {
  using worked = await work({ numLeaves: 2 })
  const repo = worked.simulator.masterRepo()
  assert.ok(repo)
  const held = deckKinds(repo)
  for (const kind of 'checkin cluster control wiki ticket attachment technote forum'.split(' ')) {
    assert.ok((held.get(kind) ?? 0) > 1, kind)
  }
  for (const table of 'plink leaf event tagxref mlink cherrypick attachment backlink'.split(' ')) {
    assert.ok(count(repo, table) > 0, table)
  }
  assert.ok(count(repo, 'plink WHERE NOT isprim') > 5)
  assert.ok(count(repo, 'plink WHERE baseid IS NOT NULL') > 0)
  assert.ok(count(repo, 'mlink WHERE pfnid > 0') > 0)
  assert.ok(count(repo, 'forumpost WHERE firt IS NOT NULL') > 0)
  assert.ok(count(repo, "tagxref JOIN tag USING(tagid) WHERE tagname = 'parent'") > 0)
  assert.ok(count(repo, 'event WHERE ecomment IS NOT NULL') > 0)
})

test('people say things of what others made, at the very same moments', async () => {
  using worked = await work({ seed: 18, numLeaves: 2, maxSkewMs: 60_000 })
  const repo = worked.simulator.masterRepo()
  assert.ok(repo)
  const moments = new Map<string, number>()
  for (const hash of allBlobUuidsSorted(repo)) {
    const deck = parseDeck(readArtifact(repo, hash))
    if (deck?.kind !== 'control') continue
    for (const { target, name } of deck.tags) {
      const key = `${target} ${name} ${deck.dateMs}`
      moments.set(key, (moments.get(key) ?? 0) + 1)
    }
  }
  assert.ok([...moments.values()].some((said) => said > 1))
})

test('what is said of a secret is a secret', async () => {
  using worked = await work({ numLeaves: 2 }, { privateBranches: true })
  const { simulator, operations } = worked
  const secrets = simulator.nodes().map(({ repo }) => {
    const open = new Set<string>(publicBlobUuidsSorted(repo))
    const hidden = new Set<unknown>(allBlobUuidsSorted(repo).filter((hash) => !open.has(hash)))
    return operations.filter(({ hash }) => hidden.has(hash))
  })
  const ofKind = (kind: string): number =>
    secrets.flat().filter((operation) => operation['kind'] === kind).length
  assert.ok(ofKind('branch') > 0 && ofKind('amendment') + ofKind('tag') > 0)
  simulator.checkSafety()
})

test('an operation that a fault refuses is counted, and nothing of it is owed', async () => {
  const overrides = Array.from({ length: 400 }, (_, use) => ({
    site: 'buggify/leaf-0/repo.commit.fail',
    use,
    outcome: use % 3 === 0,
  }))
  using worked = await work({ numLeaves: 1, buggify: true, unlisted: 'benign', overrides })
  assert.ok(worked.report.refused > 5)
  worked.simulator.checkSafety()
})

test('when a node works does not depend on who else is there', async () => {
  using few = await work({ numLeaves: 1 })
  using many = await work({ numLeaves: 3 })
  const [a, b] = [new Set(timesOf(few)), timesOf(many)]
  // Whether something came of a operation depends on what has arrived.
  assert.ok(b.filter((at) => a.has(at)).length > b.length * 0.7)
})

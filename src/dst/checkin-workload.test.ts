/**
 * The workload: check-ins at every node, repeatable, and each node's independent of the others.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { openMemory } from '../db/node.ts'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import { checkin, readCheckin } from '../write/checkin.ts'
import { createRepo } from '../crosslink/open.ts'
import type { SimConfig } from './config.ts'
import { Simulator } from './simulator.ts'
import { TraceLines, type TracedEvent } from './trace-lines.suite.ts'
import { CheckinWorkload } from './checkin-workload.ts'
import { dbOf } from '../repo/repo.ts'

const untilMs = 120_000

interface Worked {
  readonly simulator: Simulator
  readonly workload: CheckinWorkload
  readonly checkins: readonly TracedEvent[]
}

/** Lets people work for two minutes. The caller closes the simulator. */
async function work(config: Partial<SimConfig> = {}): Promise<Worked> {
  const trace = new TraceLines()
  const simulator = Simulator.create({ seed: 6, ...config, onTraceLine: trace.onTraceLine })
  const { startMs } = simulator.clock()
  const workload = new CheckinWorkload(simulator, {
    privateCheckins: true,
    meanIntervalMs: 3_000,
    untilMs: startMs + untilMs,
  })
  workload.start()
  await simulator.runUntil(startMs + 2 * untilMs)
  return { simulator, workload, checkins: trace.events('checkin') }
}

/** When leaf-0 checked in. */
function timesOf({ checkins }: Worked): number[] {
  return checkins.filter(({ node }) => node === 'leaf-0').map(({ atMs }) => atMs)
}

function hashIn(event: TracedEvent | undefined): ArtifactHash {
  const hash = typeof event?.['hash'] === 'string' ? parseArtifactHash(event['hash']) : undefined
  assert.ok(hash)
  return hash
}

test('everybody checks in, some in private, until the time is up', async () => {
  const { simulator, workload, checkins } = await work({ numLeaves: 3 })
  assert.equal(workload.checkins, checkins.length)
  assert.ok(checkins.length > 60)
  assert.deepEqual(
    simulator.nodes().map(({ id }) => checkins.some(({ node }) => node === id)),
    [true, true, true, true],
  )
  const secret = checkins.filter(({ isPrivate }) => isPrivate === true).length
  assert.ok(secret > 0 && secret < checkins.length / 4)
  assert.ok(checkins.every(({ atMs }) => atMs < untilMs))
  simulator.close()
})

test('histories fork and go on, so that there is something to merge', async () => {
  const { simulator, checkins } = await work()
  const { repo } = simulator.leaf('leaf-0')
  const mine = checkins.filter(({ node }) => node === 'leaf-0')
  const parents = mine.map((event) => readCheckin(repo, hashIn(event)).parents[0])
  assert.ok(new Set(parents).size > mine.length / 3)
  assert.ok(new Set(parents).size < mine.length)
  simulator.close()
})

test('when a node works does not depend on who else is there', async () => {
  const [few, many] = [await work({ numLeaves: 1 }), await work({ numLeaves: 4 })]
  // Where a check-in had nothing to build on yet there is none, which is early.
  const [alone, among] = [timesOf(few).slice(-10), timesOf(many).slice(-10)]
  assert.deepEqual(among, alone)
  for (const { simulator } of [few, many]) simulator.close()
})

test('a check-in that a fault refuses is counted, and nothing of it is owed', async () => {
  // The first rounds of the first sync come through, so that there is something to build on.
  const site = 'buggify/leaf-0/repo.commit.fail'
  const uses = Array.from({ length: 2_000 }, (_, index) => index + 3)
  const overrides = uses.map((use) => ({ site, use, outcome: true }))
  const { simulator, workload, checkins } = await work({
    buggify: true,
    unlisted: 'benign',
    overrides,
    numLeaves: 1,
  })
  assert.ok(checkins.every(({ node }) => node === 'master'))
  assert.ok(workload.refused > 10)
  assert.equal(workload.checkins, checkins.length)
  simulator.checkSafety()
  simulator.close()
})

test('work on a project that exists follows its newest check-in', async () => {
  using repo = createRepo(openMemory(), systemEnv)
  const { hash } = checkin(repo, {
    changes: [{ name: 'old', content: utf8('old\n') }],
    comment: 'old',
    user: 'u',
  })
  const { simulator, checkins } = await work({ masterImage: dbOf(repo).serialize() })
  const master = simulator.masterRepo()
  assert.ok(master)
  const deck = readCheckin(master, hashIn(checkins[0]))
  assert.deepEqual([deck.parents, deck.files.map(({ name }) => name)], [[hash], ['old']])
  assert.ok(checkins.length > 20)
  simulator.close()
})

test('a newest check-in that cannot be read is no obstacle', async () => {
  using repo = createRepo(openMemory(), systemEnv)
  dbOf(repo).exec(`INSERT INTO blob(rcvid, size, uuid) VALUES(0, -1, '${'e'.repeat(40)}')`)
  dbOf(repo).exec("INSERT INTO phantom VALUES(1); INSERT INTO event(type, objid) VALUES('ci', 1)")
  const { simulator, checkins } = await work({ masterImage: dbOf(repo).serialize() })
  assert.ok(checkins.length > 20)
  simulator.close()
})

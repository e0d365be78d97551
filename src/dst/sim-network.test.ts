/**
 * The simulated network as a test sees it: rates, partitions, what is lost after it was stored.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { storeLocal } from '../repo/store.ts'
import { unsentArtifacts } from '../repo/unsent.ts'
import type { Decision } from '../sim/decision.ts'
import type { SimConfig } from './config.ts'
import { countBlobs, hasBlob } from './holdings.ts'
import { Simulator } from './simulator.ts'
import { TraceLines } from './trace-lines.suite.ts'

const pollIntervalMs = 1_000_000_000

/** A network whose leaves sync only when told, over links that take about 20 ms. */
function onDemand(config: Partial<SimConfig> = {}): Simulator {
  return Simulator.create({ seed: 2, pollIntervalMs, ...config })
}

/** Decisions about the first request of each of some polls of leaf-0, in a world of some size. */
async function faultsOfFirst(numLeaves: number): Promise<Decision[]> {
  using simulator = Simulator.create({ seed: 2, level: 'hostile', buggify: false, numLeaves })
  await simulator.runUntil(simulator.clock().startMs + 200_000)
  const isFirst = /^poll#\d+\.round#1$/
  return simulator
    .decisions()
    .filter(({ site, use }) => site.startsWith('net/leaf-0→') && isFirst.test(`${use}`))
    .filter(({ site }) => /(?:refused|request\w+|delayed|duplicated)$/.test(site))
}

async function syncNow(simulator: Simulator, ...ids: string[]): Promise<void> {
  for (const id of ids) simulator.scheduleSyncNow(id)
  await simulator.runUntil(simulator.clock().nowMs() + 60_000)
}

function store(simulator: Simulator, id: string, text: string): ArtifactHash {
  return storeLocal(simulator.leaf(id).repo, utf8(text)).hash
}

function masterHas(simulator: Simulator, hash: ArtifactHash): boolean {
  const master = simulator.masterRepo()
  assert.ok(master)
  return hasBlob(master, hash)
}

suite('rates', () => {
  test('a drop rate of one loses everything, of zero nothing', async () => {
    using simulator = onDemand()
    const hash = store(simulator, 'leaf-0', 'a')
    simulator.network().setDropRate(1)
    await syncNow(simulator, 'leaf-0')
    assert.deepEqual(simulator.leafStats('leaf-0'), { syncs: 1, errors: 1 })
    assert.ok(!masterHas(simulator, hash))
    simulator.network().setDropRate(0)
    await syncNow(simulator, 'leaf-0')
    assert.deepEqual(simulator.leafStats('leaf-0'), { syncs: 2, errors: 1 })
    assert.ok(masterHas(simulator, hash))
  })

  test('a drop rate loses that share of the requests, and of the replies', async () => {
    using simulator = Simulator.create({ seed: 2, numLeaves: 5, pollIntervalMs: 1_000 })
    simulator.network().setDropRate(0.3)
    await simulator.runUntil(simulator.clock().startMs + 1_200_000)
    const { requestLost, replyLost } = simulator.network().faultCounts()
    const exchanges = simulator.totalSyncs
    assert.ok(exchanges > 300)
    assert.ok(Math.abs(requestLost / exchanges - 0.3) < 0.08)
    assert.ok(Math.abs(replyLost / (exchanges - requestLost) - 0.3) < 0.08)
  })

  test('a truncate rate of one breaks off every reply, and nothing is half stored', async () => {
    using simulator = onDemand()
    const hash = store(simulator, 'leaf-0', 'a')
    const other = store(simulator, 'leaf-1', 'b')
    await syncNow(simulator, 'leaf-1')
    simulator.network().setTruncateRate(1)
    await syncNow(simulator, 'leaf-0')
    assert.deepEqual(simulator.leafStats('leaf-0'), { syncs: 1, errors: 1 })
    assert.equal(simulator.network().faultCounts().replyCut, 1)
    assert.ok(masterHas(simulator, hash), 'the request came through')
    assert.ok(!hasBlob(simulator.leaf('leaf-0').repo, other), 'the reply did not')
    simulator.network().setTruncateRate(0)
    assert.ok(await simulator.settle(10 * pollIntervalMs))
    simulator.checkSettled()
  })

  test('one rate is set without touching the others of the level', async () => {
    using simulator = Simulator.create({ seed: 2, level: 'hostile', pollIntervalMs: 500 })
    simulator.network().setDropRate(0)
    await simulator.runUntil(simulator.clock().startMs + 300_000)
    const { requestLost, replyLost, refused, requestCut } = simulator.network().faultCounts()
    assert.deepEqual([requestLost, replyLost], [0, 0])
    assert.ok(refused > 0 && requestCut > 0)
  })

  test('all rates can be set at once', async () => {
    using simulator = onDemand({ level: 'hostile' })
    simulator.network().setRates({ refused: 1_000_000 })
    await syncNow(simulator, 'leaf-0', 'leaf-1')
    const struck = Object.entries(simulator.network().faultCounts()).filter(([, n]) => n > 0)
    assert.deepEqual(struck, [['refused', 2]])
  })

  test('a node that there is not cannot be cut off, nor healed', () => {
    using simulator = onDemand()
    const network = simulator.network()
    const wrong = [
      () => network.partition('leaf-9'),
      () => network.heal('leaf-9'),
      () => network.partitionOneWay('leaf-0', 'leaf-9'),
    ]
    for (const act of wrong) assert.throws(act, { code: 'option.invalid' })
  })

  for (const rate of [-0.1, 1.1, Number.NaN, Infinity]) {
    test(`a rate of ${rate} is a typed error`, () => {
      using simulator = onDemand()
      const network = simulator.network()
      assert.throws(() => network.setDropRate(rate), { code: 'option.invalid' })
      assert.throws(() => network.setTruncateRate(rate), { code: 'option.invalid' })
    })
  }
})

suite('partitions', () => {
  test('cut one leaf off and leave the others alone, until they heal', async () => {
    using simulator = onDemand({ numLeaves: 3 })
    const network = simulator.network()
    network.partition('leaf-1')
    const hash = store(simulator, 'leaf-0', 'a')
    await syncNow(simulator, 'leaf-0', 'leaf-1')
    await syncNow(simulator, 'leaf-2')
    assert.deepEqual(
      simulator.leafIds().map((id) => hasBlob(simulator.leaf(id).repo, hash)),
      [true, false, true],
    )
    assert.deepEqual(simulator.leafStats('leaf-1'), { syncs: 1, errors: 1 })
    assert.equal(network.faultCounts().partitioned, 1)
    network.heal('leaf-1')
    await syncNow(simulator, 'leaf-1')
    assert.ok(hasBlob(simulator.leaf('leaf-1').repo, hash))
  })

  test('of the master cut everybody off', async () => {
    using simulator = onDemand({ numLeaves: 3 })
    simulator.network().partition('master')
    await syncNow(simulator, ...simulator.leafIds())
    assert.deepEqual([simulator.totalSyncs, simulator.totalErrors], [3, 3])
  })

  test('are healed one node at a time, or all at once', async () => {
    using simulator = onDemand({ numLeaves: 3 })
    const network = simulator.network()
    network.partition('leaf-0')
    network.partitionOneWay('leaf-1', 'master')
    network.partitionOneWay('master', 'leaf-2')
    network.heal('leaf-1')
    await syncNow(simulator, ...simulator.leafIds())
    const errors = (): number[] => simulator.leafIds().map((id) => simulator.leafStats(id).errors)
    assert.deepEqual(errors(), [1, 0, 1])
    network.healAll()
    await syncNow(simulator, ...simulator.leafIds())
    assert.deepEqual(errors(), [1, 0, 1])
  })

  test('that begin while a request is under way swallow it', async () => {
    using simulator = onDemand()
    const hash = store(simulator, 'leaf-0', 'a')
    simulator.scheduleSyncNow('leaf-0')
    await simulator.step()
    simulator.network().partition('leaf-0')
    await simulator.runUntil(simulator.clock().nowMs() + 60_000)
    assert.ok(!masterHas(simulator, hash))
    assert.equal(simulator.leafStats('leaf-0').errors, 1)
  })

  test('one way there: the request never arrives', async () => {
    using simulator = onDemand()
    const hash = store(simulator, 'leaf-0', 'a')
    simulator.network().partitionOneWay('leaf-0', 'master')
    await syncNow(simulator, 'leaf-0')
    assert.equal(simulator.leafStats('leaf-0').errors, 1)
    assert.ok(!masterHas(simulator, hash))
  })

  test('one way back: stored, not acknowledged, and sent again without harm', async () => {
    const trace = new TraceLines()
    using simulator = onDemand({ onTraceLine: trace.onTraceLine })
    const { repo } = simulator.leaf('leaf-0')
    const hash = store(simulator, 'leaf-0', 'a')
    simulator.network().partitionOneWay('master', 'leaf-0')
    await syncNow(simulator, 'leaf-0')
    assert.deepEqual(
      trace.events('sync.failed').map(({ node, error }) => [node, error]),
      [['leaf-0', 'transport.failed']],
    )
    assert.ok(masterHas(simulator, hash), 'the master committed')
    assert.equal(unsentArtifacts(repo).length, 1, 'the leaf does not know')
    simulator.network().heal('leaf-0')
    await syncNow(simulator, 'leaf-0')
    assert.deepEqual(simulator.leafStats('leaf-0'), { syncs: 2, errors: 1 })
    assert.equal(unsentArtifacts(repo).length, 0)
    assert.equal(countBlobs(repo), 1)
    simulator.checkSafety()
    assert.ok(await simulator.settle(10 * pollIntervalMs))
    simulator.checkSettled()
  })
})

suite('transports', () => {
  test('exist for anyone who wants to talk to the upstream', async () => {
    using simulator = onDemand()
    const observer = simulator.network().transport('observer')
    let length = 0
    const reply = observer.exchange(utf8('nonsense')).then((bytes) => (length = bytes.length))
    await simulator.run(1)
    assert.equal(length, 0)
    await simulator.runUntil(simulator.clock().nowMs() + 60_000)
    assert.ok(length > 0)
    await reply
  })

  test('of one node are independent of those of another', async () => {
    const alone = await faultsOfFirst(1)
    assert.ok(alone.length > 3)
    assert.deepEqual(await faultsOfFirst(4), alone)
  })

  test('of a node whose name is punctuation are a typed error', async () => {
    using simulator = onDemand()
    await assert.rejects(
      async () => simulator.network().transport('a/b').exchange(utf8('')),
      (error) => FossilError.is(error, 'option.invalid'),
    )
  })
})

suite('an exchange that its sender gives up', () => {
  const reason = new Error('the user pressed a key')

  test('fails with the reason as its cause, and what is on its way still arrives', async () => {
    const trace = new TraceLines()
    using simulator = onDemand({ onTraceLine: trace.onTraceLine })
    const controller = new AbortController()
    const { signal } = controller
    const exchange = simulator.network().transport('leaf-0').exchange(utf8(''), { signal })
    const failed = assert.rejects(
      exchange,
      (error) => FossilError.is(error, 'transport.aborted') && error.cause === reason,
    )
    controller.abort(reason)
    await failed
    await simulator.runUntil(simulator.clock().nowMs() + 60_000)
    assert.deepEqual(
      trace.events('failure').map((event) => event['reason']),
      ['aborted'],
    )
    assert.equal(trace.events('reply').length, 1)
  })

  test('before it begins sends nothing', async () => {
    const trace = new TraceLines()
    using simulator = onDemand({ onTraceLine: trace.onTraceLine })
    const signal = AbortSignal.abort(reason)
    const exchange = simulator.network().transport('leaf-0').exchange(utf8(''), { signal })
    await assert.rejects(exchange, (error) => FossilError.is(error, 'transport.aborted'))
    assert.equal(trace.events('request').length, 0)
  })

  test('does not notice a signal that comes later', async () => {
    using simulator = onDemand()
    const controller = new AbortController()
    const { signal } = controller
    const exchange = simulator.network().transport('leaf-0').exchange(utf8(''), { signal })
    await simulator.runUntil(simulator.clock().nowMs() + 60_000)
    await exchange
    controller.abort()
  })
})

test('nothing has struck before anything was sent', () => {
  using simulator = onDemand({ level: 'hostile' })
  assert.ok(Object.values(simulator.network().faultCounts()).every((count) => count === 0))
})

/**
 * Checks of the names of networks: between peers, and between leaves and the master.
 * @module
 */

import assert from 'node:assert/strict'
import { SeededBuggify, hasBlob, MockFossil, type Simulator } from './index.ts'
import {
  type ApiChecks,
  emptyRepo,
  masterOf,
  onDemand,
  passMs,
  Peers,
  store,
  striking,
  succeeds,
  syncNow,
  Two,
} from './api-fixtures.suite.ts'

/** The ones of ten syncs that get through where one message in five is dropped. */
async function luckOf(seed: number): Promise<boolean[]> {
  using peers = new Peers(seed)
  peers.network.setDropRate(0.2)
  const luck: boolean[] = []
  for (let times = 0; times < 10; times++) luck.push(await peers.syncs('a', 'b'))
  return luck
}

/** The ones of a and b that reach c when both were cut off and then something was done about it. */
async function reachAfter(heal: (peers: Peers) => void): Promise<boolean[]> {
  using peers = new Peers()
  for (const id of ['a', 'b']) peers.network.partition(id)
  heal(peers)
  return [await peers.syncs('a', 'c'), await peers.syncs('b', 'c')]
}

/** Tells whether the messages of a sync that a transport carries reach the server and come back. */
async function carries(peers: Peers, from: string, to: string): Promise<boolean> {
  const hash = store(peers.repo(from), `from ${from} to ${to}`)
  const { startMs } = peers.network.clock()
  assert.ok(await succeeds(peers.repo(from), peers.network.transport(from, to)))
  assert.ok(peers.network.clock().nowMs() > startMs, 'the messages take time')
  return hasBlob(peers.repo(to), hash)
}

const peers: ApiChecks = {
  PeerNetwork: async () => {
    using three = new Peers()
    for (const [from, to] of ['ab', 'cb', 'ab']) {
      assert.ok(await three.syncs(from ?? '', to ?? ''))
    }
    const ofC = store(three.repo('c'), 'c')
    assert.ok(hasBlob(three.repo('a'), ofC), 'it came over b')
  },

  NewPeerNetwork: async () => {
    assert.deepEqual(await luckOf(1), await luckOf(1))
    assert.notDeepEqual(await luckOf(1), await luckOf(2))
  },

  'PeerNetwork.AddPeer': async () => {
    using three = new Peers()
    using repo = emptyRepo()
    assert.throws(() => three.network.transport('a', 'd'), { code: 'option.invalid' })
    three.network.addPeer('d', repo)
    assert.ok(await three.syncs('a', 'd'))
    assert.ok(hasBlob(repo, store(three.repo('a'), 'a')))
  },

  'PeerNetwork.Heal': async () => {
    assert.deepEqual(await reachAfter(({ network }) => network.heal('a')), [true, false])
  },

  'PeerNetwork.HealAll': async () => {
    assert.deepEqual(await reachAfter(({ network }) => network.healAll()), [true, true])
  },

  'PeerNetwork.Partition': async () => {
    using three = new Peers()
    three.network.partition('b')
    const reached = [await three.syncs('a', 'b'), await three.syncs('b', 'a')]
    assert.deepEqual([...reached, await three.syncs('a', 'c')], [false, false, true])
  },

  'PeerNetwork.SetBuggify': async () => {
    using three = new Peers()
    three.network.setBuggify(striking('repo.commit.fail'))
    assert.equal(await three.syncs('a', 'b'), false)
    three.network.setBuggify(striking())
    assert.equal(await three.syncs('a', 'b'), true)
  },

  'PeerNetwork.SetDropRate': async () => {
    using three = new Peers()
    three.network.setDropRate(1)
    assert.equal(await three.syncs('a', 'b'), false)
    assert.equal(three.network.faultCounts().requestLost, 1)
    three.network.setDropRate(0)
    assert.equal(await three.syncs('a', 'b'), true)
  },

  'PeerNetwork.Transport': async () => {
    using three = new Peers()
    assert.ok(await three.syncs('a', 'b'))
    const ofA = store(three.repo('a'), 'a')
    assert.deepEqual([hasBlob(three.repo('b'), ofA), hasBlob(three.repo('c'), ofA)], [true, false])
  },

  PeerTransport: async () => {
    using three = new Peers()
    assert.ok((await carries(three, 'a', 'b')) && (await carries(three, 'b', 'c')))
  },

  'PeerTransport.Exchange': async () => {
    using three = new Peers()
    const transport = three.network.transport('a', 'b')
    const replies: Uint8Array[] = []
    const exchange = async (request: Uint8Array): Promise<Uint8Array> => {
      const reply = await transport.exchange(request)
      replies.push(reply)
      return reply
    }
    assert.ok(await succeeds(three.repo('a'), { exchange }))
    assert.ok(replies.length > 0 && replies.every(({ length }) => length > 0))
    const exchanged = transport.exchange(new Uint8Array(), { signal: AbortSignal.abort() })
    await assert.rejects(exchanged, { code: 'transport.aborted' })
  },
}

/** The decisions of a seed at one site, over and over. */
function decisions(seed: number, probability: number): boolean[] {
  const buggify = new SeededBuggify(seed, { activeProbability: 1 })
  return Array.from({ length: 200 }, () => buggify.check('site', probability))
}

const faults: ApiChecks = {
  SeededBuggify: () => {
    assert.deepEqual(decisions(1, 0.5), decisions(1, 0.5))
    assert.notDeepEqual(decisions(1, 0.5), decisions(2, 0.5))
  },

  'SeededBuggify.Check': () => {
    const struck = [0, 0.25, 1].map((chance) => decisions(1, chance).filter(Boolean).length)
    const [never, seldom = 0, always] = struck
    assert.deepEqual([never, always], [0, 200])
    assert.ok(seldom > 25 && seldom < 75, String(seldom))
  },
}

/** Counts of failed syncs of each leaf, after both have synced once. */
async function failures(before: (simulator: Simulator) => void): Promise<number[]> {
  using simulator = onDemand()
  before(simulator)
  await syncNow(simulator, 'leaf-0', 'leaf-1')
  return simulator.leafIds().map((id) => simulator.leafStats(id).errors)
}

/** Both leaves are cut off, and then something is done about it. */
function failuresAfter(heal: (simulator: Simulator) => void): Promise<number[]> {
  return failures((simulator) => {
    for (const id of simulator.leafIds()) simulator.network().partition(id)
    heal(simulator)
  })
}

/** The repository of the caller syncs with the master of a simulation, as leaf-0 would. */
async function syncOver(simulator: Simulator, repo: Two['client']): Promise<boolean> {
  const done = succeeds(repo, simulator.network().transport('leaf-0'))
  await passMs(simulator, 60_000)
  return done
}

const stars: ApiChecks = {
  SimNetwork: async () => {
    using simulator = onDemand()
    const stored = simulator.leafIds().map((id) => store(simulator.repo(id), `of ${id}`))
    await syncNow(simulator, ...simulator.leafIds())
    for (const hash of stored) assert.ok(hasBlob(masterOf(simulator), hash))
    assert.ok(Object.values(simulator.network().faultCounts()).every((count) => count === 0))
  },

  NewSimNetwork: async () => {
    using repo = emptyRepo()
    const hash = store(repo, 'upstream')
    using simulator = onDemand({ upstream: new MockFossil(repo) })
    assert.ok(await syncOver(simulator, simulator.repo('leaf-0')))
    assert.ok(hasBlob(simulator.repo('leaf-0'), hash))
  },

  'SimNetwork.Heal': async () => {
    assert.deepEqual(await failuresAfter((sim) => sim.network().heal('leaf-1')), [1, 0])
  },

  'SimNetwork.HealAll': async () => {
    assert.deepEqual(await failuresAfter((sim) => sim.network().healAll()), [0, 0])
  },

  'SimNetwork.Partition': async () => {
    assert.deepEqual(await failures((sim) => sim.network().partition('leaf-0')), [1, 0])
  },

  'SimNetwork.SetDropRate': async () => {
    assert.deepEqual(await failures((sim) => sim.network().setDropRate(1)), [1, 1])
    assert.deepEqual(await failures((sim) => sim.network().setDropRate(0)), [0, 0])
  },

  'SimNetwork.SetTruncateRate': async () => {
    using simulator = onDemand()
    const hash = store(simulator.repo('leaf-0'), 'a')
    simulator.network().setTruncateRate(1)
    await syncNow(simulator, 'leaf-0')
    assert.equal(simulator.network().faultCounts().replyCut, 1)
    assert.equal(simulator.totalErrors, 1)
    assert.ok(hasBlob(masterOf(simulator), hash), 'the request is whole')
  },

  'SimNetwork.Transport': async () => {
    using simulator = onDemand()
    simulator.network().partition('leaf-0')
    assert.equal(await syncOver(simulator, simulator.repo('leaf-0')), false)
    simulator.network().healAll()
    assert.equal(await syncOver(simulator, simulator.repo('leaf-0')), true)
  },

  SimTransport: async () => {
    using simulator = onDemand()
    const hash = store(simulator.repo('leaf-0'), 'a')
    assert.ok(await syncOver(simulator, simulator.repo('leaf-0')))
    assert.ok(hasBlob(masterOf(simulator), hash))
  },

  'SimTransport.Exchange': async () => {
    using simulator = onDemand()
    const transport = simulator.network().transport('leaf-0')
    const { startMs } = simulator.clock()
    let repliedMs = startMs
    const exchanged = transport.exchange(new Uint8Array()).then((reply) => {
      repliedMs = simulator.clock().nowMs()
      return reply
    })
    await passMs(simulator, 60_000)
    assert.ok((await exchanged) instanceof Uint8Array)
    assert.ok(repliedMs > startMs && repliedMs < startMs + 60_000, String(repliedMs - startMs))
  },
}

export const networkChecks: ApiChecks = { ...peers, ...faults, ...stars }

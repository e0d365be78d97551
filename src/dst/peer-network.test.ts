/**
 * Peers without a master: they sync with each other, through a network that loses and is cut.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { createRepo } from '../crosslink/open.ts'
import { openDatabase } from '../db/node.ts'
import type { Repo } from '../repo/repo.ts'
import { storeLocal } from '../repo/store.ts'
import { FossilError } from '../base/error.ts'
import { sync } from '../sync/sync.ts'
import { checkBlobIntegrity } from './invariants/content.ts'
import { checkConvergence } from './invariants/convergence.ts'
import { SeededBuggify } from './buggify.ts'
import { countBlobs } from './holdings.ts'
import { PeerNetwork } from './peer-network.ts'

interface Peers extends Disposable {
  readonly network: PeerNetwork
  readonly repos: ReadonlyMap<string, Repo>
  readonly repo: (id: string) => Repo
}

/** Peers of one project, each with a few artifacts of its own. */
function peersOf(ids: readonly string[], { seed = 1, each = 3 } = {}): Peers {
  const network = new PeerNetwork({ seed })
  const projectCode = 'a'.repeat(40)
  const made = ids.map((id) => {
    const repo = createRepo(openDatabase(), systemEnv, { projectCode, hashPolicy: 'sha1' })
    for (let at = 0; at < each; at++) storeLocal(repo, utf8(`${id} ${at}\n`))
    network.addPeer(id, repo)
    return [id, repo] as const
  })
  const repos = new Map(made)
  return {
    network,
    repos,
    repo: (id) => repos.get(id) ?? assert.fail(id),
    [Symbol.dispose]: () => repos.forEach((repo) => repo.close()),
  }
}

/** Syncs until it succeeds: the network may lose what is said. */
async function insist({ network, repo }: Peers, from: string, to: string): Promise<number> {
  for (let attempts = 1; attempts < 200; attempts++) {
    try {
      const { complete } = await sync(repo(from), network.transport(from, to))
      if (complete) return attempts
    } catch (error) {
      if (!FossilError.is(error, 'transport')) throw error
    }
  }
  return assert.fail('200 attempts do not suffice')
}

test('two peers without a master come to hold the same', async () => {
  using peers = peersOf(['a', 'b'])
  const { complete } = await sync(peers.repo('a'), peers.network.transport('a', 'b'))
  assert.ok(complete)
  assert.deepEqual([countBlobs(peers.repo('a')), countBlobs(peers.repo('b'))], [6, 6])
  for (const [id, repo] of peers.repos) checkBlobIntegrity(id, repo)
  checkConvergence(peers.repo('a'), peers.repos)
})

test('virtual time passes with the exchanges, and with nothing else', async () => {
  using peers = peersOf(['a', 'b'])
  const { startMs } = peers.network.clock()
  await sync(peers.repo('a'), peers.network.transport('a', 'b'))
  const passedMs = peers.network.clock().nowMs() - startMs
  assert.ok(passedMs > 0 && passedMs < 10_000, String(passedMs))
})

test('three peers in a line come to hold the same, over the one in the middle', async () => {
  using peers = peersOf(['a', 'b', 'c'])
  for (const [from, to] of [
    ['a', 'b'],
    ['c', 'b'],
    ['a', 'b'],
  ] as const) {
    await insist(peers, from, to)
  }
  checkConvergence(peers.repo('b'), peers.repos)
  assert.equal(countBlobs(peers.repo('a')), 9)
})

suite('a network that', () => {
  test('drops messages delays peers, and keeps them from nothing', async () => {
    using peers = peersOf(['a', 'b'], { each: 20 })
    peers.network.setDropRate(0.5)
    const attempts = await insist(peers, 'a', 'b')
    peers.network.setDropRate(0)
    await insist(peers, 'b', 'a')
    const { requestLost, replyLost } = peers.network.faultCounts()
    assert.ok(attempts > 1 && requestLost + replyLost > 0)
    checkConvergence(peers.repo('a'), peers.repos)
  })

  test('is cut ends in an error, and goes on when it is healed', async () => {
    for (const heal of ['heal', 'healAll'] as const) {
      using peers = peersOf(['a', 'b'])
      const { network } = peers
      network.partition('b')
      const attempt = sync(peers.repo('a'), network.transport('a', 'b'))
      await assert.rejects(attempt, { code: 'transport.failed' })
      assert.equal(countBlobs(peers.repo('b')), 3)
      if (heal === 'heal') network.heal('b')
      else network.healAll()
      assert.equal(await insist(peers, 'a', 'b'), 1)
    }
  })

  test('is the same for the same seed, and for another it is not', async () => {
    const times: number[] = []
    for (const seed of [1, 1, 2]) {
      using peers = peersOf(['a', 'b'], { seed })
      peers.network.setDropRate(0.3)
      await insist(peers, 'a', 'b')
      times.push(peers.network.clock().nowMs())
    }
    assert.equal(times[0], times[1])
    assert.notEqual(times[0], times[2])
  })
})

test('peers take unlucky turns where a seed says so, and still converge', async () => {
  using peers = peersOf(['a', 'b'], { each: 30 })
  peers.network.setBuggify(new SeededBuggify(3, { activeProbability: 1 }))
  for (let round = 0; round < 3; round++) {
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      await sync(peers.repo(from), peers.network.transport(from, to)).catch(() => undefined)
    }
  }
  peers.network.setBuggify({ check: () => false })
  await insist(peers, 'a', 'b')
  checkConvergence(peers.repo('a'), peers.repos)
})

test('two peers that sync with a third at once both succeed', async () => {
  using peers = peersOf(['a', 'b', 'c'])
  const both = ['a', 'b'].map((id) => sync(peers.repo(id), peers.network.transport(id, 'c')))
  const results = await Promise.all(both)
  assert.ok(results.every(({ complete }) => complete))
  assert.equal(countBlobs(peers.repo('c')), 9)
})

test('a signal gives an exchange up, before it begins or under way', async () => {
  using peers = peersOf(['a', 'b'])
  const giveUp = new AbortController()
  const transport = peers.network.transport('a', 'b')
  const underWay = transport.exchange(utf8(''), { signal: giveUp.signal })
  giveUp.abort()
  await assert.rejects(underWay, { code: 'transport.aborted' })
  const later = transport.exchange(utf8(''), { signal: giveUp.signal })
  await assert.rejects(later, { code: 'transport.aborted' })
})

test('the drop rate leaves other faults as they are', async () => {
  using peers = peersOf(['a', 'b'])
  peers.network.setRates({ refused: 1_000_000 })
  peers.network.setDropRate(0.5)
  const attempt = sync(peers.repo('a'), peers.network.transport('a', 'b'))
  await assert.rejects(attempt, { code: 'transport.failed' })
  assert.equal(peers.network.faultCounts().refused, 1)
})

test('a peer that there is not, twice or oneself is a typed error', () => {
  using peers = peersOf(['a', 'b'])
  const { network } = peers
  const wrong = [
    () => network.transport('a', 'c'),
    () => network.transport('c', 'a'),
    () => network.transport('a', 'a'),
    () => network.addPeer('a', peers.repo('a')),
    () => network.setDropRate(2),
    () => network.partition('c'),
    () => network.heal('c'),
  ]
  for (const act of wrong) assert.throws(act, { code: 'option.invalid' })
})

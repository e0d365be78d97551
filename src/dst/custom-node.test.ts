/**
 * Nodes and upstreams of a user's own: what they may do, and what is said of them when they do
 * something that no simulation can repeat.
 * @module
 */

import assert from 'node:assert/strict'
import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { hex, utf8 } from '../base/bytes.ts'
import { type Env, systemEnv } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { openDatabase } from '../db/node.ts'
import { sha1 } from '../hash/hash.ts'
import { createRepo } from '../crosslink/open.ts'
import { storeLocal } from '../repo/store.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { fullAccess } from '../sync/access.ts'
import { handleXfer } from '../sync/handler.ts'
import { sync } from '../sync/sync.ts'
import type { Transport } from '../sync/transport.ts'
import type { LeafParts, SimConfig } from './config.ts'
import { hasBlob } from './holdings.ts'
import { MockFossil } from './mock-fossil.ts'
import { type Action, DefaultNode, type Node } from './node.ts'
import { simulate } from './simulate.ts'
import { Simulator } from './simulator.ts'
import { TraceLines } from './trace-lines.suite.ts'

/** A repository that a user made outside the simulation. */
function ownRepo(env: Env = systemEnv): Repo {
  return createRepo(openDatabase(), env, {
    projectCode: sha1(utf8('a project')),
    serverCode: sha1(utf8('a server')),
  })
}

/** A node whose every tick does what a test wants; one that returns nothing has not synced. */
function nodeOf(
  tick: (parts: { repo: Repo; transport: Transport }) => unknown,
): SimConfig['makeNode'] {
  return ({ repo, transport }) => ({
    repo,
    tick: async (): Promise<Action> => {
      await tick({ repo, transport })
      return { type: 'none' }
    },
  })
}

/** Ticks whose end no simulation can bring about. */
const unrepeatable: Record<string, Unrepeatable> = {
  'a promise that nobody resolves': {
    tick: () => new Promise(() => {}),
    waitsFor: /^a promise that nothing in the run resolves$/,
  },
  'such a promise after an exchange': {
    tick: async (transport) => {
      await transport.exchange(new Uint8Array(1))
      return new Promise(() => {})
    },
    waitsFor: /^a promise/,
  },
  'a file': {
    tick: async () => {
      await readFile(import.meta.filename)
      return { type: 'none' }
    },
    waitsFor: /^a promise/,
  },
  'the address of a host': {
    tick: async () => {
      await lookup('localhost')
      return { type: 'none' }
    },
    waitsFor: /^GetAddrInfoReqWrap$/,
  },
  'a file beside an exchange': {
    tick: async (transport) => {
      await Promise.all([transport.exchange(new Uint8Array(1)), readFile(import.meta.filename)])
      return { type: 'none' }
    },
    waitsFor: /^a promise/,
  },
}

interface Unrepeatable {
  readonly tick: (transport: Transport) => Promise<Action>
  readonly waitsFor: RegExp
}

suite('an upstream of the user', () => {
  test('a mock over a repository of the user joins the simulation', async () => {
    using repo = ownRepo()
    const upstream = new MockFossil(repo)
    const hash = upstream.storeArtifact(utf8('from outside'))
    using simulator = Simulator.create({ seed: 1, upstream, level: 'adversarial' })
    assert.equal(simulator.masterRepo(), repo)
    assert.equal(simulator.leaf('leaf-1').repo.projectCode, repo.projectCode)
    await simulator.runUntil(simulator.clock().startMs + 30_000)
    simulator.endFaults()
    assert.ok(await simulator.settle(600_000))
    simulator.checkSettled()
    assert.ok(hasBlob(simulator.leaf('leaf-1').repo, hash))
    simulator.close()
    assert.ok(dbOf(repo).isOpen, 'its owner closes it')
  })

  test('it lives in simulated time: two runs over two of them are one run', async () => {
    const traces = [new TraceLines(), new TraceLines()]
    for (const { onTraceLine } of traces) {
      using repo = ownRepo()
      const upstream = new MockFossil(repo)
      upstream.storeArtifact(utf8('from outside'))
      using simulator = Simulator.create({ seed: 1, upstream, level: 'hostile', onTraceLine })
      await simulator.run(150)
    }
    assert.ok((traces[0]?.lines.length ?? 0) > 100)
    assert.deepEqual(traces[0]?.lines, traces[1]?.lines)
  })

  test('any transport will do; setMasterRepo says what is behind it', async () => {
    using repo = ownRepo()
    let requests = 0
    const upstream: Transport = {
      exchange: (request) => {
        requests++
        return Promise.resolve(handleXfer(repo, request, { access: fullAccess }))
      },
    }
    using simulator = Simulator.create({ seed: 1, upstream })
    assert.equal(simulator.masterRepo(), undefined)
    assert.deepEqual(
      simulator.nodes().map(({ id }) => id),
      ['leaf-0', 'leaf-1'],
    )
    simulator.setMasterRepo(repo)
    assert.equal(repo.env.clock.nowMs(), simulator.clock().nowMs())
    const { hash } = storeLocal(simulator.leaf('leaf-0').repo, utf8('from a leaf'))
    assert.ok(await simulator.settle(600_000))
    simulator.checkSettled()
    assert.ok(requests > 0)
    for (const node of simulator.nodes()) assert.ok(hasBlob(node.repo, hash), node.id)
  })

  test('one that fails leaves the sender waiting', async () => {
    const trace = new TraceLines()
    const upstream: Transport = {
      exchange: () => Promise.reject(new FossilError('transport.failed', { reason: 'no host' })),
    }
    const { onTraceLine } = trace
    using simulator = Simulator.create({ seed: 1, numLeaves: 1, upstream, onTraceLine })
    await simulator.runUntil(simulator.clock().startMs + 60_000)
    assert.ok(simulator.totalErrors > 0)
    assert.equal(simulator.totalErrors, simulator.totalSyncs)
    assert.ok(trace.events('failure').every(({ reason }) => reason === 'timeout'))
    assert.ok(trace.events('answer.failed').every(({ error }) => error === 'transport.failed'))
  })

  test('one that breaks ends the run with its error', async () => {
    const broken = new RangeError('a bug in the upstream')
    const upstream: Transport = { exchange: () => Promise.reject(broken) }
    using simulator = Simulator.create({ seed: 1, upstream })
    await assert.rejects(simulator.run(100), broken)
  })
})

/** A node of the user that knows of one peer alone. */
function plainNode({ repo, transport }: LeafParts): Node {
  return new DefaultNode(repo, transport)
}

/** The part of the plan of its run that is about whom it syncs with, and what. */
async function plainPlan(fixed: string): Promise<string[]> {
  const plan = `leaves=2,durationMs=1,operations=0,${fixed}`
  const { plan: told = '' } = await simulate({ seed: 9, plan, config: { makeNode: plainNode } })
  return told.split(',').filter((each) => /^(?:topology|privateSync)=/.test(each))
}

suite('a node of the user', () => {
  test('awaits as many exchanges as it likes, one after another and at once', async () => {
    const replies: number[] = []
    const makeNode = nodeOf(async ({ repo, transport }) => {
      const nonsense = utf8('this is no message')
      replies.push((await transport.exchange(nonsense)).length)
      const both = await Promise.all([transport.exchange(nonsense), transport.exchange(nonsense)])
      replies.push(...both.map(({ length }) => length))
      const { complete } = await sync(repo, transport)
      assert.ok(complete)
    })
    using simulator = Simulator.create({ seed: 1, numLeaves: 1, ...(makeNode && { makeNode }) })
    const mock = simulator.masterRepo()
    assert.ok(mock)
    const { hash } = storeLocal(mock, utf8('an artifact'))
    await simulator.runUntil(simulator.clock().startMs + 8_000)
    assert.equal(replies.length % 3, 0)
    assert.ok(replies.length > 0 && replies.every((length) => length > 0))
    assert.ok(hasBlob(simulator.leaf('leaf-0').repo, hash))
  })

  test('sees its own events, and answers at once if it likes', async () => {
    const seen: string[] = []
    using simulator = Simulator.create({
      seed: 1,
      makeNode: ({ repo }) => ({
        repo,
        tick: ({ type, nodeId }) => {
          seen.push(`${nodeId} ${type}`)
          return { type: 'none' }
        },
      }),
    })
    simulator.scheduleSyncNow('leaf-1')
    await simulator.runUntil(simulator.clock().startMs + 5_000)
    assert.equal(seen[0], 'leaf-1 syncNow')
    assert.deepEqual(seen.slice(1).sort(), ['leaf-0 timer', 'leaf-1 timer'])
    assert.equal(simulator.totalSyncs, 0)
  })

  test('an error that it reports is counted, and the run goes on', async () => {
    const error = new FossilError('transport.failed', { reason: 'it says' })
    using simulator = Simulator.create({
      seed: 1,
      makeNode: ({ repo }) => ({ repo, tick: () => ({ type: 'synced', error }) }),
    })
    await simulator.run(10)
    assert.deepEqual([simulator.totalSyncs, simulator.totalErrors], [10, 10])
  })

  for (const [what, { tick, waitsFor }] of Object.entries(unrepeatable)) {
    test(`one that awaits ${what} is named`, async () => {
      using simulator = Simulator.create({
        seed: 1,
        makeNode: ({ id, repo, transport }) =>
          id === 'leaf-0'
            ? new DefaultNode(repo, transport)
            : { repo, tick: () => tick(transport) },
      })
      await assert.rejects(
        simulator.run(100),
        (error) =>
          FossilError.is(error, 'sim.foreignWait') &&
          error.detail.node === 'leaf-1' &&
          waitsFor.test(error.detail.waitsFor),
      )
    })
  }

  test('one that goes on while others do is named, though it catches the error', async () => {
    const aboutIt = { hasGoneOn: false }
    const aside = async (transport: Transport): Promise<void> => {
      await readFile(import.meta.filename)
      aboutIt.hasGoneOn = true
      await transport.exchange(new Uint8Array(1)).catch(() => {})
    }
    // Only an upstream outside the simulation lets I/O complete during a run.
    const upstream: Transport = {
      exchange: async (request) => {
        while (!aboutIt.hasGoneOn) await readFile(import.meta.filename)
        return request
      },
    }
    const makeNode = nodeOf(async ({ transport }) => {
      await Promise.all([transport.exchange(new Uint8Array(1)), aside(transport)])
    })
    using simulator = Simulator.create({
      seed: 1,
      numLeaves: 1,
      pollIntervalMs: 1_000_000_000,
      upstream,
      ...(makeNode && { makeNode }),
    })
    simulator.scheduleSyncNow('leaf-0')
    await assert.rejects(
      simulator.runUntil(simulator.clock().startMs + 60_000),
      (error) => FossilError.is(error, 'sim.foreignWait') && error.detail.node === 'leaf-0',
    )
  })

  const mistakes: Record<string, () => Action | Promise<Action>> = {
    throws: () => {
      throw new RangeError('a bug in the node')
    },
    rejects: () => Promise.reject(new RangeError('a bug in the node')),
    'reports a bug as its error': () => ({
      type: 'synced',
      error: new RangeError('a bug in the node'),
    }),
  }
  for (const [what, tick] of Object.entries(mistakes)) {
    test(`one that ${what} ends the run with its error`, async () => {
      using simulator = Simulator.create({ seed: 1, makeNode: ({ repo }) => ({ repo, tick }) })
      await assert.rejects(simulator.run(100), new RangeError('a bug in the node'))
    })
  }

  test('one that answers with nothing ends the run rather than the process', async () => {
    using simulator = Simulator.create({
      seed: 1,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what no type checker sees
      makeNode: ({ repo }) => ({ repo, tick: () => undefined as unknown as Action }),
    })
    await assert.rejects(simulator.run(100), TypeError)
  })

  test('syncs with one peer and nothing private, unless the plan says otherwise', async () => {
    // That seed draws hubs, and that some sync what is private.
    assert.deepEqual(await plainPlan(''), ['topology=star', 'privateSync=no'])
    const own = ['topology=ring', 'privateSync=yes']
    assert.deepEqual(await plainPlan(own.join(',')), own)
  })

  test('draws on the randomness and the clock of its repository', async () => {
    const told: string[] = []
    const makeNode = nodeOf(({ repo }) => {
      told.push(`${repo.env.clock.nowMs()} ${hex(repo.env.random.bytes(4))}`)
    })
    for (let times = 0; times < 2; times++) {
      using simulator = Simulator.create({
        seed: 1,
        maxSkewMs: 60_000,
        ...(makeNode && { makeNode }),
      })
      await simulator.run(6)
    }
    assert.equal(new Set(told.slice(0, 6)).size, 6)
    assert.deepEqual(told.slice(6), told.slice(0, 6))
  })
})

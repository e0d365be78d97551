/**
 * An agent in virtual time: when it syncs, what it does about failures, and how it ends.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ensureKnown, hasArtifact } from '../repo/blob.ts'
import { addArtifacts, contentOf, fails, heldNames, makeRepo, nameOf } from '../sync/pair.suite.ts'
import type { Transport } from '../sync/transport.ts'
import { type AgentOptions, SyncAgent } from './agent.ts'
import { Link, outcomeOf, type Setup, setUp, World } from './world.suite.ts'

/** Moments at which syncs began, in ms. */
function withBeginnings(options: Parameters<typeof setUp>[0] = {}): Setup & { begun: number[] } {
  const begun: number[] = []
  const setup = setUp({
    ...options,
    onEvent: (event) => {
      setup.events.push(event)
      if (event.type === 'sync.begun') begun.push(setup.world.nowMs)
    },
  })
  return { ...setup, begun }
}

function types({ events }: Setup): string[] {
  return events.map(({ type }) => type)
}

test('an agent syncs when it starts and at every interval after a sync', async () => {
  const { agent, world, client, servers, begun } = withBeginnings({ intervalMs: 10_000 })
  const [server] = servers
  const ours = addArtifacts(client, { to: 3 })
  const theirs = addArtifacts(server, { from: 10, to: 12 })
  await world.advance(1000)
  assert.deepEqual(begun, [], 'it was not started')
  agent.start()
  agent.start()
  await world.advance(1000)
  assert.deepEqual(heldNames(client), [...ours, ...theirs].sort())
  assert.deepEqual(heldNames(server), heldNames(client))
  const [state = assert.fail()] = agent.remotes
  assert.equal(state.lastResult?.complete, true)
  assert.equal(state.nextAtMs, (state.lastSyncedAtMs ?? Number.NaN) + 10_000)
  await world.advance(25_000)
  // The first takes two rounds of 100 ms, the others one.
  assert.deepEqual(begun, [1000, 11_200, 21_300])
  await agent.stop()
})

test('changes are carried soon, in one sync for all within the debounce time', async () => {
  const { agent, world, client, servers, begun } = withBeginnings({ debounceMs: 250 })
  agent.start()
  await world.advance(1000)
  for (let i = 0; i < 10; i++) {
    addArtifacts(client, { from: i, to: i + 1 })
    agent.changed()
    await world.advance(20)
  }
  await world.advance(500)
  assert.deepEqual(begun, [0, 1250])
  assert.equal(heldNames(servers[0]).length, 10)
  await agent.stop()
})

test('a change during a sync is carried by another one', async () => {
  const { agent, world, client, servers, begun } = withBeginnings({ debounceMs: 250 })
  agent.start()
  await world.advance(50)
  const [made = assert.fail()] = addArtifacts(client, { to: 1 })
  agent.changed()
  await world.advance(50)
  assert.equal(hasArtifact(servers[0], made), false)
  await world.advance(1000)
  assert.deepEqual(begun, [0, 350])
  assert.equal(hasArtifact(servers[0], made), true)
  await agent.stop()
})

test('failures are retried with a delay that doubles, and success forgets them', async () => {
  const options = { backoff: { minMs: 1000, maxMs: 4000 }, intervalMs: 60_000 }
  const { agent, world, links, events, begun } = withBeginnings(options)
  links[0].fault = 'loseRequest'
  agent.start()
  await world.advance(13_000)
  // Each attempt takes 100 ms.
  assert.deepEqual(begun, [0, 1100, 3200, 7300, 11_400])
  agent.changed()
  await world.advance(1000)
  assert.equal(begun.length, 5, 'a change does not shorten the delay of a remote that fails')
  assert.equal(agent.remotes[0]?.failures, 5)
  const last = events.at(-1)
  assert.ok(last?.type === 'sync.failed' && last.error.code === 'transport.failed')
  links[0].fault = 'none'
  await world.advance(3000)
  assert.equal(agent.remotes[0]?.failures, 0)
  assert.equal(agent.remotes[0]?.lastError, undefined)
  links[0].fault = 'loseRequest'
  await world.advance(59_000)
  assert.equal(agent.remotes[0]?.failures, 1)
  await agent.stop()
})

/** Moments of the attempts at a lost server in 100 s, with jitter. */
async function attemptsInVain(): Promise<number[]> {
  const { agent, world, links, begun } = withBeginnings({ jitter: 0.5 })
  links[0].fault = 'loseRequest'
  agent.start()
  await world.advance(100_000)
  await agent.stop()
  return begun
}

test('jitter comes from the randomness of the repository: two runs are alike', async () => {
  const begun = await attemptsInVain()
  assert.deepEqual(await attemptsInVain(), begun)
  const delays = begun.slice(1).map((atMs, i) => atMs - (begun[i] ?? 0) - 100)
  assert.ok(delays.length > 5)
  for (const [i, delayMs] of delays.entries()) {
    const mostMs = 1000 * 2 ** i
    assert.ok(delayMs > mostMs / 2 - 1 && delayMs <= mostMs, `${i}: ${delayMs}`)
  }
})

test('a sync that is incomplete goes on sooner than the interval, ever more rarely', async () => {
  const { agent, world, client, begun } = withBeginnings({ intervalMs: 6000 })
  const lost = nameOf(contentOf(99))
  ensureKnown(client, lost, { isPrivate: false })
  agent.start()
  await world.advance(20_000)
  const delays = begun.slice(1).map((atMs, i) => Math.floor((atMs - (begun[i] ?? 0)) / 1000))
  assert.deepEqual(delays, [1, 2, 4, 6, 6])
  assert.deepEqual(agent.missing(), [lost])
  assert.deepEqual(agent.remotes[0]?.lastResult?.missing, [lost])
  await agent.stop()
})

test('remotes have schedules of their own, and one that is lost holds up no other', async () => {
  const setup = setUp({ remotes: 2, intervalMs: 10_000, backoff: { minMs: 1000, maxMs: 1000 } })
  const { agent, world, client, servers, links } = setup
  links[0].fault = 'loseRequest'
  const names = addArtifacts(client, { to: 3 })
  agent.start()
  await world.advance(5000)
  assert.deepEqual(
    agent.remotes.map(({ name, failures }) => [name, failures]),
    [
      ['r0', 5],
      ['r1', 0],
    ],
  )
  assert.deepEqual(heldNames(servers[1]), names.toSorted())
  links[0].fault = 'none'
  await world.advance(2000)
  assert.deepEqual(heldNames(servers[0]), names.toSorted())
  await agent.stop()
})

test('what one remote sends reaches the other', async () => {
  const { agent, world, servers } = setUp({ remotes: 2, intervalMs: 5000 })
  const [one, two] = servers
  addArtifacts(one, { to: 3 })
  addArtifacts(two, { from: 10, to: 13 })
  agent.start()
  await world.advance(20_000)
  assert.equal(heldNames(one).length, 6)
  assert.deepEqual(heldNames(two), heldNames(one))
  await agent.stop()
})

test('a remote never has two exchanges at a time, whatever is asked of the agent', async () => {
  const setup = setUp({ remotes: 2, intervalMs: 500, debounceMs: 10 })
  const { agent, world, client, links } = setup
  agent.start()
  for (let i = 0; i < 200; i++) {
    if (i % 3 === 0) addArtifacts(client, { from: i, to: i + 1 })
    if (i % 5 === 0) agent.changed()
    if (i % 7 === 0) void agent.syncNow()
    if (i % 31 === 0) agent.goOffline()
    if (i % 31 === 2) agent.goOnline()
    await world.advance((i * 37) % 90)
  }
  assert.ok(links[0].exchanges > 20)
  for (const link of links) assert.equal(link.mostAtOnce, 1)
  await agent.stop()
  assert.equal(world.pending, 0)
})

test('syncNow joins the sync under way, or follows it once something was written', async () => {
  const { agent, world, client, servers, begun } = withBeginnings()
  agent.start()
  await world.advance(50)
  const joined = outcomeOf(agent.syncNow('r0'))
  await world.advance(60)
  assert.equal(joined.value?.[0]?.result?.complete, true)
  assert.deepEqual(begun, [0])

  const third = outcomeOf(agent.syncNow())
  await world.advance(50)
  const [made = assert.fail()] = addArtifacts(client, { to: 1 })
  const followed = outcomeOf(agent.syncNow())
  await world.advance(60)
  assert.equal(third.value?.length, 1)
  assert.deepEqual(followed, {})
  assert.equal(hasArtifact(servers[0], made), false)
  await world.advance(100)
  assert.equal(followed.value?.[0]?.result?.artifactsSent, 1)
  assert.equal(hasArtifact(servers[0], made), true)
  assert.deepEqual(begun, [0, 110, 210])
  await agent.stop()
})

test('syncNow tells errors as outcomes, and does not wait for a back-off', async () => {
  const { agent, world, links } = setUp({ remotes: 2, backoff: { minMs: 50_000 } })
  links[0].fault = 'loseRequest'
  const before = await agent.syncNow()
  assert.deepEqual(
    before.map(({ error }) => error?.code),
    Array(2).fill('transport.aborted'),
  )
  agent.start()
  await world.advance(1000)
  const outcomes = outcomeOf(agent.syncNow())
  await world.advance(150)
  assert.deepEqual(
    outcomes.value?.map(({ remote, error }) => [remote, error?.code]),
    [
      ['r0', 'transport.failed'],
      ['r1', undefined],
    ],
  )
  assert.equal(links[0].exchanges, 2)
  await assert.rejects(agent.syncNow('r2'), { code: 'option.invalid' })
  await agent.stop()
})

test('a sync never begins inside a transaction of the owner', async () => {
  const { agent, world, client } = setUp()
  agent.start()
  await world.advance(1000)
  const outcomes = client.transaction(() => {
    agent.changed()
    return [outcomeOf(agent.syncNow())]
  })
  await world.advance(1000)
  assert.equal(outcomes[0]?.value?.[0]?.result?.complete, true)
  await agent.stop()
})

test('offline, nothing is attempted or goes on; online, all sync at once', async () => {
  const setup = setUp({ remotes: 2, intervalMs: 1000 })
  const { agent, world, links } = setup
  agent.start()
  await world.advance(50)
  agent.goOffline()
  agent.goOffline()
  await world.advance(60_000)
  assert.deepEqual(
    links.map(({ exchanges }) => exchanges),
    [1, 1],
  )
  assert.deepEqual(
    agent.remotes.map(({ nextAtMs }) => nextAtMs),
    [undefined, undefined],
  )
  const [outcome] = await agent.syncNow()
  assert.match(outcome?.error?.message ?? '', /offline/)
  agent.goOnline()
  agent.goOnline()
  await world.advance(150)
  assert.deepEqual(
    links.map(({ exchanges }) => exchanges),
    [2, 2],
  )
  assert.deepEqual(types(setup), [
    'sync.begun',
    'sync.begun',
    'offline',
    'sync.failed',
    'sync.failed',
    'online',
    'sync.begun',
    'sync.begun',
    'sync.ended',
    'sync.ended',
  ])
  assert.deepEqual(
    agent.remotes.map(({ failures }) => failures),
    [0, 0],
  )
  await agent.stop()
})

test('an agent that goes offline and online during an exchange syncs once more', async () => {
  const { agent, world, links } = setUp()
  agent.start()
  await world.advance(50)
  agent.goOffline()
  agent.goOnline()
  await world.advance(1000)
  assert.equal(links[0].mostAtOnce, 1)
  assert.equal(agent.remotes[0]?.lastResult?.complete, true)
  await agent.stop()
})

test('stop gives exchanges up, resolves when nothing runs, and may be repeated', async () => {
  const setup = setUp({ remotes: 2 })
  const { agent, world, client, links } = setup
  addArtifacts(client, { to: 1 })
  agent.start()
  await world.advance(50)
  const joined = outcomeOf(agent.syncNow('r0'))
  const stopped = agent.stop()
  assert.equal(agent.stop(), stopped)
  await stopped
  assert.deepEqual(
    links.map(({ underWay }) => underWay),
    [0, 0],
  )
  assert.equal(world.pending, 0)
  assert.equal(setup.events.at(-1)?.type, 'stopped')
  await world.advance(0)
  assert.equal(joined.value?.[0]?.error?.code, 'transport.aborted')
  agent.start()
  agent.goOnline()
  agent.changed()
  await world.advance(60_000)
  assert.deepEqual(
    links.map(({ exchanges }) => exchanges),
    [1, 1],
  )
})

test('stop waits for a transport that does not listen to its signal', async () => {
  const world = new World()
  const link = new Link(world, world.repo('server'))
  const deaf: Transport = { exchange: (request) => link.exchange(request) }
  const remotes = [{ name: 'deaf', transport: deaf }]
  const agent = new SyncAgent(world.repo('client'), { remotes, timers: world })
  agent.start()
  await world.advance(50)
  const stopped = outcomeOf(agent.stop())
  await world.advance(40)
  assert.ok(!('value' in stopped))
  await world.advance(20)
  assert.ok('value' in stopped)
  assert.equal(link.exchanges, 1)
})

test('a bug ends the agent: it tells, rejects what waits, and attempts nothing more', async () => {
  const setup = setUp({ remotes: 2, intervalMs: 1000 })
  const { agent, world, client, links } = setup
  const [made = assert.fail()] = addArtifacts(client, { to: 1 })
  links[0].exchange = () =>
    new Promise((_, reject) => world.after(50, () => reject(new TypeError('a bug'))))
  const pushed = outcomeOf(agent.pushed(made, { remote: 'r1' }))
  agent.start()
  const joined = outcomeOf(agent.syncNow())
  await world.advance(60_000)
  const last = setup.events.findLast(({ type }) => type === 'crashed')
  assert.ok(last?.type === 'crashed' && last.error instanceof TypeError)
  for (const { error } of [pushed, joined]) assert.ok(error instanceof TypeError)
  assert.equal(links[1].exchanges, 1)
  await assert.rejects(agent.syncNow(), TypeError)
  await assert.rejects(agent.pushed(made), TypeError)
  await agent.stop()
  assert.equal(setup.events.filter(({ type }) => type === 'stopped').length, 0)
})

test('an observer that throws is a bug, too', async () => {
  const seen: string[] = []
  const setup = setUp({
    onEvent: ({ type }) => {
      seen.push(type)
      if (type === 'sync.ended') throw new RangeError('of the observer')
    },
  })
  setup.agent.start()
  await setup.world.advance(60_000)
  assert.deepEqual(seen, ['sync.begun', 'sync.ended', 'crashed'])
})

test('an observer that throws at the crash, too, crashes the agent and nothing else', async () => {
  const broken = new RangeError('of the observer')
  const setup = setUp({
    onEvent: () => {
      throw broken
    },
  })
  setup.agent.start()
  await setup.world.advance(60_000)
  await assert.rejects(setup.agent.syncNow(), broken)
  await setup.agent.stop()
})

test('the repository is at rest between the exchanges of all remotes', async () => {
  const { agent, world, client, servers } = setUp({
    remotes: 2,
    intervalMs: 300,
    remote: { budgetBytes: 500 },
  })
  for (const [i, server] of servers.entries()) {
    addArtifacts(server, { from: 100 * i, to: 100 * i + 30, bytes: 300 })
  }
  agent.start()
  for (let i = 0; i < 60; i++) {
    addArtifacts(client, { from: 1000 + i, to: 1001 + i, bytes: 300 })
    await world.advance(50)
  }
  await world.advance(60_000)
  for (const server of servers) assert.deepEqual(heldNames(server), heldNames(client))
  assert.ok(heldNames(client).length >= 120, 'all, and clusters')
  await agent.stop()
})

test('options that make no sense are refused', () => {
  const repo = makeRepo('client')
  const world = new World()
  const remote = { name: 'one', transport: new Link(world, repo) }
  const broken: AgentOptions[] = [
    { remotes: [] },
    { remotes: [remote, remote] },
    { remotes: [remote], intervalMs: 0 },
    { remotes: [remote], debounceMs: -1 },
    { remotes: [remote], jitter: 2 },
    { remotes: [remote], backoff: { minMs: 10, maxMs: 5 } },
  ]
  for (const options of broken) fails('option.invalid', () => new SyncAgent(repo, options))
})

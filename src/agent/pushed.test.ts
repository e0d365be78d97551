/**
 * Deliveries: `pushed` resolves only where a server holds the artifact, and says why it does not.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FossilError } from '../base/error.ts'
import { purge } from '../admin/purge.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { ensureKnown, hasArtifact } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import { shun } from '../repo/shun.ts'
import { unsentArtifacts } from '../repo/unsent.ts'
import { accessOf } from '../sync/access.ts'
import { addArtifacts, addForeign, ask, contentOf, nameOf, pullCard } from '../sync/pair.suite.ts'
import { SyncAgent } from './agent.ts'
import { Link, outcomeOf, setUp } from './world.suite.ts'

const hourMs = 3_600_000

function make(repo: Repo, number = 0): ArtifactHash {
  return addArtifacts(repo, { from: number, to: number + 1 })[0] ?? assert.fail()
}

/** The fate that a failed delivery tells. */
function fateOf({ error }: { error?: unknown }): string {
  assert.ok(FossilError.is(error, 'push.failed'), String(error))
  return error.detail.fate
}

test('pushed resolves with the remote and the time once the server has the artifact', async () => {
  const setup = setUp()
  const { agent, world, client } = setup
  const made = make(client)
  const pushed = outcomeOf(agent.pushed(made))
  agent.start()
  await world.advance(150)
  assert.equal(hasArtifact(setup.servers[0], made), true, 'it arrived')
  assert.equal(pushed.value, undefined, 'but the server has not said so')
  await world.advance(100)
  assert.deepEqual(pushed.value, { remote: 'r0', atMs: 1_700_000_000_200 })
  await agent.stop()
})

test('pushed brings a sync about', async () => {
  const { agent, world, client } = setUp({ debounceMs: 100 })
  agent.start()
  await world.advance(1000)
  const pushed = outcomeOf(agent.pushed(make(client)))
  await world.advance(350)
  assert.ok(pushed.value)
  await agent.stop()
})

test('a wait that begins during a sync is settled soon after it', async () => {
  const { agent, world, client } = setUp({ debounceMs: 100 })
  agent.start()
  await world.advance(50)
  const pushed = outcomeOf(agent.pushed(make(client)))
  await world.advance(450)
  assert.ok(pushed.value)
  await agent.stop()
})

test('a transport that loses every reply never resolves pushed, though all arrives', async () => {
  const setup = setUp()
  const { agent, world, client, links } = setup
  links[0].fault = 'loseReply'
  const made = make(client)
  const pushed = outcomeOf(agent.pushed(made))
  agent.start()
  await world.advance(24 * hourMs)
  assert.equal(hasArtifact(setup.servers[0], made), true)
  assert.deepEqual(pushed, {})
  await agent.stop()
  await world.advance(0)
  assert.equal(fateOf(pushed), 'unreachable')
  const { error } = pushed
  assert.ok(error instanceof FossilError && FossilError.is(error.cause, 'transport.failed'))
})

test('pushed waits through lost requests, lost replies and offline times', async () => {
  const { agent, world, client, links } = setUp({ backoff: { maxMs: 1000 } })
  links[0].fault = 'loseRequest'
  const pushed = outcomeOf(agent.pushed(make(client)))
  agent.start()
  await world.advance(5000)
  links[0].fault = 'loseReply'
  await world.advance(5000)
  agent.goOffline()
  links[0].fault = 'none'
  await world.advance(5000)
  assert.deepEqual(pushed, {})
  agent.goOnline()
  await world.advance(500)
  assert.ok(pushed.value)
  await agent.stop()
})

test('of two remotes, the one that was asked about counts', async () => {
  const setup = setUp({ remotes: 2 })
  const { agent, world, client, links } = setup
  links[1].fault = 'loseReply'
  const made = make(client)
  const [any, second] = [
    outcomeOf(agent.pushed(made)),
    outcomeOf(agent.pushed(made, { remote: 'r1' })),
  ]
  agent.start()
  await world.advance(500)
  assert.equal(any.value?.remote, 'r0')
  assert.equal(unsentArtifacts(client).length, 0, 'the first remote emptied the queue of both')
  await world.advance(hourMs)
  assert.deepEqual(second, {})
  links[1].fault = 'none'
  await world.advance(hourMs)
  assert.equal(second.value?.remote, 'r1')
  assert.equal(hasArtifact(setup.servers[1], made), true)
  await agent.stop()
})

test('an agent that starts again asks the server, not its memory', async () => {
  const { agent, world, client } = setUp()
  const made = make(client)
  agent.start()
  await world.advance(1000)
  await agent.stop()
  assert.equal(unsentArtifacts(client).length, 0)
  // The server was set back to an older copy meanwhile.
  const server = world.repo('server')
  const link = new Link(world, server)
  const again = new SyncAgent(client, { remotes: [{ name: 'r0', transport: link }], timers: world })
  link.access = accessOf('o')
  const refused = outcomeOf(again.pushed(made))
  again.start()
  await world.advance(1000)
  assert.equal(fateOf(refused), 'refused')
  link.access = accessOf('i')
  const pushed = outcomeOf(again.pushed(made))
  await world.advance(1000)
  assert.ok(pushed.value)
  assert.equal(hasArtifact(server, made), true)
  await again.stop()
})

test('a server that takes no push refuses, unless it has the artifact anyway', async () => {
  const setup = setUp()
  const { agent, world, client, links } = setup
  links[0].access = accessOf('o')
  const [there, here] = [make(client, 1), make(client, 2)]
  addForeign(setup.servers[0], contentOf(1))
  const [present, absent] = [outcomeOf(agent.pushed(there)), outcomeOf(agent.pushed(here))]
  agent.start()
  await world.advance(1000)
  assert.ok(present.value)
  assert.equal(fateOf(absent), 'refused')
  assert.match(String(absent.error), /r0: the server does not accept a push from us/)
  await agent.stop()
})

test('refused means by every remote', async () => {
  const { agent, world, client, links } = setUp({ remotes: 2, backoff: { maxMs: 1000 } })
  links[0].access = accessOf('o')
  links[1].fault = 'loseRequest'
  const pushed = outcomeOf(agent.pushed(make(client)))
  agent.start()
  await world.advance(60_000)
  assert.deepEqual(pushed, {})
  links[1].fault = 'none'
  links[1].access = accessOf('')
  await world.advance(5000)
  assert.equal(fateOf(pushed), 'refused')
  assert.match(String(pushed.error), /r0: .*; r1: sync.refused: not authorized/)
  await agent.stop()
})

test('a server that shuns an artifact takes it without a word, and is found out', async () => {
  const setup = setUp({ intervalMs: 1000 })
  const { agent, world, client } = setup
  const made = make(client)
  shun(setup.servers[0], [made])
  const pushed = outcomeOf(agent.pushed(made))
  agent.start()
  await world.advance(3000)
  assert.equal(agent.remotes[0]?.lastResult?.complete, true)
  assert.deepEqual(pushed, {})
  await world.advance(60_000)
  assert.equal(fateOf(pushed), 'refused')
  assert.match(String(pushed.error), /does not have it after 8 syncs/)
  await agent.stop()
})

test('an artifact that a cluster of the server names is delivered all the same', async () => {
  const setup = setUp()
  const { agent, world, client } = setup
  const names = addArtifacts(client, { to: 150 })
  agent.start()
  await world.advance(1000)
  ask(setup.servers[0], [pullCard])
  const last = names.at(-1) ?? assert.fail()
  const pushed = outcomeOf(agent.pushed(last))
  await world.advance(1000)
  assert.ok(pushed.value)
  await agent.stop()
})

test('a cluster that names an artifact is no delivery of it', async () => {
  const setup = setUp({ intervalMs: 1000 })
  const { agent, world, client, links } = setup
  const names = addArtifacts(client, { to: 150 })
  // Whoever pulls from the client has it form a cluster, which the server then holds.
  ask(client, [pullCard])
  const made = names[0] ?? assert.fail()
  shun(setup.servers[0], [made])
  const pushed = outcomeOf(agent.pushed(made))
  agent.start()
  await world.advance(3000)
  assert.equal(agent.remotes[0]?.lastResult?.complete, true)
  assert.ok(links[0].exchanges > 3)
  assert.equal(pushed.value, undefined)
  await agent.stop()
})

test('private, shunned and missing artifacts fail at once', async () => {
  const setup = setUp()
  const { agent, world, client } = setup
  const secret = addForeign(client, contentOf(1), { isPrivate: true })
  const banned = make(client, 2)
  shun(client, [banned])
  const phantom = nameOf(contentOf(3))
  ensureKnown(client, phantom, { isPrivate: false })
  const unknown = nameOf(contentOf(4))
  const fates = [secret, banned, phantom, unknown].map((hash) => outcomeOf(agent.pushed(hash)))
  await world.advance(0)
  assert.deepEqual(fates.map(fateOf), ['private', 'shunned', 'missing', 'missing'])
})

/** Calls `pushed` as a caller without types may. */
async function pushedUntyped(agent: SyncAgent, ...args: unknown[]): Promise<unknown> {
  // @ts-expect-error -- because a caller without types may pass anything
  return await agent.pushed(...args)
}

test('what is no hash is refused, and disturbs no other wait', async () => {
  const { agent, world, client } = setUp()
  const made = make(client)
  agent.start()
  const waiting = outcomeOf(agent.pushed(made))
  for (const hash of [undefined, 'nope', made.slice(0, 10), made.toUpperCase()]) {
    await assert.rejects(pushedUntyped(agent, hash), { code: 'option.invalid' })
  }
  await assert.rejects(pushedUntyped(agent, made, { signal: 5 }), { code: 'option.invalid' })
  await world.advance(60_000)
  assert.ok(waiting.value !== undefined, String(waiting.error))
  await agent.stop()
})

test('a private artifact is delivered to a remote that takes private ones', async () => {
  const setup = setUp({ remote: { private: true } })
  const { agent, world, client } = setup
  const secret = addForeign(client, contentOf(1), { isPrivate: true })
  const pushed = outcomeOf(agent.pushed(secret))
  agent.start()
  await world.advance(2000)
  assert.ok(pushed.value)
  assert.equal(hasArtifact(setup.servers[0], secret), true)
  await agent.stop()
})

test('an artifact purged or shunned meanwhile fails with the next sync', async () => {
  const setup = setUp({ backoff: { maxMs: 1000 } })
  const { agent, world, client, links } = setup
  links[0].fault = 'loseRequest'
  const [purged, banned] = [make(client, 1), make(client, 2)]
  const fates = [purged, banned].map((hash) => outcomeOf(agent.pushed(hash)))
  agent.start()
  await world.advance(3000)
  purge(client, [purged])
  shun(client, [banned])
  await world.advance(3000)
  assert.deepEqual(fates.map(fateOf), ['missing', 'shunned'])
  await agent.stop()
})

test('a time limit and a signal give up, with the last error as the cause', async () => {
  const { agent, world, client, links } = setUp()
  links[0].fault = 'loseRequest'
  const made = make(client)
  const controller = new AbortController()
  const { signal } = controller
  const waits = [
    outcomeOf(agent.pushed(made, { timeoutMs: 5000 })),
    outcomeOf(agent.pushed(made, { signal })),
    outcomeOf(agent.pushed(made, { signal: AbortSignal.abort() })),
  ]
  agent.start()
  await world.advance(4900)
  assert.deepEqual(
    waits.map(({ error }) => error !== undefined),
    [false, false, true],
  )
  controller.abort()
  await world.advance(200)
  assert.deepEqual(waits.map(fateOf), Array(3).fill('unreachable'))
  const [timedOut] = waits
  assert.ok(timedOut?.error instanceof FossilError && timedOut.error.cause instanceof FossilError)
  await agent.stop()
  assert.equal(world.pending, 0)
})

test('after the end of the agent nothing is delivered', async () => {
  const { agent, client } = setUp()
  const made = make(client)
  await agent.stop()
  await assert.rejects(agent.pushed(made), { code: 'push.failed' })
  await assert.rejects(agent.pushed(made, { remote: 'r9' }), { code: 'option.invalid' })
})

test('a remote that only pulls delivers what the server has, and refuses the rest', async () => {
  const setup = setUp({ remote: { push: false } })
  const { agent, world, client } = setup
  addArtifacts(setup.servers[0], { from: 5, to: 6 })
  const mine = outcomeOf(agent.pushed(make(client)))
  agent.start()
  await world.advance(1000)
  assert.equal(fateOf(mine), 'refused')
  const theirs = outcomeOf(agent.pushed(nameOf(contentOf(5))))
  await world.advance(1000)
  assert.ok(theirs.value)
  await agent.stop()
})

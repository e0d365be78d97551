/**
 * The loop around a session: one exchange at a time, and failures of the transport pass through.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FossilError } from '../base/error.ts'
import { unsentArtifacts } from '../repo/unsent.ts'
import type { Repo } from '../repo/repo.ts'
import { fullAccess } from './access.ts'
import { handleXfer } from './handler.ts'
import { addArtifacts, heldNames, makeRepo, verifyRepo } from './pair.suite.ts'
import { sync } from './sync.ts'
import type { Transport } from './transport.ts'

/** A transport to `server` that loses the reply to exchange `lost`. */
function losing(server: Repo, lost: number): Transport & { exchanges: number; isBusy: boolean } {
  return {
    exchanges: 0,
    isBusy: false,
    async exchange(request) {
      assert.ok(!this.isBusy, 'one exchange at a time')
      this.isBusy = true
      await Promise.resolve()
      const reply = handleXfer(server, request, { access: fullAccess })
      this.isBusy = false
      if (++this.exchanges === lost) {
        throw new FossilError('transport.failed', { reason: 'the reply was lost' })
      }
      return reply
    },
  }
}

test('a sync exchanges messages one after the other until both sides agree', async () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 250 })
  addArtifacts(server, { from: 250, to: 700 })
  const transport = losing(server, 0)
  const result = await sync(client, transport)
  assert.ok(result.complete)
  assert.equal(result.rounds, transport.exchanges)
  assert.deepEqual(heldNames(client), heldNames(server))
})

test('whichever reply is lost, the next sync makes up for it', async () => {
  let wasLost = true
  for (let lost = 1; wasLost; lost++) {
    assert.ok(lost < 20)
    using client = makeRepo('client')
    using server = makeRepo('server')
    addArtifacts(client, { to: 250 })
    addArtifacts(server, { from: 250, to: 700 })
    wasLost = false
    try {
      await sync(client, losing(server, lost))
    } catch (error) {
      assert.ok(FossilError.is(error, 'transport.failed'))
      wasLost = true
    }
    if (lost === 1) assert.equal(unsentArtifacts(client).length, 250)
    verifyRepo(client)
    assert.ok((await sync(client, losing(server, 0))).complete)
    assert.deepEqual(heldNames(client), heldNames(server))
    assert.equal(unsentArtifacts(client).length, 0)
    verifyRepo(client)
    verifyRepo(server)
  }
})

test('what may have arrived with a lost reply is announced, not sent again', async () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 10 })
  await assert.rejects(sync(client, losing(server, 1)))
  addArtifacts(client, { from: 10, to: 12 })
  const result = await sync(client, losing(server, 0))
  assert.ok(result.complete)
  assert.equal(result.artifactsSent, 2)
  assert.deepEqual(heldNames(client), heldNames(server))
  assert.equal(unsentArtifacts(client).length, 0)
  // From then on it sends unasked again.
  addArtifacts(client, { from: 12, to: 13 })
  assert.equal((await sync(client, losing(server, 0))).rounds, 1)
})

test('what is announced in place of being sent is sent when asked for', async () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 10 })
  const unreachable: Transport = {
    exchange: () => Promise.reject(new FossilError('transport.failed', { reason: 'no route' })),
  }
  await assert.rejects(sync(client, unreachable))
  const result = await sync(client, losing(server, 0))
  assert.deepEqual([result.complete, result.artifactsSent], [true, 10])
  assert.deepEqual(heldNames(client), heldNames(server))
})

test('what is made while a reply is on its way is left for the next sync', async () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const toServer = losing(server, 0)
  let isFirst = true
  const meanwhile: Transport = {
    exchange: (request) => {
      if (isFirst) addArtifacts(client, { to: 1 })
      isFirst = false
      return toServer.exchange(request)
    },
  }
  const { complete, shortfall, artifactsSent } = await sync(client, meanwhile)
  assert.deepEqual([complete, shortfall, artifactsSent], [true, undefined, 0])
  assert.equal((await sync(client, toServer)).artifactsSent, 1)
  assert.deepEqual(heldNames(client), heldNames(server))
})

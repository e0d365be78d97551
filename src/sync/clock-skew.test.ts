/**
 * Wrong clocks: told by a sync, and kept out by a server.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import type { Repo } from '../repo/repo.ts'
import { amendCheckin } from '../write/amend.ts'
import { checkin } from '../write/checkin.ts'
import { fullAccess } from './access.ts'
import { skewOf } from './clock-skew.ts'
import { handleXfer } from './handler.ts'
import type { HandlerOptions } from './handler-options.ts'
import { count, makeRepo } from './pair.suite.ts'
import type { SyncResult } from './session-options.ts'
import { sync } from './sync.ts'

const dayMs = 86_400_000

test('the clocks agree where the server says a time between request and reply, or nearly', () => {
  const sentMs = 1_706_702_400_000
  const between = { sentMs, receivedMs: sentMs + 60_000 }
  const cases: readonly [text: string, skewMs: number | undefined][] = [
    ['timestamp 2024-01-31T12:00:30 errors 0', undefined],
    ['timestamp 2024-01-31T11:59:51 errors 0', undefined],
    ['timestamp 2024-01-31T12:01:10 errors 0', undefined],
    ['timestamp 2024-01-31T12:01:20 errors 0', 20_000],
    [' timestamp 2024-01-31T11:00:00', -3_600_000],
    ['timestamp 2025-01-31T12:01:00 errors 1', 366 * dayMs],
    ['timestamp soon', undefined],
    ['anything', undefined],
    ['', undefined],
  ]
  for (const [text, skewMs] of cases) assert.equal(skewOf(text, between), skewMs, text)
})

/** A sync with a server that is asked by `handler`. */
function syncOver(client: Repo, server: Repo, handler: HandlerOptions = {}): Promise<SyncResult> {
  const exchange = async (request: Uint8Array): Promise<Uint8Array> =>
    handleXfer(server, request, { access: fullAccess, ...handler })
  return sync(client, { exchange })
}

function commit(repo: Repo, dateMs: number) {
  const changes = [{ name: 'a', content: utf8(`${dateMs}`) }]
  return checkin(repo, { changes, comment: 'c', user: 'u', dateMs, newRoot: true })
}

test('a result says how far the clock of the server is ahead', async () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const hourLater = { nowMs: () => client.env.clock.nowMs() + 3_600_000 }
  Object.assign(server.env, { clock: hourLater })
  const { clockSkewMs = 0 } = await syncOver(client, server)
  assert.ok(Math.abs(clockSkewMs - 3_600_000) <= 1_000, `${clockSkewMs}`)
  Object.assign(server.env, { clock: client.env.clock })
  assert.equal((await syncOver(client, server)).clockSkewMs, undefined)
})

test('a server that keeps the future out takes what is a day ahead, and no more', async () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const nowMs = server.env.clock.nowMs()
  const guarded = { maxFutureMs: dayMs }
  commit(client, nowMs + dayMs - 60_000)
  assert.ok((await syncOver(client, server, guarded)).complete)

  const { hash } = commit(client, nowMs + 365 * dayMs)
  const before = count(server, 'SELECT count(*) FROM blob')
  await assert.rejects(syncOver(client, server, guarded), (error: Error) =>
    [hash, 'is dated', 'set the clock right', '--allow-future'].every((words) =>
      error.message.includes(words),
    ),
  )
  assert.equal(count(server, 'SELECT count(*) FROM blob'), before)

  // The date that the timeline shows is what counts.
  amendCheckin(client, hash, { dateMs: nowMs }, { user: 'u' })
  assert.ok((await syncOver(client, server, guarded)).complete)
})

test('what is from the future already keeps nobody from pushing', async () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const nowMs = server.env.clock.nowMs()
  commit(client, nowMs + 365 * dayMs)
  assert.ok((await syncOver(client, server)).complete)
  commit(client, nowMs)
  assert.ok((await syncOver(client, server, { maxFutureMs: dayMs })).complete)
})

/**
 * A server and clients that take their time: who has to wait for whom, and for how long.
 * @module
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'

import { bytesEqual } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { makeRepo } from '../sync/pair.suite.ts'
import { httpTransport } from './http-client.ts'
import { type HttpRequest, HttpService } from './http-service.ts'
import { post, RawClient, send } from './raw-client.suite.ts'
import { type FossilServer, serve, type ServeOptions } from './serve.ts'
import { ManualTimers } from './timers.suite.ts'
import { messageOf } from './transport.suite.ts'

const message = messageOf(200)

async function started(t: TestContext, options: ServeOptions = {}): Promise<FossilServer> {
  const server = await serve({
    repo: makeRepo('server'),
    answer: (_, request) => request,
    closeTimeoutMs: 5_000,
    ...options,
  })
  t.after(() => server.close())
  return server
}

async function stillServes({ url }: FossilServer): Promise<void> {
  using transport = httpTransport(url)
  assert.ok(bytesEqual(await transport.exchange(message), message))
}

/** A request that is whole as soon as it is read. */
function whole(): HttpRequest {
  const parts = [message]
  const headers = new Headers({ 'content-type': 'application/x-fossil' })
  return {
    method: 'POST',
    path: '/',
    headers,
    body: { read: () => Promise.resolve(parts.shift()), cancel: () => {} },
    remoteAddress: undefined,
    signal: undefined,
  }
}

test('bodies that come byte by byte keep nobody from an answer', async (t) => {
  const server = await started(t, { maxRequests: 1, maxFlowsPerAddress: 4 })
  const slow = Array.from({ length: 8 }, () =>
    new RawClient(server.port).write(post('/', 'ab', 'Content-Length: 1000')),
  )
  // The first ones make room for the last.
  for (const client of slow.slice(0, 4)) assert.equal((await client.first()).status, 408)
  for (let i = 0; i < 8; i++) await stillServes(server)
  for (const { socket } of slow) socket.destroy()
})

test('of more whole requests than allowed the rest is told to come back', async () => {
  const service = new HttpService({
    repo: makeRepo('server'),
    answer: (_, request) => request,
    maxRequests: 2,
  })
  const replies = await Promise.all(Array.from({ length: 4 }, () => service.answer(whole())))
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 503, 503],
  )
  assert.equal((await service.answer(whole())).status, 200)
  await service.close()
})

test('a body that moves less than 16 KiB in 30 s is given up', async (t) => {
  const timers = new ManualTimers()
  const server = await started(t, { timers })
  const client = new RawClient(server.port).write(post('/', 'ab', 'Content-Length: 1000'))
  await stillServes(server)
  timers.advance(29_000)
  await stillServes(server)
  timers.advance(1_000)
  const [reply] = await client.all()
  assert.equal(reply?.status, 408)
})

const large = messageOf(15_000_000)

/** Sends a request and reads nothing of its reply yet. */
async function unread(t: TestContext, server: FossilServer): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  socket.write(post('/', message))
  // The reply has begun; what does not fit into the buffers of the system waits.
  await once(socket, 'readable')
  return socket
}

async function lengthOf(socket: Socket): Promise<number> {
  let length = 0
  socket.on('data', (part: Buffer) => (length += part.length))
  await once(socket, 'close')
  return length
}

test('closing waits until a slow reader has all of a large reply', async (t) => {
  const server = await started(t, { answer: () => large })
  const socket = await unread(t, server)
  const closed = server.close()
  assert.equal(server.underWay, 1)
  const length = await lengthOf(socket)
  assert.ok(length > large.length, `${length} bytes came`)
  await closed
  assert.equal(server.underWay, 0)
})

test('a reader who stands still for 30 s is given up', async (t) => {
  const timers = new ManualTimers()
  const server = await started(t, { answer: () => large, timers })
  const socket = await unread(t, server)
  timers.advance(30_000)
  assert.ok((await lengthOf(socket)) < large.length)
})

test('connections are kept longer than any proxy keeps its own, and end at once', async (t) => {
  const server = await started(t, { closeTimeoutMs: Infinity })
  const kept = post('/', message).toString('latin1').replace('Connection: close', 'X: y')
  const client = new RawClient(server.port).write(Buffer.from(kept, 'latin1'))
  const { headers } = await client.first()
  assert.equal(headers.get('keep-alive'), 'timeout=180')
  await server.close()
  assert.equal((await client.all()).length, 1)
})

test('HEAD is answered as GET is, without the page', async (t) => {
  const { port } = await started(t)
  const [reply] = await send(
    port,
    'HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  )
  assert.equal(reply?.status, 200)
  assert.equal(Number(reply.headers.get('content-length')) > 10, true)
  assert.equal(reply.body.length, 0)
})

test('a page of another site is refused before it is heard', async (t) => {
  const server = await started(t, { allowedHosts: ['fossil.example'] })
  const [evil] = await send(server.port, post('/', message, 'Origin: http://evil.example'))
  assert.equal(evil?.status, 403)
  const named = (host: string): Buffer =>
    Buffer.from(post('/', message).toString('latin1').replace('localhost', host), 'latin1')
  assert.equal((await send(server.port, named('evil.example')))[0]?.status, 403)
  assert.equal((await send(server.port, named('fossil.example')))[0]?.status, 200)
})

test('a lock that another process holds is a 503, and the observer hears why', async (t) => {
  const heard: unknown[] = []
  const cause = Object.assign(new Error('database is locked'), { errcode: 5 })
  const error = new FossilError('repo.io', { reason: 'database is locked' }, { cause })
  const server = await started(t, {
    answer: () => {
      throw error
    },
    observer: (event) => event.type === 'http.failed' && heard.push(event.error),
  })
  const [reply] = await send(server.port, post('/', message))
  assert.deepEqual([reply?.status, reply?.body.toString()], [503, 'The server is busy.\n'])
  assert.deepEqual(heard, [error])
})

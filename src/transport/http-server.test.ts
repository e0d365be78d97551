/**
 * The Web-standard handler: what goes in as a `Request` and comes out as a `Response`, without a
 * socket. How HTTP itself goes wrong is in serve.test.ts.
 * @module
 */

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'

import { bytesEqual } from '../base/bytes.ts'
import { fullAccess } from '../sync/access.ts'
import { handleXfer } from '../sync/handler.ts'
import { addArtifacts, fails, heldNames, makeRepo } from '../sync/pair.suite.ts'
import { sync } from '../sync/sync.ts'
import type { Transport } from '../sync/transport.ts'
import { type FossilHandler, fossilHandler } from './http-server.ts'
import type { AnswerContext, Answerer, HttpServiceOptions } from './http-service.ts'
import { messageOf, withinDeadline } from './transport.suite.ts'

const echo: Answerer = (_, request) => request
const message = messageOf(200)
const fossilType = { 'content-type': 'application/x-fossil' }

function handlerOf(t: TestContext, options: HttpServiceOptions = {}): FossilHandler {
  const handler = fossilHandler({ repo: makeRepo('server'), answer: echo, ...options })
  t.after(() => handler.close())
  return handler
}

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream | null

function posting(body: Body, headers: Record<string, string> = fossilType): Request {
  return new Request('http://localhost/any/path?x=1', {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  })
}

/** The parts of a body, one at a time; it never ends where `isEndless`. */
function streamOf(parts: readonly Uint8Array[], { isEndless = false } = {}): ReadableStream {
  let next = 0
  return new ReadableStream({
    pull(controller) {
      const part = parts[next++]
      if (part !== undefined) controller.enqueue(part)
      else if (!isEndless) controller.close()
    },
  })
}

test('a repository syncs through a handler alone', async () => {
  const server = makeRepo('server')
  const client = makeRepo('client')
  addArtifacts(server, { to: 3 })
  addArtifacts(client, { from: 3, to: 5 })
  await using handler = fossilHandler({
    repo: server,
    answer: (repo, request) => handleXfer(repo, request, { access: fullAccess }),
  })
  const transport: Transport = {
    exchange: async (request) => {
      const response = await handler(posting(request.slice()))
      assert.equal(response.headers.get('content-type'), 'application/x-fossil')
      const body = new Uint8Array(await response.arrayBuffer())
      assert.equal(response.headers.get('content-length'), String(body.length))
      return body
    },
  }
  assert.ok((await sync(client, transport)).complete)
  assert.equal(heldNames(server).length, 5)
  assert.deepEqual(heldNames(client), heldNames(server))
})

test('a body of unknown length is taken up to the limit, and then no further', async (t) => {
  const handler = handlerOf(t, { maxRequestBytes: 1_000 })
  const parts = [message.slice(0, 50), message.slice(50)]
  const response = await handler(posting(streamOf(parts)))
  assert.ok(bytesEqual(new Uint8Array(await response.arrayBuffer()), message))
  let pulled = 0
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(100).fill(++pulled)),
  })
  assert.equal((await handler(posting(endless))).status, 413)
  assert.ok(pulled < 20, `${pulled} parts were read`)
})

test('a body that stalls or fails is given up', async (t) => {
  const handler = handlerOf(t, { silenceTimeoutMs: 30 })
  const stalls = streamOf([message], { isEndless: true })
  const response = await withinDeadline(30, () => handler(posting(stalls)))
  assert.equal(response.status, 408)
  const breaks = new ReadableStream({ pull: () => assert.fail('the cable is cut') })
  assert.equal((await handler(posting(breaks))).status, 400)
  assert.equal((await handler(posting(message.slice()))).status, 200)
})

test('a length that does not hold is refused', async (t) => {
  const handler = handlerOf(t)
  const claiming = (length: number): Promise<Response> =>
    handler(posting(streamOf([message]), { ...fossilType, 'content-length': String(length) }))
  assert.deepEqual(
    [
      (await claiming(message.length)).status,
      (await claiming(message.length + 1)).status,
      (await claiming(message.length - 1)).status,
    ],
    [200, 400, 400],
  )
})

test('a request without a body, or that is no sync, is refused', async (t) => {
  const handler = handlerOf(t)
  assert.equal((await handler(posting(null))).status, 411)
  assert.equal((await handler(posting('a=b', {}))).status, 415)
  const page = await handler(new Request('http://localhost/'))
  assert.equal(page.status, 200)
  assert.match(await page.text(), /fossil clone/)
})

test('the platform tells where a request comes from', async (t) => {
  const seen: AnswerContext[] = []
  const answer: Answerer = (_, request, context) => {
    seen.push(context)
    return request
  }
  const handler = handlerOf(t, { answer })
  await handler(posting(message.slice()), { remoteAddress: '192.0.2.7' })
  await handler(posting(message.slice()))
  assert.deepEqual(
    seen.map(({ remoteAddress }) => remoteAddress),
    ['192.0.2.7', undefined],
  )
})

test('a request whose sender left is not acted on', async (t) => {
  let answers = 0
  const answer: Answerer = (_, request) => {
    answers++
    return request
  }
  const handler = handlerOf(t, { answer })
  const request = posting(message.slice())
  const controller = new AbortController()
  const response = handler(new Request(request, { signal: controller.signal }))
  controller.abort()
  assert.equal((await response).status, 400)
  assert.equal(answers, 0)
})

test('a handler that closes finishes what is under way', async (t) => {
  const handler = handlerOf(t)
  let open: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      open = controller
    },
  })
  const underWay = handler(posting(body))
  const closed = handler.close()
  assert.equal((await handler(posting(message.slice()))).status, 503)
  open?.enqueue(message)
  open?.close()
  assert.equal((await underWay).status, 200)
  await closed
})

test('options that make no sense, and files that are none, are refused at once', () => {
  const repo = makeRepo('server')
  const { env } = repo
  fails('option.invalid', () => fossilHandler({ repo, silenceTimeoutMs: 0 }))
  fails('repo.unreadable', () => fossilHandler({ file: '/no/such.fossil', env }))
  fails('repo.unreadable', () => fossilHandler({ file: import.meta.filename, env }))
})

/**
 * The server against clients that work, that misbehave, and that come all at once.
 * @module
 */

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'

import { bytesEqual, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import { fullAccess } from '../sync/access.ts'
import { handleXfer } from '../sync/handler.ts'
import {
  addArtifacts,
  bodyOf,
  cardsOf,
  contentOf,
  fileCard,
  heldNames,
  makeRepo,
  ofType,
  projectCode,
  pullCard,
  pushCard,
  verifyRepo,
} from '../sync/pair.suite.ts'
import { sync } from '../sync/sync.ts'
import type { Card } from '../xfer/card.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { httpTransport } from './http-client.ts'
import type { Answerer, AnswerContext, HttpEvent } from './http-service.ts'
import { post, RawClient, send, statuses } from './raw-client.suite.ts'
import { type FossilServer, serve, type ServeOptions } from './serve.ts'
import { ManualTimers } from './timers.suite.ts'
import { failureOf, messageOf, withinDeadline } from './transport.suite.ts'

const echo: Answerer = (_, request) => request
const trusting: Answerer = (repo, request) => handleXfer(repo, request, { access: fullAccess })
const message = messageOf(200)

/** A server over one repository in memory; echoes unless told otherwise. */
async function started(
  t: TestContext,
  options: ServeOptions & { repo?: Repo } = {},
): Promise<FossilServer> {
  const { repo = makeRepo('server'), ...rest } = options
  const server = await serve({ repo, answer: echo, ...rest })
  t.after(() => server.close())
  return server
}

function igot(i: number): string {
  return `igot ${i.toString(16).padStart(40, '0')}\n`
}

/** A POST of a message of so many bytes, in one chunk. */
function chunked(bytes: number): Buffer {
  const body = messageOf(bytes)
  const size = Buffer.from(`${body.length.toString(16)}\r\n`)
  const chunk = Buffer.concat([size, body, Buffer.from('\r\n0\r\n\r\n')])
  return post('/', chunk, 'Transfer-Encoding: chunked')
}

/** Checks that an ordinary client is still served. */
async function stillServes({ url }: FossilServer): Promise<void> {
  using transport = httpTransport(url)
  assert.ok(bytesEqual(await transport.exchange(message), message))
}

test('20 MB go both ways unharmed', async (t) => {
  using transport = httpTransport((await started(t)).url)
  const large = messageOf(20_000_000)
  assert.ok(bytesEqual(await transport.exchange(large), large))
})

test('32 clients at once end with what everybody had', async (t) => {
  const repo = makeRepo('server')
  const server = await started(t, { repo, answer: trusting })
  const clients = Array.from({ length: 32 }, (_, i) => {
    const client = makeRepo(`client ${i}`)
    addArtifacts(client, { from: i * 5, to: i * 5 + 5 })
    return client
  })
  const syncAll = (): Promise<unknown> =>
    Promise.all(
      clients.map(async (client) => {
        using transport = httpTransport(server.url)
        assert.ok((await sync(client, transport)).complete)
      }),
    )
  await syncAll()
  await syncAll()
  verifyRepo(repo)
  const names = heldNames(repo)
  assert.ok(names.length >= 160)
  for (const client of clients) assert.deepEqual(heldNames(client), names)
})

test('between any two answers the event loop turns', async (t) => {
  const order: string[] = []
  const answer: Answerer = (_, request) => {
    order.push('answer')
    return request
  }
  const server = await started(t, { answer })
  let isOver = false
  const tick = (): void => {
    if (order.length > 0) order.push('tick')
    if (!isOver) setImmediate(tick)
  }
  tick()
  using transport = httpTransport(server.url)
  await Promise.all(Array.from({ length: 16 }, () => transport.exchange(message)))
  isOver = true
  assert.equal(order.filter((what) => what === 'answer').length, 16)
  assert.doesNotMatch(order.join(' '), /answer answer/)
})

test('300,000 announcements in one request are answered, and a million are too many', async (t) => {
  const server = await serve({ repo: makeRepo('server') })
  t.after(() => server.close())
  using transport = httpTransport(server.url)
  const replyTo = async (count: number): Promise<Card[]> => {
    const igots = Array.from({ length: count }, (_, i) => igot(i)).join('')
    const body = utf8(`pull x ${projectCode}\n${igots}`)
    const request = encodeMessage(body, { deflateOverBytes: Infinity })
    return cardsOf(await transport.exchange(request))
  }
  const answered = await replyTo(300_000)
  assert.deepEqual(ofType(answered, 'error'), [])
  assert.equal(answered.at(-1)?.type, 'comment')
  const [refused] = ofType(await replyTo(1_000_000), 'error')
  assert.match(refused?.text ?? '', /over the limit of 16777216/)
})

test('replies have a length, no encoding, and are not for keeping', async (t) => {
  const { port } = await started(t)
  const [reply] = await send(port, post('/', message, 'Accept-Encoding: gzip, deflate, br'))
  assert.equal(reply?.status, 200)
  assert.deepEqual(
    ['content-type', 'content-length', 'content-encoding', 'cache-control'].map((name) =>
      reply.headers.get(name),
    ),
    ['application/x-fossil', String(message.length), undefined, 'no-store, no-transform'],
  )
  assert.ok(bytesEqual(reply.body, message))
})

test('a message is answered whatever the path, in the type it came in', async (t) => {
  const { port } = await started(t)
  for (const path of ['/', '/xfer', '/a/b%20c?x=y', 'http://other.host/x', '*']) {
    assert.deepEqual(await statuses(port, post(path, message)), [200], path)
  }
  for (const type of ['application/x-fossil-debug', 'Application/X-Fossil-Uncompressed; a=b']) {
    const [reply] = await send(port, post('/', '# as it is\n', `Content-Type: ${type}`))
    assert.equal(reply?.headers.get('content-type'), type.replace(/;.*/, '').toLowerCase())
    assert.equal(reply?.body.toString(), '# as it is\n')
  }
})

test('an answer learns who asks', async (t) => {
  const seen: AnswerContext[] = []
  const answer: Answerer = (_, request, context) => {
    seen.push(context)
    return { contentType: 'application/x-fossil-uncompressed', body: request }
  }
  const { port } = await started(t, { answer })
  const cookie = 'Cookie: a=b; x-f-l-c=login+me%2fyou+0123+4567; c=d'
  const [reply] = await send(port, post('/', message, cookie, 'X-Forwarded-For: 10.1.1.1'))
  assert.equal(reply?.headers.get('content-type'), 'application/x-fossil-uncompressed')
  const [context] = seen
  assert.equal(context?.loginCard, 'login me/you 0123 4567')
  assert.equal(context?.remoteAddress, '10.1.1.1')
  assert.equal(context?.headers.get('x-forwarded-for'), '10.1.1.1')
  assert.equal(context?.headers.get('x-absent'), null)
  assert.equal(context?.repository, undefined)
})

test('by default a stranger may do what nobody may: read, not write', async (t) => {
  const repo = makeRepo('server')
  addArtifacts(repo, { to: 1 })
  const server = await serve({ repo })
  t.after(() => server.close())
  using transport = httpTransport(server.url)
  const pulled = cardsOf(await transport.exchange(bodyOf(pullCard)))
  assert.equal(ofType(pulled, 'igot').length, 1)
  const pushed = await transport.exchange(bodyOf(pushCard, fileCard(contentOf(7))))
  assert.equal(ofType(cardsOf(pushed), 'error')[0]?.text, 'not authorized to write')
  assert.equal(heldNames(repo).length, 1)
})

test('what is wrong within a message is said in a message', async (t) => {
  const { port } = await started(t, { answer: trusting })
  const [reply] = await send(port, post('/', 'this is no zlib stream'))
  assert.equal(reply?.status, 200)
  assert.match(ofType(cardsOf(reply.body), 'error')[0]?.text ?? '', /xfer\.frame/)
})

const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
const refused: readonly [title: string, request: string | Buffer, status: number][] = [
  ['GET', head.replace('POST', 'GET').concat('\r\n'), 200],
  ['HEAD', head.replace('POST', 'HEAD').concat('\r\n'), 200],
  ['PUT', post('/', message).toString('latin1').replace('POST', 'PUT'), 405],
  ['a form', post('/', 'a=b', 'Content-Type: application/x-www-form-urlencoded'), 415],
  ['no type', post('/', 'a=b', 'Content-Type: '), 415],
  ['an artifact', post('/', 'C x', 'Content-Type: application/x-fossil-artifact'), 415],
  ['an encoding', post('/', message, 'Content-Encoding: gzip'), 415],
  ['no length', head.concat('Content-Type: application/x-fossil\r\n\r\n'), 411],
  ['an empty body', post('/', ''), 400],
  ['an empty chunked body', post('/', '0\r\n\r\n', 'Transfer-Encoding: chunked'), 400],
  ['a gigabyte announced', post('/', '', 'Content-Length: 1073741824'), 413],
  ['more than a number can say', post('/', '', `Content-Length: ${'9'.repeat(16)}`), 400],
  ['a negative length', post('/', '', 'Content-Length: -1'), 400],
  ['two lengths', post('/', 'ab', 'Content-Length: 2', 'Content-Length: 3'), 400],
  ['a length and chunks', post('/', 'x', 'Content-Length: 1', 'Transfer-Encoding: chunked'), 400],
  ['chunks that are none', post('/', 'zz\r\n', 'Transfer-Encoding: chunked'), 400],
  ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['a head over 16 kB', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
]

for (const [title, request, status] of refused) {
  test(`the reply to ${title} is ${status}, and others are served`, async (t) => {
    const server = await started(t)
    const client = new RawClient(server.port).write(request)
    const reply = await withinDeadline(0, () => client.first())
    client.socket.destroy()
    assert.equal(reply.status, status)
    if (status === 405) assert.equal(reply.headers.get('allow'), 'GET, HEAD, POST')
    await stillServes(server)
  })
}

test('a page tells a person how to clone', async (t) => {
  const { port } = await started(t)
  const [reply] = await send(port, head.replace('POST', 'GET').concat('\r\n'))
  assert.equal(reply?.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.match(reply.body.toString(), /^A Fossil repository\. Clone it with: fossil clone/)
})

test('two requests at once on one connection are answered in order', async (t) => {
  const { port } = await started(t)
  const [first, second] = [messageOf(100, 1), messageOf(100, 2)]
  const kept = post('/', '', `Content-Length: ${first.length}`).toString().replace('close', 'keep')
  const replies = await send(port, Buffer.concat([Buffer.from(kept), first, post('/', second)]))
  assert.equal(replies.length, 2)
  assert.ok(bytesEqual(replies[0]?.body ?? message, first))
  assert.ok(bytesEqual(replies[1]?.body ?? message, second))
})

test('a chunked request is taken up to the limit', async (t) => {
  const { port } = await started(t, { maxRequestBytes: 1_000 })
  assert.deepEqual(await statuses(port, chunked(900)), [200])
  assert.deepEqual(await statuses(port, chunked(1_100)), [413])
  assert.deepEqual(await statuses(port, post('/', messageOf(1_100))), [413])
})

test('a client that sends too much gets to read why it is refused', async (t) => {
  const { url } = await started(t, { maxRequestBytes: 1_000 })
  using transport = httpTransport(url)
  const reason = await failureOf(transport.exchange(messageOf(5_000_000)))
  assert.match(reason, /HTTP 413 .*over the limit of 1000 bytes/)
})

test('a body that stalls or drips is given up in time', async (t) => {
  const stalling = await started(t, { silenceTimeoutMs: 40 })
  assert.deepEqual(
    await withinDeadline(40, () => statuses(stalling.port, post('/', 'x', 'Content-Length: 9'))),
    [408],
  )
  const dripping = await started(t, { bodyTimeoutMs: 60 })
  const client = new RawClient(dripping.port).write(post('/', 'x', 'Content-Length: 999'))
  const drip = setInterval(() => client.write('x'), 5)
  const replies = await withinDeadline(60, () => client.all())
  clearInterval(drip)
  assert.deepEqual(
    replies.map(({ status }) => status),
    [408],
  )
  await stillServes(stalling)
  await stillServes(dripping)
})

test('a head that stalls is given up in time', async (t) => {
  const server = await started(t, { headersTimeoutMs: 40 })
  assert.deepEqual(
    await withinDeadline(80, () => statuses(server.port, 'POST / HTTP/1.1\r\nHost:')),
    [408],
  )
  await stillServes(server)
})

test('clients that leave in the middle are no trouble', async (t) => {
  const events: HttpEvent[] = []
  const server = await started(t, { observer: (event) => void events.push(event) })
  for (let i = 0; i < 20; i++) {
    const { socket } = new RawClient(server.port).write(post('/', 'x', 'Content-Length: 999'))
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    socket.resetAndDestroy()
  }
  await stillServes(server)
  assert.deepEqual(
    events.filter(({ type }) => type === 'http.failed'),
    [],
  )
})

test('more bytes than allowed are told to come back', async (t) => {
  const small = await started(t, { maxHeldBytes: 1_000, maxRequestBytes: 2_000 })
  const [busy] = await send(small.port, post('/', messageOf(1_100)))
  assert.deepEqual([busy?.status, busy?.headers.get('retry-after')], [503, '1'])
  for (let i = 0; i < 10; i++) await stillServes(small)
})

test('an answer that throws is a 500 that tells nothing; the observer hears all', async (t) => {
  const events: HttpEvent[] = []
  const error = new Error('the secret of /var/repo')
  const server = await started(t, {
    answer: () => {
      throw error
    },
    observer: (event) => void events.push(event),
    timers: new ManualTimers(),
  })
  const [reply] = await send(server.port, post('/x', message))
  assert.equal(reply?.status, 500)
  assert.equal(reply.body.toString(), 'The server failed to answer.\n')
  assert.deepEqual(events, [
    { type: 'http.failed', path: '/x', error },
    {
      type: 'http.answered',
      method: 'POST',
      path: '/x',
      status: 500,
      requestBytes: message.length,
      replyBytes: reply.body.length,
      durationMs: 0,
      remoteAddress: '127.0.0.1',
      user: undefined,
    },
  ])
})

test('closing finishes what is under way and refuses the rest', async (t) => {
  const server = await started(t)
  const idle = new RawClient(server.port)
  const half = new RawClient(server.port).write(post('/', 'ab', 'Content-Length: 4'))
  await stillServes(server)
  const closed = server.close()
  half.write('cd')
  assert.equal((await half.first()).body.toString(), 'abcd')
  await closed
  assert.deepEqual(await idle.all(), [])
  using transport = httpTransport(server.url)
  assert.match(await failureOf(transport.exchange(message)), /connection refused/)
  await server.close()
})

test('closing waits so long and no longer', async (t) => {
  const server = await started(t, { closeTimeoutMs: 30 })
  const half = new RawClient(server.port).write(post('/', 'ab', 'Content-Length: 4'))
  await stillServes(server)
  await withinDeadline(30, () => server.close())
  assert.deepEqual(await half.all(), [])
})

test('a port that is taken is an error with its number', async (t) => {
  const { port } = await started(t)
  await assert.rejects(
    () => serve({ repo: makeRepo('other'), port }),
    (error) =>
      FossilError.is(error, 'transport.failed') &&
      error.detail.reason.includes(`127.0.0.1:${port}: `),
  )
})

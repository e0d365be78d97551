/**
 * The HTTP client against servers that work, that refuse, and that misbehave in every way we could
 * think of: each ends in a typed error, in time, without holding more than allowed.
 * @module
 */

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'

import { bytesEqual, fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { selfSigned } from './certificate.suite.ts'
import { type HttpTransport, httpTransport, type HttpTransportOptions } from './http-client.ts'
import type { Progress } from './http-post.ts'
import {
  bodyOf,
  closedPort,
  httpPeer,
  httpsPeer,
  type Listener,
  socketPeer,
} from './peers.suite.ts'
import {
  type Behaviour,
  failureOf,
  messageOf,
  transportContract,
  withinDeadline,
} from './transport.suite.ts'

const fossilType = 'application/x-fossil'
const request = messageOf(300)
/** Ample: what is tested ends sooner, or not at all. */
const patient: HttpTransportOptions = {
  connectTimeoutMs: 10_000,
  silenceTimeoutMs: 10_000,
  exchangeTimeoutMs: 10_000,
}

function connect(t: TestContext, url: string, options: HttpTransportOptions = {}): HttpTransport {
  const transport = httpTransport(url, { ...patient, ...options })
  t.after(() => transport.close())
  return transport
}

/** The reason why an exchange with `url` fails. */
function failure(t: TestContext, url: string, options: HttpTransportOptions = {}): Promise<string> {
  return withinDeadline(0, () => failureOf(connect(t, url, options).exchange(request)))
}

/**
 * The reason why an exchange fails with a server that answers with these bytes and then hangs up.
 */
async function failureOver(t: TestContext, ...lines: readonly string[]): Promise<string> {
  const url = await socketPeer(t, (socket) => socket.end(lines.join('\r\n')))
  return failure(t, url)
}

const echo: Listener = async (incoming, response) => {
  const body = await bodyOf(incoming)
  const headers = { 'content-type': fossilType, 'content-length': body.length }
  response.writeHead(200, headers).end(body)
}

const listeners: Readonly<Record<Behaviour, Listener>> = {
  echo,
  empty: (_, response) => response.writeHead(200, { 'content-type': fossilType }).end(),
  silent: (incoming) => incoming.resume(),
  cut: (incoming, response) => {
    response.writeHead(200, { 'content-type': fossilType, 'content-length': 100 })
    response.write('ten bytes.', () => incoming.socket.destroy())
  },
}

transportContract({
  name: 'http',
  open: async (t, behaviour, timeoutMs) =>
    connect(t, await httpPeer(t, listeners[behaviour]), {
      connectTimeoutMs: timeoutMs,
      silenceTimeoutMs: timeoutMs,
      exchangeTimeoutMs: timeoutMs,
    }),
})

test('a request goes to the path as given, with a length and no password', async (t) => {
  let seen: unknown
  const url = await httpPeer(t, (incoming, response) => {
    const { host = '', ...headers } = incoming.headers
    seen = { method: incoming.method, address: `http://${host}${incoming.url}`, headers }
    echo(incoming, response)
  })
  const address = `${url.replace('//', '//me:secret@')}/a%20b/repo?x=1#top`
  await connect(t, address, { headers: { 'x-extra': 'yes' } }).exchange(request)
  assert.deepEqual(seen, {
    method: 'POST',
    address: `${url}/a%20b/repo?x=1`,
    headers: {
      'accept-encoding': 'identity',
      'content-type': fossilType,
      'content-length': String(request.length),
      connection: 'keep-alive',
      'user-agent': 'trilobite',
      'x-extra': 'yes',
    },
  })
})

test('a password appears in no address, no error and no dump', async (t) => {
  const url = (await closedPort()).replace('//', '//me:secret@')
  const transport = connect(t, url)
  assert.deepEqual([transport.user, transport.password], ['me', 'secret'])
  assert.equal(transport.url, `${url.replace('me:secret@', '')}/`)
  const error: unknown = await transport.exchange(request).catch((thrown: unknown) => thrown)
  const shown = [error, transport].map((value) => inspect(value, { depth: 9 })).join()
  assert.doesNotMatch(shown, /secret/)
})

test('a connection is used again where the server keeps it', async (t) => {
  let connections = 0
  const url = await httpPeer(t, (incoming, response) => {
    if (incoming.socket.listenerCount('seen') === 0) connections++
    incoming.socket.on('seen', () => {})
    echo(incoming, response)
  })
  const transport = connect(t, url)
  for (let i = 0; i < 3; i++) await transport.exchange(request)
  assert.equal(connections, 1)
  assert.deepEqual(transport.stats, {
    exchanges: 3,
    failures: 0,
    redirects: 0,
    bytesSent: 3 * request.length,
    bytesReceived: 3 * request.length,
  })
})

test('a kept connection that the server has closed is replaced, not reported', async (t) => {
  const reply = `HTTP/1.1 200 OK\r\nContent-Type: ${fossilType}\r\nContent-Length: 5\r\n\r\nhello`
  const asked: number[] = []
  const url = await socketPeer(t, (socket, connection) => {
    const isFirst = !asked.includes(connection)
    asked.push(connection)
    if (isFirst) socket.write(reply)
    else socket.destroy()
  })
  const transport = connect(t, url)
  await transport.exchange(request)
  assert.equal(fromUtf8(await transport.exchange(request)), 'hello')
  assert.deepEqual(asked, [0, 0, 1])
})

test('progress counts what is sent and what comes', async (t) => {
  const seen: Progress[] = []
  const large = messageOf(300_000)
  const onProgress = (progress: Progress): unknown => seen.push(progress)
  await connect(t, await httpPeer(t, echo), { onProgress }).exchange(large)
  const { length } = large
  assert.ok(seen.length > 4)
  assert.deepEqual(seen.at(-1), {
    bytesSent: length,
    bytesToSend: length,
    bytesReceived: length,
    bytesToReceive: length,
  })
  for (const [i, { bytesSent, bytesReceived }] of seen.entries()) {
    const before = seen[i - 1]
    assert.ok(before === undefined || before.bytesSent <= bytesSent)
    assert.ok(before === undefined || before.bytesReceived <= bytesReceived)
  }
})

test('a progress callback that throws ends its exchange and nothing else', async (t) => {
  const url = await httpPeer(t, echo)
  const reason = await failure(t, url, { onProgress: () => assert.fail('no screen') })
  assert.match(reason, /onProgress threw: no screen/)
})

test('a raw reply, as to a clone, arrives framed', async (t) => {
  for (const type of ['application/x-fossil-uncompressed', 'application/x-fossil-debug']) {
    const url = await httpPeer(t, (_, response) => {
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-length': 8 })
      response.end('# hello\n')
    })
    const reply = await connect(t, url).exchange(request)
    assert.equal(fromUtf8(decodeMessage(reply, { maxBytes: 100 })), '# hello\n')
  }
})

test('a raw reply that ends with its connection is read', async (t) => {
  const reply = 'HTTP/1.0 200 OK\r\nContent-Type: application/x-fossil-uncompressed\r\n\r\n# hi\n'
  const url = await socketPeer(t, (socket) => socket.end(reply))
  const message = await connect(t, url).exchange(request)
  assert.equal(fromUtf8(decodeMessage(message, { maxBytes: 100 })), '# hi\n')
})

test('chunked and close-delimited replies are read', async (t) => {
  const message = fromUtf8(encodeMessage(utf8('# hi\n')))
  const chunk = `${message.length.toString(16)}\r\n${message}\r\n0\r\n\r\n`
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${fossilType}\r\n`
  for (const text of [
    `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`,
    `${head.replace('1.1', '1.0')}\r\n${message}`,
    `${head}\r\n${message}`,
    `${head}Connection: close\r\n\r\n${message}`,
  ]) {
    const url = await socketPeer(t, (socket) => socket.end(Buffer.from(text, 'latin1')))
    assert.equal(fromUtf8(await connect(t, url).exchange(request)), message)
  }
})

const broken: readonly [title: string, reply: readonly string[], reason: RegExp][] = [
  ['nothing', [], /the server closed the connection/],
  ['garbage', ['SSH-2.0-OpenSSH_9.2', ''], /the reply is not HTTP \(HPE_/],
  ['a head that breaks off', ['HTTP/1.1 200 OK', 'Content-'], /the server closed the connection/],
  [
    'a body that breaks off',
    ['HTTP/1.1 200 OK', `Content-Type: ${fossilType}`, 'Content-Length: 100', '', 'ten bytes.'],
    /broke off after 10 of 100 bytes: the server closed the connection/,
  ],
  [
    'a chunk that breaks off',
    ['HTTP/1.1 200 OK', `Content-Type: ${fossilType}`, 'Transfer-Encoding: chunked', '', '64', 'x'],
    /broke off after 1 bytes/,
  ],
  [
    'a chunk of no size',
    ['HTTP/1.1 200 OK', `Content-Type: ${fossilType}`, 'Transfer-Encoding: chunked', '', 'zz', ''],
    /broke off after 0 bytes: the reply is not HTTP \(HPE_INVALID_CHUNK_SIZE\)/,
  ],
  [
    'two lengths',
    ['HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 6', '', 'hello'],
    /the reply is not HTTP/,
  ],
  [
    'an encoding nobody asked for',
    ['HTTP/1.1 200 OK', `Content-Type: ${fossilType}`, 'Transfer-Encoding: gzip', '', 'hello'],
    /Transfer-Encoding gzip/,
  ],
  [
    'a page',
    ['HTTP/1.1 200 OK', 'Content-Type: text/html', '', '<title>Hi</title><p>Not\x07 here'],
    /no Fossil server answers here: the reply is text\/html \(“Hi Not here”\)/,
  ],
  ['no type', ['HTTP/1.1 200 OK', '', ''], /the reply is untyped$/],
  [
    'another type that begins alike',
    ['HTTP/1.1 200 OK', 'Content-Type: application/x-fossil-artifact', '', 'C x'],
    /the reply is application\/x-fossil-artifact/,
  ],
  [
    'not found',
    ['HTTP/1.1 404 Not Found', 'Content-Type: text/html', '', '<style>p{}</style><h1>Gone</h1>'],
    /HTTP 404 Not Found \(“Gone”\)$/,
  ],
  ['an error without a page', ['HTTP/1.1 500 Oops', '', ''], /HTTP 500 Oops$/],
  ['no content', ['HTTP/1.1 204 No Content', '', ''], /HTTP 204 No Content$/],
  [
    'another protocol',
    ['HTTP/1.1 101 Switching', 'Connection: upgrade', 'Upgrade: x', '', ''],
    /closed/,
  ],
  ['a redirect to nowhere', ['HTTP/1.1 302 Found', '', ''], /HTTP 302 Found$/],
  [
    'a redirect elsewhere',
    ['HTTP/1.1 302 Found', 'Location: file:///etc/passwd', '', ''],
    /a redirect to "file:\/\/\/etc\/passwd" is not followed/,
  ],
]

for (const [title, lines, reason] of broken) {
  test(`${title} in reply is a failure with its reason`, async (t) => {
    assert.match(await failureOver(t, ...lines), reason)
  })
}

test('a compressed reply is refused, since it is no longer what the server sent', async (t) => {
  const url = await httpPeer(t, (_, response) => {
    response.writeHead(200, { 'content-type': fossilType, 'content-encoding': 'gzip' })
    response.end(gzipSync(request))
  })
  assert.match(await failure(t, url), /Content-Encoding gzip: something between here and/)
})

test('headers without end are refused', async (t) => {
  const url = await socketPeer(t, (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200_000)}`)
  })
  assert.match(await failure(t, url), /headers of the reply are too long/)
})

test('a refused connection, a reset and a reset within the body are failures', async (t) => {
  assert.match(await failure(t, await closedPort()), /^http:\/\/127.*: connection refused$/)
  const reset = await socketPeer(t, (socket) => socket.resetAndDestroy())
  assert.match(await failure(t, reset), /the server closed the connection/)
  const within = await socketPeer(t, (socket) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Type: ${fossilType}\r\nContent-Length: 100\r\n\r\n`
    socket.write(`${head}ten bytes.`, () => setTimeout(() => socket.resetAndDestroy(), 20))
  })
  assert.match(await failure(t, within), /broke off after 10 of 100 bytes/)
})

test('silence before a reply, within its head or its body ends at its deadline', async (t) => {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${fossilType}\r\nContent-Length: 100\r\n`
  for (const said of ['', head, `${head}\r\nten bytes.`]) {
    const url = await socketPeer(t, (socket) => said !== '' && socket.write(said))
    assert.match(await failure(t, url, { silenceTimeoutMs: 40 }), /silence for 40 ms/, said)
  }
})

test('a server that does not read fails at the deadline of silence', async (t) => {
  const url = await socketPeer(t, (socket) => socket.pause())
  const transport = connect(t, url, { silenceTimeoutMs: 60 })
  const reason = await failureOf(transport.exchange(messageOf(30_000_000)))
  assert.match(reason, /silence for 60 ms/)
})

test('a reply that drips ends at the deadline of the exchange', async (t) => {
  const url = await socketPeer(t, (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${fossilType}\r\nContent-Length: 100\r\n\r\n`)
    const drip = setInterval(() => socket.write('x'), 5)
    socket.once('close', () => clearInterval(drip))
  })
  const reason = await failure(t, url, { silenceTimeoutMs: 2_000, exchangeTimeoutMs: 80 })
  assert.match(reason, /not over within 80 ms/)
})

test('a handshake that never ends is a connection that never comes', async (t) => {
  const url = (await socketPeer(t, () => {})).replace('http:', 'https:')
  assert.match(await failure(t, url, { connectTimeoutMs: 50 }), /no connection within 50 ms/)
})

test('a reply without end is read to the limit and no further', async (t) => {
  const maxReplyBytes = 1_000_000
  let written = 0
  const pour: Listener = (_, response) => {
    response.writeHead(200, { 'content-type': fossilType })
    const part = Buffer.alloc(65_536)
    const more = (): void => {
      while (!response.destroyed && response.write(part)) written += part.length
    }
    response.on('drain', more).on('error', () => {})
    more()
  }
  const url = await httpPeer(t, pour)
  const reason = await failure(t, url, { maxReplyBytes })
  assert.match(reason, /over the limit of 1000000 bytes/)
  assert.ok(written < maxReplyBytes + 20_000_000, `${written} bytes left the server`)
})

test('a length over the limit is refused before the body comes', async (t) => {
  const url = await socketPeer(t, (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${fossilType}\r\nContent-Length: 101\r\n\r\n`)
  })
  assert.match(await failure(t, url, { maxReplyBytes: 100 }), /over the limit of 100 bytes/)
})

test('a reply that comes before the request is sent is read', async (t) => {
  const url = await httpPeer(t, (_, response) => {
    response.writeHead(413, { connection: 'close' }).end('Too long.')
  })
  const reason = await failureOf(connect(t, url).exchange(messageOf(200_000)))
  assert.match(reason, /HTTP 413/)
})

/** Redirects every request for a path of the table, and echoes the others. */
function redirecting(table: Readonly<Record<string, [status: number, location: string]>>): {
  listener: Listener
  asked: string[]
} {
  const asked: string[] = []
  return {
    asked,
    listener: (incoming, response) => {
      asked.push(incoming.url ?? '')
      const [status, location] = table[incoming.url ?? ''] ?? []
      if (status === undefined || location === undefined) return echo(incoming, response)
      incoming.resume()
      incoming.on('end', () => response.writeHead(status, { location }).end('elsewhere'))
      return undefined
    },
  }
}

test('redirects are followed with the whole request; permanent ones are remembered', async (t) => {
  const { listener, asked } = redirecting({
    '/a': [301, '/b/xfer'],
    '/b/': [308, '/c'],
    '/c': [302, 'd'],
    '/d': [307, '/e/xfer'],
  })
  const url = await httpPeer(t, listener)
  const transport = connect(t, `${url}/a`)
  assert.ok(bytesEqual(await transport.exchange(request), request))
  assert.deepEqual(asked, ['/a', '/b/', '/c', '/d', '/e/'])
  assert.equal(transport.url, `${url}/c`)
  assert.equal(transport.stats.redirects, 4)
  await transport.exchange(request)
  assert.deepEqual(asked.slice(5), ['/c', '/d', '/e/'])
})

test('a redirect in a circle ends', async (t) => {
  const { listener, asked } = redirecting({ '/a': [302, '/b'], '/b': [302, '/a'] })
  assert.match(await failure(t, `${await httpPeer(t, listener)}/a`), /more than 20 redirects/)
  assert.equal(asked.length, 21)
})

test('https is spoken with servers that are trusted, and never given up', async (t) => {
  const identity = selfSigned()
  const { listener } = redirecting({ '/down': [302, 'http://me:secret@127.0.0.1:9/x'] })
  const url = await httpsPeer(t, identity, listener)
  const tls = { ca: identity.cert }
  assert.ok(bytesEqual(await connect(t, url, { tls }).exchange(request), request))
  assert.match(await failure(t, url), /self-signed certificate/)
  assert.match(
    await failure(t, `${url}/down`, { tls }),
    /a redirect from https to "http:\/\/127\.0\.0\.1:9\/x", where everybody could read along/,
  )
})

test('an abort within a reply closes the connection', async (t) => {
  const closed = Promise.withResolvers<void>()
  const controller = new AbortController()
  const url = await socketPeer(t, (socket) => {
    socket.once('close', () => closed.resolve())
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${fossilType}\r\nContent-Length: 100\r\n\r\nx`)
    setTimeout(() => controller.abort(), 20)
  })
  const { signal } = controller
  assert.match(await failureOf(connect(t, url).exchange(request, { signal })), /aborted/)
  await closed.promise
})

test('what is no address is refused without being quoted', () => {
  for (const address of ['', 'fossil', 'ssh://me:secret@host/x', 'http://me:secret@', 'file:/x']) {
    assert.throws(
      () => httpTransport(address),
      (error) => FossilError.is(error, 'option.invalid') && !/secret/.test(String(error.stack)),
      address,
    )
  }
})

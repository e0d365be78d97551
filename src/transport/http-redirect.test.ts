/**
 * Logins and the ways of a request: who is given them when it is sent elsewhere or goes by a proxy.
 * And how errors of the way tell apart.
 * @module
 */

import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { signBySecret } from '../xfer/login.ts'
import { selfSigned } from './certificate.suite.ts'
import { type HttpTransport, httpTransport, type HttpTransportOptions } from './http-client.ts'
import { isSameSite } from './http-url.ts'
import {
  bodyOf,
  closedPort,
  httpPeer,
  httpsPeer,
  type Listener,
  socketPeer,
} from './peers.suite.ts'
import { messageOf } from './transport.suite.ts'

const fossilType = 'application/x-fossil'
const secret = { login: 'carol', secret: '0'.repeat(40) }
const signed = encodeMessage(signBySecret(utf8('pragma x\n'), secret))
const headers = { authorization: 'Basic c2VjcmV0', 'x-key': 'secret' }

function connect(t: TestContext, url: string, options: HttpTransportOptions = {}): HttpTransport {
  const transport = httpTransport(url, options)
  t.after(() => transport.close())
  return transport
}

/** A server that notes what it is told: its secret headers, and the message. */
async function listening(
  t: TestContext,
  { location, status = 307 }: { location?: () => string; status?: number } = {},
): Promise<{ url: string; told: unknown[] }> {
  const told: unknown[] = []
  const url = await httpPeer(t, async (incoming, response) => {
    told.push(await secretsOf(incoming))
    const to = location?.()
    if (to !== undefined) response.writeHead(status, { location: to }).end()
    else response.writeHead(200, { 'content-type': fossilType }).end(encodeMessage(utf8('# \n')))
  })
  return { url, told }
}

async function secretsOf(incoming: IncomingMessage): Promise<unknown> {
  const message = fromUtf8(decodeMessage(await bodyOf(incoming), { maxBytes: 1000 }))
  return [incoming.headers.authorization, incoming.headers['x-key'], message]
}

const whole = [
  headers.authorization,
  headers['x-key'],
  fromUtf8(signBySecret(utf8('pragma x\n'), secret)),
]
const bare = [undefined, undefined, 'pragma x\n']

test('another site that a redirect leads to gets no headers and no login card', async (t) => {
  const other = await listening(t)
  for (const status of [302, 308]) {
    const ours = await listening(t, { location: () => `${other.url}/x`, status })
    const transport = connect(t, ours.url, { headers })
    other.told.length = 0
    assert.equal(transport.redirectedTo, undefined)
    for (let i = 0; i < 2; i++) await transport.exchange(signed)
    assert.deepEqual(other.told, [bare, bare])
    assert.deepEqual(ours.told, status === 308 ? [whole] : [whole, whole])
    assert.equal(transport.redirectedTo, `${other.url}/x`)
    assert.equal(transport.url, status === 308 ? `${other.url}/x` : `${ours.url}/`)
  }
})

test('a site that the caller trusts with redirects is believed', async (t) => {
  const other = await listening(t)
  const ours = await listening(t, { location: () => other.url })
  const transport = connect(t, ours.url, { headers, trustRedirects: true })
  await transport.exchange(signed)
  assert.deepEqual(other.told, [whole])
  assert.equal(transport.redirectedTo, undefined)
})

test('the same site is the same origin, or its TLS where both have their usual ports', () => {
  const cases: readonly [from: string, to: string, isSame: boolean][] = [
    ['http://host/a', 'http://host:80/b', true],
    ['http://host/a', 'https://host/b', true],
    ['https://host/a', 'http://host/b', false],
    ['http://host:8080/', 'https://host/', false],
    ['http://host/', 'https://host:8443/', false],
    ['http://host/', 'http://host:81/', false],
    ['http://host/', 'https://www.host/', false],
  ]
  for (const [from, to, isSame] of cases) {
    assert.equal(isSameSite(new URL(from), new URL(to)), isSame, `${from} ${to}`)
  }
})

test('a proxy is used, but not for this machine or where no_proxy says so', async (t) => {
  const seen: unknown[] = []
  const proxy = await httpPeer(t, async (incoming, response) => {
    seen.push([incoming.url, incoming.headers['proxy-authorization']])
    response.writeHead(200, { 'content-type': fossilType }).end(await bodyOf(incoming))
  })
  const proxyEnv = { http_proxy: proxy.replace('//', '//me:pw@') }
  const request = messageOf(100)
  await connect(t, 'http://fossil.invalid/x', { proxyEnv }).exchange(request)
  assert.deepEqual(seen, [['http://fossil.invalid/x', 'Basic bWU6cHc=']])

  const here = await listening(t)
  await connect(t, here.url, { proxyEnv }).exchange(signed)
  assert.equal(here.told.length, 1)
  // Any address of this machine, and yet none that is known to be.
  const url = here.url.replace('127.0.0.1', '0.0.0.0')
  const not = { ...proxyEnv, no_proxy: '0.0.0.0' }
  await connect(t, url, { proxyEnv: not }).exchange(signed)
  assert.equal(here.told.length, 2)
  await connect(t, url, { proxyEnv }).exchange(request)
  assert.deepEqual([here.told.length, seen.length], [2, 2])

  const wrong = { proxyEnv: { https_proxy: 'me:secret@proxy' } }
  assert.throws(
    () => httpTransport(here.url, wrong),
    (error) => FossilError.is(error, 'option.invalid') && !/secret/.test(String(error.stack)),
  )
})

const page: Listener = (_, response) => response.writeHead(200, { 'content-type': 'a/b' }).end()
const none: Listener = (_, response) => response.writeHead(404).end()

test('errors of the way tell apart', async (t) => {
  const tls = await httpsPeer(t, selfSigned(), page)
  const plain = await httpPeer(t, page)
  const cases: readonly [FossilErrorCode, url: string, HttpTransportOptions?][] = [
    ['transport.unreachable', await closedPort()],
    ['transport.silent', await socketPeer(t, () => {}), { silenceTimeoutMs: 20 }],
    ['transport.tls', tls],
    ['transport.tls', plain.replace('http:', 'https:')],
    ['transport.foreign', plain],
    ['transport.foreign', await socketPeer(t, (socket) => socket.end('SSH-2.0\r\n'))],
    ['transport.status', await httpPeer(t, none)],
    ['transport.failed', await socketPeer(t, (socket) => socket.destroy())],
  ]
  for (const [code, url, options] of cases) {
    const error: unknown = await connect(t, url, options)
      .exchange(signed)
      .catch((thrown: unknown) => thrown)
    assert.ok(FossilError.is(error, 'transport'), String(error))
    assert.equal(error.code, code, `${url} ${error.message}`)
    if (FossilError.is(error, 'transport.status')) assert.equal(error.detail.status, 404)
  }
  const aborted = connect(t, plain).exchange(signed, { signal: AbortSignal.abort() })
  await assert.rejects(aborted, { code: 'transport.aborted' })
})

/**
 * Requests sent by a page in somebody's browser, told from others.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { BrowserGuard, type BrowserOptions } from './browser-guard.ts'
import { clientAddress, isLoopback } from './peer-address.ts'

/** Tells whether a request on a connection to `localAddress` is let in. */
function lets(
  options: BrowserOptions,
  [host, origin = null, localAddress = '127.0.0.1']: readonly [
    host: string | null,
    origin?: string | null,
    localAddress?: string,
  ],
): boolean {
  return new BrowserGuard(options).problem({ host, origin, localAddress }) === undefined
}

test('on the loopback address only names that cannot lead elsewhere are answered', () => {
  for (const host of [null, '127.0.0.1:80', '[::1]:80', 'LOCALHOST', 'a.localhost:1', '10.0.0.1']) {
    assert.ok(lets({}, [host]), String(host))
  }
  for (const host of ['evil.example', 'evil.example:80', 'localhost.evil.example', '127.0.0.1.x']) {
    assert.ok(!lets({}, [host]), host)
    assert.ok(!lets({}, [host, null, '::ffff:127.0.0.1']), host)
    assert.ok(lets({}, [host, null, '192.0.2.1']), host)
  }
  assert.ok(lets({ allowedHosts: ['Fossil.Example'] }, ['fossil.example:8080']))
  assert.ok(!lets({ allowedHosts: ['fossil.example'] }, ['evil.example']))
  assert.ok(lets({ allowedHosts: ['*'] }, ['any.example']))
})

test('a page of another site is refused everywhere, unless it is named', () => {
  const page = 'https://page.example'
  for (const origin of [page, 'null', '', 'http://localhost:81', 'file://']) {
    assert.ok(!lets({}, ['localhost:80', origin]), origin)
    assert.ok(!lets({}, ['fossil.example', origin, '192.0.2.1']), origin)
  }
  assert.ok(lets({}, ['localhost:81', 'http://localhost:81']))
  assert.ok(lets({ allowedOrigins: [page] }, ['localhost', page]))
  assert.ok(!lets({ allowedOrigins: [page] }, ['localhost', 'http://page.example']))
  assert.ok(lets({ allowedOrigins: ['*'] }, ['localhost', 'null']))
})

test('a proxy on this machine says for whom it asks; nobody else is believed', () => {
  const cases: readonly [
    remote: string | undefined,
    forwarded: string | null,
    is: string | undefined,
  ][] = [
    ['127.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['::1', 'spoofed, 192.0.2.9, 192.0.2.1', '192.0.2.1'],
    ['::ffff:127.0.0.1', '192.0.2.1:4711', '192.0.2.1'],
    ['127.0.0.1', '[2001:db8::1]:80, 127.0.0.1', '2001:db8::1'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', null, '127.0.0.1'],
    ['192.0.2.7', '192.0.2.1', '192.0.2.7'],
    [undefined, '192.0.2.1', undefined],
  ]
  for (const [remote, forwarded, is] of cases) assert.equal(clientAddress(remote, forwarded), is)
  assert.deepEqual(
    ['127.9.9.9', '::1', '::ffff:127.0.0.1', '128.0.0.1', '::2', 'localhost'].map(isLoopback),
    [true, true, true, false, false, false],
  )
})

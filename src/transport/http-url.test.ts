/**
 * Addresses: what is taken out of them, what is kept, and where redirects may lead.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fails } from '../sync/pair.suite.ts'
import { parseRemote, redirectTarget } from './http-url.ts'

test('a user and a password are taken out of an address, decoded as stock does', () => {
  const read: readonly [string, string, string | undefined, string | undefined][] = [
    ['http://host', 'http://host/', undefined, undefined],
    ['https://HOST:443/A/b', 'https://host/A/b', undefined, undefined],
    ['http://host:8080/x/', 'http://host:8080/x/', undefined, undefined],
    ['http://me@host/x#frag', 'http://host/x', 'me', undefined],
    ['http://me:pass%3Aw%C3%B6rd@host/', 'http://host/', 'me', 'pass:wörd'],
    ['http://a+b:c+d@host/', 'http://host/', 'a b', 'c d'],
    ['http://me:100%@host/', 'http://host/', 'me', '100%'],
    ['http://me:p@ss@host/', 'http://host/', 'me', 'p@ss'],
    ['http://carol:1#2@host:8080/x#frag', 'http://host:8080/x', 'carol', '1#2'],
    ['http://carol:p?w@host/', 'http://host/', 'carol', 'p?w'],
    ['http://carol:p\\w:[@host', 'http://host/', 'carol', 'p\\w:['],
    ['http://me:%23%2F@host/~a@b', 'http://host/~a@b', 'me', '#/'],
    ['http://host/~a@b', 'http://host/~a@b', undefined, undefined],
    ['http://[::1]:80/x?y', 'http://[::1]/x?y', undefined, undefined],
  ]
  for (const [text, url, user, password] of read) {
    const remote = parseRemote(text)
    assert.deepEqual([remote.url.href, remote.user, remote.password], [url, user, password], text)
  }
})

test('what is no http or https address is refused without being quoted', () => {
  for (const text of [
    '',
    'x',
    '/etc',
    'ssh://me:secret@h/',
    'http://',
    'http://me:secret@:x/',
    'http://me:1/secret@host/',
    'http://me:secret',
  ]) {
    const error = fails('option.invalid', () => parseRemote(text))
    assert.doesNotMatch(String(error.stack), /secret/)
    assert.equal(error.cause, undefined)
  }
})

test('a redirect is resolved, loses /xfer and any password, and never leaves https', () => {
  const from = new URL('https://host/a/b')
  const targets: readonly [string, string | RegExp][] = [
    ['https://other/x', 'https://other/x'],
    ['/x/xfer', 'https://host/x/'],
    ['/xfer', 'https://host/'],
    ['/x/xferred', 'https://host/x/xferred'],
    ['c', 'https://host/a/c'],
    ['//other/x#y', 'https://other/x'],
    ['https://me:secret@other/', 'https://other/'],
    ['http://me:secret@other/', /^a redirect from https to "http:\/\/other\/"/],
    ['ssh://me:secret@other/', /^a redirect to "ssh:\/\/other\/"$/],
    ['javascript:alert(1)', /^a redirect to "javascript/],
    ['http://', /^a redirect to "http:\/\/"$/],
    [`http://${'x'.repeat(9_000)}:y`, /^.{0,130}…"$/],
  ]
  for (const [location, expected] of targets) {
    const target = redirectTarget(from, location)
    if (typeof expected === 'string') assert.equal(String(target), expected, location)
    else {
      assert.ok(typeof target === 'string', location)
      assert.match(target, expected)
    }
  }
  assert.equal(String(redirectTarget(new URL('http://h/'), 'https://h/x')), 'https://h/x')
})

/**
 * HTTP as plain bytes: replies in any number of pieces, and what is no reply. Also the two small
 * texts that servers and clients show each other: error pages and the login cookie.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { printable } from '../base/printable.ts'
import { excerpt } from './http-reply.ts'
import { ReplyParser, requestText } from './http-text.ts'
import { loginCookie } from './login-cookie.ts'

const seed = 20_260_801

function parsed(...parts: readonly Uint8Array[]): ReplyParser {
  const parser = new ReplyParser()
  for (const part of parts) parser.add(part)
  return parser
}

function resultOf(text: string, isEnd = true): unknown {
  const result = parsed(utf8(text)).result({ isEnd })
  if (typeof result === 'string') return result
  return [result.head.status, result.head.statusText, fromUtf8(result.body)]
}

test('a request says what it is and how long', () => {
  assert.equal(
    fromUtf8(requestText('/x', utf8('body'))),
    'POST /x HTTP/1.0\r\nHost: localhost\r\nUser-Agent: trilobite\r\n' +
      'Content-Type: application/x-fossil\r\nContent-Length: 4\r\n\r\nbody',
  )
})

test('a reply is the same in whatever pieces it comes', () => {
  const reply = utf8(
    'HTTP/1.0 200 OK\r\nContent-Type: a/b\r\nCONTENT-LENGTH: 6\r\n\r\n\r\n\r\n##!!',
  )
  fc.assert(
    fc.property(fc.array(fc.nat(reply.length), { maxLength: 9 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), reply.length]
      const parser = parsed(...at.slice(1).map((end, i) => reply.subarray(at[i], end)))
      assert.ok(parser.isWhole)
      const result = parser.result({ isEnd: false })
      assert.ok(typeof result !== 'string')
      assert.equal(fromUtf8(result.body), '\r\n\r\n##')
      assert.equal(result.head.header('content-type'), 'a/b')
    }),
    { seed, numRuns: 200 },
  )
})

test('a body ends with its length, or with the output where it has none', () => {
  assert.deepEqual(resultOf('HTTP/1.1 404\r\nContent-Length: 2\r\n\r\nabc', false), [404, '', 'ab'])
  assert.deepEqual(resultOf('HTTP/1.0 200 All right\r\n\r\nabc'), [200, 'All right', 'abc'])
  assert.equal(resultOf('HTTP/1.0 200 OK\r\n\r\nabc', false), 'the reply broke off after 3 bytes')
})

test('what lacks something says what', () => {
  const told: readonly [string, RegExp][] = [
    ['', /^no reply$/],
    ['HTT', /^the reply broke off in its headers$/],
    ['HTTP/1.0 200 OK\r\nContent-Length: 1\r\n', /^the reply broke off in its headers$/],
    ['HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\na', /^the reply broke off after 1 of 3 bytes$/],
    ['Status: 200\r\n\r\n', /^the reply is not HTTP: “Status: 200”$/],
    ['HTTP/2.0 200 OK\r\n\r\n', /^the reply is not HTTP/],
    ['HTTP/1.0 20 OK\r\n\r\n', /^the reply is not HTTP/],
    ['HTTP/1.0 200 OK\r\nno colon\r\n\r\n', /^the reply is not HTTP: “no colon”$/],
    ['HTTP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n', /^the reply is not HTTP: “-1”$/],
    [`HTTP/1.0 200 OK\r\nX: ${'x'.repeat(70_000)}`, /^the reply is not HTTP/],
    [`HTTP/1.0 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, /^the reply is not HTTP/],
  ]
  for (const [text, reason] of told) assert.match(String(resultOf(text)), reason)
})

test('no bytes make the parser throw', () => {
  const starts = ['', 'HTTP/1.0 200 OK\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n']
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 60 }), (start, rest) => {
      const parser = parsed(utf8(start), rest)
      const result = parser.result({ isEnd: true })
      assert.ok(typeof result === 'string' || result.body.length <= rest.length)
    }),
    { seed, numRuns: 500 },
  )
})

test('a page is shown as one short line of plain words', () => {
  assert.equal(
    excerpt(utf8('<style>p { x }</style><p>Not\n<b>here</b>\x1b[31m &amp; now</p><script>no')),
    'Not here [31m &amp; now',
  )
  assert.equal(excerpt(utf8('a'.repeat(5_000))), `${'a'.repeat(200)}…`)
  assert.equal(excerpt(Uint8Array.of(0xff, 0x41)), '\ufffdA')
  assert.equal(printable('a\u202eb\r\nc\0', 10), 'a b c')
})

test('the login card is found among cookies, and nothing else is', () => {
  const cards: readonly [string, string | undefined][] = [
    ['', undefined],
    ['x-f-l-c', ''],
    ['a=x-f-l-c; b=x-f-l-c=1', undefined],
    ['x-f-l-cc=1', undefined],
    ['a=1;x-f-l-c=login+u+n+s;b=2', 'login u n s'],
    [' x-f-l-c = login%20%C3%A9=+n%2Bs ', 'login é= n+s'],
    ['x-f-l-c=login+100%', 'login 100%'],
  ]
  for (const [cookies, card] of cards) assert.equal(loginCookie(cookies), card, cookies)
})

/**
 * Transports over a program's standard input and output: programs that do as they should, that do
 * not, and stock Fossil.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import type { Transport } from '../sync/transport.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { findFossil, fossilEnv, requireFossilOrSkip } from '../../tools/ensure-fossil.ts'
import { stdioTransport } from './stdio.ts'
import { failureOf, messageOf, transportContract, withinDeadline } from './transport.suite.ts'

const peer = join(import.meta.dirname, 'stdio-peer.suite.ts')

function peerTransport(
  behaviour: string,
  options: { silenceTimeoutMs?: number; exchangeTimeoutMs?: number; maxReplyBytes?: number } = {},
): Transport {
  return stdioTransport({ command: process.execPath, args: [peer, behaviour], ...options })
}

transportContract({
  name: 'a command',
  open: (_, behaviour, timeoutMs) =>
    peerTransport(behaviour, { silenceTimeoutMs: timeoutMs, exchangeTimeoutMs: timeoutMs }),
})

test('a reply without a length ends with its program', async () => {
  const request = messageOf(5_000)
  assert.deepEqual(await peerTransport('unsized').exchange(request), request)
})

test('a raw reply arrives framed', async () => {
  const reply = await peerTransport('raw').exchange(messageOf(10))
  assert.equal(fromUtf8(decodeMessage(reply, { maxBytes: 100 })), '# hello\n')
})

test('a whole reply counts although its program goes on', async () => {
  const request = messageOf(5_000)
  const reply = await withinDeadline(0, () => peerTransport('lingers').exchange(request))
  assert.deepEqual(reply, request)
})

const failures: readonly [behaviour: string, reason: RegExp][] = [
  ['page', /HTTP 500 Oops \(“Database locked”\)/],
  ['garbage', /not HTTP: “usage: peer \?OPTIONS\?/],
  ['dies', /no reply; it ended with code 3; it says: the disk is on fire$/],
  ['cut', /broke off after 10 of 100 bytes; it ended$/],
]

for (const [behaviour, reason] of failures) {
  test(`a program that behaves like "${behaviour}" fails with its reason`, async () => {
    assert.match(await failureOf(peerTransport(behaviour).exchange(messageOf(10))), reason)
  })
}

test('a program that never stops writing is stopped at the limit', async () => {
  const transport = peerTransport('endless', { maxReplyBytes: 1_000_000 })
  const reason = await withinDeadline(1_000, () => failureOf(transport.exchange(messageOf(10))))
  assert.match(reason, /over the limit of 1000000 bytes/)
})

test('a program that does not exist is named', async () => {
  const transport = stdioTransport({ command: 'no-such-program-anywhere' })
  assert.match(
    await failureOf(transport.exchange(messageOf(10))),
    /^no-such-program-anywhere: cannot start it: .*ENOENT/,
  )
})

test('stock answers over pipes, and says what it does not like', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const bin = findFossil()?.bin ?? ''
  const options = { fossilBin: bin, repository: '/no/such.fossil', env: fossilEnv() }
  const request = encodeMessage(utf8('# nothing\n'))
  const reason = await failureOf(stdioTransport(options).exchange(request))
  assert.match(reason, /such\.fossil|not found|HTTP|no reply/i)
})

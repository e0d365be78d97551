/**
 * The contract over a pair in memory: two ends of one process, the smallest transport there is.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FossilError } from '../base/error.ts'
import type { Transport } from '../sync/transport.ts'
import { type Behaviour, transportContract } from './transport.suite.ts'
import { checkTimeout, Watch } from './watch.ts'

/** The answer of each peer in memory; nothing means never. */
const peers: Readonly<Record<Behaviour, (request: Uint8Array, watch: Watch) => unknown>> = {
  echo: (request) => request.slice(),
  empty: (_, watch) => watch.fail('the reply is empty'),
  silent: () => undefined,
  cut: (_, watch) => watch.fail('the reply broke off'),
}

function memoryTransport(behaviour: Behaviour, timeoutMs: number): Transport {
  return {
    exchange: (request, { signal } = {}) => {
      const deadlines = {
        connectTimeoutMs: Infinity,
        silenceTimeoutMs: timeoutMs,
        exchangeTimeoutMs: Infinity,
      }
      const watch = new Watch('memory', deadlines, signal)
      watch.heard()
      const reply = new Promise<Uint8Array>((resolve, reject) => {
        watch.endBy(reject)
        setImmediate(() => {
          const answer = peers[behaviour](request, watch)
          if (answer instanceof Uint8Array) resolve(answer)
        })
      })
      return reply.finally(() => watch.stop())
    },
  }
}

transportContract({ name: 'memory', open: (_, behaviour, ms) => memoryTransport(behaviour, ms) })

test('a timeout outside what timers can count is refused', () => {
  for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31, 0.5]) {
    assert.throws(
      () => checkTimeout('silenceTimeoutMs', timeoutMs),
      (error) => FossilError.is(error, 'option.invalid') && /silenceTimeoutMs/.test(error.message),
      String(timeoutMs),
    )
  }
  assert.deepEqual(
    [1, 2 ** 31 - 1, Infinity].map((ms) => checkTimeout('x', ms)),
    [1, 2 ** 31 - 1, Infinity],
  )
})

test('the first reason for an end is the one that counts', () => {
  const watch = new Watch(
    'somewhere',
    { connectTimeoutMs: 10, silenceTimeoutMs: 10, exchangeTimeoutMs: 10 },
    undefined,
  )
  const ends: string[] = []
  watch.endBy(({ detail }) => ends.push(detail.reason))
  const first = watch.fail('one')
  assert.equal(watch.fail('two'), first)
  watch.endBy(({ detail }) => ends.push(`late ${detail.reason}`))
  watch.stop()
  assert.deepEqual(ends, ['somewhere: one', 'late somewhere: one'])
})

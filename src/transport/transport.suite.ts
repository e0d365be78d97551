/**
 * The contract of the transport port. Every implementation runs it, over a peer that behaves well
 * or badly on demand.
 * @module
 */

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'

import { bytesEqual } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Transport } from '../sync/transport.ts'
import { encodeMessage } from '../xfer/frame.ts'

/** The behaviour of the peer at a request. */
export type Behaviour =
  /** It sends the message back. */
  | 'echo'
  /** It replies with no bytes at all. */
  | 'empty'
  /** It takes the request and says nothing. */
  | 'silent'
  /** Its reply breaks off. */
  | 'cut'

/** One implementation, and peers for it. What it opens it closes after the test. */
export interface Subject {
  readonly name: string
  /** @param timeoutMs every deadline of the transport */
  open(t: TestContext, behaviour: Behaviour, timeoutMs: number): Transport | Promise<Transport>
}

/** Ample for what is meant to succeed. */
const patienceMs = 20_000
/** The deadline of tests in which it is meant to run out. */
const deadlineMs = 60
/** Deadlines are kept to within this, on a busy machine. */
const slackMs = 5_000

/** A framed message of `bytes` bytes that compression cannot shrink, and no other `label` gives. */
export function messageOf(bytes: number, label = 0): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4))
  let state = 0x9e37_79b9 ^ label
  for (let i = 0; i < words.length; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + 0x6d2b_79f5
    words[i] = state
  }
  const message = new Uint8Array(words.buffer, 0, bytes)
  return encodeMessage(message, { deflateOverBytes: Infinity })
}

/** Waits for an exchange to fail as the port says; returns the reason. */
export async function failureOf(exchange: Promise<unknown>): Promise<string> {
  const outcome = await exchange.catch((error: unknown) => error)
  assert.ok(FossilError.is(outcome, 'transport'), `${String(outcome)} is of a transport`)
  return outcome.detail.reason
}

/** Checks that `action` is over within its deadline and some slack. */
export async function withinDeadline<T>(timeoutMs: number, action: () => Promise<T>): Promise<T> {
  const startMs = performance.now()
  const result = await action()
  const tookMs = performance.now() - startMs
  assert.ok(tookMs < timeoutMs + slackMs, `${tookMs} ms is over ${timeoutMs} ms and slack`)
  return result
}

/** Registers the contract as tests of `subject`. */
export function transportContract(subject: Subject): void {
  const { name } = subject

  test(`${name}: a message comes back as it went, and the request is not changed`, async (t) => {
    const transport = await subject.open(t, 'echo', patienceMs)
    for (const bytes of [1, 1_000, 70_000]) {
      const request = messageOf(bytes)
      const before = request.slice()
      const reply = await transport.exchange(request)
      assert.ok(bytesEqual(reply, before), `${bytes} bytes`)
      assert.ok(bytesEqual(request, before))
    }
  })

  test(`${name}: 20 MB go both ways unharmed`, async (t) => {
    const transport = await subject.open(t, 'echo', patienceMs)
    const request = messageOf(20_000_000)
    assert.ok(bytesEqual(await transport.exchange(request), request))
  })

  test(`${name}: exchanges at the same time get their own replies`, async (t) => {
    const transport = await subject.open(t, 'echo', patienceMs)
    const requests = Array.from({ length: 8 }, (_, i) => messageOf(5_000 + i, i))
    const replies = await Promise.all(requests.map((request) => transport.exchange(request)))
    for (const [i, reply] of replies.entries()) assert.ok(bytesEqual(reply, requests[i] ?? reply))
    assert.equal(new Set(replies.map((reply) => reply.length)).size, 8)
  })

  test(`${name}: an empty reply is a failure`, async (t) => {
    const transport = await subject.open(t, 'empty', patienceMs)
    assert.match(await failureOf(transport.exchange(messageOf(100))), /the reply is empty/)
  })

  test(`${name}: a reply that breaks off is a failure`, async (t) => {
    const transport = await subject.open(t, 'cut', patienceMs)
    assert.match(await failureOf(transport.exchange(messageOf(100))), /broke off/)
  })

  test(`${name}: a peer that says nothing fails at the deadline`, async (t) => {
    const transport = await subject.open(t, 'silent', deadlineMs)
    const reason = await withinDeadline(deadlineMs, () =>
      failureOf(transport.exchange(messageOf(100))),
    )
    assert.match(reason, new RegExp(`${deadlineMs} ms`))
  })

  test(`${name}: an abort ends an exchange that waits, and tells its reason`, async (t) => {
    const transport = await subject.open(t, 'silent', patienceMs)
    const controller = new AbortController()
    const { signal } = controller
    const exchange = withinDeadline(0, () => transport.exchange(messageOf(100), { signal }))
    setTimeout(() => controller.abort(new Error('enough')), 20)
    const error = await exchange.catch((thrown: unknown) => thrown)
    assert.ok(FossilError.is(error, 'transport.aborted'))
    assert.match(error.detail.reason, /aborted/)
    assert.ok(error.cause instanceof Error && error.cause.message === 'enough')
  })

  test(`${name}: an abort beforehand sends nothing`, async (t) => {
    const transport = await subject.open(t, 'echo', patienceMs)
    const signal = AbortSignal.abort()
    assert.match(await failureOf(transport.exchange(messageOf(100), { signal })), /aborted/)
  })

  test(`${name}: an exchange works after one that failed`, async (t) => {
    const transport = await subject.open(t, 'echo', patienceMs)
    await failureOf(transport.exchange(messageOf(100), { signal: AbortSignal.abort() }))
    const request = messageOf(200)
    assert.ok(bytesEqual(await transport.exchange(request), request))
  })
}

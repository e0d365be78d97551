/**
 * The server's side: a function from request to reply, in one transaction. It keeps nothing
 * between requests but the proofs of login that were used.
 *
 * Source: fossil src/xfer.c:1275-1960 (page_xfer), with one difference on purpose: after an error
 * nothing of the message is kept, and the reply is the error alone. Stock keeps what it accepted
 * before the error and may append announcements.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { assert } from '../base/assert.ts'
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import { isBusy } from '../db/driver.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { CardWriter } from '../xfer/format.ts'
import { type ContentType, contentTypes, decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { Answer } from './answer.ts'
import { metered } from './budget.ts'
import type { HandlerOptions } from './handler-options.ts'
import { defaultDeflateOverBytes } from './limits.ts'
import { allowedMessageBytes } from './message-size.ts'

/**
 * Answers one encoded message with another. What is wrong with the request is said in the reply,
 * as an `error` card, and then nothing of the request was kept.
 *
 * @example
 * ```ts
 * const reply = handleXfer(repo, request, { access: fullAccess })
 * ```
 * @throws {FossilError} `option.invalid`
 */
export function handleXfer(
  repo: Repo,
  request: Uint8Array,
  options: HandlerOptions = {},
): Uint8Array {
  return encoded(reply(repo, request, options).message, options)
}

/**
 * The same, for a transport that can say of which type the reply is: that to a clone of version 3
 * goes unwrapped, since its artifacts are compressed already (xfer.c:1552).
 *
 * @throws {FossilError} `option.invalid`
 */
export function answerXfer(
  repo: Repo,
  request: Uint8Array,
  options: HandlerOptions = {},
): {
  readonly contentType: ContentType
  readonly body: Uint8Array
  /** The login; undefined for nobody. */
  readonly login: string | undefined
  /** The error behind the `error` card of the reply, which may say less. */
  readonly error: FossilError | undefined
} {
  const { message, isRaw, login, error } = reply(repo, request, options)
  return isRaw
    ? { contentType: contentTypes.uncompressed, body: message, login, error }
    : { contentType: contentTypes.compressed, body: encoded(message, options), login, error }
}

function encoded(message: Uint8Array, options: HandlerOptions): Uint8Array {
  const { deflateOverBytes = defaultDeflateOverBytes } = options
  return encodeMessage(message, { deflateOverBytes })
}

interface Reply {
  readonly message: Uint8Array
  readonly isRaw: boolean
  readonly login: string | undefined
  readonly error: FossilError | undefined
}

/** Most requests only read, beside whoever writes; one that turns out to write may have to wait. */
function reply(repo: Repo, request: Uint8Array, options: HandlerOptions): Reply {
  requireBytes('request', request)
  assert(!dbOf(repo).inTransaction, 'a request is answered in a transaction of its own')
  try {
    return replyIn('deferred', repo, request, options)
  } catch (error) {
    if (!isBusy(error)) throw error
    return replyIn('immediate', repo, request, options)
  }
}

function replyIn(
  mode: 'deferred' | 'immediate',
  repo: Repo,
  request: Uint8Array,
  options: HandlerOptions,
): Reply {
  const answer = new Answer(repo, options)
  try {
    const message = decodeMessage(request, {
      maxBytes: allowedMessageBytes(repo, request, options),
    })
    const body = metered(repo, () => repo.transaction(() => answer.replyTo(message), mode))
    return { message: body, isRaw: answer.isRaw, login: answer.login, error: undefined }
  } catch (error) {
    if (!FossilError.is(error)) throw error
    if (answer.arrivals > 0) repo.env.mark?.('sync.request-undone')
    if (mode === 'deferred' && isBusy(error)) {
      if (answer.nonce !== undefined) options.nonces?.forget(answer.nonce)
      throw error
    }
    options.observer?.({ type: 'request.refused', code: error.code, message: error.message })
    const { login } = answer
    return { message: refusal(repo, answer, error), isRaw: false, login, error }
  }
}

/** An error is the whole reply; who may not clone learns whom to log in to (xfer.c:1534-1541). */
function refusal(repo: Repo, answer: Answer, error: FossilError): Uint8Array {
  const writer = new CardWriter()
  if (answer.wasRefusedClone) {
    const codes = { serverCode: repo.serverCode, projectCode: repo.projectCode }
    writer.add({ type: 'push', ...codes })
  }
  writer.add({ type: 'error', text: refusalText(error) })
  return writer.finish()
}

/** Errors that bytes of the request cause; the others are nothing to tell a stranger. */
const causedByRequest: ReadonlySet<FossilErrorCode> = new Set([
  'xfer.frame',
  'xfer.malformed',
  'delta.corrupt',
])

/**
 * The words of a refusal: those of stock where stock has some, since its clients show them to
 * people. Never what a mismatched content hashes to: with deltas of its own making, a peer that may
 * write could spell out what it may not read.
 */
function refusalText(error: FossilError): string {
  if (FossilError.is(error, 'sync.refused')) return error.detail.message
  if (FossilError.is(error, 'xfer.limit')) {
    return `too much in one message: ${error.detail.reason}; send less`
  }
  if (FossilError.is(error, 'hash.mismatch')) {
    return `wrong hash on received artifact: ${error.detail.expected}`
  }
  if (causedByRequest.has(error.code)) return error.message
  if (isBusy(error)) return 'the server is busy: try again'
  return `the server failed to answer (${error.code})`
}

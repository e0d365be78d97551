/**
 * Reads the body of a request from a stranger: within a size, within a time, within what all
 * requests together may hold.
 *
 * May know timers. Knows nothing of sockets: a body is whatever can be read in parts.
 * @module
 */

import { concat } from '../base/bytes.ts'

/** A body that arrives in parts. */
export interface BodyReader {
  /** The next part, or undefined at the end. Rejects when the sender is gone. */
  read(): Promise<Uint8Array | undefined>
  /** Gives the rest up. */
  cancel(): void
}

/** Why a request is answered with an error page. Never leaves this folder. */
export class Refusal extends Error {
  static {
    this.prototype.name = 'Refusal'
  }
  readonly status: number

  /** @param reason one sentence for a person, without anything of the server's insides */
  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

/** How much one body may hold and how long it may take. */
export interface BodyLimits {
  readonly maxRequestBytes: number
  /** Without a byte, in milliseconds. */
  readonly silenceTimeoutMs: number
  /** For the whole body, in milliseconds. */
  readonly bodyTimeoutMs: number
}

/** Bytes that all requests together may hold. */
export class Allowance {
  readonly #most: number
  #held = 0

  constructor(most: number) {
    this.#most = most
  }

  /** @throws {Refusal} 503 when there is no room for `bytes` more */
  take(bytes: number): void {
    if (this.#held + bytes > this.#most) throw new Refusal(503, 'The server is busy.')
    this.#held += bytes
  }

  release(bytes: number): void {
    this.#held -= bytes
  }
}

/**
 * Reads a body of `length` bytes, or of unknown length where that is undefined (chunked). Memory
 * grows with what arrives, not with what is announced.
 *
 * @returns the bytes, taken from `allowance`: the caller releases as many
 * @throws {Refusal} 400, 408, 413 or 503; nothing is held then
 */
export async function readBody(
  body: BodyReader,
  length: number | undefined,
  limits: BodyLimits,
  allowance: Allowance,
): Promise<Uint8Array> {
  const { maxRequestBytes, silenceTimeoutMs, bodyTimeoutMs } = limits
  const tooLong = `The request is over the limit of ${maxRequestBytes} bytes.`
  if (length !== undefined && length > maxRequestBytes) throw new Refusal(413, tooLong)
  const deadlineMs = performance.now() + bodyTimeoutMs
  const parts: Uint8Array[] = []
  let received = 0
  try {
    for (;;) {
      const restMs = deadlineMs - performance.now()
      const part = await within(Math.min(silenceTimeoutMs, restMs), body.read())
      if (part === undefined) break
      if (received + part.length > maxRequestBytes) throw new Refusal(413, tooLong)
      allowance.take(part.length)
      received += part.length
      parts.push(part)
    }
    if (received === 0) throw new Refusal(400, 'The request is empty.')
    if (length !== undefined && received !== length) {
      throw new Refusal(400, `The request broke off after ${received} of ${length} bytes.`)
    }
    return concat(parts)
  } catch (error) {
    allowance.release(received)
    body.cancel()
    if (error instanceof Refusal) throw error
    throw new Refusal(400, `The request broke off after ${received} bytes.`)
  }
}

/** Waits for `promise`, at most `timeoutMs`. */
function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const expire = (): void => reject(new Refusal(408, 'The request takes too long to arrive.'))
    const timer = timeoutMs === Infinity ? undefined : setTimeout(expire, Math.max(0, timeoutMs))
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

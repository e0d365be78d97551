/**
 * Reads the body of a request from a stranger: within a size, within a time, at a rate, within what
 * all requests together may hold.
 *
 * Knows nothing of sockets: a body is whatever can be read in parts.
 * @module
 */

import { concat } from '../base/bytes.ts'
import { type Flows, networkOf } from './flows.ts'
import type { Timers } from './timers.ts'

/** A body that arrives in parts. */
export interface BodyReader {
  /** The next part, or undefined at the end. Rejects when the sender is gone. */
  read(): Promise<Uint8Array | undefined>
  /** Gives the rest up. */
  cancel(): void
}

/** The reason why a request is answered with an error page. Never leaves this folder. */
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

/** The surroundings of reading a body. */
export interface BodyContext {
  readonly maxRequestBytes: number
  /** For the whole body, in milliseconds. */
  readonly bodyTimeoutMs: number
  readonly allowance: Allowance
  readonly flows: Flows
  readonly timers: Timers
  /** The sender, where it is known. */
  readonly address: string | undefined
}

/** Bytes that all requests together may hold, and those of one address. */
export class Allowance {
  readonly #most: number
  readonly #mostPerAddress: number
  #held = 0
  readonly #heldBy = new Map<string, number>()

  constructor({ most, mostPerAddress }: { most: number; mostPerAddress: number }) {
    this.#most = most
    this.#mostPerAddress = mostPerAddress
  }

  /** @throws {Refusal} 503 when there is no room for `bytes` more */
  take(bytes: number, address: string | undefined): void {
    const network = address === undefined ? undefined : networkOf(address)
    const heldBy = network === undefined ? 0 : (this.#heldBy.get(network) ?? 0)
    if (this.#held + bytes > this.#most || heldBy + bytes > this.#mostPerAddress) {
      throw new Refusal(503, 'The server is busy.')
    }
    this.#held += bytes
    if (network !== undefined) this.#heldBy.set(network, heldBy + bytes)
  }

  release(bytes: number, address: string | undefined): void {
    this.#held -= bytes
    if (address === undefined) return
    const network = networkOf(address)
    const rest = (this.#heldBy.get(network) ?? 0) - bytes
    if (rest > 0) this.#heldBy.set(network, rest)
    else this.#heldBy.delete(network)
  }
}

/** The surroundings of reading a body. */
export interface BodyContext {
  readonly maxRequestBytes: number
  /** For the whole body, in milliseconds. */
  readonly bodyTimeoutMs: number
  readonly allowance: Allowance
  readonly flows: Flows
  readonly timers: Timers
  /** The sender, where it is known. */
  readonly address: string | undefined
}

/**
 * Reads a body of `length` bytes, or of unknown length where that is undefined (chunked). Memory
 * grows with what arrives, not with what is announced.
 *
 * @returns the bytes, taken from the allowance: the caller releases as many
 * @throws {Refusal} 400, 408, 413 or 503; nothing is held then
 */
export async function readBody(
  body: BodyReader,
  length: number | undefined,
  context: BodyContext,
): Promise<Uint8Array> {
  const { maxRequestBytes, bodyTimeoutMs, allowance, flows, timers, address } = context
  const tooLong = `The request is over the limit of ${maxRequestBytes} bytes.`
  if (length !== undefined && length > maxRequestBytes) throw new Refusal(413, tooLong)
  const stop = Promise.withResolvers<never>()
  const giveUp = (): void => stop.reject(new Refusal(408, 'The request takes too long to arrive.'))
  stop.promise.catch(() => {})
  const flow = flows.begin({ address, giveUp })
  const forget = timers.after(bodyTimeoutMs, giveUp)
  const parts: Uint8Array[] = []
  let received = 0
  try {
    for (;;) {
      const part = await Promise.race([body.read(), stop.promise])
      if (part === undefined) break
      if (received + part.length > maxRequestBytes) throw new Refusal(413, tooLong)
      allowance.take(part.length, address)
      received += part.length
      parts.push(part)
      flow.moved(part.length)
    }
    if (received === 0) throw new Refusal(400, 'The request is empty.')
    if (length !== undefined && received !== length) {
      throw new Refusal(400, `The request broke off after ${received} of ${length} bytes.`)
    }
    return concat(parts)
  } catch (error) {
    allowance.release(received, address)
    body.cancel()
    if (error instanceof Refusal) throw error
    throw new Refusal(400, `The request broke off after ${received} bytes.`)
  } finally {
    flow.end()
    forget()
  }
}

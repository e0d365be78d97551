/**
 * One HTTP POST over a socket, watched from the first packet to the last.
 *
 * Node's own client rather than `fetch`: fetch has no deadline for connecting, hides how much of a
 * body is sent, unpacks Content-Encoding unasked, and resends to redirects by browser rules.
 *
 * Reference: fossil src/http.c:139-188 (request header), 545-912 (reply).
 * @module
 */

import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { type Agent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'

import { concat } from '../base/bytes.ts'
import { contentTypes } from '../xfer/frame.ts'
import { printable } from '../base/printable.ts'
import { excerptBytes, refusalOf, type ReplyHead } from './http-reply.ts'
import type { FailureKind, Watch } from './watch.ts'

/** The progress of an exchange. Bodies only; headers are not counted. */
export interface Progress {
  /** Handed to the operating system, or about to be. */
  readonly bytesSent: number
  readonly bytesToSend: number
  readonly bytesReceived: number
  /** Undefined until the reply says it, or where it does not. */
  readonly bytesToReceive: number | undefined
}

/** One POST. */
export interface Post {
  readonly url: URL
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  /** Of `http` or of `https`, as the URL says. */
  readonly agent: Pick<Agent, 'destroy'>
  readonly watch: Watch
  readonly maxReplyBytes: number
  readonly onProgress: ((progress: Progress) => void) | undefined
}

/** The reply as received: of a message all of it, of anything else the first bytes. */
export interface PostReply {
  readonly head: ReplyHead
  readonly body: Uint8Array
}

/** Bytes handed to the socket at a time. */
const partBytes = 65_536

/**
 * Sends `post.body` and reads the reply. Where a connection that was kept open turns out to be
 * closed, it tries again on another: the server had no chance to answer.
 *
 * @throws {FossilError} `transport.failed`, as the watch words it
 */
export async function sendPost(post: Post): Promise<PostReply> {
  for (;;) {
    const exchange = new PostExchange(post)
    try {
      return await exchange.run()
    } catch (error) {
      if (!exchange.wasStale) throw post.watch.fail(describe(error), exchange.kindOf(error))
    }
  }
}

class PostExchange {
  readonly #post: Post
  readonly #request: ClientRequest
  #bytesSent = 0
  #bytesReceived = 0
  #bytesToReceive: number | undefined
  /** The first error of the socket or the parser; the reply only says that it was aborted. */
  #error: Error | undefined
  #isConnected = false
  #isAnswered = false
  #isComplete = false

  constructor(post: Post) {
    const { url, agent, watch } = post
    this.#post = post
    watch.connecting()
    const makeRequest = url.protocol === 'https:' ? httpsRequest : httpRequest
    const headers = {
      ...post.headers,
      'accept-encoding': 'identity',
      'content-type': contentTypes.compressed,
      'content-length': post.body.length,
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is the agent of this URL
    this.#request = makeRequest(url, { method: 'POST', headers, agent: agent as Agent })
    watch.endBy((failure) => this.#request.destroy(failure))
    const connected = (): void => {
      this.#isConnected = true
      watch.heard()
    }
    this.#request.once('socket', (socket) => {
      if (isUsable(socket)) connected()
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected)
    })
  }

  /** The connection was an old one and broke before a byte of a reply came. */
  get wasStale(): boolean {
    return this.#request.reusedSocket && !this.#isAnswered && this.#post.watch.failure === undefined
  }

  /** The stage that failed: the way there, the handshake, or what came after. */
  kindOf(cause: unknown): FailureKind {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (unreachable.has(code)) return { code: 'transport.unreachable', cause }
    if (code.startsWith('ERR_PROXY')) return { code: 'transport.unreachable', cause }
    if (code.startsWith('HPE_')) return { code: 'transport.foreign', cause }
    const isShakingHands = this.#post.url.protocol === 'https:' && !this.#isConnected
    return { ...(isShakingHands ? { code: 'transport.tls' } : {}), cause }
  }

  async run(): Promise<PostReply> {
    try {
      const response = await this.#response()
      const head = headOf(response)
      const isMessage = refusalOf(head) === undefined
      const body = await (isMessage ? this.#readMessage(response) : this.#readExcerpt(response))
      this.#isComplete = response.complete && this.#request.writableFinished
      return { head, body }
    } finally {
      // A connection with bytes left on it, either way, serves no other exchange.
      if (!this.#isComplete) this.#request.destroy()
    }
  }

  /** Sends the body; resolves with the reply's head, which may come before the body is gone. */
  #response(): Promise<IncomingMessage> {
    const request = this.#request
    return new Promise((resolve, reject) => {
      request.once('response', (response: IncomingMessage) => {
        this.#isAnswered = true
        this.#post.watch.heard()
        resolve(response)
      })
      request.on('error', (error) => {
        this.#error ??= error
        reject(error)
      })
      request.once('close', () => reject(new Error('the connection was closed without a reply')))
      this.#send()
    })
  }

  #send(): void {
    const { body } = this.#post
    const request = this.#request
    while (this.#bytesSent < body.length) {
      if (request.destroyed || this.#isAnswered) return
      const part = body.subarray(this.#bytesSent, this.#bytesSent + partBytes)
      this.#bytesSent += part.length
      const hasRoom = request.write(part)
      this.#report()
      if (!hasRoom) {
        request.once('drain', () => {
          this.#post.watch.heard()
          this.#send()
        })
        return
      }
    }
    request.end()
  }

  async #readMessage(response: IncomingMessage): Promise<Uint8Array> {
    const { watch, maxReplyBytes } = this.#post
    const announced = Number(response.headers['content-length'] ?? Number.NaN)
    this.#bytesToReceive = Number.isNaN(announced) ? undefined : announced
    const overLimit = `the reply is over the limit of ${maxReplyBytes} bytes`
    if (announced > maxReplyBytes) throw watch.fail(overLimit)
    const parts: Uint8Array[] = []
    try {
      for await (const part of partsOf(response)) {
        this.#bytesReceived += part.length
        if (this.#bytesReceived > maxReplyBytes) throw watch.fail(overLimit)
        watch.heard()
        parts.push(part)
        this.#report()
      }
    } catch (error) {
      const of = this.#bytesToReceive === undefined ? '' : ` of ${this.#bytesToReceive}`
      const came = `${this.#bytesReceived}${of} bytes`
      const cause = this.#error ?? error
      throw watch.fail(`the reply broke off after ${came}: ${describe(cause)}`, { cause })
    }
    if (this.#bytesReceived === 0) throw watch.fail('the reply is empty')
    return concat(parts)
  }

  /** Best effort: what the status and the headers say is failure enough. */
  async #readExcerpt(response: IncomingMessage): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let length = 0
    try {
      for await (const part of partsOf(response)) {
        parts.push(part)
        length += part.length
        if (length >= excerptBytes) break
      }
    } catch {
      // The page broke off: its beginning will do.
    }
    return concat(parts).subarray(0, excerptBytes)
  }

  #report(): void {
    const { onProgress, watch, body } = this.#post
    try {
      onProgress?.({
        bytesSent: this.#bytesSent,
        bytesToSend: body.length,
        bytesReceived: this.#bytesReceived,
        bytesToReceive: this.#bytesToReceive,
      })
    } catch (error) {
      // This may run in an event of the socket, where nobody would catch it.
      watch.fail(`onProgress threw: ${describe(error)}`, { cause: error })
    }
  }
}

/** Tells whether a socket is connected, and through with its handshake where it has one. */
function isUsable(socket: Socket): boolean {
  if (socket.connecting) return false
  return !('secureConnecting' in socket && socket.secureConnecting === true)
}

function partsOf(response: IncomingMessage): AsyncIterable<Uint8Array> {
  return response
}

function headOf({ statusCode = 0, statusMessage = '', headers }: IncomingMessage): ReplyHead {
  return {
    status: statusCode,
    statusText: statusMessage,
    header: (name) => {
      const value = headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
  }
}

/** Codes of the system for: there is no way to the server, or nobody listens. */
const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
])

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the server closed the connection',
  EPIPE: 'the server closed the connection',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'no host of this name',
  EAI_AGAIN: 'the name service does not answer',
  HPE_HEADER_OVERFLOW: 'the headers of the reply are too long',
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error), 100)
  const code = 'code' in error ? String(error.code) : ''
  const known = reasons[code]
  if (known !== undefined) return known
  if (code.startsWith('HPE_')) return `the reply is not HTTP (${code})`
  return printable(code === '' ? error.message : `${error.message} (${code})`, 150)
}

/**
 * A Fossil server on a port, on Node's own HTTP server.
 *
 * May know sockets and timers. What is answered is http-service.ts; here is how connections begin,
 * misbehave and end.
 * @module
 */

/// <reference lib="esnext.disposable" preserve="true" />

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { FossilError } from '../base/error.ts'
import { type HttpReply, HttpService, type HttpServiceOptions } from './http-service.ts'
import type { BodyReader } from './request-body.ts'
import type { RepoSource } from './served-repos.ts'
import { checkTimeout } from './watch.ts'

/** Options of a server: its address, and its patience. */
export interface ServeOptions extends HttpServiceOptions {
  /** Default 0: one that is free. */
  readonly port?: number
  /** Default `127.0.0.1`: this machine only. `0.0.0.0` or `::` is everybody who can reach it. */
  readonly host?: string
  /** For the head of a request. Default 30,000 ms. */
  readonly headersTimeoutMs?: number
  /** Time that `close` gives requests under way before it cuts them off. Default 30,000 ms. */
  readonly closeTimeoutMs?: number
}

/** A server that listens. */
export interface FossilServer extends AsyncDisposable {
  /** `http://HOST:PORT/`. In a folder, a repository's address is this and its name. */
  readonly url: string
  readonly port: number
  /** Requests whose reply is not gone yet. */
  readonly underWay: number
  /** Stops listening, finishes requests under way, closes the repositories. */
  close(): Promise<void>
}

/** A client that was refused early may have this long to finish sending and read why. */
const lingerMs = 1_000
/**
 * Longer than any proxy keeps a connection (nginx 60 s, Go's 90 s, Caddy 120 s). Were it shorter, a
 * connection would close just as the proxy sends a request on it, and most so while another answer
 * holds the event loop: the proxy then says 502.
 */
const keepAliveTimeoutMs = 180_000
/** Bytes of a reply handed to the socket at a time. */
const partBytes = 262_144

/**
 * Serves a repository or a folder of them over HTTP. For HTTPS put it behind a proxy that does not
 * compress.
 *
 * @example
 * ```ts
 * await using server = await serve({ file: 'project.fossil', env: systemEnv, port: 8080 })
 * console.log(server.url)
 * ```
 * @throws {FossilError} `option.invalid`; `repo.unreadable`, `repo.invalid` for a single file;
 *   `transport.failed` where the port cannot be had
 */
export async function serve(options: RepoSource & ServeOptions): Promise<FossilServer> {
  const { port = 0, host = '127.0.0.1', closeTimeoutMs = 30_000 } = options
  checkTimeout('closeTimeoutMs', closeTimeoutMs)
  const service = new HttpService(options)
  const conversations = new Set<Promise<void>>()
  const server = makeServer(options, (request, response) => {
    const conversation = converse(service, request, response)
    conversations.add(conversation)
    void conversation.finally(() => conversations.delete(conversation))
  })
  try {
    await listening(server, port, host)
  } catch (error) {
    await service.close()
    throw error
  }
  const close = async (): Promise<void> => {
    service.refuse()
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    await atMost(closeTimeoutMs, Promise.all(conversations))
    // Whatever is still open has no request under way that would be waited for.
    server.closeAllConnections()
    await closed
    await service.close()
  }
  let closing: Promise<void> | undefined
  const closeOnce = (): Promise<void> => (closing ??= close())
  const actual = addressOf(server)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual.port}/`,
    port: actual.port,
    get underWay() {
      return conversations.size
    },
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}

function makeServer(
  options: ServeOptions,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const headersTimeoutMs = checkTimeout('headersTimeoutMs', options.headersTimeoutMs ?? 30_000)
  const finite = Number.isFinite(headersTimeoutMs) ? headersTimeoutMs : 0
  return createServer(
    {
      headersTimeout: finite,
      // Bodies have deadlines of their own.
      requestTimeout: 0,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(finite || 30_000, 30_000),
    },
    onRequest,
  )
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Once it listens this changes nothing: a connection that could not be accepted is one less.
    server.on('error', (cause) => {
      const reason = `cannot listen on ${host}:${port}: ${cause.message}`
      reject(new FossilError('transport.failed', { reason }, { cause }))
    })
    server.listen(port, host, resolve)
  })
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address !== null && typeof address === 'object') return address
  throw new FossilError('transport.failed', { reason: 'the server has no address' })
}

/** One request and its reply. Resolves when the reply is gone, or its client is. */
async function converse(
  service: HttpService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A connection that breaks is noticed where it is read or written; nobody else need hear of it.
  request.on('error', () => {})
  response.on('error', () => {})
  const gone = new AbortController()
  const over = new Promise<void>((resolve) => {
    response.once('finish', resolve)
    response.once('close', () => {
      gone.abort()
      resolve()
    })
  })
  const body = readerOf(request)
  const reply = await service.answer({
    method: request.method ?? '',
    path: pathOf(request.url ?? ''),
    headers: { get: (name) => headerOf(request, name) },
    body: announcesBody(request) ? body : undefined,
    remoteAddress: request.socket.remoteAddress,
    localAddress: request.socket.localAddress,
    signal: gone.signal,
  })
  await send({ service, request, response }, reply, body)
  await over
}

/** One request of Node's server. */
interface Conversation {
  readonly service: HttpService
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function send(
  { service, request, response }: Conversation,
  reply: HttpReply,
  rest: BodyReader,
): Promise<void> {
  const { status, headers, body } = reply
  const isWhole = request.complete && status !== 503
  response.writeHead(status, isWhole ? headers : { ...headers, connection: 'close' })
  if (request.method !== 'HEAD') await sendBody(service, request, response, body)
  // The rest of the request may still be coming. Closing on it would reset the connection, and
  // the client would not get to read why.
  if (!isWhole && status !== 408) await atMost(lingerMs, drained(rest))
  response.end()
}

/**
 * Hands the body to the operating system part by part, and resolves when it has all of it: `end`
 * after that leaves nothing that Node would throw away when the server closes, and a reader who
 * stands still is noticed.
 */
async function sendBody(
  service: HttpService,
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
): Promise<void> {
  const address = service.addressOf(headerOf(request, 'x-forwarded-for'), request.socket)
  const giveUp = (): void => void response.destroy()
  const flow = service.leaving.begin({ address, heldBytes: body.length, giveUp })
  try {
    for (let at = 0; at < body.length && !response.destroyed; at += partBytes) {
      const part = body.subarray(at, at + partBytes)
      await new Promise<void>((resolve) => {
        response.once('close', resolve)
        response.write(part, () => {
          response.off('close', resolve)
          resolve()
        })
      })
      flow.moved(part.length)
    }
  } finally {
    flow.end()
  }
}

async function drained(rest: BodyReader): Promise<void> {
  try {
    while ((await rest.read()) !== undefined);
  } catch {
    // The client is gone, and so is the rest.
  }
}

/** HTTP/1.1 has a body where one of these headers says so (RFC 9112 §6.3). */
function announcesBody({ headers }: IncomingMessage): boolean {
  return 'content-length' in headers || 'transfer-encoding' in headers
}

function readerOf(request: IncomingMessage): BodyReader {
  const parts: AsyncIterator<Uint8Array> = request.iterator({ destroyOnReturn: false })
  return {
    read: async () => {
      const { done, value } = await parts.next()
      return done === true ? undefined : value
    },
    // The connection still carries the reply.
    cancel: () => {},
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name]
  return (Array.isArray(value) ? value.join('; ') : value) ?? null
}

/** The path of a request line, which may also name a whole URL (RFC 9112 §3.2.2). */
function pathOf(target: string): string {
  return /^(?:https?:\/\/[^/?#]*)?(\/[^?#]*)/i.exec(target)?.[1] ?? '/'
}

/** Waits for `promise`, at most `timeoutMs`. */
async function atMost(timeoutMs: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    if (timeoutMs !== Infinity) timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}

/**
 * A Fossil server's side of HTTP, apart from how requests come in: what is a sync, which
 * repository answers, and what is refused with an ordinary error page. Shared by the Web-standard
 * handler and by Node's server.
 *
 * What is wrong inside a message is said in a reply with status 200, as stock does.
 * Reference: fossil src/cgi.c:1499-1540 (body), 549-580 (reply), src/main.c:2072-2080 (routing).
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import { NonceMemory } from '../sync/auth.ts'
import { answerXfer } from '../sync/handler.ts'
import { maxMessageBytes } from '../sync/limits.ts'
import { type ContentType, contentTypes, decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { loginCookie } from './login-cookie.ts'
import { mediaType } from './http-reply.ts'
import { Allowance, type BodyLimits, type BodyReader, readBody, Refusal } from './request-body.ts'
import { type RepoSource, type ServedRepo, ServedRepos } from './served-repos.ts'
import { checkTimeout } from './watch.ts'

/** One HTTP request, however it came. */
export interface HttpRequest {
  readonly method: string
  /** Of the URL, as it was sent, without a query. */
  readonly path: string
  readonly headers: HeaderReader
  /** Undefined where nothing announces one. */
  readonly body: BodyReader | undefined
  readonly remoteAddress: string | undefined
  /** Aborts when nobody waits for the reply any more. */
  readonly signal: AbortSignal | undefined
}

/** Headers by name, in lowercase: `Headers` of the Web platform is one. */
export interface HeaderReader {
  get(name: string): string | null
}

/** One HTTP reply. */
export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What an answer may know of its request besides the message. */
export interface AnswerContext {
  /** The repository's name in the folder; undefined where only one is served. */
  readonly repository: string | undefined
  /** The peer's IP address, where the platform tells it. Behind a proxy, the proxy's. */
  readonly remoteAddress: string | undefined
  readonly headers: HeaderReader
  /**
   * The login card that stock 2.27 and later may send as a cookie, `login USER NONCE SIGNATURE`;
   * its nonce covers the whole message. Undefined where there is none.
   */
  readonly loginCard: string | undefined
}

/** A reply: a message as `application/x-fossil`, or a body of another type, ready to send. */
export type Answer = Uint8Array | { readonly contentType: ContentType; readonly body: Uint8Array }

/** Answers one message (`application/x-fossil`) over a repository that is at rest. */
export type Answerer = (repo: Repo, request: Uint8Array, context: AnswerContext) => Answer

/** Something that a server wants to tell. */
export type HttpEvent =
  | {
      type: 'http.answered'
      method: string
      path: string
      status: number
      requestBytes: number
      replyBytes: number
      remoteAddress: string | undefined
    }
  /** A request met something unexpected; the client was told only that it failed. */
  | { type: 'http.failed'; path: string; error: unknown }

/** How to serve. */
export interface HttpServiceOptions {
  /** Default: what `nobody` may do, without logins. */
  readonly answer?: Answerer
  /** The longest body of a request. Default 256 MiB: an artifact goes in one piece. */
  readonly maxRequestBytes?: number
  /** Bytes of bodies that all requests together may hold. Default 512 MiB. */
  readonly maxHeldBytes?: number
  /** Requests at a time; more are told to come back. Default 64. */
  readonly maxRequests?: number
  /** Without a byte of a body. Default 30,000 ms. */
  readonly silenceTimeoutMs?: number
  /** For a whole body. Default 600,000 ms. */
  readonly bodyTimeoutMs?: number
  readonly observer?: (event: HttpEvent) => void
}

const methods = 'GET, POST'
const framedTypes: ReadonlySet<string> = new Set(Object.values(contentTypes))

/** Answers HTTP requests over one source of repositories. */
export class HttpService {
  readonly #repos: ServedRepos
  readonly #answer: Answerer
  readonly #limits: BodyLimits
  readonly #allowance: Allowance
  readonly #maxRequests: number
  readonly #observer: ((event: HttpEvent) => void) | undefined
  readonly #turns = new Turns()
  readonly #underWay = new Set<Promise<HttpReply>>()
  #isClosing = false

  /** @throws {FossilError} `option.invalid`; for a single file, what opening it throws */
  constructor(options: RepoSource & HttpServiceOptions) {
    const { maxRequestBytes = 2 ** 28, maxHeldBytes = 2 ** 29 } = options
    const { silenceTimeoutMs = 30_000, bodyTimeoutMs = 600_000 } = options
    this.#repos = new ServedRepos(options)
    this.#answer = options.answer ?? answererOfUsers()
    this.#limits = {
      maxRequestBytes,
      silenceTimeoutMs: checkTimeout('silenceTimeoutMs', silenceTimeoutMs),
      bodyTimeoutMs: checkTimeout('bodyTimeoutMs', bodyTimeoutMs),
    }
    this.#allowance = new Allowance(maxHeldBytes)
    this.#maxRequests = options.maxRequests ?? 64
    this.#observer = options.observer
    // A single file that cannot be served is the operator's mistake, not the first client's.
    if (!this.#repos.hasMany) this.#repos.find('/')?.open()
  }

  /** Answers one request, whatever is wrong with it. Never rejects. */
  answer(request: HttpRequest): Promise<HttpReply> {
    const reply = this.#answered(request)
    this.#underWay.add(reply)
    void reply.finally(() => this.#underWay.delete(reply))
    return reply
  }

  /** Refuses requests from now on. */
  refuse(): void {
    this.#isClosing = true
  }

  /** Refuses requests from now on, finishes those under way, then closes what it opened. */
  async close(): Promise<void> {
    this.refuse()
    await Promise.all(this.#underWay)
    this.#repos.close()
  }

  async #answered(request: HttpRequest): Promise<HttpReply> {
    const { method, path, remoteAddress } = request
    const count = { requestBytes: 0 }
    const reply = await this.#route(request, count).catch((error: unknown) => {
      if (error instanceof Refusal) return refusalPage(error)
      this.#tell({ type: 'http.failed', path, error })
      return page(500, 'The server failed to answer.')
    })
    const { status, body } = reply
    const sizes = { requestBytes: count.requestBytes, replyBytes: body.length }
    this.#tell({ type: 'http.answered', method, path, status, ...sizes, remoteAddress })
    return reply
  }

  /** In a microtask: what an observer throws is uncaught, as from any event, and harms no reply. */
  #tell(event: HttpEvent): void {
    const observer = this.#observer
    if (observer !== undefined) queueMicrotask(() => observer(event))
  }

  async #route(request: HttpRequest, count: { requestBytes: number }): Promise<HttpReply> {
    const { method, path, headers } = request
    if (this.#isClosing) throw new Refusal(503, 'The server is shutting down.')
    if (method === 'GET') return this.#welcome(path)
    if (method !== 'POST') throw new Refusal(405, `Only ${methods} are answered here.`)
    const contentType = mediaType(headers.get('content-type') ?? '')
    if (!framedTypes.has(contentType)) throw new Refusal(415, 'Only Fossil syncs are taken here.')
    if (!/^(?:identity)?$/i.test(headers.get('content-encoding') ?? '')) {
      throw new Refusal(415, 'A Content-Encoding is not taken.')
    }
    const served = this.#find(path)
    if (this.#underWay.size >= this.#maxRequests) throw new Refusal(503, 'The server is busy.')
    const { body, length } = bodyOf(request)
    const message = await readBody(body, length, this.#limits, this.#allowance)
    count.requestBytes = message.length
    try {
      return await this.#turns.take(() => this.#take(request, served, contentType, message))
    } finally {
      this.#allowance.release(message.length)
    }
  }

  #find(path: string): ServedRepo {
    const served = this.#repos.find(path)
    if (served === undefined) throw new Refusal(404, 'There is no such repository.')
    return served
  }

  #welcome(path: string): HttpReply {
    if (this.#repos.hasMany && /^\/*$/.test(path)) {
      return page(200, 'Fossil repositories. Each has its own address below this one.')
    }
    this.#find(path)
    return page(200, 'A Fossil repository. Clone it with: fossil clone URL-OF-THIS-PAGE')
  }

  /** The synchronous part: from a message to its reply, with nothing in between. */
  #take(
    request: HttpRequest,
    served: ServedRepo,
    contentType: string,
    body: Uint8Array,
  ): HttpReply {
    const { headers, remoteAddress, signal } = request
    if (signal?.aborted === true) throw new Refusal(400, 'Nobody waits for the reply.')
    const loginCard = loginCookie(headers.get('cookie') ?? '')
    const context = { repository: served.name, remoteAddress, headers, loginCard }
    const repo = served.open()
    try {
      return xferReply(this.#answer(repo, framed(body, contentType), context), contentType)
    } catch (error) {
      // What is remembered of the repository may be wrong now; what is in the file is not.
      if (!FossilError.is(error)) served.discard()
      throw error
    }
  }
}

/** Who asks is who logs in, and `nobody` without; each proof of a login counts once. */
function answererOfUsers(): Answerer {
  const nonces = new NonceMemory()
  return (repo, request, { loginCard, remoteAddress }) => {
    const reply = answerXfer(repo, request, { nonces, loginCard, remoteAddress })
    // A wrapped reply goes as the type that the request came as.
    return reply.contentType === contentTypes.compressed ? reply.body : reply
  }
}

/** One answer at a time, and a turn of the event loop before each. */
class Turns {
  #last: Promise<unknown> = Promise.resolve()

  take<T>(action: () => T): Promise<T> {
    const turn = this.#last.then(() => new Promise<void>((resolve) => setImmediate(resolve)))
    const result = turn.then(action)
    this.#last = result.catch(() => {})
    return result
  }
}

/**
 * The body and its length; undefined where it comes in chunks, which tell their own end.
 *
 * @throws {Refusal} 400 or 411
 */
function bodyOf({ headers, body }: HttpRequest): { body: BodyReader; length: number | undefined } {
  const text = headers.get('content-length')
  if (text !== null && !/^[0-9]{1,15}$/.test(text)) {
    throw new Refusal(400, 'The Content-Length is no number.')
  }
  const length = text === null ? undefined : Number(text)
  if (body !== undefined) return { body, length }
  if (length !== undefined) throw new Refusal(400, 'The request is empty.')
  throw new Refusal(411, 'A request needs a Content-Length.')
}

/** The body of a request in the form that answers read. */
function framed(body: Uint8Array, contentType: string): Uint8Array {
  if (contentType === contentTypes.compressed) return body
  return encodeMessage(body, { deflateOverBytes: Infinity })
}

/** A message goes back in the type it came in; stock: xfer.c:1305. */
function xferReply(answer: Answer, requestType: string): HttpReply {
  if (!(answer instanceof Uint8Array)) return httpReply(200, answer.contentType, answer.body)
  if (requestType === contentTypes.compressed) return httpReply(200, requestType, answer)
  return httpReply(200, requestType, decodeMessage(answer, { maxBytes: maxMessageBytes }))
}

function refusalPage({ status, message }: Refusal): HttpReply {
  const more: Record<string, string> = {}
  if (status === 405) more['allow'] = methods
  if (status === 503) more['retry-after'] = '1'
  return page(status, message, more)
}

function page(status: number, text: string, more: Record<string, string> = {}): HttpReply {
  return httpReply(status, 'text/plain; charset=utf-8', utf8(`${text}\n`), more)
}

/** Stock 2.21 fails without a Content-Length, and every stock takes gzip for garbage. */
function httpReply(
  status: number,
  contentType: string,
  body: Uint8Array,
  more: Record<string, string> = {},
): HttpReply {
  const headers = {
    'content-type': contentType,
    'content-length': String(body.length),
    'cache-control': 'no-store, no-transform',
    ...more,
  }
  return { status, headers, body }
}

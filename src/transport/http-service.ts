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
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import { isBusy } from '../db/driver.ts'
import type { Repo } from '../repo/repo.ts'
import { type LoginGuard, NonceMemory } from '../sync/auth.ts'
import { answerXfer } from '../sync/handler.ts'
import { maxMessageBytes } from '../sync/limits.ts'
import { type ContentType, contentTypes, decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { BrowserGuard, type BrowserOptions } from './browser-guard.ts'
import { FailedLogins } from './failed-logins.ts'
import { Flows } from './flows.ts'
import { loginCookie } from './login-cookie.ts'
import { mediaType } from './http-reply.ts'
import { clientAddress } from './peer-address.ts'
import { Allowance, type BodyReader, readBody, Refusal } from './request-body.ts'
import { type RepoSource, type ServedRepo, ServedRepos } from './served-repos.ts'
import { systemTimers, type Timers } from './timers.ts'
import { checkTimeout } from './watch.ts'

/** One HTTP request, however it came. */
export interface HttpRequest {
  readonly method: string
  /** Of the URL, as it was sent, without a query. */
  readonly path: string
  readonly headers: HeaderReader
  /** Undefined where nothing announces one. */
  readonly body: BodyReader | undefined
  /** Of the connection, as are the next. */
  readonly remoteAddress: string | undefined
  readonly localAddress?: string | undefined
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

/** Facts about its request that an answer may know besides the message. */
export interface AnswerContext {
  /** The repository's name in the folder; undefined where only one is served. */
  readonly repository: string | undefined
  /**
   * The peer's IP address, where the platform tells it; behind a proxy on this machine, what the
   * proxy says in `X-Forwarded-For`.
   */
  readonly remoteAddress: string | undefined
  readonly headers: HeaderReader
  /**
   * The login card that stock 2.27 and later may send as a cookie, `login USER NONCE SIGNATURE`;
   * its nonce covers the whole message. Undefined where there is none.
   */
  readonly loginCard: string | undefined
  /** Keeps count of failed logins: for `answerXfer`. */
  readonly loginGuard: LoginGuard
}

/** A reply: a message as `application/x-fossil`, or a body of another type, ready to send. */
export type Answer =
  | Uint8Array
  | {
      readonly contentType: ContentType
      readonly body: Uint8Array
      /** The login, for the log. */
      readonly login?: string | undefined
      /**
       * The error that the reply tells of; one that is the server's own trouble is told to its
       * observer.
       */
      readonly error?: FossilError | undefined
    }

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
      /** Until the reply was made; how long it takes on its way is up to the client. */
      durationMs: number
      remoteAddress: string | undefined
      /** The login. */
      user: string | undefined
    }
  /** The server could not do its part; the client was told only that it failed. */
  | { type: 'http.failed'; path: string; error: unknown }

/** Options for serving. */
export interface HttpServiceOptions extends BrowserOptions {
  /** Default: by the users of the repository, and what nobody may do without a login. */
  readonly answer?: Answerer
  /** Time that a pushed check-in may be dated after now. Default 86,400,000 ms: a day. */
  readonly maxFutureMs?: number
  /** The longest body of a request. Default 256 MiB: an artifact goes in one piece. */
  readonly maxRequestBytes?: number
  /** Bytes of bodies that all requests together may hold. Default 512 MiB. */
  readonly maxHeldBytes?: number
  /**
   * Requests that are whole and wait for their answer, the one that is being answered included;
   * more are told to come back. Default 64.
   */
  readonly maxRequests?: number
  /** Bodies under way from one address, and as many to it. Default 64. */
  readonly maxFlowsPerAddress?: number
  /** Bodies under way from everybody, and as many to everybody. Default 1,000. */
  readonly maxFlows?: number
  /** A body under way moves 16 KiB within this time, or ends. Default 30,000 ms. */
  readonly silenceTimeoutMs?: number
  /** For the whole body of a request. Default 600,000 ms. */
  readonly bodyTimeoutMs?: number
  /** Default: those of the machine. */
  readonly timers?: Timers
  readonly observer?: (event: HttpEvent) => void
}

const methods = 'GET, HEAD, POST'
const dayMs = 86_400_000
const framedTypes: ReadonlySet<string> = new Set(Object.values(contentTypes))

/** Answers HTTP requests over one source of repositories. */
export class HttpService {
  readonly #repos: ServedRepos
  readonly #answer: Answerer
  readonly #limits: { readonly maxRequestBytes: number; readonly bodyTimeoutMs: number }
  readonly #allowance: Allowance
  readonly #maxRequests: number
  readonly #observer: ((event: HttpEvent) => void) | undefined
  readonly #timers: Timers
  readonly #arriving: Flows
  /** Replies on their way, where the server of the platform takes part. */
  readonly leaving: Flows
  readonly #failedLogins: FailedLogins
  readonly #browsers: BrowserGuard
  readonly #turns = new Turns()
  readonly #underWay = new Set<Promise<HttpReply>>()
  /** Requests that are whole and not answered yet. */
  #waiting = 0
  #isClosing = false

  /** @throws {FossilError} `option.invalid`; for a single file, what opening it throws */
  constructor(options: RepoSource & HttpServiceOptions) {
    const { maxRequestBytes = 2 ** 28, maxHeldBytes = 2 ** 29 } = options
    const { silenceTimeoutMs = 30_000, bodyTimeoutMs = 600_000 } = options
    const { maxFlowsPerAddress = 64, maxFlows = 1000, timers = systemTimers } = options
    this.#repos = new ServedRepos(options, timers)
    this.#answer = options.answer ?? answererOfUsers(options.maxFutureMs ?? dayMs)
    this.#timers = timers
    this.#limits = {
      maxRequestBytes,
      bodyTimeoutMs: checkTimeout('bodyTimeoutMs', bodyTimeoutMs),
    }
    this.#allowance = new Allowance({
      most: maxHeldBytes,
      // One request always has room, or it could never be made.
      mostPerAddress: Math.max(maxHeldBytes / 2, maxRequestBytes),
    })
    const limits = {
      mostPerAddress: maxFlowsPerAddress,
      most: maxFlows,
      mostBytes: maxHeldBytes,
      stepTimeoutMs: checkTimeout('silenceTimeoutMs', silenceTimeoutMs),
    }
    this.#arriving = new Flows(limits, timers)
    this.leaving = new Flows(limits, timers)
    this.#failedLogins = new FailedLogins(timers)
    this.#browsers = new BrowserGuard(options)
    this.#maxRequests = options.maxRequests ?? 64
    this.#observer = options.observer
    // A single file that cannot be served is the operator's mistake, not the first client's.
    if (!this.#repos.hasMany) this.#repos.find('/')?.open()
  }

  /** Requests that have no reply yet. */
  get underWay(): number {
    return this.#underWay.size
  }

  /** Answers one request, whatever is wrong with it. Never rejects. */
  answer(request: HttpRequest): Promise<HttpReply> {
    const reply = this.#answered(request)
    this.#underWay.add(reply)
    void reply.finally(() => this.#underWay.delete(reply))
    return reply
  }

  /** The address that a request comes from, which a proxy on this machine may tell. */
  addressOf(
    forwarded: string | null,
    { remoteAddress }: { readonly remoteAddress?: string | undefined },
  ): string | undefined {
    return clientAddress(remoteAddress, forwarded)
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
    const { method, path, headers } = request
    const beganMs = this.#timers.nowMs()
    const remoteAddress = this.addressOf(headers.get('x-forwarded-for'), request)
    const notes: Notes = { remoteAddress, requestBytes: 0, user: undefined }
    const reply = await this.#route(request, notes).catch((error: unknown) => {
      if (error instanceof Refusal) return refusalPage(error)
      this.#tell({ type: 'http.failed', path, error })
      if (isBusy(error)) return refusalPage(new Refusal(503, 'The server is busy.'))
      return page(500, 'The server failed to answer.')
    })
    const { status, body } = reply
    const durationMs = Math.round(this.#timers.nowMs() - beganMs)
    const figures = { replyBytes: body.length, durationMs, ...notes }
    this.#tell({ type: 'http.answered', method, path, status, ...figures })
    return reply
  }

  /** In a microtask: what an observer throws is uncaught, as from any event, and harms no reply. */
  #tell(event: HttpEvent): void {
    const observer = this.#observer
    if (observer !== undefined) queueMicrotask(() => observer(event))
  }

  async #route(request: HttpRequest, notes: Notes): Promise<HttpReply> {
    const { method, path, headers } = request
    if (this.#isClosing) throw new Refusal(503, 'The server is shutting down.')
    this.#checkBrowser(request)
    if (method === 'GET' || method === 'HEAD') return this.#welcome(path)
    if (method !== 'POST') throw new Refusal(405, `Only ${methods} are answered here.`)
    const contentType = mediaType(headers.get('content-type') ?? '')
    if (!framedTypes.has(contentType)) throw new Refusal(415, 'Only Fossil syncs are taken here.')
    if (!/^(?:identity)?$/i.test(headers.get('content-encoding') ?? '')) {
      throw new Refusal(415, 'A Content-Encoding is not taken.')
    }
    const served = this.#find(path)
    const { body, length } = bodyOf(request)
    const address = notes.remoteAddress
    const message = await readBody(body, length, {
      ...this.#limits,
      allowance: this.#allowance,
      flows: this.#arriving,
      timers: this.#timers,
      address,
    })
    notes.requestBytes = message.length
    try {
      // A body that is still coming keeps nobody waiting, so only whole requests count.
      if (this.#waiting >= this.#maxRequests) throw new Refusal(503, 'The server is busy.')
      this.#waiting++
      try {
        return await this.#turns.take(() => this.#take(request, served, { message, notes }))
      } finally {
        this.#waiting--
      }
    } finally {
      this.#allowance.release(message.length, address)
    }
  }

  /** @throws {Refusal} 403 for a page that has a browser ask for it */
  #checkBrowser({ headers, localAddress }: HttpRequest): void {
    const [host, origin] = [headers.get('host'), headers.get('origin')]
    const problem = this.#browsers.problem({ host, origin, localAddress })
    if (problem !== undefined) throw new Refusal(403, problem)
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
    { message, notes }: { message: Uint8Array; notes: Notes },
  ): HttpReply {
    const { path, headers, signal } = request
    if (signal?.aborted === true) throw new Refusal(400, 'Nobody waits for the reply.')
    const contentType = mediaType(headers.get('content-type') ?? '')
    const { remoteAddress } = notes
    const context: AnswerContext = {
      repository: served.name,
      remoteAddress,
      headers,
      loginCard: loginCookie(headers.get('cookie') ?? ''),
      loginGuard: this.#failedLogins.of(remoteAddress),
    }
    const repo = served.open()
    try {
      const answer = this.#answer(repo, framed(message, contentType), context)
      if (!(answer instanceof Uint8Array)) {
        notes.user = answer.login
        const { error } = answer
        if (error !== undefined && isOwn(error)) this.#tell({ type: 'http.failed', path, error })
      }
      return xferReply(answer, contentType)
    } catch (error) {
      // What is remembered of the repository may be wrong now; what is in the file is not.
      if (!FossilError.is(error)) served.discard()
      throw error
    }
  }
}

/** Facts about a request, found on the way to its reply. */
interface Notes {
  readonly remoteAddress: string | undefined
  requestBytes: number
  user: string | undefined
}

/** Troubles of the server's own, which no client can cause. */
const ownTroubles: ReadonlySet<FossilErrorCode> = new Set([
  'repo.invalid',
  'repo.unreadable',
  'repo.corrupt',
  'repo.io',
])

function isOwn({ code }: FossilError): boolean {
  return ownTroubles.has(code)
}

/** Answers as the user who logs in, or as `nobody` without; each proof of a login counts once. */
function answererOfUsers(maxFutureMs: number): Answerer {
  const nonces = new NonceMemory()
  return (repo, request, { loginCard, loginGuard, remoteAddress }) => {
    const about = { nonces, loginCard, loginGuard, remoteAddress, maxFutureMs }
    return answerXfer(repo, request, about)
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
  if (!(answer instanceof Uint8Array) && answer.contentType !== contentTypes.compressed) {
    return httpReply(200, answer.contentType, answer.body)
  }
  const message = answer instanceof Uint8Array ? answer : answer.body
  if (requestType === contentTypes.compressed) return httpReply(200, requestType, message)
  return httpReply(200, requestType, decodeMessage(message, { maxBytes: maxMessageBytes }))
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

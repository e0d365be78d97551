/**
 * A Fossil server behind an `http:` or `https:` address, as a transport.
 *
 * May know sockets and timers. A message goes to the address as it is given: stock's server tells
 * a sync by its content type, whatever the path (fossil src/main.c:2072-2080), and so `/xfer` of
 * www/sync.wiki is not appended. Logging in is not the transport's business: it takes `user` and
 * `password` out of the address, and who makes the messages signs them.
 *
 * Reference: fossil src/http.c:443-913 (http_exchange).
 * @module
 */

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent, type AgentOptions } from 'node:https'

import { maxMessageBytes } from '../sync/limits.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'
import { type Progress, sendPost } from './http-post.ts'
import { excerpt, messageOf, refusalOf } from './http-reply.ts'
import { parseRemote, redirectTarget } from './http-url.ts'
import { checkTimeout, type Deadlines, Watch } from './watch.ts'

/** What TLS may be told: whom to trust, and who we are. As in `node:tls`. */
export type TlsOptions = Pick<
  AgentOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername'
>

/** How to reach a server, and how long to wait. */
export interface HttpTransportOptions {
  /** Until a connection is usable, TLS included. Default 30,000 ms. */
  readonly connectTimeoutMs?: number
  /** Without a byte in either direction. Default 120,000 ms: a server may have much to do. */
  readonly silenceTimeoutMs?: number
  /** For a whole exchange. Default 600,000 ms, when stock's server gives up, too. */
  readonly exchangeTimeoutMs?: number
  /** The longest body of a reply that is read. Default 1 GiB. */
  readonly maxReplyBytes?: number
  /** Further headers, such as an `authorization` that a proxy asks for. */
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: TlsOptions
  /** Called as bytes go out and come in. */
  readonly onProgress?: (progress: Progress) => void
}

/** What a transport did so far. Bytes are those of bodies. */
export interface HttpStats {
  readonly exchanges: number
  readonly failures: number
  readonly redirects: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** A transport to an HTTP server. Exchanges may run at the same time. */
export interface HttpTransport extends Transport, Disposable {
  /** Where messages go, without a password; permanent redirects change it. */
  readonly url: string
  /** Who the address says we are: `user` of `https://user:password@host/`. */
  readonly user: string | undefined
  readonly password: string | undefined
  readonly stats: HttpStats
  /** Closes connections that are kept open for later. Exchanges under way go on. */
  close(): void
}

/** As stock, http.c:647 and its callers. */
const maxRedirects = 20
/** Connections that wait for another exchange. */
const maxIdleConnections = 4

/**
 * Makes a transport; nothing is connected before the first exchange.
 *
 * @param address `http://…` or `https://…`, with `user:password@` where there is a login
 * @throws {FossilError} `option.invalid`
 */
export function httpTransport(address: string, options: HttpTransportOptions = {}): HttpTransport {
  return new NodeHttpTransport(address, options)
}

class NodeHttpTransport implements HttpTransport {
  readonly #agents: { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent }
  readonly #deadlines: Deadlines
  readonly #options: HttpTransportOptions
  readonly #maxReplyBytes: number
  readonly #user: string | undefined
  readonly #password: string | undefined
  #url: URL
  #stats = { exchanges: 0, failures: 0, redirects: 0, bytesSent: 0, bytesReceived: 0 }

  constructor(address: string, options: HttpTransportOptions) {
    const { url, user, password } = parseRemote(address)
    this.#url = url
    this.#user = user
    this.#password = password
    this.#options = options
    const { connectTimeoutMs = 30_000, silenceTimeoutMs = 120_000 } = options
    const { exchangeTimeoutMs = 600_000, maxReplyBytes = maxMessageBytes } = options
    this.#deadlines = {
      connectTimeoutMs: checkTimeout('connectTimeoutMs', connectTimeoutMs),
      silenceTimeoutMs: checkTimeout('silenceTimeoutMs', silenceTimeoutMs),
      exchangeTimeoutMs: checkTimeout('exchangeTimeoutMs', exchangeTimeoutMs),
    }
    this.#maxReplyBytes = maxReplyBytes
    const pool = { keepAlive: true, maxFreeSockets: maxIdleConnections }
    this.#agents = {
      'http:': new HttpAgent(pool),
      'https:': new HttpsAgent({ ...pool, ...options.tls }),
    }
  }

  get url(): string {
    return this.#url.href
  }

  get user(): string | undefined {
    return this.#user
  }

  get password(): string | undefined {
    return this.#password
  }

  get stats(): HttpStats {
    return { ...this.#stats }
  }

  async exchange(request: Uint8Array, options: ExchangeOptions = {}): Promise<Uint8Array> {
    const watch = new Watch(this.url, this.#deadlines, options.signal)
    this.#stats.exchanges++
    try {
      return await this.#follow(request, watch)
    } catch (error) {
      this.#stats.failures++
      throw error
    } finally {
      watch.stop()
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** POSTs, and again where a redirect leads. Only permanent ones count for later exchanges. */
  async #follow(request: Uint8Array, watch: Watch): Promise<Uint8Array> {
    let url = this.#url
    let isPermanent = true
    for (let redirects = 0; ; redirects++) {
      if (watch.failure !== undefined) throw watch.failure
      const { head, body } = await this.#post(url, request, watch)
      const location = head.header('location')
      if (!isRedirect(head.status) || location === undefined) {
        const refusal = refusalOf(head)
        if (refusal === undefined) return messageOf(head, body)
        const words = excerpt(body)
        throw watch.fail(words === '' ? refusal : `${refusal} (“${words}”)`)
      }
      if (redirects === maxRedirects) throw watch.fail(`more than ${maxRedirects} redirects`)
      const target = redirectTarget(url, location)
      if (typeof target === 'string') throw watch.fail(`${target} is not followed`)
      this.#stats.redirects++
      isPermanent &&= head.status === 301 || head.status === 308
      if (isPermanent) this.#url = target
      url = target
    }
  }

  async #post(url: URL, body: Uint8Array, watch: Watch): ReturnType<typeof sendPost> {
    const { headers = {}, onProgress } = this.#options
    const counted = (progress: Progress): void => {
      last = progress
      onProgress?.(progress)
    }
    let last: Progress | undefined
    try {
      return await sendPost({
        url,
        body,
        headers: { 'user-agent': 'trilobite', ...headers },
        agent: url.protocol === 'https:' ? this.#agents['https:'] : this.#agents['http:'],
        watch,
        maxReplyBytes: this.#maxReplyBytes,
        onProgress: counted,
      })
    } finally {
      this.#stats.bytesSent += last?.bytesSent ?? 0
      this.#stats.bytesReceived += last?.bytesReceived ?? 0
    }
  }
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 307 || status === 308
}

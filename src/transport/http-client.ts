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

/// <reference lib="esnext.disposable" preserve="true" />
/// <reference types="node" preserve="true" />

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent, type AgentOptions } from 'node:https'

import { fromUtf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { requireBytes } from '../base/options.ts'
import { maxMessageBytes } from '../sync/limits.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { type Progress, sendPost } from './http-post.ts'
import { messageOf, refusalOf, refuse } from './http-reply.ts'
import { addressFor, isSameSite, parseRemote, redirectTarget } from './http-url.ts'
import { isLoopback } from './peer-address.ts'
import { checkTimeout, type Deadlines, Watch } from './watch.ts'

/** TLS options: certificates to trust, and our own. As in `node:tls`. */
export type TlsOptions = Pick<
  AgentOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername'
>

/** Options for reaching a server, and the times to wait for it. */
export interface HttpTransportOptions {
  /** Until a connection is usable, TLS included. Default 30,000 ms. */
  readonly connectTimeoutMs?: number
  /** Without a byte in either direction. Default 120,000 ms: a server may have much to do. */
  readonly silenceTimeoutMs?: number
  /** For a whole exchange. Default 600,000 ms, when stock's server gives up, too. */
  readonly exchangeTimeoutMs?: number
  /** The longest body of a reply that is read. Default 1 GiB. */
  readonly maxReplyBytes?: number
  /** Further headers, such as an `authorization` that a proxy before the server asks for. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Gives the `headers` and the login card to another site that a redirect leads to, too. Default
   * false: it is asked as by nobody.
   */
  readonly trustRedirects?: boolean
  /**
   * The variables among which `http_proxy`, `https_proxy` and `no_proxy` are looked up, in either
   * case. Default: the environment of the process. Addresses of this machine are reached without a
   * proxy. Node 24.5.
   */
  readonly proxyEnv?: NodeJS.ProcessEnv
  readonly tls?: TlsOptions
  /** Called as bytes go out and come in. */
  readonly onProgress?: (progress: Progress) => void
}

/** The work of a transport so far. Bytes are those of bodies. */
export interface HttpStats {
  readonly exchanges: number
  readonly failures: number
  readonly redirects: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** A transport to an HTTP server. Exchanges may run at the same time. */
export interface HttpTransport extends Transport, Disposable {
  /** The address to which messages go, without a password; permanent redirects change it. */
  readonly url: string
  /** The user whom the address names: `user` of `https://user:password@host/`. */
  readonly user: string | undefined
  readonly password: string | undefined
  /** The other site that answered the last exchange, without `headers` and login. */
  readonly redirectedTo: string | undefined
  readonly stats: HttpStats
  /**
   * The address to remember for `user`: `url` with their name, unless another site answered last,
   * which was told no login.
   */
  addressFor(user: string | undefined): string
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
 * @example
 * ```ts
 * using transport = httpTransport('https://fossil.example.org/p', { silenceTimeoutMs: 30_000 })
 * await sync(repo, transport)
 * ```
 * @param address `http://…` or `https://…`, with `user:password@` where there is a login
 * @throws {FossilError} `option.invalid`
 */
export function httpTransport(address: string, options: HttpTransportOptions = {}): HttpTransport {
  return new NodeHttpTransport(address, options)
}

class NodeHttpTransport implements HttpTransport {
  readonly #agents: Agents
  /** Those of this machine. */
  readonly #localAgents: Agents
  /** The address that was given: who may know the login. */
  readonly #home: URL
  readonly #deadlines: Deadlines
  readonly #options: HttpTransportOptions
  readonly #maxReplyBytes: number
  readonly #user: string | undefined
  readonly #password: string | undefined
  #url: URL
  #redirectedTo: string | undefined
  #stats = { exchanges: 0, failures: 0, redirects: 0, bytesSent: 0, bytesReceived: 0 }

  constructor(address: string, options: HttpTransportOptions) {
    const { url, user, password } = parseRemote(address)
    this.#url = url
    this.#home = url
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
    this.#agents = agents(options, { proxyEnv: options.proxyEnv ?? process.env })
    this.#localAgents = agents(options, {})
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

  get redirectedTo(): string | undefined {
    return this.#redirectedTo
  }

  get stats(): HttpStats {
    return { ...this.#stats }
  }

  addressFor(user: string | undefined): string {
    return addressFor(this.#url, this.#redirectedTo === undefined ? user : undefined)
  }

  async exchange(request: Uint8Array, options: ExchangeOptions = {}): Promise<Uint8Array> {
    requireBytes('request', request)
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
    for (const those of [this.#agents, this.#localAgents]) {
      for (const agent of Object.values(those)) agent.destroy()
    }
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
        if (refusal !== undefined) {
          const reason = redirects === 0 ? '' : `redirected to ${url.href}: `
          throw refuse(watch, { ...refusal, reason: reason + refusal.reason }, body)
        }
        this.#redirectedTo = this.#isTrusted(url) ? undefined : url.href
        return messageOf(head, body)
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

  #isTrusted(url: URL): boolean {
    return this.#options.trustRedirects === true || isSameSite(this.#home, url)
  }

  async #post(url: URL, request: Uint8Array, watch: Watch): ReturnType<typeof sendPost> {
    const { onProgress } = this.#options
    const isTrusted = this.#isTrusted(url)
    const headers = isTrusted ? this.#options.headers : {}
    const body = isTrusted ? request : withoutLogin(request)
    const agentsOf = isLocal(url) ? this.#localAgents : this.#agents
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
        agent: url.protocol === 'https:' ? agentsOf['https:'] : agentsOf['http:'],
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

interface Agents {
  readonly 'http:': HttpAgent
  readonly 'https:': HttpsAgent
}

/** @throws {FossilError} `option.invalid` where the address of a proxy makes no sense */
function agents(
  { tls }: HttpTransportOptions,
  proxy: { readonly proxyEnv?: NodeJS.ProcessEnv },
): Agents {
  const pool = { keepAlive: true, maxFreeSockets: maxIdleConnections, ...proxy }
  for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) {
    const address = proxy.proxyEnv?.[name] ?? ''
    // Node would go without the proxy, and say nothing. The address may hold a password.
    if (address === '' || /^https?:$/.test(URL.parse(address)?.protocol ?? '')) continue
    const reason = `${name} is no address like http://user:password@host:port`
    throw new FossilError('option.invalid', { option: 'proxy', reason })
  }
  return { 'http:': new HttpAgent(pool), 'https:': new HttpsAgent({ ...pool, ...tls }) }
}

/** As Go and others do: what is on this machine needs no proxy to be reached. */
function isLocal({ hostname }: URL): boolean {
  const name = hostname.replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || name.endsWith('.localhost') || isLoopback(name)
}

/** A message without the login card that it begins with; what follows is whole without it. */
function withoutLogin(request: Uint8Array): Uint8Array {
  try {
    const message = decodeMessage(request, { maxBytes: maxMessageBytes })
    if (!fromUtf8(message.subarray(0, 6)).startsWith('login ')) return request
    const rest = message.subarray(message.indexOf(0x0a) + 1)
    return encodeMessage(rest, { deflateOverBytes: 0 })
  } catch (error) {
    // What is no message holds no card.
    if (FossilError.is(error)) return request
    throw error
  }
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 307 || status === 308
}

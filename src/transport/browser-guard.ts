/**
 * Browsers as deputies: a page from anywhere can have the browser of its reader send requests to
 * this machine, which no stranger reaches otherwise. Two headers give such requests away, and
 * browsers let no page forge them.
 *
 * `Host`: a page that has its own name point to 127.0.0.1 (DNS rebinding) is of the same origin as
 * the server in the eyes of a browser, and may read everything. `Origin`: the page that asks.
 * Sync clients send no `Origin`.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6454 §7, https://en.wikipedia.org/wiki/DNS_rebinding.
 * @module
 */

import { isIP } from 'node:net'
import { isLoopback } from './peer-address.ts'

/** Names and pages that are no strangers. */
export interface BrowserOptions {
  /**
   * Names that a server on the loopback address goes by besides `localhost`: those that a proxy on
   * this machine passes on. `*`: any.
   */
  readonly allowedHosts?: readonly string[]
  /** Origins of other sites whose pages may ask, such as `https://example.org`. `*`: any. */
  readonly allowedOrigins?: readonly string[]
}

/** Decides on requests by their headers. */
export class BrowserGuard {
  readonly #hosts: ReadonlySet<string>
  readonly #origins: ReadonlySet<string>

  constructor({ allowedHosts = [], allowedOrigins = [] }: BrowserOptions) {
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()))
    this.#origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()))
  }

  /**
   * The reason why a request is refused, as a sentence for whoever runs the server.
   *
   * @param request.localAddress of the connection; undefined: not known
   */
  problem(request: {
    host: string | null
    origin: string | null
    localAddress: string | undefined
  }): string | undefined {
    const host = (request.host ?? '').toLowerCase()
    const { localAddress } = request
    if (localAddress !== undefined && isLoopback(localAddress) && !this.#isOurs(nameOf(host))) {
      return 'This server is for its own machine and does not go by this name (--allow-host).'
    }
    const { origin } = request
    if (origin === null || this.#mayAsk(origin)) return undefined
    const from = URL.parse(origin)?.host
    if (from !== undefined && from !== '' && from === host) return undefined
    return 'Pages of other sites may not ask here (--allow-origin).'
  }

  /** An address cannot be made to point elsewhere; a client of HTTP/1.0 need not say a name. */
  #isOurs(name: string): boolean {
    if (name === '' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true
    if (name === 'localhost' || name.endsWith('.localhost')) return true
    return this.#hosts.has('*') || this.#hosts.has(name)
  }

  #mayAsk(origin: string): boolean {
    return this.#origins.has('*') || this.#origins.has(origin.toLowerCase())
  }
}

/** A `Host` without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '')
}

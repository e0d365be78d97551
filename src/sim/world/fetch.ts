/**
 * `fetch` of nodes: `http://NAME/…` is an exchange with the node of that name. Only bodies travel;
 * methods, paths and headers that a server needs must be in the body.
 * @module
 */

import { asError } from '../../base/error.ts'
import type { SimulatedGlobals } from '../context.ts'
import { member, type NodeCall, route } from './patch.ts'
import { refusal } from './refusal.ts'

/** Routes `fetch`. */
export function routeFetch(): void {
  route(globalThis, 'fetch', ({ node, args }: NodeCall) => {
    try {
      return simulatedFetch(node, args)
    } catch (error) {
      return Promise.reject(asError(error))
    }
  })
}

/** The part that must see who calls; the rest is asynchronous. */
function simulatedFetch(node: SimulatedGlobals, [input, init]: unknown[]): Promise<Response> {
  const request: unknown = Reflect.construct(Request, [input, init ?? undefined])
  if (!(request instanceof Request)) throw new TypeError('fetch takes a URL or a request')
  const { protocol, hostname } = new URL(request.url)
  if (!/^https?:$/.test(protocol) || !node.reaches(hostname)) {
    const reason = `no link leads to the node of ${request.url}`
    throw refusal(node, 'fetch', reason)
  }
  // That of `request` only follows the caller's, until somebody collects the garbage.
  const own = member(init, 'signal')
  const given = own === undefined ? member(input, 'signal') : own
  return exchange(node, request, given instanceof AbortSignal ? given : undefined)
}

async function exchange(
  node: SimulatedGlobals,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const { url } = request
  signal?.throwIfAborted()
  const body = new Uint8Array(await request.arrayBuffer())
  signal?.throwIfAborted()
  try {
    const reply = await node.exchange(new URL(url).hostname, body, signal)
    const response = new Response(Uint8Array.from(reply), { status: 200, statusText: 'OK' })
    return Object.defineProperty(response, 'url', { value: url, configurable: true })
  } catch (error) {
    signal?.throwIfAborted()
    throw new TypeError('fetch failed', { cause: error })
  }
}

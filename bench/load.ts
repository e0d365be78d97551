/**
 * Load on an HTTP server: clients that ask the same thing again and again, each as soon as it has
 * its answer. Knows nothing of what is asked, nor of who answers.
 * @module
 */

import { Agent, request as httpRequest } from 'node:http'

/** The load: a request, and the clients that repeat it. */
export interface Load {
  readonly url: string
  readonly contentType: string
  readonly body: Uint8Array
  readonly clients: number
  /** Requests under way at the end of it are finished and counted, with the time they took. */
  readonly durationMs: number
}

/** The result of a load. */
export interface LoadResult {
  readonly requestsPerSec: number
  /** The longest that one request waited. */
  readonly slowestMs: number
}

/** The status and the body of a reply. */
export interface Reply {
  readonly status: number
  readonly body: Uint8Array
}

/**
 * Puts the load on. Connections are kept where the server keeps them.
 *
 * @param check called with every reply; throws where it is not what was asked for
 * @throws {Error} where a request fails
 */
export async function putLoad(load: Load, check: (reply: Reply) => void): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: load.clients })
  const startMs = performance.now()
  let requests = 0
  let slowestMs = 0
  const client = async (): Promise<void> => {
    for (let nowMs = performance.now(); nowMs - startMs < load.durationMs;) {
      check(await post(load, agent))
      const endMs = performance.now()
      slowestMs = Math.max(slowestMs, endMs - nowMs)
      nowMs = endMs
      requests++
    }
  }
  try {
    await Promise.all(Array.from({ length: load.clients }, client))
    return { requestsPerSec: (requests * 1000) / (performance.now() - startMs), slowestMs }
  } finally {
    agent.destroy()
  }
}

/** One POST, from its connection or a kept one to the last byte of the reply. */
export function post(
  { url, contentType, body }: Pick<Load, 'url' | 'contentType' | 'body'>,
  agent?: Agent,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': contentType, 'content-length': body.length }
    const request = httpRequest(url, {
      method: 'POST',
      headers,
      ...(agent === undefined ? {} : { agent }),
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }),
      )
    })
    request.end(body)
  })
}

/**
 * Serves repositories to stock Fossil and to trilobite, as a handler of Web-standard requests. It
 * mounts wherever `Request` goes in and `Response` comes out, at any path:
 *
 *     const handler = fossilHandler({ folder: 'repositories', env: systemEnv })
 *     app.post('/*', (c) => handler(c.req.raw))
 *
 * @module
 */

/// <reference lib="esnext.disposable" preserve="true" />

import { HttpService, type HttpServiceOptions } from './http-service.ts'
import type { BodyReader } from './request-body.ts'
import type { RepoSource } from './served-repos.ts'

/** Facts about a request that the platform knows and `Request` does not say. */
export interface RequestOrigin {
  readonly remoteAddress?: string | undefined
}

/** Answers requests until it is closed. Never rejects. */
export interface FossilHandler extends AsyncDisposable {
  (request: Request, origin?: RequestOrigin): Promise<Response>
  /** Refuses requests from now on, finishes those under way, then closes the repositories. */
  close(): Promise<void>
}

/**
 * Makes a handler. A single file is opened at once; those of a folder when they are asked for.
 *
 * @example
 * ```ts
 * const handler = fossilHandler({ repo })
 * const response = await handler(new Request('http://localhost/'))
 * ```
 * @throws {FossilError} `option.invalid`, `repo.unreadable`, `repo.invalid`
 */
export function fossilHandler(options: RepoSource & HttpServiceOptions): FossilHandler {
  const service = new HttpService(options)
  const handle = async (request: Request, origin: RequestOrigin = {}): Promise<Response> => {
    const reply = await service.answer({
      method: request.method,
      path: new URL(request.url).pathname,
      headers: request.headers,
      body: request.body === null ? undefined : readerOf(request.body),
      remoteAddress: origin.remoteAddress,
      signal: request.signal,
    })
    return new Response(reply.body, { status: reply.status, headers: reply.headers })
  }
  const close = (): Promise<void> => service.close()
  return Object.assign(handle, { close, [Symbol.asyncDispose]: close })
}

function readerOf(stream: ReadableStream<Uint8Array>): BodyReader {
  const reader = stream.getReader()
  return {
    read: async () => {
      const { done, value } = await reader.read()
      return done ? undefined : value
    },
    cancel: () => void reader.cancel().catch(() => {}),
  }
}

/**
 * The body of an HTTP request or reply that carries a message.
 *
 * May know the compressed form. What is in a message is parse.ts and format.ts.
 * Specification: fossil www/sync.wiki §2.2. Reference: fossil src/cgi.c:1519-1525 (server),
 * src/http.c:699-711, 887 (client).
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import { compressContent, expandContent } from '../base/zlib.ts'

/** The content types of a message. Stock recognises a sync by the first 20 characters alone. */
export const contentTypes = {
  /** Compressed, behind its length: requests, and replies other than a clone's. */
  compressed: 'application/x-fossil',
  /** As it is: replies to `clone 3`, whose artifacts are compressed one by one. */
  uncompressed: 'application/x-fossil-uncompressed',
  /** As it is, both ways: stock under `--httptrace`. */
  debug: 'application/x-fossil-debug',
} as const

/** A content type that carries a message. */
export type ContentType = (typeof contentTypes)[keyof typeof contentTypes]

/** Messages up to this size are not worth compressing: with headers they fit one packet. */
const defaultDeflateOverBytes = 1400

/**
 * Wraps a message, which is not empty, into a body.
 *
 * @example
 * ```ts
 * const body = encodeMessage(writer.finish())
 * ```
 * @param options.contentType `application/x-fossil` unless given
 * @param options.deflateOverBytes a compressed body stores messages of at most this many bytes as
 *   they are; 1,400 by default
 */
export function encodeMessage(
  message: Uint8Array,
  options: {
    contentType?: ContentType | undefined
    deflateOverBytes?: number | undefined
  } = {},
): Uint8Array {
  requireBytes('message', message)
  const { contentType = contentTypes.compressed, deflateOverBytes = defaultDeflateOverBytes } =
    options
  assert(message.length > 0, 'a message says something')
  if (contentType !== contentTypes.compressed) return message
  return compressContent(message, { deflateOverBytes })
}

/**
 * Unwraps a body. Stock reads a body that does not expand as if it had not been compressed
 * (http.c:887), and an empty one as success; both hide that bytes were lost, so both are errors.
 * A compressed body that holds nothing lost nothing: some servers say so that all is well.
 *
 * @example
 * ```ts
 * const cards = parseCards(decodeMessage(body, { maxBytes: 1 << 24 })).toArray()
 * ```
 * @param options.contentType as the HTTP header has it, parameters included; `application/x-fossil`
 *   unless given
 * @param options.maxBytes the longest message to accept
 * @param options.mayBeEmpty a compressed body may hold nothing; an empty body never may. Default
 *   false
 * @returns the message: often a view of `body`
 * @throws {FossilError} `xfer.frame`: another content type, nothing in it, or see `expandContent`
 */
export function decodeMessage(
  body: Uint8Array,
  options: {
    contentType?: string | undefined
    maxBytes: number
    mayBeEmpty?: boolean | undefined
  },
): Uint8Array {
  requireBytes('body', body)
  const { contentType = contentTypes.compressed, maxBytes, mayBeEmpty = false } = options
  const message = unwrap(body, contentType, maxBytes)
  const isLost = body.length === 0 || !mayBeEmpty
  if (message.length === 0 && isLost) throw fault('the message is empty')
  return message
}

function unwrap(body: Uint8Array, contentType: string, maxBytes: number): Uint8Array {
  const mediaType = contentType.replace(/;.*$/s, '').trim().toLowerCase()
  switch (mediaType) {
    case contentTypes.compressed:
      return expandContent(body, { maxBytes })
    case contentTypes.uncompressed:
    case contentTypes.debug:
      if (body.length <= maxBytes) return body
      throw fault(`a message of ${body.length} bytes is over the limit of ${maxBytes}`)
    default:
      throw fault(`content type ${JSON.stringify(contentType.slice(0, 80))} is no sync message`)
  }
}

function fault(reason: string): FossilError<'xfer.frame'> {
  return new FossilError('xfer.frame', { reason })
}

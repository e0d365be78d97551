/**
 * The meaning of an HTTP reply to a client: a message, or a reason why there is none. Shared by the
 * transports that speak HTTP, over sockets and over pipes.
 *
 * Reference: fossil src/http.c:590-712 (status, headers), 866-887 (error pages).
 * @module
 */

import { fromUtf8 } from '../base/bytes.ts'
import { printable } from '../base/printable.ts'
import { contentTypes, encodeMessage } from '../xfer/frame.ts'
import type { FailureKind, Watch } from './watch.ts'

/** Status line and headers of a reply. */
export interface ReplyHead {
  readonly status: number
  readonly statusText: string
  /** A header's value; `name` in lowercase. */
  header(name: string): string | undefined
}

/** The number of bytes worth reading of a page that is no message. */
export const excerptBytes = 2048

const messageTypes: ReadonlySet<string> = new Set(Object.values(contentTypes))

/** The reason why a reply holds no message. */
export interface ReplyRefusal {
  readonly reason: string
  readonly kind: FailureKind
}

/** The reason why a reply with this head holds no message, or undefined where it does. */
export function refusalOf(head: ReplyHead): ReplyRefusal | undefined {
  const { status, statusText } = head
  if (status !== 200) {
    const reason = `HTTP ${status} ${printable(statusText, 60)}`.trim()
    return { reason, kind: { code: 'transport.status', status } }
  }
  const problem = problemOf(head)
  return problem === undefined ? undefined : { reason: problem, kind: foreign }
}

const foreign: FailureKind = { code: 'transport.foreign' }

function problemOf(head: ReplyHead): string | undefined {
  const encoding = head.header('content-encoding') ?? 'identity'
  if (!/^identity$/i.test(encoding.trim())) {
    return (
      `the reply has Content-Encoding ${printable(encoding, 40)}: ` +
      'something between here and the Fossil server compresses what must pass unchanged'
    )
  }
  const transfer = head.header('transfer-encoding') ?? 'chunked'
  if (!/^chunked$/i.test(transfer.trim())) {
    return `the reply has Transfer-Encoding ${printable(transfer, 40)}, which nobody asked for`
  }
  const contentType = head.header('content-type') ?? ''
  if (messageTypes.has(mediaType(contentType))) return undefined
  return `no Fossil server answers here: the reply is ${printable(contentType, 60) || 'untyped'}`
}

/** The refusal as the failure of an exchange, with the words of the page that came. */
export function refuse(watch: Watch, { reason, kind }: ReplyRefusal, page: Uint8Array): Error {
  const words = excerpt(page)
  return watch.fail(words === '' ? reason : `${reason} (“${words}”)`, kind)
}

/**
 * The message of a reply that {@link refusalOf} let pass, in the form that sessions read. What came
 * uncompressed is wrapped in stored blocks: one form, without a compressor.
 *
 * @param body not empty
 */
export function messageOf(head: ReplyHead, body: Uint8Array): Uint8Array {
  const isCompressed = mediaType(head.header('content-type') ?? '') === contentTypes.compressed
  return isCompressed ? body : encodeMessage(body, { deflateOverBytes: Infinity })
}

/** A content type without its parameters, in lowercase. */
export function mediaType(contentType: string): string {
  return contentType.replace(/;.*$/s, '').trim().toLowerCase()
}

/** The words of an error page, for people: no markup, one line, at most 200 characters. */
export function excerpt(page: Uint8Array): string {
  const text = fromUtf8(page.subarray(0, excerptBytes))
    .replace(/<(style|script)\b.*?(?:<\/\1>|$)/gis, ' ')
    .replace(/<[^>]*(?:>|$)/g, ' ')
  return printable(text, 200)
}

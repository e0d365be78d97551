/**
 * One HTTP exchange as plain bytes, for programs that speak HTTP over pipes.
 *
 * Knows no I/O. Source: RFC 9112; stock's server side is fossil src/cgi.c:2172-2281 (requests, with
 * lines under 2,000 bytes) and 480-580 (replies).
 * @module
 */

import { concat, noBytes, utf8 } from '../base/bytes.ts'
import { contentTypes } from '../xfer/frame.ts'
import { printable } from '../base/printable.ts'
import { type ReplyHead } from './http-reply.ts'

/** Heads are longer than this only by mistake. */
const maxHeadBytes = 65_536
const headEnd = '\r\n\r\n'

/** A POST of `body`, whole. HTTP/1.0: one exchange, and no chunks in the reply. */
export function requestText(path: string, body: Uint8Array): Uint8Array {
  const head = [
    `POST ${path} HTTP/1.0`,
    'Host: localhost',
    'User-Agent: trilobite',
    `Content-Type: ${contentTypes.compressed}`,
    `Content-Length: ${body.length}`,
  ]
  return concat([utf8(head.join('\r\n') + headEnd), body])
}

/** Reads a reply as it comes in. What follows a body of known length is not part of it. */
export class ReplyParser {
  #head: ReplyHead | undefined
  /** The bytes of the head so far, while it is not whole. */
  #start: Uint8Array = noBytes
  #malformed: string | undefined
  readonly #body: Uint8Array[] = []
  #bodyBytes = 0
  /** As the head says; undefined where it does not, and the body ends with the output. */
  #length: number | undefined

  /** Bytes of the body so far. */
  get bodyBytes(): number {
    return this.#bodyBytes
  }

  /** The reason why this is no HTTP reply, once that is certain. */
  get malformed(): string | undefined {
    return this.#malformed
  }

  /** The body is as long as the head says. */
  get isWhole(): boolean {
    return this.#length !== undefined && this.#bodyBytes === this.#length
  }

  /** Takes `part` over. */
  add(part: Uint8Array): void {
    if (this.#malformed !== undefined) return
    if (this.#head !== undefined) {
      this.#addBody(part)
      return
    }
    this.#start = concat([this.#start, part])
    const start = Buffer.from(this.#start.buffer, this.#start.byteOffset, this.#start.length)
    const end = start.indexOf(headEnd)
    if (end !== -1 && end <= maxHeadBytes) {
      this.#readHead(start.toString('latin1', 0, end))
      this.#addBody(this.#start.subarray(end + headEnd.length))
      this.#start = noBytes
    } else if (start.length > maxHeadBytes || !mayBeHttp(start)) {
      this.#refuse(start.toString('latin1', 0, 200))
    }
  }

  /**
   * The reply, or in words what it lacks.
   *
   * @param isEnd the output ended as it should, and so does a body of unknown length
   */
  result({ isEnd }: { isEnd: boolean }): { head: ReplyHead; body: Uint8Array } | string {
    if (this.#malformed !== undefined) return this.#malformed
    const head = this.#head
    if (head === undefined) {
      return this.#start.length === 0 ? 'no reply' : 'the reply broke off in its headers'
    }
    if (this.isWhole || (this.#length === undefined && isEnd)) {
      return { head, body: concat(this.#body) }
    }
    const of = this.#length === undefined ? '' : ` of ${this.#length}`
    return `the reply broke off after ${this.#bodyBytes}${of} bytes`
  }

  #readHead(text: string): void {
    const [statusLine = '', ...lines] = text.split('\r\n')
    const status = /^HTTP\/1\.[0-9] ([1-9][0-9]{2})(?: (.*))?$/.exec(statusLine)
    if (status === null) return this.#refuse(statusLine)
    const headers = new Map<string, string>()
    for (const line of lines) {
      const header = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line)
      if (header === null) return this.#refuse(line)
      headers.set((header[1] ?? '').toLowerCase(), (header[2] ?? '').trim())
    }
    const length = headers.get('content-length')
    if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) return this.#refuse(length)
    this.#length = length === undefined ? undefined : Number(length)
    this.#head = {
      status: Number(status[1]),
      statusText: status[2] ?? '',
      header: (name) => headers.get(name),
    }
  }

  #addBody(part: Uint8Array): void {
    const room = (this.#length ?? Infinity) - this.#bodyBytes
    const kept = part.length <= room ? part : part.subarray(0, room)
    if (kept.length === 0) return
    this.#body.push(kept)
    this.#bodyBytes += kept.length
  }

  #refuse(text: string): void {
    this.#malformed = `the reply is not HTTP: “${printable(text, 80)}”`
  }
}

function mayBeHttp(start: Buffer): boolean {
  return 'HTTP/1.'.startsWith(start.toString('latin1', 0, 7))
}

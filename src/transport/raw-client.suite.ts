/**
 * A client that writes whatever bytes it is given, for the tests of the server.
 * @module
 */

import { connect, type Socket } from 'node:net'

/** One reply as a client saw it. */
export interface RawReply {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** A connection that is written by hand. */
export class RawClient {
  readonly socket: Socket
  readonly #parts: Buffer[] = []
  readonly #closed: Promise<void>

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.#closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
    this.socket.on('error', () => {}).on('data', (part: Buffer) => this.#parts.push(part))
  }

  /** Writes without ending. */
  write(...parts: readonly (string | Uint8Array)[]): this {
    for (const part of parts) this.socket.write(part)
    return this
  }

  /** Resolves once at least one whole reply has come. */
  async first(): Promise<RawReply> {
    for (;;) {
      const [reply] = repliesIn(Buffer.concat(this.#parts))
      if (reply !== undefined) return reply
      await new Promise<void>((resolve, reject) => {
        this.socket.once('data', () => resolve())
        this.socket.once('close', () => reject(new Error('closed without a whole reply')))
      })
    }
  }

  /** Everything that came until the server closed the connection. */
  async all(): Promise<RawReply[]> {
    await this.#closed
    return repliesIn(Buffer.concat(this.#parts))
  }
}

/** A POST with a head of these lines; says `Connection: close` and its length unless told. */
export function post(path: string, body: Uint8Array | string, ...lines: readonly string[]): Buffer {
  const head = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines]
  const named = (name: string): boolean => lines.some((line) => line.startsWith(`${name}:`))
  if (!named('Content-Type')) head.push('Content-Type: application/x-fossil')
  if (!named('Content-Length') && !named('Transfer-Encoding')) {
    head.push(`Content-Length: ${body.length}`)
  }
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)])
}

/** Sends bytes on a connection of their own; returns the replies until the server closes it. */
export function send(
  port: number,
  ...parts: readonly (string | Uint8Array)[]
): Promise<RawReply[]> {
  return new RawClient(port).write(...parts).all()
}

/** The status of each reply to these bytes. */
export async function statuses(
  port: number,
  ...parts: readonly (string | Uint8Array)[]
): Promise<number[]> {
  return (await send(port, ...parts)).map(({ status }) => status)
}

/** Whole replies, one after another; each has a length, or is to HEAD and has no body. */
function repliesIn(bytes: Buffer): RawReply[] {
  const replies: RawReply[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end === -1) break
    const [statusLine = '', ...lines] = bytes.toString('latin1', at, end).split('\r\n')
    const headers = new Map(
      lines.map((line) => {
        const [name = '', ...value] = line.split(': ')
        return [name.toLowerCase(), value.join(': ')]
      }),
    )
    const length = Math.min(Number(headers.get('content-length') ?? 0), bytes.length)
    const body = bytes.subarray(end + 4, end + 4 + length)
    replies.push({ status: Number(statusLine.split(' ')[1]), headers, body })
    at = end + 4 + length
  }
  return replies
}

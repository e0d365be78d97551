/**
 * A program that answers one HTTP request on its standard input, well or badly, as its argument
 * says. It stands in for `fossil http` where that would behave too well.
 * @module
 */

import { ReplyParser } from './http-text.ts'

type Reply = (body: Buffer) => void

/** Writes a reply with a head of these lines. */
function write(lines: readonly string[], body: Uint8Array | string = ''): void {
  process.stdout.write(`${lines.join('\r\n')}\r\n\r\n`)
  process.stdout.write(body)
}

function ok(length: number, type = 'application/x-fossil'): string[] {
  return ['HTTP/1.0 200 OK', `Content-Type: ${type}`, `Content-Length: ${length}`]
}

/** By argument. */
const replies: Readonly<Record<string, Reply>> = {
  echo: (body) => write(ok(body.length), body),
  empty: () => write(ok(0)),
  silent: () => void setInterval(() => {}, 1_000),
  cut: () => write(ok(100), 'ten bytes.'),
  unsized: (body) => write(['HTTP/1.0 200 OK', 'Content-Type: application/x-fossil'], body),
  raw: () => write(ok(8, 'application/x-fossil-uncompressed'), '# hello\n'),
  lingers: (body) => {
    write(ok(body.length), body)
    setTimeout(() => {}, 3_000)
  },
  page: () => write(['HTTP/1.0 500 Oops'], '<h1>Database locked</h1>'),
  garbage: () => void process.stdout.write('usage: peer ?OPTIONS?\r\n\r\n'),
  endless: () => {
    write(ok(2 ** 40))
    const part = Buffer.alloc(65_536)
    const more = (): void => {
      while (process.stdout.write(part));
      process.stdout.once('drain', more)
    }
    more()
  },
  dies: () => {
    process.stderr.write('the disk\nis on fire\n')
    process.exitCode = 3
  },
}

if (import.meta.main) {
  const parts: Buffer[] = []
  process.stdin.on('data', (part: Buffer) => parts.push(part))
  process.stdin.on('end', () => {
    const request = Buffer.concat(parts)
    // A request differs from a reply in its first line alone.
    const asReply = Buffer.concat([
      Buffer.from('HTTP/1.0 200 OK'),
      request.subarray(request.indexOf('\r\n')),
    ])
    const parser = new ReplyParser()
    parser.add(asReply)
    const parsed = parser.result({ isEnd: true })
    if (typeof parsed === 'string') throw new Error(parsed)
    replies[process.argv[2] ?? '']?.(Buffer.from(parsed.body))
  })
}

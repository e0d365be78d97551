/**
 * A program that answers one HTTP request on its standard input and output, as a transport: stock's
 * `fossil http` over a file, or the same on another machine behind a command such as `ssh`.
 *
 * May know processes and timers. Each exchange starts the program anew.
 * Reference: fossil src/main.c:2877-3068 (cmd_http), http_transport.c:332-349 (file: addresses).
 * @module trilobite/transport/stdio
 */

/// <reference types="node" preserve="true" />

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { resolve as resolvePath } from 'node:path'

import { concat, fromUtf8 } from '../base/bytes.ts'
import { requireBytes } from '../base/options.ts'
import { maxMessageBytes } from '../sync/limits.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'
import { printable } from '../base/printable.ts'
import { excerpt, messageOf, refusalOf } from './http-reply.ts'
import { ReplyParser, requestText } from './http-text.ts'
import { checkTimeout, type Deadlines, Watch } from './watch.ts'

/** Limits on the time to wait for a program, and on the bytes to take from it. */
interface StdioLimits {
  /** Without a byte in either direction. Default 120,000 ms. */
  readonly silenceTimeoutMs?: number
  /** For a whole exchange, the program's start and end included. Default 600,000 ms. */
  readonly exchangeTimeoutMs?: number
  /** The longest body of a reply that is read. Default 1 GiB. */
  readonly maxReplyBytes?: number
}

/** A program that reads one HTTP request and writes one HTTP reply. */
interface CommandOptions extends StdioLimits {
  /** A path, or a name to look up on PATH. No shell reads it. */
  readonly command: string
  readonly args?: readonly string[]
  /** The whole environment of the program; by default ours. */
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** The path to POST to. Default `/`. */
  readonly path?: string
}

/** Stock Fossil, and the repository that it serves. */
interface StockOptions extends StdioLimits {
  /** Default `fossil`. */
  readonly fossilBin?: string
  readonly repository: string
  /**
   * Without a login the peer may do everything, as with stock's `file:` addresses, unless the
   * repository's `localauth` setting forbids it. Default false: it may do what `nobody` may.
   */
  readonly localAuth?: boolean
  /** The whole environment of the program; by default ours, without what CGI would mean. */
  readonly env?: NodeJS.ProcessEnv
}

/** The longest time that a program may go on after its reply. */
const graceMs = 10_000
/** The number of bytes kept of a program's complaints: the last of them. */
const stderrBytes = 2048

/**
 * A program that answers on its standard output: `fossil http` over a repository file on this
 * machine, or any command of this kind, such as `ssh -T host fossil test-http FILE`.
 *
 * @example
 * ```ts
 * await sync(repo, stdioTransport({ repository: 'other.fossil', localAuth: true }))
 * const args = ['-T', 'host', 'fossil', 'test-http', 'project.fossil']
 * await sync(repo, stdioTransport({ command: 'ssh', args }))
 * ```
 */
export function stdioTransport(options: StockOptions | CommandOptions): Transport {
  const command = 'command' in options ? options : stockCommand(options)
  const { silenceTimeoutMs = 120_000, exchangeTimeoutMs = 600_000 } = command
  const deadlines: Deadlines = {
    connectTimeoutMs: Infinity,
    silenceTimeoutMs: checkTimeout('silenceTimeoutMs', silenceTimeoutMs),
    exchangeTimeoutMs: checkTimeout('exchangeTimeoutMs', exchangeTimeoutMs),
  }
  return {
    exchange: async (request: Uint8Array, { signal }: ExchangeOptions = {}) => {
      requireBytes('request', request)
      const watch = new Watch(command.command, deadlines, signal)
      return exchangeWith(command, request, watch).finally(() => watch.stop())
    },
  }
}

function stockCommand(options: StockOptions): CommandOptions {
  const { fossilBin = 'fossil', repository, localAuth = false, env, ...limits } = options
  const access = localAuth ? ['--localauth'] : []
  return {
    ...limits,
    command: fossilBin,
    args: ['http', resolvePath(repository), '--ipaddr', '127.0.0.1', ...access],
    env: env ?? withoutCgi(process.env),
  }
}

async function exchangeWith(
  options: CommandOptions,
  request: Uint8Array,
  watch: Watch,
): Promise<Uint8Array> {
  const { path = '/', maxReplyBytes = maxMessageBytes } = options
  if (watch.failure !== undefined) throw watch.failure
  const child = await started(options, watch)
  const stderr = tailOf(child)
  const reading = readReply(child, watch, maxReplyBytes)
  sendAll(child, requestText(path, request), watch)
  const { parser, ending } = await reading
  const reply = parser.result({ isEnd: ending === 'it ended' })
  if (typeof reply === 'string') throw watch.fail([reply, ending, ...stderr()].join('; '))
  const { head, body } = reply
  const refusal = refusalOf(head)
  if (refusal !== undefined) {
    const words = excerpt(body)
    const said = words === '' ? refusal.reason : `${refusal.reason} (“${words}”)`
    throw watch.fail([said, ...stderr()].join('; '), refusal.kind)
  }
  if (body.length === 0) throw watch.fail(['the reply is empty', ...stderr()].join('; '))
  return messageOf(head, body)
}

async function started(
  { command, args = [], env, cwd }: CommandOptions,
  watch: Watch,
): Promise<ChildProcessWithoutNullStreams> {
  try {
    const child = spawn(command, args, { env, cwd, stdio: 'pipe' })
    if (child.pid !== undefined) return child
    throw await new Promise<Error>((resolve) => child.once('error', resolve))
  } catch (error) {
    const kind = { code: 'transport.unreachable', cause: error } as const
    throw watch.fail(`cannot start it: ${text(error)}`, kind)
  }
}

/**
 * Resolves once the reply is whole, or with how the program ended before that. A program that was
 * killed is not waited for: a child of its own may keep the pipes open.
 */
function readReply(
  child: ChildProcessWithoutNullStreams,
  watch: Watch,
  maxReplyBytes: number,
): Promise<{ parser: ReplyParser; ending: string }> {
  const parser = new ReplyParser()
  const overLimit = `the reply is over the limit of ${maxReplyBytes} bytes`
  watch.heard()
  return new Promise((resolve, reject) => {
    const end = (ending: string): void => {
      for (const stream of child.stdio) stream?.destroy()
      resolve({ parser, ending })
    }
    child.stdout.on('data', (part: Uint8Array) => {
      watch.heard()
      parser.add(part)
      if (parser.malformed !== undefined) watch.fail(parser.malformed)
      if (parser.bodyBytes > maxReplyBytes) watch.fail(overLimit)
      if (!parser.isWhole) return
      leave(child)
      end('its reply is whole')
    })
    watch.endBy(() => {
      child.kill('SIGKILL')
      end('it was killed')
    })
    child.on('error', (error) => reject(watch.fail(text(error), { cause: error })))
    child.once('close', (code, signal) => {
      if (signal !== null) end(`${signal} ended it`)
      else end(code === 0 ? 'it ended' : `it ended with code ${code}`)
    })
  })
}

/** Lets a program end by itself, for a while: what else it has to do is not ours to wait for. */
function leave(child: ChildProcessWithoutNullStreams): void {
  child.unref()
  const grace = setTimeout(() => child.kill('SIGKILL'), graceMs).unref()
  child.once('exit', () => clearTimeout(grace))
}

function sendAll(child: ChildProcessWithoutNullStreams, bytes: Uint8Array, watch: Watch): void {
  // A program may answer without reading everything; that is no failure by itself.
  child.stdin.on('error', () => {})
  child.stdin.on('drain', () => watch.heard())
  child.stdin.end(bytes, () => watch.heard())
}

/** Collects the end of what the program says on standard error; returns it as one line or none. */
function tailOf(child: ChildProcessWithoutNullStreams): () => string[] {
  let tail: Uint8Array = new Uint8Array(0)
  child.stderr.on('data', (part: Uint8Array) => {
    const both = concat([tail, part])
    tail = both.slice(Math.max(0, both.length - stderrBytes))
  })
  return () => {
    const line = printable(fromUtf8(tail), 300)
    return line === '' ? [] : [`it says: ${line}`]
  }
}

/** GATEWAY_INTERFACE would make stock a CGI program, which reads its request from variables. */
function withoutCgi(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, GATEWAY_INTERFACE: undefined }
}

function text(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error), 150)
}

/**
 * Programs that a benchmark measures from outside: run to their end, or kept until they are told
 * to go. Knows how to start them, and nothing of what they do.
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { findFossil, fossilEnv } from '../tools/ensure-fossil.ts'
import { run } from '../tools/run.ts'

/** One program from its start to its end. */
export interface Measured {
  readonly wallMs: number
  /** The most memory it had in use; undefined where there is no GNU `time` to tell. */
  readonly peakBytes: number | undefined
  readonly stdout: string
}

/** A server that listens until it is closed. */
export interface Listening extends AsyncDisposable {
  readonly url: string
}

const gnuTime = '/usr/bin/time'

/**
 * Runs stock Fossil to its end.
 *
 * @throws {Error} where it cannot be started. Its exit codes lie, so check what it did.
 */
export function measureFossil(args: readonly string[]): Promise<Measured> {
  const fossil = findFossil()
  if (fossil === undefined) throw new Error('there is no stock fossil to measure')
  return measure([fossil.bin, ...args], fossilEnv())
}

/**
 * Runs one of the programs in this folder to its end.
 *
 * @param cache a folder where Node keeps what it compiled; the first run fills it
 * @throws {Error} with what it wrote, where it fails
 */
export function measureOurs(
  program: string,
  args: readonly string[],
  cache: string,
): Promise<Measured> {
  return measure([process.execPath, ...oursArgs(program, args)], oursEnv(cache))
}

async function measure(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Measured> {
  const [bin = '', ...args] = existsSync(gnuTime) ? [gnuTime, '-f', '%M', ...command] : command
  const startMs = performance.now()
  const { code, stdout, stderr } = await run(bin, args, { env })
  const wallMs = performance.now() - startMs
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${stderr}`)
  const kilobytes = bin === gnuTime ? Number(stderr.trimEnd().split('\n').at(-1)) : Number.NaN
  const peakBytes = Number.isNaN(kilobytes) ? undefined : kilobytes * 1024
  return { wallMs, peakBytes, stdout }
}

/**
 * Serves a repository by `fossil server`, one process for each request.
 *
 * @throws {Error} where it does not start to listen
 */
export async function fossilServer(repository: string): Promise<Listening> {
  const fossil = findFossil()
  if (fossil === undefined) throw new Error('there is no stock fossil to serve')
  const port = await freePort()
  const args = ['server', repository, '--localhost', '--port', String(port)]
  const child = spawn(fossil.bin, args, { env: fossilEnv(), stdio: ['ignore', 'pipe', 'inherit'] })
  await firstLine(child)
  return listening(`http://127.0.0.1:${port}/`, child)
}

/**
 * Serves a repository by our `serve`, in one process of its own.
 *
 * @throws {Error} where it does not start to listen
 */
export async function ourServer(repository: string, cache: string): Promise<Listening> {
  const child = spawn(process.execPath, oursArgs('serve-process.ts', [repository]), {
    env: oursEnv(cache),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return listening(await firstLine(child), child)
}

function listening(url: string, child: ChildProcess): Listening {
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill()
      await exit
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('a server says on standard output where it listens')
  for await (const line of createInterface({ input: child.stdout })) {
    // Closing the interface pauses the stream, and a server that goes on talking would stall.
    child.stdout.resume()
    return line
  }
  throw new Error(`${child.spawnfile} ended before it listened`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address !== null && typeof address === 'object') return address.port
  throw new Error('a server that listens has a port')
}

function oursArgs(program: string, args: readonly string[]): string[] {
  return ['--conditions=@trilobite/source', join(import.meta.dirname, program), ...args]
}

/** With the cache, a start from sources costs about what one from built JavaScript does. */
function oursEnv(cache: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], TZ: 'UTC', NODE_COMPILE_CACHE: cache }
}

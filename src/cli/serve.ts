/**
 * `trilobite serve`: repositories over HTTP, for trilobite and for stock Fossil, until Ctrl-C.
 * @module
 */

import { existsSync, statSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { answerXfer, FossilError, NonceMemory, preferLog, type Repo, systemEnv } from '../index.ts'
import {
  type Answerer,
  type HttpEvent,
  printable,
  type RepoSource,
  serve,
} from '../transport/http.ts'
import { checkWhole, openWhole, repositoryPath } from './repository.ts'
import { formatBytes } from './terminal.ts'
import { print } from './output.ts'
import { integer } from './option-values.ts'

interface ServeCommandOptions {
  readonly port: number
  readonly host: string
  readonly quiet?: boolean
  readonly json?: boolean
}

/** Adds `serve` to the program. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve a repository, or every .fossil file of a folder, over HTTP')
    .argument('[path]', 'a repository file or a folder')
    .addOption(
      new Option('--port <n>', 'where to listen; 0: any port that is free')
        .argParser(integer('--port', { min: 0, max: 65_535 }))
        .default(8080),
    )
    .option('--host <address>', 'whom to listen to; 0.0.0.0: everybody', '127.0.0.1')
    .option('--quiet', 'no line for each request')
    .option('--json', 'print the address as one JSON object and nothing else')
    .action(async (path: string | undefined, options: ServeCommandOptions) => {
      await serveUntilStopped(path ?? repositoryPath(program), options)
    })
}

async function serveUntilStopped(path: string, options: ServeCommandOptions): Promise<void> {
  const { port, host, quiet, json } = options
  const stopped = new Promise<void>((resolve) => {
    // Once each: who asks a second time means it, and the process dies.
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve())
  })
  const isQuiet = quiet === true || json === true
  const server = await serve({
    ...sourceAt(path),
    port,
    host,
    answer: answerer(),
    observer: (event) => tell(event, isQuiet),
  })
  const { url } = server
  print(options, { url, port: server.port, path }, `serving ${path} at ${url} (Ctrl-C ends it)\n`)
  await stopped
  await server.close()
}

/** What is at `path`. A single file is checked at once; those of a folder when asked for. */
function sourceAt(path: string): RepoSource {
  if (existsSync(path) && statSync(path).isDirectory()) return { folder: path, env: systemEnv }
  openWhole(path).close()
  return { file: path, env: systemEnv }
}

/** As the server's own, with each repository prepared when it is first asked for. */
function answerer(): Answerer {
  const nonces = new NonceMemory()
  const prepared = new WeakSet<Repo>()
  return (repo, request, { loginCard, remoteAddress }) => {
    checkWhole(repo)
    if (!prepared.has(repo)) {
      prepared.add(repo)
      preferLog(repo)
    }
    return answerXfer(repo, request, { nonces, loginCard, remoteAddress })
  }
}

function tell(event: HttpEvent, isQuiet: boolean): void {
  if (event.type === 'http.failed') {
    const { path, error } = event
    const reason = FossilError.is(error) ? error.message : stackOf(error)
    process.stderr.write(`trilobite: ${printable(path, 200)} failed: ${reason}\n`)
    return
  }
  if (isQuiet) return
  const { method, path, status, requestBytes, replyBytes, remoteAddress = '-' } = event
  const sizes = `${formatBytes(requestBytes)} in, ${formatBytes(replyBytes)} out`
  const request = `${printable(method, 10)} ${printable(path, 200)}`
  process.stdout.write(`${remoteAddress} ${request} ${status}, ${sizes}\n`)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

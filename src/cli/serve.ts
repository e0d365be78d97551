/**
 * `trilobite serve`: repositories over HTTP, for trilobite and for stock Fossil, until Ctrl-C.
 * @module
 */

import { existsSync, statSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { systemEnv } from '../index.ts'
import { type FossilServer, serve } from '../transport/http.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { exposureText, logLine, type LogFormat } from './serve-log.ts'
import { counted } from '../base/counted.ts'
import { print, printNotice, printText, printTrail } from './output.ts'
import { collected, integer } from './option-values.ts'

interface ServeCommandOptions {
  readonly port: number
  readonly host: string
  readonly allowHost?: readonly string[]
  readonly allowOrigin?: readonly string[]
  readonly allowFuture?: boolean
  readonly logFormat: LogFormat
  readonly quiet?: boolean
  readonly json?: boolean
}

/** Until it cuts off what is under way; systemd waits for 90 s by default. */
const closeTimeoutMs = 30_000

/** Adds `serve` to the program. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .alias('server')
    .description('serve a repository, or every .fossil file below a folder, over HTTP')
    .argument('[path]', 'a repository file or a folder')
    .addOption(
      new Option('--port <n>', 'the port to listen on; 0: any that is free')
        .argParser(integer('--port', { min: 0, max: 65_535 }))
        .default(8080),
    )
    .option('--host <address>', 'whom to listen to; 0.0.0.0: everybody', '127.0.0.1')
    .option(
      '--allow-host <name>',
      'a name that requests to this machine may have in "Host", for a proxy; *: any',
      collected,
    )
    .option('--allow-origin <origin>', 'another site whose pages may ask; *: any', collected)
    .option('--allow-future', 'take check-ins that are dated more than a day ahead, too')
    .addOption(
      new Option('--log-format <format>', 'lines of the log')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--quiet', 'print no line for each request')
    .option('--json', 'print the address as one JSON object and nothing else')
    .action(async (path: string | undefined, options: ServeCommandOptions) => {
      await serveUntilStopped(path ?? repositoryPath(program), options)
    })
}

async function serveUntilStopped(path: string, options: ServeCommandOptions): Promise<void> {
  const { port, host, allowHost = [], allowOrigin = [], logFormat, quiet, json } = options
  const stopped = new Promise<void>((resolve) => {
    // Once each: who asks a second time means it, and the process dies.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve())
  })
  const isQuiet = quiet === true || json === true
  const server = await serve({
    ...sourceAt(path),
    port,
    host,
    allowedHosts: [...allowHost, host],
    allowedOrigins: allowOrigin,
    ...(options.allowFuture === true ? { maxFutureMs: Infinity } : {}),
    closeTimeoutMs,
    observer: (event) => {
      const { to, line } = logLine(event, { format: logFormat, time: new Date() })
      if (to === 'stderr') printTrail(line)
      else if (!isQuiet) printText(line)
    },
  })
  const { url } = server
  printTrail(exposureText(host))
  print(options, { url, port: server.port, path }, `serving ${path} at ${url} (Ctrl-C ends it)\n`)
  await stopped
  tellOfEnd(server)
  await server.close()
}

function tellOfEnd({ underWay }: FossilServer): void {
  if (underWay === 0) return
  const requests = counted(underWay, 'request')
  printNotice(
    `trilobite: ending; ${requests} under way may take ${closeTimeoutMs / 1000} s more ` +
      '(the same signal again ends them at once)',
  )
}

/**
 * The repository or repositories at `path`. A single file is checked at once; those of a folder
 * when asked for.
 */
function sourceAt(path: string) {
  if (existsSync(path) && statSync(path).isDirectory()) return { folder: path, env: systemEnv }
  openWhole(path).close()
  return { file: path, env: systemEnv }
}

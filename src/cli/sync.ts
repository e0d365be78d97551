/**
 * `trilobite sync`, `pull` and `push`: one exchange in both directions or in one. Exits 0 when
 * nothing is missing, 1 when something is or somebody interrupted it, 2 on an error.
 * @module
 */

import type { Command } from 'commander'
import { type Repo, sync, type SyncOptions } from '../index.ts'
import { runExchange } from './exchange.ts'
import { outcomeFields, outcomeText } from './exchange-report.ts'
import { forksText, watchForks } from './forks.ts'
import { type LoginOptions, withLogin } from './login-options.ts'
import { findPeer, isAddress, rememberPeer } from './peer.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { print } from './output.ts'

/** Options of every command that syncs. */
export interface SyncCommandOptions extends LoginOptions {
  readonly private?: boolean
  readonly unversioned?: boolean
  readonly tables?: boolean
  readonly verily?: boolean
  readonly once?: boolean
  readonly json?: boolean
}

const commands = {
  sync: {
    description: 'exchange artifacts with a server until both sides agree',
    directions: {},
    done: 'synced with',
  },
  pull: {
    description: 'fetch from a server everything that this repository lacks',
    directions: { push: false },
    done: 'pulled from',
  },
  push: {
    description: 'send to a server everything that it lacks',
    directions: { pull: false },
    done: 'pushed to',
  },
} as const

/** Adds `sync`, `pull` and `push` to the program. */
export function addSyncCommands(program: Command): void {
  for (const [name, { description, directions, done }] of Object.entries(commands)) {
    withRemote(program.command(name).description(description))
      .option('--private', 'include private artifacts, where the server allows it')
      .option('-u, --unversioned', 'include unversioned files; the setting uv-sync does, too')
      .option('--tables', 'include synced tables')
      .option('--verily', 'compare everything, and fetch anything that is damaged or missing')
      .action(async (remote: string | undefined, options: SyncCommandOptions) => {
        using repo = openWhole(repositoryPath(program))
        const { private: withPrivate = false, unversioned, verily = false } = options
        const { tables = false } = options
        const asked = unversioned === undefined ? {} : { unversioned }
        const what = { ...directions, private: withPrivate, verily, tables, ...asked }
        await runSync(repo, { remote, what, done, ...options })
      })
  }
}

/** The argument and the options of every command that talks to a remote. */
export function withRemote(command: Command): Command {
  return withLogin(command)
    .argument('[remote]', 'address or name of a server; by default the one used last')
    .option('--once', 'do not remember the server')
    .option('--json', 'print one JSON object and nothing else')
}

/**
 * Syncs, prints what came of it, and sets the exit code.
 *
 * @param config.done the beginning of a sentence that the server's address ends
 */
export async function runSync(
  repo: Repo,
  config: SyncCommandOptions & { remote: string | undefined; what: SyncOptions; done: string },
): Promise<void> {
  const { remote, what, done, once, json } = config
  const peer = await findPeer(repo, remote, config)
  const forksSince = watchForks(repo)
  const next = 'what came is kept, and the next sync goes on from there'
  const outcome = await runExchange(peer, { isQuiet: json === true, next }, (means) =>
    sync(repo, means.transport, { ...what, ...means.options }, means.exchange),
  )
  const forks = forksSince()
  const isDefault = remote === undefined || isAddress(remote)
  if (!outcome.interrupted && isDefault && once !== true) rememberPeer(repo, outcome.peer)
  print(
    config,
    { repository: repo.path, url: peer.url, ...outcomeFields(outcome), forks },
    `${outcome.interrupted ? 'interrupted with' : done} ${peer.url}\n` +
      outcomeText(outcome) +
      forksText(repo, forks),
  )
  process.exitCode = outcome.complete ? 0 : 1
}

/**
 * `trilobite clone URL FILE`: a copy of a server's repository. Exits 0 when it is whole, 1 when it
 * is not yet, 2 on an error. The same command goes on with a clone that did not finish.
 * @module
 */

import { existsSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { FossilError, systemEnv } from '../index.ts'
import { printable } from '../base/printable.ts'
import { cloneRepo } from '../transport/http.ts'
import { type Outcome, runExchange, type Settings } from './exchange.ts'
import { outcomeFields, outcomeText } from './exchange-report.ts'
import { type LoginOptions, withLogin } from './login-options.ts'
import { checkLogin, identityFields, identityText } from './new.ts'
import { peerOf } from './peer.ts'
import { openAny } from './repository.ts'
import { print, printNotice } from './output.ts'

interface CloneCommandOptions extends LoginOptions {
  readonly adminUser?: string
  readonly private?: boolean
  readonly unversioned?: boolean
  readonly tables?: boolean
  readonly withUsers?: boolean
  readonly once?: boolean
  readonly json?: boolean
}

const next = 'the same command goes on with the clone'

/** Adds `clone` to the program. */
export function addCloneCommand(program: Command): void {
  withLogin(program.command('clone'))
    .description("copy a server's repository, or go on with a copy that did not finish")
    .argument('<url>', 'http(s) address of a Fossil server, with user:password@ where needed')
    .argument('<file>', 'the repository to be')
    .option(
      '--admin-user <name>',
      'the administrator of the copy; by default the user of the address, else admin',
    )
    .option('--private', 'copy private artifacts, where the server allows it')
    .option('-u, --unversioned', 'copy unversioned files, too')
    .option('--tables', 'copy synced tables, too')
    .option('--with-users', "take the server's accounts, too, where the login may see them")
    .option('--once', 'do not remember the server')
    .option('--json', 'print one JSON object and nothing else')
    .action(cloneRepository)
}

async function cloneRepository(
  url: string,
  file: string,
  options: CloneCommandOptions,
): Promise<void> {
  if (options.adminUser !== undefined) checkLogin(options.adminUser)
  const resumes = resumesAt(file)
  const peer = await peerOf(url, options)
  if (resumes && options.json !== true) printNotice(`going on with the unfinished clone ${file}`)
  const { adminUser, private: withPrivate = false, unversioned = false } = options
  const { withUsers = false, tables = false, json, once } = options
  const kept = peer.remembered === undefined ? 'address' : 'login'
  const outcome = await runExchange(peer, { isQuiet: json === true, next }, (means) =>
    cloneRepo(means.transport, file, {
      ...means.options,
      ...means.exchange,
      ...(adminUser === undefined ? {} : { adminUser }),
      env: systemEnv,
      private: withPrivate,
      unversioned,
      tables,
      withUsers,
      remember: once === true ? 'nothing' : kept,
    }),
  )
  printOutcome({ url: peer.url, file, resumed: resumes }, outcome, options)
  process.exitCode = outcome.complete ? 0 : 1
}

function printOutcome(
  { url, file, resumed }: { url: string; file: string; resumed: boolean },
  outcome: Outcome,
  options: CloneCommandOptions,
): void {
  // Nothing is there where somebody interrupted the clone before anything had come.
  using repo = existsSync(file) ? openAny(file) : undefined
  const whole = repo === undefined || repo.isUnfinishedClone ? undefined : repo
  const { settings } = outcome
  print(
    options,
    {
      repository: file,
      url,
      resumed,
      settings,
      ...(whole === undefined ? {} : identityFields(whole)),
      ...outcomeFields(outcome),
    },
    `${whole === undefined ? 'cloning' : 'cloned'} ${url} to ${file}\n` +
      outcomeText(outcome) +
      settingsText(settings) +
      (whole === undefined ? '' : identityText(whole)),
  )
}

/**
 * Tells whether there is something to go on with, before anybody is asked for a password.
 *
 * @throws {FossilError} `repo.unreadable`; `repo.invalid` for a repository that is whole
 */
function resumesAt(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined || (stat.isFile() && stat.size === 0)) return false
  using repo = openAny(file)
  if (repo.isUnfinishedClone) return true
  throw new FossilError('repo.invalid', { path: file, reason: 'it exists already' })
}

/** Arrivals besides the history. */
function settingsText(settings: Settings): string {
  const left = 'not taken, since they have stock run something'
  return listText('settings taken', settings.taken) + listText(left, settings.refused)
}

function listText(heading: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `${heading}: ${printable(names.join(', '), 1000)}\n`
}

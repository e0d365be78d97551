/**
 * `trilobite clone URL FILE`: a copy of a server's repository. Exits 0 when it is whole, 1 when it
 * is not yet, 2 on an error. The same command goes on with a clone that did not finish.
 * @module
 */

import { rmSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { statistics } from '../history/index.ts'
import {
  clone,
  cloneState,
  config,
  createClone,
  type Credentials,
  findRemote,
  FossilError,
  removeRemote,
  type Repo,
  setConfig,
  specialLogins,
  systemEnv,
} from '../index.ts'
import { printable } from '../transport/http.ts'
import { runExchange, type Settings } from './exchange.ts'
import { outcomeFields, outcomeText } from './exchange-report.ts'
import { type LoginOptions, withLogin } from './login-options.ts'
import { checkLogin, identityFields, identityText } from './new.ts'
import { type Peer, peerOf, rememberPeer, remoteOf } from './peer.ts'
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
  const isNew = isAbsent(file)
  if (options.adminUser !== undefined) checkLogin(options.adminUser)
  if (!isNew) openUnfinished(file, url).close()
  const peer = await peerOf(url, options)
  const adminUser = options.adminUser ?? ownLogin(peer.login) ?? 'admin'
  const repo = isNew
    ? createClone(file, systemEnv, { adminUser, url: peer.address })
    : openUnfinished(file, url)
  if (!isNew && options.json !== true) {
    printNotice(`going on with the unfinished clone ${file}`)
  }
  let wasRefused = false
  try {
    await cloneInto(repo, peer, { ...options, wasUnfinished: !isNew })
  } catch (error) {
    wasRefused = FossilError.is(error, 'login.failed')
    throw error
  } finally {
    const isUnfinished = isNew && cloneState(repo) !== undefined
    const isUseless = isUnfinished && (wasRefused || holdsNothing(repo))
    repo.close()
    // A mistyped address, login or password leaves nothing behind that would be gone on with.
    if (isUseless) rmSync(file)
  }
}

async function cloneInto(
  repo: Repo,
  peer: Peer,
  options: CloneCommandOptions & { wasUnfinished: boolean },
): Promise<void> {
  const { private: withPrivate = false, unversioned = false, wasUnfinished } = options
  const { withUsers = false, tables = false } = options
  const isQuiet = options.json === true
  const outcome = await runExchange(peer, { isQuiet, next }, (means) =>
    clone(
      repo,
      means.transport,
      { ...means.options, private: withPrivate, unversioned, tables, withUsers },
      means.exchange,
    ),
  )
  const isClone = cloneState(repo) === undefined
  if (isClone) {
    if (options.once === true) forgetPeer(repo, outcome.peer)
    else rememberPeer(repo, outcome.peer)
  }
  const { path } = repo
  const identity = isClone ? identityFields(repo) : {}
  const { settings } = outcome
  const fields = { repository: path, url: peer.url, resumed: wasUnfinished, settings }
  const heading = isClone ? `cloned ${peer.url} to ${path}` : `cloning ${peer.url} to ${path}`
  print(
    options,
    { ...fields, ...identity, ...outcomeFields(outcome) },
    `${heading}\n${outcomeText(outcome)}${settingsText(settings)}` +
      (isClone ? identityText(repo) : ''),
  )
  process.exitCode = outcome.complete ? 0 : 1
}

/** Without the address nothing else says whose clone it is. */
function forgetPeer(repo: Repo, { login }: Peer): void {
  const user = ownLogin(login)
  if (user !== undefined && config(repo, 'default-user') === undefined) {
    setConfig(repo, 'default-user', user)
  }
  removeRemote(repo, 'default')
}

/** The login of one person. Where the accounts of the server come along, it is one of them. */
function ownLogin(login: Credentials | undefined): string | undefined {
  return login === undefined || specialLogins.has(login.user) ? undefined : login.user
}

/** Arrivals besides the history. */
function settingsText(settings: Settings): string {
  const left = 'not taken, since they have stock run something'
  return listText('settings taken', settings.taken) + listText(left, settings.refused)
}

function listText(heading: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `${heading}: ${printable(names.join(', '), 1000)}\n`
}

/** @throws {FossilError} `repo.invalid` when there is anything but an unfinished clone of `url` */
function openUnfinished(path: string, url: string): Repo {
  const repo = openAny(path)
  try {
    if (cloneState(repo) === undefined) throw taken(path, 'it exists already')
    const remembered = findRemote(repo, 'default')?.url
    if (remembered !== undefined && bare(remembered) !== bare(url)) {
      throw taken(path, `it is an unfinished clone of ${bare(remembered)}`)
    }
    return repo
  } catch (error) {
    repo.close()
    throw error
  }
}

/** Nothing is there, or an empty file, which a process leaves that dies at once. */
function isAbsent(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined || (stat.isFile() && stat.size === 0)
}

function holdsNothing(repo: Repo): boolean {
  const { artifacts, phantoms } = statistics(repo)
  return artifacts + phantoms === 0
}

function bare(url: string): string {
  const address = new URL(remoteOf(url).url)
  address.username = ''
  return address.href
}

function taken(path: string, reason: string): FossilError {
  return new FossilError('repo.invalid', { path, reason })
}

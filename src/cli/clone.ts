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
  createClone,
  findRemote,
  FossilError,
  removeRemote,
  type Repo,
  systemEnv,
} from '../index.ts'
import { runExchange } from './exchange.ts'
import { outcomeFields, outcomeText } from './exchange-report.ts'
import { checkLogin, identityFields, identityText } from './new.ts'
import { type Peer, peerOf, rememberPeer, remoteOf } from './peer.ts'
import { openAny } from './repository.ts'
import { print, printNotice } from './output.ts'

interface CloneCommandOptions {
  readonly adminUser: string
  readonly private?: boolean
  readonly unversioned?: boolean
  readonly once?: boolean
  readonly json?: boolean
}

const next = 'the same command goes on with the clone'

/** Adds `clone` to the program. */
export function addCloneCommand(program: Command): void {
  program
    .command('clone')
    .description("copy a server's repository, or go on with a copy that did not finish")
    .argument('<url>', 'http(s) address of a Fossil server, with user:password@ where needed')
    .argument('<file>', 'the repository to be')
    .option('--admin-user <name>', 'who may do everything in the copy', 'admin')
    .option('--private', 'copy private artifacts, where the server allows it')
    .option('-u, --unversioned', 'copy unversioned files, too')
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
  checkLogin(options.adminUser)
  if (!isNew) openUnfinished(file, url).close()
  const peer = await peerOf(url)
  const { adminUser } = options
  const repo = isNew
    ? createClone(file, systemEnv, { adminUser, url: peer.address })
    : openUnfinished(file, url)
  if (!isNew && options.json !== true) {
    printNotice(`going on with the unfinished clone ${file}`)
  }
  try {
    await cloneInto(repo, peer, { ...options, wasUnfinished: !isNew })
  } finally {
    const isEmpty = isNew && cloneState(repo) !== undefined && holdsNothing(repo)
    repo.close()
    // A mistyped address leaves nothing behind.
    if (isEmpty) rmSync(file)
  }
}

async function cloneInto(
  repo: Repo,
  peer: Peer,
  options: CloneCommandOptions & { wasUnfinished: boolean },
): Promise<void> {
  const { private: withPrivate = false, unversioned = false, wasUnfinished } = options
  const isQuiet = options.json === true
  const outcome = await runExchange(peer, { isQuiet, next }, (means) =>
    clone(
      repo,
      means.transport,
      { ...means.options, private: withPrivate, unversioned },
      means.exchange,
    ),
  )
  if (outcome.complete) {
    if (options.once === true) removeRemote(repo, 'default')
    else rememberPeer(repo, peer)
  }
  const { path } = repo
  const identity = outcome.complete ? identityFields(repo) : {}
  const fields = { repository: path, url: peer.url, resumed: wasUnfinished }
  const heading = outcome.complete
    ? `cloned ${peer.url} to ${path}`
    : `cloning ${peer.url} to ${path}`
  print(
    options,
    { ...fields, ...identity, ...outcomeFields(outcome) },
    `${heading}\n${outcomeText(outcome)}${outcome.complete ? identityText(repo) : ''}`,
  )
  process.exitCode = outcome.complete ? 0 : 1
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

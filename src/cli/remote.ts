/**
 * `trilobite remote`: the servers that a repository remembers.
 * @module
 */

import type { Command } from 'commander'
import { FossilError, listRemotes, putRemote, removeRemote } from '../index.ts'
import { isAddress, remoteOf } from './peer.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { print } from './output.ts'

interface RemoteOptions {
  readonly json?: boolean
}

const json = ['--json', 'print one JSON object and nothing else'] as const

/** Adds `remote` to the program. */
export function addRemoteCommand(program: Command): void {
  const remote = program
    .command('remote')
    .alias('remote-url')
    .description('list and change remembered servers')
  remote
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the servers, the default one first')
    .option(...json)
    .action((options: RemoteOptions) => listThem(program, options))
  remote
    .command('add')
    .description('remember a server, with the password that its address holds')
    .argument('<name>', 'a name for the server; a sync goes to "default"')
    .argument('<url>', 'http(s) address, with user:password@ where needed')
    .option(...json)
    .action((name: string, url: string, options: RemoteOptions) => {
      using repo = openWhole(repositoryPath(program))
      if (isAddress(name)) throw invalid('name', 'a name is no address')
      const remembered = remoteOf(url)
      putRemote(repo, { name, ...remembered })
      print(options, { name, url: remembered.url }, `${name} is ${remembered.url}\n`)
    })
  remote
    .command('rm')
    .alias('delete')
    .description('forget a server and its password')
    .argument('<name>', 'the name under which it was added')
    .option(...json)
    .action((name: string, options: RemoteOptions) => {
      using repo = openWhole(repositoryPath(program))
      if (!removeRemote(repo, name)) throw invalid('name', `there is no remote ${quoted(name)}`)
      print(options, { removed: name }, `${name} is forgotten\n`)
    })
  remote
    .command('off')
    .description('forget the default server')
    .option(...json)
    .action((options: RemoteOptions) => {
      using repo = openWhole(repositoryPath(program))
      const wasThere = removeRemote(repo, 'default')
      const text = wasThere ? 'the default server is forgotten\n' : 'there was no default server\n'
      print(options, { removed: wasThere ? 'default' : null }, text)
    })
}

function listThem(program: Command, options: RemoteOptions): void {
  using repo = openWhole(repositoryPath(program))
  const remotes = listRemotes(repo).map(({ name, url, password }) => ({
    name,
    url,
    hasPassword: password !== undefined,
  }))
  const width = Math.max(0, ...remotes.map(({ name }) => name.length))
  const lines = remotes.map(({ name, url, hasPassword }) => {
    return `${name.padEnd(width)}  ${url}${hasPassword ? '  (password remembered)' : ''}\n`
  })
  print(options, { remotes }, lines.join('') || 'no server is remembered\n')
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}

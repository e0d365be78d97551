/**
 * `trilobite user`: who may log in, and what they may do.
 * @module
 */

import type { Command } from 'commander'
import { config, FossilError, listUsers, putUser, removeUser, type Repo } from '../index.ts'
import { askNewSecret, readSecret } from './password.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { print } from './output.ts'

type User = ReturnType<typeof listUsers>[number]

interface UserOptions {
  readonly json?: boolean
}

interface PasswordOptions extends UserOptions {
  readonly passwordStdin?: boolean
}

interface NewUserOptions extends PasswordOptions {
  readonly capabilities?: string
  readonly info?: string
}

const json = ['--json', 'print one JSON object and nothing else'] as const
const passwordStdin = ['--password-stdin', 'read the password from standard input'] as const

/** Adds `user` to the program. */
export function addUserCommand(program: Command): void {
  const user = program.command('user').description('list and change users')
  user
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list all users and their capabilities')
    .option(...json)
    .action((options: UserOptions) => {
      using repo = openWhole(repositoryPath(program))
      const users = listUsers(repo).map(userFields)
      print(options, { users }, usersText(users))
    })
  user
    .command('new')
    .description('make a user; the password is asked for')
    .argument('<login>', 'the name under which the user logs in')
    .option(
      '--capabilities <letters>',
      'capability letters; by default as the repository says, or u',
    )
    .option('--info <text>', 'an address or other information')
    .option(...passwordStdin)
    .option(...json)
    .action((login: string, options: NewUserOptions) => makeUser(program, login, options))
  addChanges(program, user)
}

function addChanges(program: Command, user: Command): void {
  user
    .command('capabilities')
    .description('show the capabilities of a user, or change them')
    .argument('<login>', 'the name under which the user logs in')
    .argument('[letters]', "capability letters; '' for none")
    .option(...json)
    .action((login: string, capabilities: string | undefined, options: UserOptions) => {
      using repo = openWhole(repositoryPath(program))
      known(repo, login)
      if (capabilities !== undefined) putUser(repo, { login, capabilities })
      const fields = userFields(known(repo, login))
      print(options, fields, `${fields.capabilities}\n`)
    })
  user
    .command('password')
    .description('change the password of a user; it is asked for')
    .argument('<login>', 'the name under which the user logs in')
    .option(...passwordStdin)
    .option(...json)
    .action((login: string, options: PasswordOptions) => changePassword(program, login, options))
  user
    .command('rm')
    .description('remove a user')
    .argument('<login>', 'the name under which the user logs in')
    .option(...json)
    .action((login: string, options: UserOptions) => {
      using repo = openWhole(repositoryPath(program))
      known(repo, login)
      removeUser(repo, login)
      print(options, { removed: login }, `${login} is removed\n`)
    })
}

async function makeUser(program: Command, login: string, options: NewUserOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  if (login.trim() === '') throw invalid('the login is empty: say who is to log in')
  if (userNamed(repo, login) !== undefined) throw invalid(`${quoted(login)} exists already`)
  const { info } = options
  const capabilities = options.capabilities ?? config(repo, 'default-perms') ?? 'u'
  const contact = info === undefined ? {} : { info }
  const password = await secretFor(login, options)
  putUser(repo, { login, capabilities, password, ...contact })
  const text = `${login} may log in, with the capabilities ${quoted(capabilities)}\n`
  print(options, userFields(known(repo, login)), text)
}

async function changePassword(
  program: Command,
  login: string,
  options: PasswordOptions,
): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  if (known(repo, login).isGroup) throw invalid(`nobody logs in as ${quoted(login)}`)
  putUser(repo, { login, password: await secretFor(login, options) })
  print(options, userFields(known(repo, login)), `${login} has a new password\n`)
}

function secretFor(login: string, { passwordStdin: isPiped }: PasswordOptions): Promise<string> {
  return isPiped === true ? readSecret() : askNewSecret(login)
}

/** @throws {FossilError} `option.invalid` where there is no such user */
function known(repo: Repo, login: string): User {
  const user = userNamed(repo, login)
  if (user === undefined) throw invalid(`there is no user ${quoted(login)}`)
  return user
}

function userNamed(repo: Repo, login: string): User | undefined {
  return listUsers(repo).find((user) => user.login === login)
}

interface UserFields {
  readonly login: string
  readonly capabilities: string
  readonly info: string
  readonly canLogIn: boolean
}

/** Never the password, nor what stands for it. */
function userFields({
  login,
  capabilities,
  info,
  password,
  isGroup,
}: User): UserFields & Record<string, unknown> {
  const canLogIn = password !== '' && !isGroup
  return { login, capabilities, info, canLogIn }
}

function usersText(users: readonly UserFields[]): string {
  const width = (of: 'login' | 'capabilities'): number =>
    Math.max(0, ...users.map((user) => user[of].length))
  const [logins, letters] = [width('login'), width('capabilities')]
  return users
    .map(({ login, capabilities, info }) =>
      `${login.padEnd(logins)}  ${capabilities.padEnd(letters)}  ${info}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function invalid(reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'login', reason })
}

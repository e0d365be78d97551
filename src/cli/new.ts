/**
 * `trilobite new FILE`: a new project with one empty check-in, as `fossil new` makes it.
 * @module
 */

import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import {
  checkin,
  createRepo,
  FossilError,
  listUsers,
  type Repo,
  setConfig,
  systemEnv,
} from '../index.ts'
import { print } from './output.ts'

interface NewOptions {
  readonly adminUser: string
  readonly projectName?: string
  readonly sha1?: boolean
  readonly json?: boolean
}

/** Adds `new` to the program. */
export function addNewCommand(program: Command): void {
  program
    .command('new')
    .alias('init')
    .description('make a new repository')
    .argument('<file>', 'the repository to be')
    .option('--admin-user <name>', 'the name of the administrator', 'admin')
    .option('--project-name <name>', 'the name of the project')
    .option('--sha1', 'name artifacts by SHA-1, for versions of Fossil before 2.0')
    .option('--json', 'print one JSON object and nothing else')
    .action(makeRepository)
}

function makeRepository(file: string, options: NewOptions): void {
  const { adminUser, projectName, sha1 } = options
  if (existsSync(file)) {
    throw new FossilError('repo.invalid', { path: file, reason: 'it exists already' })
  }
  checkLogin(adminUser)
  using repo = createRepo(file, systemEnv, {
    adminUser,
    hashPolicy: sha1 === true ? 'sha1' : 'sha3',
  })
  const first = repo.transaction(() => {
    if (projectName !== undefined) setConfig(repo, 'project-name', projectName)
    return checkin(repo, { changes: [], comment: 'initial empty check-in', user: adminUser })
  })
  const identity = identityFields(repo)
  const text = `made ${file}, with the check-in ${first.hash}\n${identityText(repo)}`
  print(options, { repository: file, checkin: first.hash, ...identity }, text)
}

/** Fields that somebody new to the repository needs to log in: its codes and its first user. */
export function identityFields(repo: Repo): Record<string, unknown> {
  return {
    projectCode: repo.projectCode,
    serverCode: repo.serverCode,
    admin: firstUser(repo) ?? null,
  }
}

/** The same for people. */
export function identityText(repo: Repo): string {
  const admin = firstUser(repo)
  const lines = [`project-id: ${repo.projectCode}`, `server-id:  ${repo.serverCode}`]
  if (admin !== undefined) {
    const { login, password } = admin
    lines.push(`admin-user: ${login}${password === null ? '' : ` (password: ${password})`}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** @throws {FossilError} `option.invalid` for a login that `trilobite user` would not accept */
export function checkLogin(login: string): void {
  if (/^[^\s\p{Cc}]{1,100}$/u.test(login)) return
  const reason = 'is 1 to 100 characters without spaces'
  throw new FossilError('option.invalid', { option: '--admin-user', reason })
}

/** The user that came with the file. The password it came with is kept as it is. */
function firstUser(repo: Repo): { login: string; password: string | null } | undefined {
  const user = listUsers(repo).find(({ uid }) => uid === 1)
  if (user === undefined) return undefined
  const { login, password } = user
  return { login, password: /^[0-9a-f]{16}$/.test(password) ? password : null }
}

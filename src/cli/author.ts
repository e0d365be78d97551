/**
 * The author and the time of writing, for every command that adds to the history.
 * Source: fossil src/user.c user_select; src/checkin.c --date-override, --user-override.
 * @module
 */

import { type Command, Option } from 'commander'
import { type Author, config, FossilError, listUsers, parseDate, type Repo } from '../index.ts'
import { rememberedUser } from './peer.ts'

/** Options of every command that writes an artifact. */
export interface AuthorOptions {
  readonly user?: string
  readonly userOverride?: string
  readonly date?: string
  readonly dateOverride?: string
}

/** Adds `--user` and `--date`, and the names that stock has for them. */
export function withAuthor(command: Command): Command {
  return command
    .option(
      '--user <name>',
      'the author; by default $USER, the user of the remote, or the only administrator',
    )
    .option('--date <date>', 'when, in UTC, such as 2024-01-31T12:00:00; by default now')
    .addOption(new Option('--user-override <name>').hideHelp())
    .addOption(new Option('--date-override <date>').hideHelp())
}

/**
 * The author: as asked for; else the setting `default-user`, $FOSSIL_USER, $USER, $LOGNAME or
 * $USERNAME, or the user in the address of the server, where the repository knows that login, as in
 * stock; else its only administrator.
 *
 * @throws {FossilError} `option.invalid` where none of that says who, and for what is no date
 */
export function authorOf(repo: Repo, options: AuthorOptions): Author {
  const user = options.user ?? options.userOverride ?? knownUser(repo)
  const date = options.date ?? options.dateOverride
  if (user === '') throw invalid('--user', 'say who writes: the name is empty')
  return date === undefined ? { user } : { user, dateMs: readDate(repo, '--date', date) }
}

/**
 * Reads a date: `now`, or one that begins with a day, in UTC unless it says otherwise.
 *
 * @returns milliseconds since 1970
 * @throws {FossilError} `option.invalid`
 */
export function readDate(repo: Repo, option: string, text: string): number {
  if (text === 'now') return repo.env.clock.nowMs()
  const dateMs = /^\d{4}-\d\d-\d\d/.test(text) ? parseDate(text) : undefined
  if (dateMs !== undefined) return dateMs
  throw invalid(option, `${JSON.stringify(text)} is no date such as 2024-01-31T12:00:00`)
}

function knownUser(repo: Repo): string {
  const { FOSSIL_USER, USER, LOGNAME, USERNAME } = process.env
  const fromWorld = [FOSSIL_USER, USER, LOGNAME, USERNAME, rememberedUser(repo)]
  const users = listUsers(repo)
  const logins = new Set(users.map(({ login }) => login))
  for (const login of [config(repo, 'default-user'), ...fromWorld]) {
    if (login !== undefined && login !== '' && logins.has(login)) return login
  }
  const admins = users.filter(({ capabilities, isGroup }) => capabilities.includes('s') && !isGroup)
  const [admin] = admins
  if (admin !== undefined && admins.length === 1) return admin.login
  throw invalid('--user', 'say who you are: no login of this repository is yours')
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}

/**
 * The `user` table: logins, what they may do, and what proves who they are.
 * Source: fossil src/login.c, src/user.c, src/schema.c:130-148.
 *
 * `pw` holds the shared secret of the password (40 hex digits) or, as stock also allows, the
 * password itself. Who can read the file can act as its users: keep repository files private.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { sharedSecret } from '../xfer/login.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/** Logins that stand for groups: nobody can log in as one (xfer.c:834). */
export const specialLogins: ReadonlySet<string> = new Set([
  'anonymous',
  'nobody',
  'developer',
  'reader',
])

/** One row. */
export interface User {
  readonly uid: number
  readonly login: string
  /** Capability letters as stored; see {@link effectiveCapabilities}. */
  readonly capabilities: string
  /** Contact information, for people. */
  readonly info: string
  /** The stored proof: a shared secret or a password; empty where nobody can log in. */
  readonly password: string
  /** Stands for a group, such as `nobody`: whatever its password, nobody logs in as it. */
  readonly isGroup: boolean
}

/**
 * All users, by login.
 *
 * @example
 * ```ts
 * for (const { login, capabilities } of listUsers(repo)) console.log(login, capabilities)
 * const ada = listUsers(repo).find(({ login }) => login === 'ada')
 * ```
 */
export function listUsers(repo: Repo): User[] {
  return dbOf(repo).prepare<UserRow>(`${selectUsers} ORDER BY login`).all().map(fromRow)
}

/** The user called `login`. */
export function findUser(repo: Repo, login: string): User | undefined {
  const row = dbOf(repo).prepare<UserRow>(`${selectUsers} WHERE login = ?`).get(login)
  return row === undefined ? undefined : fromRow(row)
}

/**
 * Makes a user, or changes what is given of an existing one.
 *
 * @example
 * ```ts
 * putUser(repo, { login: 'ada', password: 'secret', capabilities: 'i' })
 * ```
 * @throws {FossilError} `option.invalid` for a new login that holds spaces or control characters or
 *   more than 100 characters, and for capabilities that stock would not accept
 */
export function putUser(
  repo: Repo,
  user: { login: string; password?: string; capabilities?: string; info?: string },
): void {
  const { login, password, capabilities, info } = user
  // Stock lets a login hold anything: those that are there can be changed.
  if (findUser(repo, login) === undefined) checkLoginName(login)
  if (capabilities !== undefined && !/^[a-zA-Z0-9]*$/.test(capabilities)) {
    throw new FossilError('option.invalid', {
      option: 'capabilities',
      reason: 'are letters and digits',
    })
  }
  const mtimeSec = Math.floor(repo.env.clock.nowMs() / 1000)
  repo.transaction(() => {
    const db = dbOf(repo)
    db.prepare(
      `INSERT INTO user(login, pw, cap, info, mtime) VALUES(?, '', '', '', ?)
        ON CONFLICT(login) DO UPDATE SET mtime = excluded.mtime`,
    ).run(login, mtimeSec)
    const set = (column: 'pw' | 'cap' | 'info', value: string | undefined): void => {
      if (value === undefined) return
      db.prepare(`UPDATE user SET ${column} = ? WHERE login = ?`).run(value, login)
    }
    set('pw', password && sharedSecret({ projectCode: repo.projectCode, login, password }))
    set('cap', capabilities)
    set('info', info)
  })
}

/**
 * Removes a user. Returns whether there was one.
 *
 * @example
 * ```ts
 * removeUser(repo, 'ada')
 * ```
 */
export function removeUser(repo: Repo, login: string): boolean {
  return repo.transaction(
    () => dbOf(repo).prepare('DELETE FROM user WHERE login = ?').run(login).changes > 0,
  )
}

/**
 * The letters that someone has: those of `nobody`, for a login also those of `anonymous` and the
 * login's own; `u` and `v` bring those of `reader` and `developer` (login.c:1672-1786).
 */
export function effectiveCapabilities(repo: Repo, login: string | undefined): string {
  const letters = new Set<string>()
  const add = (of: string): void => {
    for (const letter of findUser(repo, of)?.capabilities ?? '') {
      if (letters.has(letter)) continue
      letters.add(letter)
      if (letter === 'u') add('reader')
      if (letter === 'v') add('developer')
    }
  }
  add('nobody')
  if (login !== undefined && login !== 'nobody') {
    add('anonymous')
    add(login)
  }
  return [...letters].sort().join('')
}

type UserRow = [
  uid: number,
  login: string,
  cap: string | null,
  info: string | null,
  pw: string | null,
]

const selectUsers =
  'SELECT uid, login, CAST(cap AS TEXT), CAST(info AS TEXT), CAST(pw AS TEXT) FROM user'

function fromRow([uid, login, capabilities, info, password]: UserRow): User {
  return {
    uid,
    login,
    capabilities: capabilities ?? '',
    info: info ?? '',
    password: password ?? '',
    isGroup: specialLogins.has(login),
  }
}

function checkLoginName(login: string): void {
  if (/^[^\s\p{Cc}]{1,100}$/u.test(login)) return
  throw new FossilError('option.invalid', {
    option: 'login',
    reason: 'is 1 to 100 characters without spaces',
  })
}

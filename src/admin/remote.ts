/**
 * The servers that a repository syncs with: the default one, and others by name.
 * Rows of `config`: `last-sync-url` and `last-sync-pw`, `sync-url:NAME` and `sync-pw:NAME`.
 * Source: fossil src/sync.c:640-880; src/encode.c:850-905 (obscure).
 * @module
 */

import { fromUtf8, hex, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { config, setConfig, unsetConfig } from '../repo/config.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/** A server. */
export interface Remote {
  /** `default`, or the name it was added under. */
  readonly name: string
  /** With the user's name where one logs in, without the password. */
  readonly url: string
  /** The password or shared secret, where it is kept. */
  readonly password?: string
}

/** The name of the server that a sync without argument goes to. */
export const defaultRemote = 'default'

/**
 * All servers: the default one first, then by name.
 *
 * @example
 * ```ts
 * for (const { name, url } of listRemotes(repo)) console.log(name, url)
 * const ours = listRemotes(repo).find(({ name }) => name === 'default')
 * ```
 */
export function listRemotes(repo: Repo): Remote[] {
  const names = dbOf(repo)
    .prepare<[string]>(
      `SELECT substr(name, 10) FROM config WHERE name GLOB 'sync-url:*' ORDER BY name`,
    )
    .all()
    .map(([name]) => name)
  return [defaultRemote, ...names].flatMap((name) => findRemote(repo, name) ?? [])
}

/** The server called `name`. */
export function findRemote(repo: Repo, name: string): Remote | undefined {
  const { urlKey, passwordKey } = keysOf(name)
  const url = config(repo, urlKey)
  if (url === undefined) return undefined
  const password = config(repo, passwordKey)
  return { name, url, ...(password === undefined ? {} : { password: unobscure(password) }) }
}

/**
 * Remembers a server, in place of one of the same name.
 *
 * @example
 * ```ts
 * putRemote(repo, { name: 'default', url: 'https://ada@fossil.example.org/p' })
 * ```
 * @throws {FossilError} `option.invalid` for a name that is empty or holds spaces
 */
export function putRemote(repo: Repo, { name, url, password }: Remote): void {
  if (!/^[^\s\p{Cc}]+$/u.test(name)) {
    throw new FossilError('option.invalid', { option: 'name', reason: 'is a word without spaces' })
  }
  const { urlKey, passwordKey } = keysOf(name)
  repo.transaction(() => {
    setConfig(repo, urlKey, url)
    if (password === undefined) unsetConfig(repo, passwordKey)
    else setConfig(repo, passwordKey, obscure(repo, password))
  })
}

/**
 * Forgets a server. Returns whether there was one.
 *
 * @example
 * ```ts
 * removeRemote(repo, 'default')
 * ```
 */
export function removeRemote(repo: Repo, name: string): boolean {
  if (findRemote(repo, name) === undefined) return false
  const { urlKey, passwordKey } = keysOf(name)
  repo.transaction(() => {
    unsetConfig(repo, urlKey)
    unsetConfig(repo, passwordKey)
  })
  return true
}

function keysOf(name: string): { urlKey: string; passwordKey: string } {
  return name === defaultRemote
    ? { urlKey: 'last-sync-url', passwordKey: 'last-sync-pw' }
    : { urlKey: `sync-url:${name}`, passwordKey: `sync-pw:${name}` }
}

/** encode.c:851-854. Keeps passwords from idle eyes; it is no encryption. */
const pattern = Buffer.from('a72131e32a502c864ca45225ff493585', 'hex')

function obscure(repo: Repo, text: string): string {
  const [salt = 0] = repo.env.random.bytes(1)
  return hex(Uint8Array.of(salt, ...mixed(utf8(text), salt)))
}

/** Undoes {@link obscure}; anything that is not its output is taken as it is, as stock does. */
function unobscure(text: string): string {
  if (text.length < 2 || !/^(?:[0-9a-fA-F]{2})+$/.test(text)) return text
  const [salt = 0, ...rest] = Buffer.from(text, 'hex')
  return fromUtf8(mixed(Uint8Array.from(rest), salt))
}

function mixed(bytes: Uint8Array, salt: number): Uint8Array {
  return bytes.map((byte, at) => byte ^ (pattern[at % pattern.length] ?? 0) ^ salt)
}

/**
 * The address of a Fossil server. A user and a password in it are taken out at once: they sign
 * login cards and are never sent, printed or put into an error.
 *
 * Reference: fossil src/url.c:107-330 (url_parse_local), src/http.c:641-698 (redirects).
 * @module
 */

import { FossilError } from '../base/error.ts'
import { printable } from '../base/printable.ts'

/** An address and who to be there. */
export interface Remote {
  /** The address to POST to: no user, no password, no fragment. */
  readonly url: URL
  readonly user: string | undefined
  readonly password: string | undefined
  /** The address with the user and without the password, as remotes are remembered. */
  readonly address: string
}

/**
 * Reads an `http:` or `https:` address. The path is kept; nothing is appended to it. As in stock, a
 * user and a password go up to the `@`, whatever is in them but a `/` (url.c:170).
 *
 * @throws {FossilError} `option.invalid`, without quoting the address
 */
export function parseRemote(text: string): Remote {
  const [, scheme = '', authority = '', path = ''] = /^(https?:\/\/)([^/]*)(.*)$/is.exec(text) ?? []
  const at = authority.lastIndexOf('@')
  const [login, host] = [authority.slice(0, Math.max(at, 0)), authority.slice(at + 1)]
  // Taken as a port and a path, a part of the password would be shown, and its user looked up.
  if (at === -1 && /:/.test(host) && /@/.test(path)) throw notAnAddress()
  // What URL.parse would throw quotes its input.
  const url = URL.parse(scheme + host + path)
  if (url === null || !/^https?:$/.test(url.protocol)) throw notAnAddress()
  const [, username = '', password = ''] = /^([^:]*):?(.*)$/s.exec(login) ?? []
  const bare = withoutSecrets(url)
  const user = username === '' ? undefined : decodePart(username)
  return {
    url: bare,
    user,
    password: password === '' ? undefined : decodePart(password),
    address: addressFor(bare, user),
  }
}

/** An address with the name of a user in it. */
export function addressFor(url: URL, user: string | undefined): string {
  const address = new URL(url)
  if (user !== undefined) address.username = user.replaceAll('+', '%2B')
  return address.href
}

function notAnAddress(): FossilError {
  const reason =
    'needs an address like https://user:password@host/path; in a password / is written %2F, ' +
    '% is %25, and in a path @ is %40'
  return new FossilError('option.invalid', { option: 'url', reason })
}

/**
 * Tells whether a redirect stays with those who were given a login: at the same origin, or from
 * plain HTTP to HTTPS of the same host, where each has its usual port.
 */
export function isSameSite(home: URL, target: URL): boolean {
  if (home.origin === target.origin) return true
  const isUpgrade = home.protocol === 'http:' && target.protocol === 'https:'
  return isUpgrade && home.hostname === target.hostname && home.port === '' && target.port === ''
}

/**
 * The address to which a redirect leads. A trailing `xfer` is dropped, which old servers append;
 * what is left is the address of the repository.
 *
 * @returns the address, or in words why it is not followed
 */
export function redirectTarget(from: URL, location: string): URL | string {
  const shown = printable(location.replace(/\/\/[^/]*@/, '//'), 100)
  const target = URL.parse(location, from)
  if (target === null || !/^https?:$/.test(target.protocol)) return `a redirect to "${shown}"`
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    return `a redirect from https to "${shown}", where everybody could read along`
  }
  target.pathname = target.pathname.replace(/\/xfer$/, '/')
  return withoutSecrets(target)
}

function withoutSecrets(url: URL): URL {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  bare.hash = ''
  return bare
}

/** Undoes %HH; what is no such escape stays. Stock also reads `+` as a space (encode.c:354). */
function decodePart(part: string): string {
  const spaced = part.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

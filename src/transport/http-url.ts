/**
 * The address of a Fossil server. A user and a password in it are taken out at once: they sign
 * login cards and are never sent, printed or put into an error.
 *
 * Reference: fossil src/url.c:107-330 (url_parse_local), src/http.c:641-698 (redirects).
 * @module
 */

import { FossilError } from '../base/error.ts'
import { printable } from './http-reply.ts'

/** An address and who to be there. */
export interface Remote {
  /** Where to POST: no user, no password, no fragment. */
  readonly url: URL
  readonly user: string | undefined
  readonly password: string | undefined
}

/**
 * Reads an `http:` or `https:` address. The path is kept; nothing is appended to it.
 *
 * @throws {FossilError} `option.invalid`, without quoting the address
 */
export function parseRemote(text: string): Remote {
  // What URL.parse would throw quotes its input, password included.
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new FossilError('option.invalid', {
      option: 'url',
      reason: 'needs an address like https://user:password@host/path',
    })
  }
  const { username, password } = url
  return {
    url: withoutSecrets(url),
    user: username === '' ? undefined : decodePart(username),
    password: password === '' ? undefined : decodePart(password),
  }
}

/**
 * Where a redirect leads. A trailing `xfer` is dropped, which old servers append; what is left is
 * the address of the repository.
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

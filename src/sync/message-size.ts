/**
 * The greatest length of a request, decided before it is unpacked: a few kilobytes can hold a
 * gigabyte. Only who may write has more to say than the text of cards.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { declaredSize, peekContent } from '../base/zlib.ts'
import { effectiveCapabilities, findUser, specialLogins } from '../admin/user.ts'
import type { Repo } from '../repo/repo.ts'
import { parseCards } from '../xfer/parse.ts'
import { type Access, accessOf } from './access.ts'
import { anonymousSender } from './auth.ts'
import type { HandlerOptions } from './handler-options.ts'
import { maxMessageBytes, maxReaderMessageBytes } from './limits.ts'

/** Bytes of a request's stream that are looked at: a login card is at most a few hundred. */
const peekBytes = 1024

/**
 * The longest message that `request` may unpack to. A login card is taken at its word here; whether
 * it is proven needs the whole message.
 */
export function allowedMessageBytes(
  repo: Repo,
  request: Uint8Array,
  options: Pick<HandlerOptions, 'access' | 'loginCard'>,
): number {
  // Most requests are short, and then it makes no difference.
  if (declaredSize(request) <= maxReaderMessageBytes) return maxReaderMessageBytes
  return mayWrite(repo, request, options) ? maxMessageBytes : maxReaderMessageBytes
}

function mayWrite(
  repo: Repo,
  request: Uint8Array,
  { access, loginCard }: Pick<HandlerOptions, 'access' | 'loginCard'>,
): boolean {
  if (access !== undefined) return writes(access)
  if (writes(anonymousSender(repo).access)) return true
  const start = loginCard === undefined ? peekContent(request, peekBytes) : utf8(`${loginCard}\n`)
  const login = loginIn(start)
  if (login === undefined || specialLogins.has(login)) return false
  const user = findUser(repo, login)
  return user !== undefined && writes(accessOf(effectiveCapabilities(repo, user.login)))
}

function writes({ write, unversionedWrite, admin }: Access): boolean {
  return write || unversionedWrite || admin
}

/** The user of the login card that `text` begins with. */
function loginIn(text: Uint8Array): string | undefined {
  try {
    const { value: card } = parseCards(text).next()
    return card?.type === 'login' ? card.user : undefined
  } catch (error) {
    if (FossilError.is(error)) return undefined
    throw error
  }
}

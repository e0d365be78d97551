/**
 * What a server says no with.
 * @module
 */

import { FossilError } from '../base/error.ts'

/** The error that a server's `error` card means; stock's words for a login, xfer.c:835. */
export function refusalBy(message: string): FossilError<'sync.refused' | 'login.failed'> {
  const isLogin = message === 'login failed' || message.startsWith('too many failed logins')
  return new FossilError(isLogin ? 'login.failed' : 'sync.refused', { message })
}

/** The error behind an `error` card: `message` goes to the client as it is, in stock's words. */
export function refused(message: string): FossilError<'sync.refused'> {
  return new FossilError('sync.refused', { message })
}

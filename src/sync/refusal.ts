/**
 * Errors with which a server refuses.
 * @module
 */

import { FossilError } from '../base/error.ts'

/**
 * The error that a server's `error` card means. The words for a login are stock's (xfer.c:835),
 * go-libfossil's (internal/sync/handler.go:211), and those of our server.
 */
export function refusalBy(message: string): FossilError<'sync.refused' | 'login.failed'> {
  const isLogin = /^(?:login failed$|authentication failed$|too many failed logins)/.test(message)
  return new FossilError(isLogin ? 'login.failed' : 'sync.refused', { message })
}

/**
 * Tells whether an error refuses the push and would not refuse a pull. Stock says so to a sync that
 * brings artifacts, where it would only leave out the push of one that brings none
 * (xfer.c:1361-1366, 1512-1522); go-libfossil to every push (internal/sync/handler.go:390).
 */
export function isPushRefusal({ detail: { message } }: FossilError<'sync.refused'>): boolean {
  return message.startsWith('not authorized to write') || message.startsWith('push denied')
}

/** The error behind an `error` card: `message` goes to the client as it is, in stock's words. */
export function refused(message: string): FossilError<'sync.refused'> {
  return new FossilError('sync.refused', { message })
}

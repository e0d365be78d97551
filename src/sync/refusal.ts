/**
 * What a server says no with.
 * @module
 */

import { FossilError } from '../base/error.ts'

/** The error behind an `error` card: `message` goes to the client as it is, in stock's words. */
export function refused(message: string): FossilError<'sync.refused'> {
  return new FossilError('sync.refused', { message })
}

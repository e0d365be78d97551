/**
 * A million structured messages to the handler: src/sync/fuzz-handler.test.ts, which sends a few
 * thousand by default, with more patience.
 * @module
 */

import type { Check } from './check.ts'
import { messageFuzz } from './message-fuzz.ts'

/** The check. */
export const handlerMessages: Check = messageFuzz({
  name: 'handler-messages',
  about: 'a million structured messages: each is answered, and the repository stays sound',
  usualCount: 1_000_000,
  files: ['src/sync/fuzz-handler.test.ts'],
})

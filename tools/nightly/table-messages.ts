/**
 * A hundred thousand messages about synced tables, to both sides, and ten runs of several
 * repositories for each thousand: src/sync/fuzz-tables.test.ts and tables-converge.test.ts, with
 * more patience.
 * @module
 */

import type { Check } from './check.ts'
import { messageFuzz } from './message-fuzz.ts'

/** The check. */
export const tableMessages: Check = messageFuzz({
  name: 'table-messages',
  about: 'a hundred thousand messages about synced tables: each is answered, other rows are kept',
  usualCount: 100_000,
  files: ['src/sync/fuzz-tables.test.ts', 'src/sync/tables-converge.test.ts'],
})

/**
 * Planted bugs in what is known of tickets, attachments and threads.
 * @module
 */

import type { SimulateOptions } from '../simulate-options.ts'
import { type Canary, sql } from './plant.ts'

/** Every kind of artifact, much of it of the kind that the bug is about. */
function muchOf(operation: string): Partial<SimulateOptions> {
  return { allKinds: true, weights: { [operation]: 10, wiki: 3 } }
}

export const pageCanaries: readonly Canary[] = [
  {
    bug: 'forgets what was appended to a ticket',
    invariant: 'tickets',
    plant: sql('UPDATE ticket SET comment = NULL'),
    options: muchOf('ticket'),
  },
  {
    bug: 'takes every attachment for the latest of its name',
    invariant: 'attachments',
    plant: sql('UPDATE attachment SET isLatest = 1'),
    options: muchOf('attachment'),
  },
  {
    bug: 'has every post answer the one that opens its thread',
    invariant: 'threads',
    plant: sql(
      `CREATE TABLE IF NOT EXISTS
         forumpost(fpid INTEGER PRIMARY KEY, froot INT, fprev INT, firt INT, fmtime REAL);
       UPDATE forumpost SET firt = froot WHERE firt <> froot`,
    ),
    options: muchOf('forum'),
  },
]

/**
 * The last word on check-ins: the history reads as the operations meant it that wrote it.
 *
 * Verifies, at each node and through the functions that people read with (src/history), that every
 * check-in has the comment, user, date, parents, branch, tags and properties that were said last of
 * it or came down to it, that its files and what it changed are those that were asked for, and that
 * branches are open or closed, and end, where they should. The other side of the comparison is made
 * of the arguments of operations alone: see `last-word`, which does the same for pages.
 *
 * A check-in that another follows within moments may be shown a little earlier, and what stock does
 * not tell of a check-in that is written as a difference is not looked at: `moments` and `mlink`
 * do. That content is what its name says is for `blob-integrity`.
 *
 * Says nothing of runs in which code of a caller's own may write. Costs, for each node that has
 * changed, describing all its check-ins.
 * @module
 */

import { branches } from '../../history/branch.ts'
import type { Repo } from '../../repo/repo.ts'
import { historyHeld } from '../held-sayings.ts'
import type { SaidHistory } from '../history-sayings.ts'
import type { Invariant } from '../world.ts'
import { compareRows } from './compare-rows.ts'
import {
  branchLines,
  checkinLines,
  readBranchLines,
  readCheckinLines,
  readEntries,
} from './last-checkins.ts'
import { compareFiles } from './last-files.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'

const name = 'last-word-of-checkins'

/**
 * Check-ins and branches read as they were meant.
 *
 * @throws {InvariantError} `last-word-of-checkins`
 */
export function checkCheckins(nodeId: string, repo: Repo, history: SaidHistory): void {
  const entries = readEntries(repo)
  const read = branches(repo)
  compareRows(
    name,
    nodeId,
    [...checkinLines(history, entries), ...branchLines(history, entries, read)],
    [...readCheckinLines(repo, entries), ...readBranchLines(read, entries)],
  )
  compareFiles(name, { nodeId, repo }, history, entries)
}

export const lastWordOfCheckins: Invariant = {
  name,
  holds: 'always',
  appliesTo: ({ truth }) => truth.tellsAll === true,
  ...ofEachNode(ownTables, (nodeId, repo, { truth }) => {
    checkCheckins(nodeId, repo, historyHeld(repo, truth))
  }),
}

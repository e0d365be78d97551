/**
 * Upkeep: operations of those who look after a repository do what they say, and no more.
 *
 * Verifies, at once and table by table: what is published is public with all that it needs, and
 * announced; what is purged or banned is gone, alone, and whole in the graveyard where it was
 * purged; what comes back from there is as it was; settings, servers and accounts are as asked; a
 * rebuild changes nothing but what is derived; what was refused changed nothing. And always: what
 * is banned is not here. Does not verify derived tables, which `derived` does.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'

/** Operations of upkeep had the effect that they are there for. */
export const upkeep: Invariant = {
  name: 'upkeep',
  holds: 'always',
  check: ({ truth: { upkeepFaults = [] } }) => {
    const [first] = upkeepFaults
    if (first !== undefined) throw new InvariantError('upkeep', first)
  },
}

/**
 * Nothing is here that is banned here.
 *
 * @throws {InvariantError} `banned`
 */
export function checkBanned(nodeId: string, repo: Repo): void {
  const row = dbOf(repo)
    .prepare<[string]>(
      'SELECT uuid FROM shun CROSS JOIN blob USING(uuid) WHERE size >= 0 ORDER BY uuid LIMIT 1',
    )
    .get()
  if (row === undefined) return
  throw new InvariantError('banned', { nodeId, detail: `${row[0]} is banned, and is here` })
}

/** A ban holds until it is lifted. */
export const banned: Invariant = {
  name: 'banned',
  holds: 'always',
  ...ofEachNode(ownTables, checkBanned),
}

/**
 * The tag table hangs together: a quick look that needs no artifact read.
 *
 * Verifies four claims, after the Go library's check of this name. Its queries join `tagxref` with
 * `blob` and `tag`, which leaves out the very rows that break the first two claims; here every join
 * keeps them. Its fourth claim, that nothing is ever said of an artifact that is not here, is wrong
 * for stock and for us: a control artifact may come before what it speaks of, and what it says
 * counts once that comes (tag.c, tag_insert). So ours is about what nobody said: a row on a phantom
 * that is inherited, though a phantom has no parents yet, or whose source is not held.
 *
 * Does not verify that the rows say what the artifacts do: that is `tags`.
 * Costs one pass over the table.
 * @module
 */

import { unresolvedRids } from '../../repo/blob.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Rid } from '../../repo/rid.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'

/**
 * 1. Every row is about an artifact that is known.
 * 2. Every row is of a tag that is known.
 * 3. What is inherited propagates: `srcid` 0 goes with `tagtype` 2.
 * 4. On a phantom there is nothing inherited, and nothing whose source is not held.
 *
 * @example
 * ```ts
 * checkTagxrefIntegrity('leaf-0', repo)
 * ```
 * @throws {InvariantError} `tagxref`, for the first row that breaks the first claim that is broken
 */
export function checkTagxrefIntegrity(nodeId: string, repo: Repo): void {
  const rows = readRows(repo)
  const unresolved = unresolvedRids(repo)
  const isHeld = (rid: Rid, size: number | null): boolean =>
    size !== null && size >= 0 && !unresolved.has(rid)
  for (const { claim, isBroken } of claims(isHeld)) {
    const row = rows.find(isBroken)
    if (row === undefined) continue
    const detail = `${claim}: tag ${row.tagName ?? row.tagid} on ${row.hash ?? row.rid}`
    throw new InvariantError('tagxref', { nodeId, detail })
  }
}

interface TagxrefRow {
  readonly rid: Rid
  readonly hash: string | null
  /** `blob.size` of the artifact, -1 for a phantom. */
  readonly size: number | null
  readonly tagid: number
  readonly tagName: string | null
  readonly type: number
  readonly source: Rid
  readonly sourceSize: number | null
}

function readRows(repo: Repo): TagxrefRow[] {
  return dbOf(repo)
    .prepare<
      [Rid, string | null, number | null, number, string | null, number, Rid, number | null]
    >(
      `SELECT tagxref.rid, target.uuid, target.size, tagxref.tagid, tagname, tagtype, srcid,
              source.size
         FROM tagxref LEFT JOIN blob AS target ON target.rid = tagxref.rid
         LEFT JOIN tag ON tag.tagid = tagxref.tagid
         LEFT JOIN blob AS source ON source.rid = srcid
        ORDER BY tagxref.rid, tagxref.tagid`,
    )
    .all()
    .map(([rid, hash, size, tagid, tagName, type, source, sourceSize]) => {
      return { rid, hash, size, tagid, tagName, type, source, sourceSize }
    })
}

interface Claim {
  /** The fault in a row that breaks it. */
  readonly claim: string
  readonly isBroken: (row: TagxrefRow) => boolean
}

function isInherited({ source }: TagxrefRow): boolean {
  return source === 0
}

function isPhantom({ size }: TagxrefRow): boolean {
  return size !== null && size < 0
}

function claims(isHeld: (rid: Rid, size: number | null) => boolean): Claim[] {
  return [
    { claim: 'it is about no artifact', isBroken: ({ hash }) => hash === null },
    { claim: 'there is no such tag', isBroken: ({ tagName }) => tagName === null },
    {
      claim: 'it is inherited and does not propagate',
      isBroken: (row) => isInherited(row) && row.type !== 2,
    },
    {
      claim: 'a phantom inherits it',
      isBroken: (row) => isPhantom(row) && isInherited(row),
    },
    {
      claim: 'nothing that is here says so of a phantom',
      isBroken: (row) => isPhantom(row) && !isHeld(row.source, row.sourceSize),
    },
  ]
}

export const tagxref: Invariant = {
  name: 'tagxref',
  holds: 'always',
  ...ofEachNode(ownTables, checkTagxrefIntegrity),
}

/**
 * File invariants: which files check-ins changed and which changes they took from others is what
 * the artifacts say.
 *
 * Verifies the tables `mlink` (with the names of `filename`), `orphan` and `cherrypick` against
 * oracles that work them out anew from the bytes of the artifacts, without any code of src/deck
 * or src/crosslink. Parents are those that `plink` must have (expected.ts). Does not verify
 * `filename` beyond the names that are used: it keeps those of files that are gone.
 *
 * A check reads what is new, and walks once through the check-ins and rows that are there.
 * @module
 */

import { isShunned } from '../../repo/blob.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Invariant } from '../world.ts'
import { expectedFiles, fileLine } from './expected-files.ts'
import { compareRows } from './compare-rows.ts'
import { ofEachNode, ownTables, whenChanged } from './of-each-node.ts'
import { type OwnCheckin, ownText, readableCheckins, readOwnStatements } from './own-statements.ts'
import { heldArtifacts } from './statements.ts'

type FileRow = [
  string | number,
  string | number,
  string | number,
  string | number,
  Uint8Array | null,
  Uint8Array | null,
  number,
  number,
  number,
]

/**
 * The files of every check-in that are not as they are in its parents, and no others; and what
 * delta manifests wait for.
 *
 * @throws {InvariantError} `mlink`
 */
export function checkFiles(nodeId: string, repo: Repo): void {
  const checkins = readableCheckins(readOwnStatements(repo))
  const actual = dbOf(repo)
    .prepare<FileRow>(
      `SELECT coalesce(m.uuid, mid), coalesce(f.uuid, fid), coalesce(pm.uuid, pmid),
              coalesce(p.uuid, pid), CAST(n.name AS BLOB), CAST(pn.name AS BLOB), pfnid, mperm,
              isaux
         FROM mlink LEFT JOIN blob AS m ON m.rid = mid LEFT JOIN blob AS f ON f.rid = fid
         LEFT JOIN blob AS pm ON pm.rid = pmid LEFT JOIN blob AS p ON p.rid = pid
         LEFT JOIN filename AS n ON n.fnid = mlink.fnid
         LEFT JOIN filename AS pn ON pn.fnid = pfnid`,
    )
    .all()
    .map(([mid, fid, pmid, pid, name, prior, pfnid, permission, isAux]) => {
      const [text, priorName] = [ownText(name), ownText(prior) ?? pfnid]
      return fileLine({
        mid,
        fid,
        pmid,
        pid,
        name: text,
        priorName,
        permission,
        isAux: isAux === 1,
      })
    })
  compareRows('mlink', nodeId, expectedFiles(repo, checkins), actual)
  compareRows('mlink', nodeId, expectedOrphans(repo, checkins), actualOrphans(repo))
}

/** Delta manifests mean nothing before their baseline comes, which must not be shunned. */
function expectedOrphans(repo: Repo, checkins: ReadonlyMap<string, OwnCheckin>): string[] {
  return [...readOwnStatements(repo)].flatMap(([hash, said]) => {
    if (said.kind !== 'checkin' || said.baseline === undefined || checkins.has(hash)) return []
    return isShunned(repo, said.baseline) ? [] : waits(hash, said.baseline)
  })
}

function actualOrphans(repo: Repo): string[] {
  return dbOf(repo)
    .prepare<[string, string]>(
      `SELECT coalesce(o.uuid, orphan.rid), coalesce(b.uuid, baseline)
         FROM orphan LEFT JOIN blob AS o ON o.rid = orphan.rid
         LEFT JOIN blob AS b ON b.rid = baseline`,
    )
    .all()
    .map(([hash, baseline]) => waits(hash, baseline))
}

function waits(hash: string, baseline: string): string {
  return `${hash} waits for ${baseline}`
}

/**
 * Every check-in took changes from those that its Q cards name and that are here; of two cards for
 * one check-in the last counts.
 *
 * @throws {InvariantError} `cherrypick`
 */
export function checkCherrypicks(nodeId: string, repo: Repo): void {
  const held = new Set<string>(heldArtifacts(repo).map(({ hash }) => hash))
  const expected = [...readableCheckins(readOwnStatements(repo))].flatMap(([child, { picks }]) => {
    const last = new Map(picks.map(({ target, isExclude }) => [target, isExclude ? 1 : 0]))
    return [...last].flatMap(([target, isExclude]) =>
      held.has(target) ? pickLine(child, target, isExclude) : [],
    )
  })
  const actual = dbOf(repo)
    .prepare<[string, string, number]>(
      `SELECT coalesce(c.uuid, childid), coalesce(p.uuid, parentid), isExclude
         FROM cherrypick LEFT JOIN blob AS c ON c.rid = childid
         LEFT JOIN blob AS p ON p.rid = parentid`,
    )
    .all()
    .map((row) => pickLine(...row))
  compareRows('cherrypick', nodeId, expected, actual)
}

function pickLine(child: string, target: string, isExclude: number): string {
  return `${child} ${isExclude === 1 ? 'backs out' : 'takes in'} ${target}`
}

export const mlink: Invariant = {
  name: 'mlink',
  holds: 'always',
  isCostly: true,
  ...ofEachNode(ownTables, whenChanged(checkFiles)),
}

export const cherrypick: Invariant = {
  name: 'cherrypick',
  holds: 'always',
  ...ofEachNode(ownTables, whenChanged(checkCherrypicks)),
}

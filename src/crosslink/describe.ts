/**
 * A description of an artifact in a few words, as stock words it in lists of artifacts.
 * Source: fossil src/name.c describe_artifacts.
 * @module
 */

import { dbOf, type Repo } from '../repo/repo.ts'
import { hasTable } from '../db/tables.ts'
import { clusterTagId } from '../repo/schema.ts'
import { branchSql } from './branch.ts'

/**
 * SQL for the description of the artifact `blob.rid`: `check-in to trunk by amy on 2024-01-31
 * 12:00`, `file src/main.c`, `unknown`. Never NULL; bytes as artifacts and file names have them.
 */
export function descriptionSql(repo: Repo): string {
  const isForumHere = hasTable(dbOf(repo), 'forumpost')
  const descriptions = isForumHere ? [...ownDescriptions, forumDescription] : ownDescriptions
  return `coalesce(${descriptions.map((sql) => `(${sql} LIMIT 1)`).join(', ')}, 'unknown')`
}

/** In stock's order: of what fits, the first is told. */
const ownDescriptions: readonly string[] = [
  `SELECT 'check-in to '
       || ${branchSql('blob.rid')}
       || ' by ' || coalesce(event.euser, event.user)
       || ' on ' || strftime('%Y-%m-%d %H:%M', event.mtime)
     FROM event WHERE event.objid = blob.rid AND event.type = 'ci'`,
  `SELECT 'file ' || filename.name FROM mlink JOIN event ON event.objid = mlink.mid
     JOIN filename USING(fnid) WHERE mlink.fid = blob.rid ORDER BY event.mtime, filename.name`,
  `SELECT 'tag ' || substr(target.uuid, 1, 16) FROM tagxref JOIN blob AS target USING(rid)
    WHERE tagxref.srcid = blob.rid AND tagxref.rid <> blob.rid ORDER BY target.uuid`,
  `SELECT 'cluster' FROM tagxref WHERE tagxref.rid = blob.rid AND tagid = ${clusterTagId}`,
  tagged('tkt-', `'ticket ' || substr(tagname, 5, 21)`),
  tagged('wiki-', `'wiki "' || substr(tagname, 6) || '"'`),
  tagged('event-', `'event ' || substr(tagname, 7)`),
  `SELECT 'attachment-control for ' || filename FROM attachment WHERE attachid = blob.rid`,
  `SELECT 'attachment ' || filename FROM attachment WHERE src = blob.uuid
    ORDER BY mtime, attachid`,
]

const forumDescription = `SELECT iif(fpid = froot, 'forum-post ', 'forum-reply-to ')
       || substr(root.uuid, 1, 14)
     FROM forumpost JOIN blob AS root ON root.rid = froot WHERE fpid = blob.rid`

function tagged(prefix: string, description: string): string {
  return `SELECT ${description} FROM tagxref JOIN tag USING(tagid)
    WHERE tagxref.rid = blob.rid AND tagname GLOB '${prefix}*' ORDER BY tagname`
}

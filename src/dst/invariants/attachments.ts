/**
 * Attachments: each is what its artifact says, and the latest of its name at its target says so.
 *
 * Verifies `attachment` against the A, C, D and U cards of what is held: target, file name, source
 * (none where a file is taken away), comment, user and time; and that of those of one name at one
 * target the newest bear `isLatest`, all of them where several are of one moment, a removal like
 * any other. Reference: manifest.c:2628-2646. Shares no code with src/crosslink and src/deck. Does
 * not verify what the timeline says of attachments (`derived`), nor that the source is here.
 *
 * Times are compared by milliseconds: their last digit is how stock prints numbers, and `derived`
 * looks at that. Costs reading what is new since the last check, and a walk through the table.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Invariant } from '../world.ts'
import { asBytes, columnsOf, compareRows, rowLines, type StoredValue } from './compare-rows.ts'
import { ofEachNode, ownTables } from './of-each-node.ts'
import { type AttachmentWords, pageWords } from './page-words.ts'

const texts = ['src', 'target', 'filename', 'comment', 'user']

/**
 * The table of attachments says what the artifacts that are held do.
 *
 * @throws {InvariantError} `attachments`
 */
export function checkAttachments(nodeId: string, repo: Repo): void {
  const attached = pageWords(repo).filter((words) => words.kind === 'attachment')
  const places = Map.groupBy(attached, ({ target, fileName }) => `${target}\0${fileName}`)
  const expected = [...places.values()].flatMap((versions) => {
    const newestDay = Math.max(...versions.map(({ julianDay }) => julianDay))
    return versions.flatMap((version) => expectedLines(version, newestDay))
  })
  compareRows('attachments', nodeId, expected, storedLines(repo))
}

function expectedLines(version: AttachmentWords, newestDay: number): string[] {
  const { hash, julianDay, source, target, fileName, comment, user } = version
  return rowLines(`attachment ${hash}`, [
    ['isLatest', julianDay === newestDay ? 1 : 0],
    ['mtime', unixMs(julianDay)],
    ['src', source],
    ['target', target],
    ['filename', fileName],
    ['comment', comment],
    ['user', user],
  ])
}

function storedLines(repo: Repo): string[] {
  return dbOf(repo)
    .prepare<[string, number, number, ...StoredValue[]]>(
      `SELECT coalesce(uuid, attachid), isLatest, mtime, ${asBytes(texts)}
         FROM attachment LEFT JOIN blob ON rid = attachid ORDER BY 1`,
    )
    .all()
    .flatMap(([hash, isLatest, mtime, ...values]) =>
      rowLines(
        `attachment ${hash}`,
        columnsOf(['isLatest', 'mtime', ...texts], [isLatest, unixMs(mtime), ...values]),
      ),
    )
}

/** Milliseconds since 1970: the day 2440587.5 is its first moment. */
export function unixMs(julianDay: number): number {
  return Math.round((julianDay - 2_440_587.5) * 86_400_000)
}

export const attachments: Invariant = {
  name: 'attachments',
  holds: 'always',
  ...ofEachNode(ownTables, checkAttachments),
}

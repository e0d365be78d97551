/**
 * Attachments: files that belong to a wiki page, a ticket or a technote.
 * Specification: fileformat.wiki §2.6. Source: fossil src/attach.c attach_commit, ainfo_page.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { FossilError } from '../base/error.ts'
import { compressContent } from '../base/zlib.ts'
import { msFromJulian } from '../deck/date.ts'
import type { AttachmentDeck } from '../deck/deck.ts'
import { fileTail } from '../deck/file-name.ts'
import { parseDeck } from '../deck/parse.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { isPrivate } from '../repo/blob.ts'
import { textParameter } from '../repo/db-text.ts'
import { newestVersion } from '../crosslink/version.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { storeLocal } from '../repo/store.ts'
import { type Author, invalid, stamp, writeDeck, type Written } from './artifact.ts'

/**
 * Attaches a file. Content that reads as an artifact of Fossil's own is compressed, under a name
 * that says so, or every repository would take it for one. attach.c:270-296.
 *
 * @example
 * ```ts
 * attachFile(repo, { page: 'Home' }, { fileName: 'map.png', content: bytes }, { user: 'ada' })
 * ```
 * @throws {FossilError} `artifact.missing` where the target is not here; `artifact.invalid`;
 *   `repo.io`
 */
export function attachFile(
  repo: Repo,
  target:
    { readonly page: string } | { readonly ticketId: string } | { readonly technoteId: string },
  file: {
    /** Directories before it are cut off. A file of the same name is replaced. */
    readonly fileName: string
    readonly content: Uint8Array
    readonly comment?: string
  },
  author: Author,
): Written & { readonly source: ArtifactHash } {
  requireBytes('content', file.content)
  return repo.transaction(() => {
    const { name, current } = readName(repo, target)
    const asPrivate = isPrivate(repo, current.rid)
    const isStructural = parseDeck(file.content) !== undefined
    const content = isStructural ? compressContent(file.content, repo) : file.content
    const source = storeLocal(repo, content, { isPrivate: asPrivate }).hash
    const comment = file.comment?.trim() ?? ''
    const fileName = `${plainName(file.fileName)}${isStructural ? '.gz' : ''}`
    const deck: AttachmentDeck = {
      kind: 'attachment',
      fileName,
      target: name,
      source,
      ...(comment === '' ? {} : { comment }),
      ...stamp(repo, author, latest(repo, name, fileName)?.dateMs),
    }
    return { ...writeDeck(repo, deck, { isPrivate: asPrivate }), source }
  })
}

/**
 * Takes an attachment away. Its content stays in the history.
 *
 * @example
 * ```ts
 * detachFile(repo, { page: 'Home' }, 'map.png', { user: 'ada' })
 * ```
 * @throws {FossilError} `artifact.missing` where the target or the attachment is not here;
 *   `artifact.invalid`; `repo.io`
 */
export function detachFile(
  repo: Repo,
  target:
    { readonly page: string } | { readonly ticketId: string } | { readonly technoteId: string },
  fileName: string,
  author: Author,
): Written {
  return repo.transaction(() => {
    const { name, current } = readName(repo, target)
    const attached = latest(repo, name, fileName)
    if (attached?.isHere !== true) throw new FossilError('artifact.missing', { name: fileName })
    const date = stamp(repo, author, attached.dateMs)
    const deck = { kind: 'attachment', fileName, target: name, ...date } as const
    return writeDeck(repo, deck, { about: [current.hash] })
  })
}

/** The target of an attachment: one of the three. */
export type AttachmentTarget = Parameters<typeof attachFile>[1]

/** The last change to a file name at a target: attached, or taken away. */
function latest(
  repo: Repo,
  target: string,
  fileName: string,
): { dateMs: number; isHere: boolean } | undefined {
  const row = dbOf(repo)
    .prepare<[mtime: number, isHere: number]>(
      `SELECT mtime, coalesce(src, '') <> '' FROM attachment
        WHERE target = CAST(? AS TEXT) AND filename = CAST(? AS TEXT) AND isLatest
        ORDER BY 2 DESC LIMIT 1`,
    )
    .get(textParameter(target), textParameter(fileName))
  return row === undefined ? undefined : { dateMs: msFromJulian(row[0]), isHere: row[1] === 1 }
}

/** The name by which the A card calls a target, and its current version. */
function readName(repo: Repo, target: AttachmentTarget): { name: string; current: NamedArtifact } {
  const [kind, name] =
    'page' in target
      ? (['wiki', target.page] as const)
      : 'ticketId' in target
        ? (['ticket', target.ticketId] as const)
        : (['technote', target.technoteId] as const)
  const current = newestVersion(repo, kind, name)
  if (current === undefined) throw new FossilError('artifact.missing', { name })
  return { name, current }
}

function plainName(fileName: string): string {
  const name = fileTail(fileName.replaceAll('\\', '/')) || 'unknown'
  if (name === '.' || name === '..') throw invalid('attachment', `the file name ${name}`)
  return name
}

/**
 * Wiki pages and technotes as they are now, and what is attached.
 * Source: fossil src/wiki.c wiki_cmd (list, export), src/event.c, src/attach.c.
 * @module
 */

import { compareAsBytes } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { textSize } from '../crosslink/wiki.ts'
import { newestVersion } from '../crosslink/version.ts'
import { textIfAny, textOf, textParameter, type TextColumn } from '../repo/db-text.ts'
import { msFromJulian } from '../deck/date.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/** A version of a wiki page. */
export interface WikiVersion {
  readonly hash: ArtifactHash
  readonly title: string
  readonly content: string
  readonly mimetype: string
  /** Milliseconds since 1970. */
  readonly dateMs: number
  readonly user: string
  /** Of the content as UTF-8, without whitespace before it. */
  readonly sizeBytes: number
  /** A page without text is deleted: it is not listed, and its history stays. */
  readonly isDeleted: boolean
  /**
   * The subject of the page, by its title: a check-in, a branch, a tag; undefined for a page of its
   * own.
   */
  readonly about: 'checkin' | 'branch' | 'tag' | undefined
}

/** A version of a technote. */
export interface TechnoteVersion {
  readonly hash: ArtifactHash
  /** The same in every version: 40 hexadecimal digits. */
  readonly technoteId: string
  /** Its place on the timeline, in milliseconds since 1970. */
  readonly eventMs: number
  /** The time at which this version was written, in milliseconds since 1970. */
  readonly dateMs: number
  readonly user: string | undefined
  /** The text that the timeline shows. */
  readonly comment: string
  readonly content: string
  readonly mimetype: string
  /** Background colour on the timeline. */
  readonly color: string | undefined
  /** Names that people gave it. */
  readonly tags: readonly string[]
}

/** The mimetype of what says no other. */
const wikiText = 'text/x-fossil-wiki'

/**
 * The latest versions of all pages, deleted ones too, by title without regard to case.
 *
 * @example
 * ```ts
 * for (const { title } of wikiPages(repo)) console.log(title)
 * ```
 */
export function wikiPages(repo: Repo): WikiVersion[] {
  return namesTagged(repo, 'wiki-')
    .sort((a, b) => compareAsBytes(lowered(a), lowered(b)) || compareAsBytes(a, b))
    .flatMap((title) => wikiPage(repo, title) ?? [])
}

/**
 * The latest version of the page of this title, deleted or not.
 *
 * @example
 * ```ts
 * const text = wikiPage(repo, 'Home')?.content
 * ```
 */
export function wikiPage(repo: Repo, title: string): WikiVersion | undefined {
  const version = newestVersion(repo, 'wiki', title)
  if (version === undefined) return undefined
  const { content, mimetype = wikiText, dateMs, user } = version.deck
  const sizeBytes = textSize(content)
  const about = aboutOf(title)
  const isDeleted = sizeBytes === 0
  return { hash: version.hash, title, content, mimetype, dateMs, user, sizeBytes, isDeleted, about }
}

function aboutOf(title: string): WikiVersion['about'] {
  if (/^checkin\/(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(title)) return 'checkin'
  if (title.startsWith('branch/')) return 'branch'
  return title.startsWith('tag/') ? 'tag' : undefined
}

/**
 * The latest versions of all technotes, the latest on the timeline first.
 *
 * @example
 * ```ts
 * for (const { technoteId, comment } of technotes(repo)) console.log(technoteId, comment)
 * ```
 */
export function technotes(repo: Repo): TechnoteVersion[] {
  return namesTagged(repo, 'event-')
    .flatMap((technoteId) => newestVersion(repo, 'technote', technoteId) ?? [])
    .map(({ hash, deck }) => {
      const { technoteId, eventMs, dateMs, user, comment = '', content, tags } = deck
      return {
        hash,
        technoteId,
        eventMs,
        dateMs,
        user,
        comment,
        content,
        mimetype: deck.mimetype ?? wikiText,
        color: tags.find(({ name }) => name === 'bgcolor')?.value,
        tags: tags.flatMap(({ name }) => (name.startsWith('sym-') ? [name.slice(4)] : [])),
      }
    })
    .sort((a, b) => b.eventMs - a.eventMs || compareAsBytes(a.hash, b.hash))
}

/**
 * Files attached to one target or anywhere, by target and file name.
 *
 * @example
 * ```ts
 * const names = attachedFiles(repo, 'Home').map(({ fileName }) => fileName)
 * ```
 */
export function attachedFiles(
  repo: Repo,
  target?: string,
): {
  readonly fileName: string
  /** The title of a page, or the id of a ticket or technote. */
  readonly target: string
  /** The artifact that holds the content. */
  readonly source: ArtifactHash
  /** Milliseconds since 1970. */
  readonly dateMs: number
  readonly user: string | undefined
  readonly comment: string
}[] {
  return dbOf(repo)
    .prepare<[TextColumn, TextColumn, ArtifactHash, number, TextColumn, TextColumn]>(
      `SELECT CAST(filename AS BLOB), CAST(target AS BLOB), src, mtime, CAST(user AS BLOB),
              CAST(comment AS BLOB)
         FROM attachment
        WHERE isLatest AND coalesce(src, '') <> ''
          AND (?1 IS NULL OR target = CAST(?1 AS TEXT))
        ORDER BY target, filename, attachid`,
    )
    .all(target === undefined ? null : textParameter(target))
    .map(([fileName, of, source, mtime, user, comment]) => ({
      fileName: textOf(fileName),
      target: textOf(of),
      source,
      dateMs: msFromJulian(mtime),
      user: textIfAny(user),
      comment: textOf(comment),
    }))
}

function namesTagged(repo: Repo, prefix: 'wiki-' | 'event-'): string[] {
  return dbOf(repo)
    .prepare<[TextColumn]>(
      `SELECT CAST(substr(tagname, ?2) AS BLOB) FROM tag
        WHERE tagname GLOB ?1 || '*'
          AND EXISTS(SELECT 1 FROM tagxref WHERE tagxref.tagid = tag.tagid AND tagtype > 0)
        ORDER BY tagname`,
    )
    .all(prefix, prefix.length + 1)
    .map(([name]) => textOf(name))
}

/** As SQLite's `lower()`: letters of ASCII. */
function lowered(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

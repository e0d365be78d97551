/**
 * Annotation: which check-in each line of a file comes from. `fossil annotate`, `blame`, `praise`.
 *
 * May know line differences, the file's changes and primary lines. Source: fossil src/diff.c
 * annotate_file, annotation_step.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { msFromJulian } from '../deck/date.ts'
import { decodeText } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findRid, ridOf } from '../repo/blob.ts'
import { readContent } from '../repo/content.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { primaryLine } from './ancestry.ts'
import { diffLines } from './line-diff.ts'
import { type TextColumn, textIfAny, textParameter } from '../repo/db-text.ts'
import { lineBytes, textLines } from './text-lines.ts'

/** A file, line by line. */
export interface Annotation {
  readonly lines: readonly {
    /** Without the end of the line; bytes that are not UTF-8 as artifact text has them. */
    readonly text: string
    /**
     * The version that brought the line, as an index into the versions: the first after one that
     * lacks it. Undefined where it is older than all that were looked at.
     */
    readonly version: number | undefined
  }[]
  /** Newest first; the first one is the file that was asked for. */
  readonly versions: readonly {
    readonly checkin: ArtifactHash
    readonly name: string
    /** The content. */
    readonly file: ArtifactHash
    /** Milliseconds since 1970. */
    readonly dateMs: number
    /** Undefined where nobody said. */
    readonly user: string | undefined
  }[]
  /** False where there are more versions than `limit` allows, or one whose content is missing. */
  readonly isComplete: boolean
  /** False where some version was too different to search for all that it has in common. */
  readonly isThorough: boolean
}

/**
 * Tells where each line of a file comes from, going back from `checkin` along primary parents.
 * Each earlier version is compared with the file itself, so that a line which went and came back
 * is as new as its return. Lines that differ only in how they end, CR LF or LF, are the same.
 *
 * @example
 * ```ts
 * const { lines, versions } = annotate(repo, { checkin: hash, name: 'tail.txt' })
 * ```
 * @param options.limit at most this many versions of the file, at least 3; by default all
 * @param options.followRenames goes on with the name that the file had before a rename. Default
 *   true; stock stops there
 * @param options.maxSteps see {@link diffLines}, which runs once for each version
 * @throws {FossilError} `name.unknown` when no check-in of that line has the file, or it is gone;
 *   `artifact.missing` when the check-in or the content is not here; `option.invalid` when it is
 *   binary
 */
export function annotate(
  repo: Repo,
  { checkin, name }: { readonly checkin: ArtifactHash; readonly name: string },
  options: {
    readonly limit?: number
    readonly followRenames?: boolean
    readonly maxSteps?: number
  } = {},
): Annotation {
  const { limit = Infinity, followRenames = true, maxSteps } = options
  const source = versionsOf(repo, { checkin: ridOf(repo, checkin), name }, followRenames)
  const first = source.next().value
  if (first === undefined) {
    throw new FossilError('name.unknown', {
      name,
      reason: 'no check-in of this line has this file',
    })
  }
  const file = comparable(contentOf(repo, first.file) ?? missing(first.file))
  if (file === undefined) {
    throw new FossilError('option.invalid', { option: 'name', reason: `${name} is binary` })
  }
  const versions = [first]
  const origins: (number | undefined)[] = file.map(() => undefined)
  let unknown = file.length
  let [isComplete, isThorough] = [true, true]
  for (const version of source) {
    if (versions.length >= Math.max(3, limit)) {
      isComplete = false
      break
    }
    const content = contentOf(repo, version.file)
    const lines = content === undefined ? undefined : comparable(content)
    if (lines === undefined) {
      // Of a binary version the file has nothing; of a missing one, nobody knows.
      isComplete = content !== undefined
      break
    }
    const diff = diffLines(lines, file, maxSteps)
    isThorough &&= diff.isThorough
    let at = 0
    for (const { copy, insert } of diff.edits) {
      at += copy
      for (const end = at + insert; at < end; at++) {
        if (origins[at] !== undefined) continue
        origins[at] = versions.length - 1
        unknown--
      }
    }
    versions.push(version)
    if (unknown === 0) break
  }
  const oldest = isComplete ? versions.length - 1 : undefined
  const texts = file.map((line) => decodeText(lineBytes(line)))
  return {
    lines: texts.map((text, i) => ({ text, version: origins[i] ?? oldest })),
    versions,
    isComplete,
    isThorough,
  }
}

function contentOf(repo: Repo, hash: ArtifactHash): Uint8Array | undefined {
  const rid = findRid(repo, hash)
  return rid === undefined ? undefined : readContent(repo, rid)
}

function missing(hash: ArtifactHash): never {
  throw new FossilError('artifact.missing', { name: hash })
}

/** Lines without regard to how they end. diff.c:2990, DIFF_STRIP_EOLCR. */
function comparable(content: Uint8Array): string[] | undefined {
  return textLines(content)?.map((line) => line.replace(/\r?\n?$/, ''))
}

/** Limits on how far back to annotate. */
export type AnnotateOptions = NonNullable<Parameters<typeof annotate>[2]>

/** The versions of a file along primary parents, newest first, until it was added. */
function* versionsOf(
  repo: Repo,
  { checkin, name }: { checkin: Rid; name: string },
  followRenames: boolean,
): Generator<Annotation['versions'][number], undefined> {
  const changes = dbOf(repo).prepare<
    [
      fid: Rid | 0 | null,
      hash: ArtifactHash | null,
      checkin: ArtifactHash,
      mtime: number,
      user: TextColumn,
      priorName: TextColumn,
    ]
  >(
    `SELECT mlink.fid, file.uuid, blob.uuid, event.mtime,
            CAST(coalesce(event.euser, event.user) AS BLOB),
            (SELECT CAST(name AS BLOB) FROM filename WHERE fnid = mlink.pfnid)
       FROM mlink
       JOIN filename ON filename.fnid = mlink.fnid AND filename.name = CAST(?2 AS TEXT)
       JOIN event ON event.objid = mlink.mid
       JOIN blob ON blob.rid = mlink.mid
       LEFT JOIN blob AS file ON file.rid = mlink.fid
      WHERE mlink.mid = ?1 AND NOT mlink.isaux ORDER BY mlink.fid DESC LIMIT 1`,
  )
  let current = name
  for (const rid of primaryLine(repo, checkin)) {
    const row = changes.get(rid, textParameter(current))
    if (row === undefined) continue
    const [fid, hash, checkinHash, mtime, user, priorName] = row
    // Before it was taken away it was another file.
    if (hash === null || fid === null || fid === 0) return
    const artifacts = { checkin: checkinHash, file: hash }
    yield { ...artifacts, name: current, dateMs: msFromJulian(mtime), user: textIfAny(user) }
    if (followRenames) current = textIfAny(priorName) ?? current
  }
}

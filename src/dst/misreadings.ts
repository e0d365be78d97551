/**
 * Looks at a repository, by the functions that people read with, compared with what the operations
 * meant: the line of a check-in, a file in it and its history, branches and tags.
 *
 * Each is one of many questions that could be asked, so an operation draws which (`browse`). A
 * check-in that is written as a difference tells of its changes in another way, and is left out
 * where changes are looked for: see invariants/said-changes.ts.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { encodeText } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { annotate } from '../history/annotate.ts'
import { ancestors, descendants, leaves } from '../history/by-hash.ts'
import { fileHistory } from '../history/file-history.ts'
import { readFile } from '../history/files.ts'
import { timeline } from '../history/timeline.ts'
import { hasArtifact } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import { heldTag, type SaidHistory } from './history-sayings.ts'
import { saidChanges } from './invariants/said-changes.ts'

/** A check-in to look at, and a name that a file may have. */
interface Place {
  readonly checkin: ArtifactHash
  readonly file: string
}

/** Differences between what is read and what was meant, in words. */
export function misreadings(repo: Repo, history: SaidHistory, place: Place): string[] {
  if (!history.checkins.has(place.checkin)) return []
  return [
    ...lineFaults(repo, history, place),
    ...fileFaults(repo, history, place),
    ...changeFaults(repo, history, place),
    ...windowFaults(repo),
  ]
}

/** Ancestors, descendants, leaves, and what is on a branch. */
function lineFaults(repo: Repo, history: SaidHistory, { checkin }: Place): string[] {
  const { checkins } = history
  const meant = ancestorsOf(history, checkin)
  const after = [...checkins.keys()].filter((hash) => ancestorsOf(history, hash).has(checkin))
  const open = [...history.leaves].filter(
    (hash) => checkins.has(hash) && heldTag(history, hash, 'closed') === undefined,
  )
  const among = (hashes: readonly ArtifactHash[]): ArtifactHash[] =>
    hashes.filter((hash) => checkins.has(hash))
  const branch = heldTag(history, checkin, 'branch')?.value
  const on = [...checkins.keys()].filter((hash) => heldTag(history, hash, `sym-${branch}`))
  const tagged = timeline(repo, { tag: `sym-${branch}`, kinds: ['checkin'] })
  return [
    ...compared(`ancestors of ${checkin}`, [...meant], among(ancestors(repo, checkin))),
    ...compared(`descendants of ${checkin}`, after, among(descendants(repo, checkin))),
    ...compared('open leaves', open, among(leaves(repo))),
    ...(branch === undefined
      ? []
      : compared(
          `check-ins of ${branch}`,
          on,
          tagged.map(({ hash }) => hash),
        )),
  ]
}

/** A check-in and all that it comes from, as far as that is here. */
function ancestorsOf({ checkins, parents }: SaidHistory, checkin: ArtifactHash): Set<ArtifactHash> {
  const found = new Set([checkin])
  // The loop visits what is added during it.
  for (const each of found) {
    for (const { hash } of parents.get(each) ?? []) if (checkins.has(hash)) found.add(hash)
  }
  return found
}

/**
 * Tells whether a check-in is here with all that it comes from. Where some of that was purged or
 * shunned, it may be that no check-in that is left has changed a file. What is asked is what the
 * check-ins say: a parent that is shunned is none by `history.parents`.
 */
function isWholeLine(history: SaidHistory, checkin: ArtifactHash): boolean {
  const { checkins } = history
  return [...ancestorsOf(history, checkin)].every((hash) =>
    (checkins.get(hash)?.parents ?? []).every((parent) => checkins.has(parent)),
  )
}

/** The content of a file, and who wrote its lines. */
function fileFaults(repo: Repo, history: SaidHistory, place: Place): string[] {
  const said = history.checkins.get(place.checkin)?.files.get(place.file)
  if (said === undefined) return []
  if (!hasArtifact(repo, said.sha1) && !hasArtifact(repo, said.sha3)) return []
  const where = `${place.file} of ${place.checkin}`
  try {
    const { content } = readFile(repo, place.checkin, place.file)
    if (sha1(content) !== said.sha1) return [`${where} reads otherwise than it was written`]
    const isText = content.at(-1) === newline && !content.includes(carriageReturn)
    if (!isText || content.length > mostBytes || !isWholeLine(history, place.checkin)) return []
    const { lines } = annotate(repo, { checkin: place.checkin, name: place.file }, { limit: 3 })
    const text = lines.map((line) => `${line.text}\n`).join('')
    return sha1(encodeText(text)) === said.sha1
      ? []
      : [`the annotation of ${where} has other lines`]
  } catch (error) {
    if (!FossilError.is(error, 'name.unknown')) throw error
    return [`${where} is not found: ${error.detail.reason}`]
  }
}

const newline = 10
const carriageReturn = 13

/** Files that are larger are not annotated: they are no text, and it takes long. */
const mostBytes = 2_000

/** Check-ins that changed a file: all of them, and those of one line. */
function changeFaults(repo: Repo, history: SaidHistory, { checkin, file }: Place): string[] {
  const line = ancestorsOf(history, checkin)
  const isWhole = (hash: ArtifactHash): boolean =>
    history.checkins.get(hash)?.baseline === undefined
  const changed = [...history.checkins.keys()].filter(
    (hash) => isWhole(hash) && saidChanges(history, hash)?.some(({ name }) => name === file),
  )
  const told = timeline(repo, { path: file }).map(({ hash }) => hash)
  const versions = fileHistory(repo, file, { checkin, followRenames: false })
  const onLine = changed.filter((hash) => line.has(hash))
  return [
    ...compared(`changes of ${file}`, changed, told.filter(isWhole)),
    ...compared(
      `changes of ${file} before ${checkin}`,
      onLine,
      versions.map((version) => version.checkin).filter(isWhole),
    ),
  ]
}

/** A part of the timeline is a part of all of it. */
function windowFaults(repo: Repo): string[] {
  const all = timeline(repo, { limit: 30 }).map(({ hash }) => hash)
  const part = timeline(repo, { limit: 5, offset: 3 }).map(({ hash }) => hash)
  return all.slice(3, 8).join() === part.join() ? [] : ['entries 4 to 8 of the timeline are others']
}

function compared(
  what: string,
  meant: readonly ArtifactHash[],
  read: readonly ArtifactHash[],
): string[] {
  return [
    ...beyond(meant, read).map((hash) => `the ${what} lack ${hash}`),
    ...beyond(read, meant).map((hash) => `the ${what} include ${hash}`),
  ]
}

/** Those that are not among the others. */
function beyond(some: readonly ArtifactHash[], others: readonly ArtifactHash[]): ArtifactHash[] {
  const known = new Set(others)
  return some.filter((hash) => !known.has(hash))
}

/**
 * Contents of files, as arguments: what is cut out of the version before, and what a number makes
 * of the rest. So a megabyte takes a few digits in a list of operations.
 * @module
 */

import { concat, noBytes, utf8 } from '../../base/bytes.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { findRid, hasArtifact, isPrivate } from '../../repo/blob.ts'
import { readArtifact } from '../../repo/content.ts'
import type { Repo } from '../../repo/repo.ts'
import type { Arguments, ArgumentValues } from '../../runner/arguments.ts'
import { type Draw, RandomStream } from '../../sim/random.ts'
import { type FileChange, manifestFiles } from '../../write/checkin.ts'
import type { DeckFile } from '../../deck/deck.ts'
import type { FilePermission } from '../../deck/file-name.ts'
import type { ApplyContext, FileSizes, PlanContext } from './operation.ts'

/** The chance that what is inserted is a larger binary. */
const largeChance: Readonly<Record<FileSizes, number>> = { small: 0, mixed: 0.02, large: 0.2 }

/** Content that a number makes: lines of text, or bytes. */
export function drawContent(draw: Draw, sizes: FileSizes): ArgumentValues {
  const key = draw.uint32()
  if (draw.chance(largeChance[sizes])) return { key, bytes: draw.int(20_000, 120_000) }
  return { key, lines: draw.int(1, 12) }
}

/** The content that {@link drawContent} drew. */
export function contentOf(args: Arguments): Uint8Array {
  const key = args.maybeInteger('key')
  if (key === undefined) return noBytes
  const draw = new RandomStream(key, 'content').at(0)
  const bytes = args.maybeInteger('bytes')
  if (bytes !== undefined) return draw.bytes(clamp(bytes, mostBytes))
  const lines = Array.from(
    { length: clamp(args.integer('lines'), mostBytes) },
    () => `${draw.uint32()} ${draw.uint32()} ${draw.uint32()}\n`,
  )
  return utf8(lines.join(''))
}

/** More than any argument asks for that was drawn: a list may have been edited. */
const mostBytes = 10_000_000

/**
 * One to three files: new, edited, emptied, of another permission, or, where enough are left, taken
 * away; and where changes are taken from another check-in, mostly files as they are there.
 */
export function drawChanges(
  context: PlanContext,
  parent: ArtifactHash,
  source?: ArtifactHash,
): ArgumentValues[] {
  const { repo, draw, references } = context
  const files = manifestFiles(repo, parent)
  const names = [...files.keys()]
  const changes = new Map<string, ArgumentValues>()
  for (let count = draw.int(1, 3); count > 0; count--) {
    const isKnown = draw.chance(0.6) && names.length > 0
    const name = isKnown ? draw.pick(names) : newName(draw)
    changes.set(name, { name, ...drawChange(context, isKnown, names.length) })
  }
  if (source === undefined) return [...changes.values()]
  const other = publicFiles(repo, source).filter(
    ([name, { hash }]) => files.get(name)?.hash !== hash,
  )
  for (let count = draw.int(0, 2); count > 0 && other.length > 0; count--) {
    const [name] = draw.pick(other)
    changes.set(name, { name, as: references.to(source) })
  }
  return [...changes.values()]
}

/** Files of a check-in, none of which is a secret here: nobody publishes one by taking it over. */
function publicFiles(repo: Repo, checkin: ArtifactHash): [string, DeckFile][] {
  return [...manifestFiles(repo, checkin)].filter(([, { hash }]) => {
    const rid = hash === undefined ? undefined : findRid(repo, hash)
    return rid === undefined || !isPrivate(repo, rid)
  })
}

function drawChange(
  { draw, sizes }: PlanContext,
  isKnown: boolean,
  fileCount: number,
): ArgumentValues {
  if (isKnown && fileCount > 3 && draw.chance(fileCount > 20 ? 0.3 : 0.1)) return { removed: true }
  const permission = draw.chance(0.1) ? { permission: draw.pick(permissions) } : {}
  if (draw.chance(0.05)) return { empty: true, ...permission }
  if (isKnown && draw.chance(0.05)) return { kept: true, permission: draw.pick(permissions) }
  const place = { atPpm: draw.int(0, 999_999), cutBytes: draw.int(0, 200) }
  return { ...(isKnown ? place : {}), ...permission, ...drawContent(draw, sizes) }
}

const permissions: readonly FilePermission[] = ['regular', 'executable', 'symlink']

/** A name that few files have. */
export function newName(draw: Draw): string {
  return `src/${draw.pick(['alpha', 'beta', 'gamma'])}/file-${draw.int(0, 99_999)}.txt`
}

/** Another name for a file, its content as it was. */
export function renaming(name: string, from: string): ArgumentValues {
  return { name, from }
}

/** The changes of a check-in, on top of `parent`. */
export function changesOf(
  { repo, args, references }: ApplyContext,
  parent: ArtifactHash | undefined,
): FileChange[] {
  const files = parent === undefined ? undefined : manifestFiles(repo, parent)
  return args.groups('changes').map((change) => {
    const name = change.text('name')
    const renamedFrom = change.maybeText('from')
    if (renamedFrom !== undefined) {
      const isEdited = change.maybeInteger('key') !== undefined
      return { name, renamedFrom, content: isEdited ? contentOf(change) : undefined }
    }
    if (change.flag('removed')) return { name, content: undefined }
    const permission = permissions.find((each) => each === change.maybeText('permission'))
    const file = { name, ...(permission === undefined ? {} : { permission }) }
    if (change.flag('empty')) return { ...file, content: noBytes }
    const source = references.artifact(change.maybeText('as'))
    if (source !== undefined) {
      return { ...file, content: contentBefore(repo, manifestFiles(repo, source).get(name)?.hash) }
    }
    const before = contentBefore(repo, files?.get(name)?.hash)
    return { ...file, content: change.flag('kept') ? before : edited(before, change) }
  })
}

/** A manifest can arrive before its files: what has not come is written anew. */
function contentBefore(repo: Repo, hash: ArtifactHash | undefined): Uint8Array {
  return hash !== undefined && hasArtifact(repo, hash) ? readArtifact(repo, hash) : noBytes
}

/** Content with a passage replaced. */
export function edited(before: Uint8Array, change: Arguments): Uint8Array {
  const ppm = clamp(change.maybeInteger('atPpm') ?? 0, 1_000_000)
  const at = Math.floor((before.length * ppm) / 1_000_000)
  const cutTo = at + clamp(change.maybeInteger('cutBytes') ?? 0, before.length - at)
  return concat([before.subarray(0, at), contentOf(change), before.subarray(cutTo)])
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most))
}

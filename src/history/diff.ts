/**
 * Differences between two check-ins: files added, deleted, renamed and changed, and the changes.
 *
 * May know check-ins, unified diffs and the `mlink` table. Source: fossil src/diffcmd.c
 * diff_two_versions.
 * @module
 */

import { noBytes } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { DeckFile } from '../deck/deck.ts'
import { type FilePermission, filePermission } from '../deck/file-name.ts'
import { compareAsBytes } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { manifestFiles } from '../write/checkin.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import { renamesBetween } from './renames.ts'
import { type ContentDiff, diffContents, type DiffOptions, formatHunks } from './unified.ts'

/**
 * A file that is not the same on both sides.
 *
 * - `added`, `deleted`: only `after`, only `before`.
 * - `renamed`: under another name, with the same content or not.
 * - `changed`: another content.
 * - `permission`: the same content and name.
 */
export interface FileDiff {
  /** After the change, or before it where the file is gone. */
  readonly name: string
  readonly change: 'added' | 'deleted' | 'renamed' | 'changed' | 'permission'
  /** The file before. */
  readonly before?: {
    readonly name: string
    readonly hash: ArtifactHash
    readonly permission: FilePermission
  }
  /** The file after. */
  readonly after?: NonNullable<FileDiff['before']>
  /**
   * The change of the content; `missing` where one of both is not here. Absent where it did not,
   * and for whole files unless asked for.
   */
  readonly content?: ContentDiff | { readonly kind: 'missing' }
}

/** A file on one side. */
type FileSide = NonNullable<FileDiff['before']>

/**
 * Compares two check-ins, file by file, by name in byte order.
 *
 * @example
 * ```ts
 * console.log(formatCheckinDiff(diffCheckins(repo, { from: parent, to: hash })))
 * ```
 * @throws {FossilError} as {@link manifestFiles} does
 */
export function diffCheckins(
  repo: Repo,
  { from, to }: { readonly from: ArtifactHash; readonly to: ArtifactHash },
  options: {
    /** Only these files, and what is below these directories; by the name on either side. */
    readonly paths?: readonly string[]
    /** Compares added and deleted files to nothing, instead of only naming them. Default false. */
    readonly withWholeFiles?: boolean
    /** Pairs a deleted file with the one that it was renamed to. Default true; stock does not. */
    readonly withRenames?: boolean
    /** Unchanged lines to show around changes. Default 5, as stock. */
    readonly contextLines?: number
    /** See {@link diffLines}. */
    readonly maxEdits?: number
  } = {},
): FileDiff[] {
  const [before, after] = [manifestFiles(repo, from), manifestFiles(repo, to)]
  const deleted = [...before.keys()].filter((name) => !after.has(name))
  const added = [...after.keys()].filter((name) => !before.has(name))
  const renames =
    options.withRenames === false || deleted.length === 0 || added.length === 0
      ? new Map<string, string>()
      : renamesBetween(repo, { from, to, deleted: new Set(deleted), added })
  const renamedAway = new Set(renames.values())
  const names = [...deleted.filter((name) => !renamedAway.has(name)), ...after.keys()]
  return names.sort(compareAsBytes).flatMap((name) => {
    const [old, now] = [before.get(renames.get(name) ?? name), after.get(name)]
    const diff = fileDiff(repo, { name, before: sideOf(old), after: sideOf(now) }, options)
    return diff === undefined || !isWanted(diff, options.paths) ? [] : [diff]
  })
}

/**
 * The output of `fossil diff` for a comparison: `ADDED`, `DELETED`, `RENAMED` and unified diffs. A
 * file of which only the permission changed is not mentioned.
 *
 * @example
 * ```ts
 * console.log(formatCheckinDiff(diffCheckins(repo, { from: parent, to: hash })))
 * ```
 */
export function formatCheckinDiff(diffs: readonly FileDiff[]): string {
  return diffs.map(formatFileDiff).join('')
}

function formatFileDiff({ name, change, before, after, content }: FileDiff): string {
  const headline = {
    added: `ADDED   ${name}\n`,
    deleted: `DELETED ${name}\n`,
    renamed: `RENAMED ${before?.name} -> ${name}\n`,
    changed: '',
    permission: '',
  }[change]
  if (content === undefined) return headline
  const names = `--- ${before?.name ?? name}\n+++ ${after?.name ?? name}\n`
  const body = {
    text: () => (content.kind === 'text' ? formatHunks(content.hunks) : ''),
    binary: () => 'cannot compute difference between binary files\n',
    missing: () => 'cannot compute difference: content is missing\n',
  }[content.kind]()
  return `${headline}Index: ${name}\n${'='.repeat(66)}\n${names}${body}\n`
}

function sideOf(file: DeckFile | undefined): FileSide | undefined {
  if (file?.hash === undefined) return undefined
  return { name: file.name, hash: file.hash, permission: filePermission(file.permissions) }
}

interface Sides {
  readonly name: string
  readonly before: FileSide | undefined
  readonly after: FileSide | undefined
}

function fileDiff(
  repo: Repo,
  { name, before, after }: Sides,
  options: NonNullable<Parameters<typeof diffCheckins>[2]>,
): FileDiff | undefined {
  const change = changeOf(before, after)
  if (change === undefined) return undefined
  const isWhole = before === undefined || after === undefined
  const isCompared = isWhole ? options.withWholeFiles === true : before.hash !== after.hash
  return {
    name,
    change,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(isCompared ? { content: contentDiff(repo, { name, before, after }, options) } : {}),
  }
}

function changeOf(
  before: FileSide | undefined,
  after: FileSide | undefined,
): FileDiff['change'] | undefined {
  if (before === undefined) return after === undefined ? undefined : 'added'
  if (after === undefined) return 'deleted'
  if (before.name !== after.name) return 'renamed'
  if (before.hash !== after.hash) return 'changed'
  return before.permission === after.permission ? undefined : 'permission'
}

function contentDiff(
  repo: Repo,
  { before, after }: Sides,
  options: DiffOptions,
): NonNullable<FileDiff['content']> {
  const old = before === undefined ? noBytes : readIfHere(repo, before.hash)
  const now = after === undefined ? noBytes : readIfHere(repo, after.hash)
  if (old === undefined || now === undefined) return { kind: 'missing' }
  return diffContents(old, now, options)
}

function readIfHere(repo: Repo, hash: ArtifactHash): Uint8Array | undefined {
  try {
    return readArtifact(repo, hash)
  } catch (error) {
    if (FossilError.is(error, 'artifact.missing')) return undefined
    throw error
  }
}

function isWanted({ before, after }: FileDiff, paths: readonly string[] | undefined): boolean {
  if (paths === undefined) return true
  const names = [before?.name, after?.name].filter((name) => name !== undefined)
  return names.some((name) => paths.some((path) => name === path || name.startsWith(`${path}/`)))
}

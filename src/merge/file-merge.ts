/**
 * The merge of one file: its name, its permission and its content, each from the side that changed
 * it, and whatever both changed in different ways as a conflict.
 *
 * May know paired files and texts. Source: fossil src/merge.c merge_cmd. Stock drops some changes
 * of one side without a word; here they are conflicts (docs/divergences.md).
 * @module
 */

import { noBytes } from '../base/bytes.ts'
import type { FilePermission } from '../deck/file-name.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { CheckinFile } from '../history/files.ts'
import type { PairedFile } from './lineage.ts'
import { type ConflictHunk, mergedValue, mergeTexts, type Versions } from './text-merge.ts'

/**
 * A file that the merge changes in the target, and the file in each version; absent where that has
 * none.
 */
export interface MergedFile extends Partial<Versions<CheckinFile>> {
  /** Its name in the result; of one that is deleted, its name in the target. */
  readonly name: string
  /** Its permission there. */
  readonly permission: FilePermission
  /**
   * The content of the result.
   *
   * - `kept`: the target's.
   * - `updated`: the source's, which the target had not changed.
   * - `merged`: changes of both, in `content`.
   * - `added`: the source's, of a file that the target does not have.
   * - `deleted`: none; the file goes.
   */
  readonly change: 'kept' | 'updated' | 'merged' | 'added' | 'deleted'
  /** The content of the result as an artifact; absent for one that is deleted or merged. */
  readonly hash?: ArtifactHash
  /** Merged content, which is no artifact yet. */
  readonly content?: Uint8Array
}

/**
 * A conflict: what both sides changed in a way that people must settle.
 *
 * - `content`: text, in the lines that `hunks` names; `marked` has both versions between marks.
 * - `binary`: content that is not text, or in two encodings.
 * - `symlink`: content where one side has a symbolic link.
 * - `deleted`: one side deleted the file, and the other changed its content.
 * - `renamed`: each side gave it another name.
 * - `permission`: each side gave it another permission.
 * - `name`: the sides have different files under one name, or a file and a directory.
 */
export interface MergeConflict extends Partial<Versions<CheckinFile>> {
  readonly kind: 'content' | 'binary' | 'symlink' | 'deleted' | 'renamed' | 'permission' | 'name'
  /** The name that the file would have in the result: the target's, where sides disagree. */
  readonly name: string
  /** Its permission there; the target's, where sides disagree. */
  readonly permission: FilePermission
  readonly hunks?: readonly ConflictHunk[]
  readonly marked?: Uint8Array
  /** The content, as an artifact or new; absent where that is in conflict itself. */
  readonly merged?: Pick<MergedFile, 'hash' | 'content'>
}

/** One file after the merge; what is in conflict, is as in the target. */
export interface FileMerge {
  readonly versions: PairedFile
  /** Undefined where no file is left. */
  readonly name: string | undefined
  readonly permission: FilePermission
  readonly change: MergedFile['change']
  /** The content, as an artifact or new; undefined where that is in conflict, or none is left. */
  readonly merged?: Pick<MergedFile, 'hash' | 'content'>
  readonly conflicts: readonly MergeConflict[]
}

/** The means to merge contents. */
export interface ContentAccess {
  readonly read: (hash: ArtifactHash) => Uint8Array
  /** Tells whether a file is not to be merged as text, whatever it holds: `binary-glob`. */
  readonly isBinary: (name: string) => boolean
}

/** Merges one file. */
export function mergeFile(versions: PairedFile, access: ContentAccess): FileMerge {
  const { pivot, target, source } = versions
  if (target !== undefined && source !== undefined) {
    return mergeBoth({ pivot, target, source }, access)
  }
  const only = target ?? source
  if (only === undefined) return gone(versions)
  if (pivot === undefined) return alone(versions, only)
  if (only.hash === pivot.hash) return gone(versions)
  const { merged: _, ...merge } = alone(versions, only)
  return withConflict(merge, { kind: 'deleted' })
}

/** The same with one conflict more. */
export function withConflict(
  merge: FileMerge,
  about: Pick<MergeConflict, 'kind' | 'hunks' | 'marked'>,
): FileMerge {
  const { versions, name = '', permission, merged, conflicts } = merge
  const content = merged === undefined ? {} : { merged }
  const conflict = { ...about, name, permission, ...present(versions), ...content }
  return { ...merge, conflicts: [...conflicts, conflict] }
}

/** The versions that there are. */
export function present(versions: PairedFile): Partial<Versions<CheckinFile>> {
  const { pivot, target, source } = versions
  return {
    ...(pivot === undefined ? {} : { pivot }),
    ...(target === undefined ? {} : { target }),
    ...(source === undefined ? {} : { source }),
  }
}

/** Both deleted it, or one did and the other did not change it. */
function gone(versions: PairedFile): FileMerge {
  return { versions, name: undefined, permission: 'regular', change: 'deleted', conflicts: [] }
}

/** Only one side has it. */
function alone(versions: PairedFile, { name, permission, hash }: CheckinFile): FileMerge {
  const change = versions.target === undefined ? 'added' : 'kept'
  return { versions, name, permission, change, merged: { hash }, conflicts: [] }
}

type Both = PairedFile & { readonly target: CheckinFile; readonly source: CheckinFile }

function mergeBoth(versions: Both, access: ContentAccess): FileMerge {
  const { target } = versions
  const name = mergedProperty(versions, 'name')
  const permission = mergedProperty(versions, 'permission')
  const shown = { name: name ?? target.name, permission: permission ?? target.permission }
  const content = mergeContents(versions, { ...access, name: shown.name })
  const isTorn = permission !== undefined && tearsLink(versions, content.change, permission)
  const { change, merged, conflict } = isTorn ? linkConflict : content
  const kept = merged === undefined ? {} : { merged }
  let merge: FileMerge = { versions, ...shown, change, ...kept, conflicts: [] }
  if (name === undefined) merge = withConflict(merge, { kind: 'renamed' })
  if (permission === undefined) merge = withConflict(merge, { kind: 'permission' })
  return conflict === undefined ? merge : withConflict(merge, conflict)
}

function mergedProperty<K extends 'name' | 'permission'>(
  { pivot, target, source }: Both,
  key: K,
): CheckinFile[K] | undefined {
  return mergedValue<CheckinFile[K] | undefined>({
    pivot: pivot?.[key],
    target: target[key],
    source: source[key],
  })
}

/**
 * Tells whether the content would be that of a link and the file none, or the other way round: one
 * side made a link of it, or the reverse, and the other changed the content.
 */
function tearsLink(
  { target, source }: Both,
  change: FileMerge['change'],
  permission: FilePermission,
): boolean {
  if (target.hash === source.hash) return false
  const origin = change === 'updated' ? source : target
  return (origin.permission === 'symlink') !== (permission === 'symlink')
}

interface MergedContent extends Pick<FileMerge, 'change' | 'merged'> {
  readonly conflict?: Pick<MergeConflict, 'kind' | 'hunks' | 'marked'>
}

const linkConflict: MergedContent = { change: 'kept', conflict: { kind: 'symlink' } }

function mergeContents(
  { pivot, target, source }: Both,
  { read, isBinary, name }: ContentAccess & { readonly name: string },
): MergedContent {
  const hash = mergedValue<ArtifactHash | undefined>({
    pivot: pivot?.hash,
    target: target.hash,
    source: source.hash,
  })
  if (hash !== undefined) {
    return { change: hash === target.hash ? 'kept' : 'updated', merged: { hash } }
  }
  if (target.permission === 'symlink' || source.permission === 'symlink') {
    return linkConflict
  }
  const merge = isBinary(name)
    ? undefined
    : mergeTexts({
        pivot: pivot === undefined ? noBytes : read(pivot.hash),
        target: read(target.hash),
        source: read(source.hash),
      })
  if (merge === undefined) return { change: 'kept', conflict: { kind: 'binary' } }
  const { content, hunks } = merge
  if (hunks.length === 0) return { change: 'merged', merged: { content } }
  return { change: 'kept', conflict: { kind: 'content', hunks, marked: content } }
}

/**
 * The merge of two trees: every file by itself, and then the names, of which no two files have one.
 *
 * May know merges of files. Pure.
 * @module
 */

import { compareAsBytes } from '../base/text.ts'
import {
  type ContentAccess,
  type FileMerge,
  type MergeConflict,
  type MergedFile,
  mergeFile,
  present,
  withConflict,
} from './file-merge.ts'
import type { PairedFile } from './lineage.ts'

/** The merge of two trees; both lists by name in byte order. */
export interface TreeMerge {
  /** The files that change in the target, but for those with conflicts. */
  readonly files: readonly MergedFile[]
  /** One file can have several. */
  readonly conflicts: readonly MergeConflict[]
}

/** Merges all files. */
export function mergeTrees(paired: readonly PairedFile[], access: ContentAccess): TreeMerge {
  const merges = withNameConflicts(paired.map((versions) => mergeFile(versions, access)))
  return {
    files: merges.flatMap((merge) => changedFile(merge) ?? []).sort(byName),
    conflicts: merges.flatMap(({ conflicts }) => conflicts).sort(byName),
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareAsBytes(a.name, b.name)
}

/** A file as the merge changes it in the target; undefined where it does not, or cannot. */
function changedFile(merge: FileMerge): MergedFile | undefined {
  const { versions, permission, change, merged, conflicts } = merge
  const { target } = versions
  const name = merge.name ?? target?.name
  if (conflicts.length > 0 || name === undefined) return undefined
  const isAsBefore = target?.name === name && target.permission === permission
  if (change === 'kept' && isAsBefore) return undefined
  return { name, permission, change, ...present(versions), ...merged }
}

/** Finds files that would have the name of another one, or of a directory. */
function withNameConflicts(merges: readonly FileMerge[]): FileMerge[] {
  const sharers = Map.groupBy(
    merges.filter(({ name }) => name !== undefined),
    ({ name = '' }) => name,
  )
  const inConflict = new Set<FileMerge>()
  for (const [name, sharing] of sharers) {
    const above = directoriesOf(name).flatMap((directory) => sharers.get(directory) ?? [])
    if (sharing.length + above.length < 2) continue
    for (const merge of [...sharing, ...above]) inConflict.add(merge)
  }
  return merges.map((merge) => {
    return inConflict.has(merge) ? withConflict(merge, { kind: 'name' }) : merge
  })
}

/** The directories above a file, the nearest last. */
function directoriesOf(name: string): string[] {
  return [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index))
}

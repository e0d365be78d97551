/**
 * Working out a merge: which check-ins take part, and what becomes of every file. Nothing is
 * written.
 *
 * May know check-ins, ancestry and the merge of trees. Source: fossil src/merge.c merge_cmd.
 * @module
 */

import { fromUtf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { latestCheckin } from '../crosslink/branch.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { primaryLine } from '../history/ancestry.ts'
import { checkinFiles } from '../history/files.ts'
import { commonAncestor } from '../history/pivot.ts'
import { hashOf, ridOf } from '../repo/blob.ts'
import { config } from '../repo/config.ts'
import { readArtifact } from '../repo/content.ts'
import { globMatcher } from '../repo/globs.ts'
import type { Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { readCheckin } from '../write/checkin.ts'
import type { MergeConflict, MergedFile } from './file-merge.ts'
import { pairFiles, type Tree } from './lineage.ts'
import { mergeTrees } from './tree-merge.ts'

/** A merge, worked out and not written. */
export interface MergePlan {
  /**
   * - `merge`: all that the source has since the pivot. The check-in follows both.
   * - `cherrypick`: what the source itself changed.
   * - `backout`: the reverse of what the source itself changed.
   */
  readonly kind: 'merge' | 'cherrypick' | 'backout'
  /** The check-in that was named. */
  readonly source: ArtifactHash
  /** The check-in that the merge is to follow. */
  readonly target: ArtifactHash
  /** The check-in against which changes count. */
  readonly pivot: ArtifactHash
  /** True where the target has all of it already: then there is nothing to write. */
  readonly isIdle: boolean
  /** The files that change in the target, conflicts left out; by name in byte order. */
  readonly files: readonly MergedFile[]
  /** Things that people must settle, by name in byte order. One file can have several conflicts. */
  readonly conflicts: readonly MergeConflict[]
}

/**
 * Works out how a check-in would be merged into another one.
 *
 * Source: fossil src/merge.c, src/merge3.c; where the result is another, docs/divergences.md.
 *
 * @throws {FossilError} `checkin.invalid` for what is no check-in, and where there is no pivot;
 *   `artifact.missing` for a check-in or a content that is not here
 * @example
 * ```ts
 * const [target, source] = leaves(repo)
 * if (target !== undefined && source !== undefined) {
 *   const plan = planMerge(repo, { source, target })
 *   if (plan.conflicts.length === 0) commitMerge(repo, plan, { comment: 'Merge', user: 'ada' })
 * }
 * ```
 */
export function planMerge(
  repo: Repo,
  options: {
    /** The check-in to merge, to pick or to back out. */
    readonly source: ArtifactHash
    /** The check-in to merge into; by default the latest of the main branch. */
    readonly target?: ArtifactHash
    /** By default `merge`. */
    readonly kind?: MergePlan['kind']
    /** The pivot of a merge; by default the nearest common ancestor. */
    readonly baseline?: ArtifactHash
  },
): MergePlan {
  const { source, kind = 'merge' } = options
  const target = options.target ?? latestCheckin(repo)
  if (target === undefined) throw invalid('a merge into nothing: there are no check-ins')
  const named = { kind, source, target }
  const { pivot, other } = versionsOf(repo, named, options.baseline)
  if (pivot === other || other === target) {
    return { ...named, pivot, isIdle: true, files: [], conflicts: [] }
  }
  const trees = {
    pivot: treeOf(repo, pivot),
    target: treeOf(repo, target),
    source: treeOf(repo, other),
  }
  const merge = mergeTrees(pairFiles(repo, trees), {
    read: (hash) => readArtifact(repo, hash),
    isBinary: globMatcher(repo, binaryGlob(repo, trees.target)),
  })
  const changesNothing = merge.files.length === 0 && merge.conflicts.length === 0
  // A merge is worth a check-in all the same: it says that both lines are one.
  return { ...named, pivot, isIdle: changesNothing && kind !== 'merge', ...merge }
}

/** The pivot, and the check-in whose differences from it go into the target. */
function versionsOf(
  repo: Repo,
  { kind, source, target }: Pick<MergePlan, 'kind' | 'source' | 'target'>,
  baseline: ArtifactHash | undefined,
): { pivot: ArtifactHash; other: ArtifactHash } {
  for (const hash of [source, target]) readCheckin(repo, hash)
  if (kind === 'merge') {
    if (baseline !== undefined) return { pivot: baseline, other: source }
    const secondaries = [ridOf(repo, target)]
    const rid = commonAncestor(repo, { primary: ridOf(repo, source), secondaries })
    const pivot = hashIf(repo, rid)
    if (pivot !== undefined) return { pivot, other: source }
    throw invalid(`no common ancestor of ${source} and ${target}: name a baseline`)
  }
  if (baseline !== undefined) throw invalid(`a ${kind} has its parent as baseline, and no other`)
  const [, parentRid] = primaryLine(repo, ridOf(repo, source), { limit: 2 })
  const parent = hashIf(repo, parentRid)
  if (parent === undefined) throw invalid(`${source} follows no check-in: it has no changes`)
  return kind === 'cherrypick' ? { pivot: parent, other: source } : { pivot: source, other: parent }
}

function hashIf(repo: Repo, rid: Rid | undefined): ArtifactHash | undefined {
  return rid === undefined ? undefined : hashOf(repo, rid)
}

function treeOf(repo: Repo, checkin: ArtifactHash): Tree {
  return { rid: ridOf(repo, checkin), files: checkinFiles(repo, checkin) }
}

/** The project's own patterns, else the repository's. db.c db_get_versioned. */
function binaryGlob(repo: Repo, { files }: Tree): string {
  const versioned = files.get('.fossil-settings/binary-glob')
  if (versioned === undefined) return config(repo, 'binary-glob') ?? ''
  return fromUtf8(readArtifact(repo, versioned.hash))
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

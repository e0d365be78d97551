/**
 * Writing a merge: the check-in that a plan comes to, with what people settled.
 *
 * May know plans and check-ins. Source: fossil src/checkin.c commit_cmd (`vmerge`).
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { FilePermission } from '../deck/file-name.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import { type Checkin, checkin, type CheckinOptions, type FileChange } from '../write/checkin.ts'
import type { MergedFile } from './file-merge.ts'
import type { MergePlan } from './plan.ts'
import { settleConflicts } from './resolve.ts'

/**
 * Writes the check-in of a merge: it follows the target, and names the source as a merged parent,
 * or as what was picked or backed out.
 *
 * @param options those of a check-in, and what becomes of conflicts: each name that one is about,
 *   with its content, or `undefined` for no file, or the side to take it from
 * @throws {FossilError} `merge.conflict` where conflicts are left, or marks in what is to settle
 *   them; `checkin.invalid` for an idle plan and for what is no resolution; as `checkin` does
 * @example
 * ```ts
 * const [target, source] = leaves(repo)
 * if (target !== undefined && source !== undefined) {
 *   const plan = planMerge(repo, { source, target })
 *   const resolutions = plan.conflicts.map(({ name }) => ({ name, from: 'target' }) as const)
 *   commitMerge(repo, plan, { comment: 'Merge the notes', user: 'ada', resolutions })
 * }
 * ```
 */
export function commitMerge(
  repo: Repo,
  plan: MergePlan,
  options: Omit<
    CheckinOptions,
    'changes' | 'parent' | 'newRoot' | 'mergedParents' | 'cherrypicks'
  > & {
    readonly resolutions?: readonly ({
      /** The name in the result. Not twice. */
      readonly name: string
    } & (
      | {
          /** Undefined for no file. */
          readonly content: Uint8Array | undefined
          /** By default that of the conflict, but never a link. */
          readonly permission?: FilePermission
        }
      /** `merge` is the content that both came to, where only the rest is in conflict. */
      | { readonly from: 'target' | 'source' | 'merge' }
    ))[]
  },
): Checkin {
  const { kind, source, target } = plan
  const { resolutions = [], ...more } = options
  if (plan.isIdle) {
    throw new FossilError('checkin.invalid', { reason: `${target} has all of ${source} already` })
  }
  return repo.transaction(() => {
    const merged = plan.files.map((file) => changeOf(repo, file))
    const changes = [...merged, ...settleConflicts(repo, plan, resolutions)]
    return checkin(repo, { ...more, ...linksOf(kind, source), parent: target, changes })
  })
}

/** A merged file as a change of the target. */
function changeOf(repo: Repo, file: MergedFile): FileChange {
  const { name, change, hash, content, permission, target } = file
  if (change === 'deleted') return { name, content: undefined }
  return {
    name,
    content: content ?? (hash === undefined ? undefined : readArtifact(repo, hash)),
    permission,
    ...(target === undefined || target.name === name ? {} : { renamedFrom: target.name }),
  }
}

function linksOf(
  kind: MergePlan['kind'],
  source: ArtifactHash,
): Pick<CheckinOptions, 'mergedParents' | 'cherrypicks'> {
  if (kind === 'merge') return { mergedParents: [source] }
  return { cherrypicks: [{ direction: kind === 'cherrypick' ? '+' : '-', target: source }] }
}

/**
 * The conflicts of a merge, as people settled them: changes of the target.
 *
 * May know conflicts. Source: fossil src/checkin.c commit_cmd, which refuses files with marks.
 * @module
 */

import { present } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import { requireBytes } from '../base/options.ts'
import type { FilePermission } from '../deck/file-name.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { checkinFiles } from '../history/files.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import type { FileChange } from '../write/checkin.ts'
import type { MergeConflict } from './file-merge.ts'
import type { MergePlan } from './plan.ts'
import { hasMergeMarks } from './text-merge.ts'

/** The answer to a conflict: what becomes of one of its names. */
export type Resolution = {
  readonly name: string
} & (
  | { readonly content: Uint8Array | undefined; readonly permission?: FilePermission }
  | { readonly from: 'target' | 'source' | 'merge' }
)

/** A name of the result, and the file there; undefined for none. */
interface Settled {
  readonly name: string
  readonly file: { readonly content: Uint8Array; readonly permission: FilePermission } | undefined
}

/**
 * The changes that settle all conflicts of a plan.
 *
 * @throws {FossilError} `merge.conflict` where one is left, or marks are; `checkin.invalid` for an
 *   answer to no conflict; `artifact.missing`
 */
export function settleConflicts(
  repo: Repo,
  plan: MergePlan,
  resolutions: readonly Resolution[],
): FileChange[] {
  const { target, conflicts } = plan
  const names = new Set(resolutions.map(({ name }) => name))
  if (names.size < resolutions.length) throw invalid('one name is settled twice')
  checkAnswers(conflicts, resolutions)
  const left = unsettledNames(conflicts, names)
  if (left.length > 0) throw new FossilError('merge.conflict', { reason: leftReason, files: left })
  const settled = resolutions.map((each) => settle(repo, conflicts, each))
  const inTarget = new Set(checkinFiles(repo, target).keys())
  const others = settledAlready(plan, inTarget)
  const clash = settled.find(({ name }) => others.has(name))
  if (clash !== undefined)
    throw invalid(`${quoted(clash.name)} is another file, without a conflict`)
  // A file that comes by a name without having had another takes the place of one that goes.
  const replaced = new Set(
    plan.files.filter(({ change }) => change === 'added').map(({ name }) => name),
  )
  return changesOf(settled, { conflicts, inTarget }).filter(
    ({ name, content }) => content !== undefined || !replaced.has(name),
  )
}

/** The names of the files that have no conflict, in the result. */
function settledAlready({ files, conflicts }: MergePlan, inTarget: Iterable<string>): Set<string> {
  const names = new Set(inTarget)
  for (const { target } of conflicts) if (target !== undefined) names.delete(target.name)
  for (const { name, target } of files) names.delete(target?.name ?? name)
  for (const { name, change } of files) if (change !== 'deleted') names.add(name)
  return names
}

/**
 * Sees that every answer is to a conflict. Where files compete for a name, one of them can get one
 * that is new to both sides.
 */
function checkAnswers(
  conflicts: readonly MergeConflict[],
  resolutions: readonly Resolution[],
): void {
  const canBeNew = conflicts.some(({ kind }) => kind === 'name')
  const known = new Set(conflicts.flatMap(namesOf))
  for (const resolution of resolutions) {
    const { name } = resolution
    if (known.has(name) || (canBeNew && !('from' in resolution))) continue
    throw invalid(`there is no conflict about ${quoted(name)}`)
  }
}

const leftReason = 'both sides changed the same, and somebody must say what is to be'

/**
 * Names that are still to be settled. One of a file's two is enough, but not where files compete
 * for a name: then that, and the one it has in the target, so that none goes unseen.
 */
function unsettledNames(
  conflicts: readonly MergeConflict[],
  settled: ReadonlySet<string>,
): string[] {
  const left = conflicts.flatMap((conflict) => {
    const { kind, name, target } = conflict
    if (kind !== 'name') return namesOf(conflict).some((each) => settled.has(each)) ? [] : [name]
    return [name, target?.name ?? name].filter((each) => !settled.has(each))
  })
  return [...new Set(left)]
}

/** The names that the sides have for the file. */
function namesOf({ target, source }: MergeConflict): string[] {
  const names = [target?.name, source?.name].filter((name) => name !== undefined)
  return [...new Set(names)]
}

function settle(repo: Repo, conflicts: readonly MergeConflict[], resolution: Resolution): Settled {
  const { name } = resolution
  const about = conflicts.filter((conflict) => namesOf(conflict).includes(name))
  if ('from' in resolution) {
    const file = taken(repo, { name, about, from: resolution.from })
    return { name, file }
  }
  const { content } = resolution
  if (content === undefined) return { name, file: undefined }
  requireBytes('content', content)
  if (hasMergeMarks(content) && !about.some((conflict) => hadMarks(repo, conflict))) {
    const reason = 'marks of a conflict are in it still'
    throw new FossilError('merge.conflict', { reason, files: [name] })
  }
  const [{ permission } = { permission: 'regular' as const }] = about
  const own = permission === 'symlink' ? 'regular' : permission
  return { name, file: { content, permission: resolution.permission ?? own } }
}

/** The file of one side, or the merge of both; undefined where that side has none. */
function taken(
  repo: Repo,
  asked: {
    readonly name: string
    readonly about: readonly MergeConflict[]
    readonly from: 'target' | 'source' | 'merge'
  },
): Settled['file'] {
  const { name, about, from } = asked
  const any = present(about[0], 'whoever takes a side speaks of a conflict')
  if (from === 'merge') {
    const merged = about.some(({ kind }) => kind === 'name') ? undefined : any.merged
    const content = merged && (merged.content ?? contentOf(repo, merged.hash))
    if (content !== undefined) return { content, permission: any.permission }
    throw invalid(`there is no merged content for ${quoted(name)}`)
  }
  const conflict = about.find((each) => each[from]?.name === name) ?? any
  const file = conflict[from]
  return file && { content: readArtifact(repo, file.hash), permission: file.permission }
}

function contentOf(repo: Repo, hash: ArtifactHash | undefined): Uint8Array | undefined {
  return hash === undefined ? undefined : readArtifact(repo, hash)
}

/** A file about merges may have marks of its own. */
function hadMarks(repo: Repo, { target, source }: MergeConflict): boolean {
  return [target, source].some(
    (file) => file !== undefined && hasMergeMarks(readArtifact(repo, file.hash)),
  )
}

/** Files that keep their names, move to another, come new; and those of the target that go. */
function changesOf(
  settled: readonly Settled[],
  {
    conflicts,
    inTarget,
  }: {
    readonly conflicts: readonly MergeConflict[]
    readonly inTarget: ReadonlySet<string>
  },
): FileChange[] {
  const kept = new Set(settled.flatMap(({ name, file }) => (file === undefined ? [] : [name])))
  const going = new Set(
    conflicts.flatMap(({ target }) => target?.name ?? []).filter((name) => !kept.has(name)),
  )
  const changes = settled.flatMap(({ name, file }): FileChange[] => {
    if (file === undefined) return []
    const origin = inTarget.has(name) ? undefined : originOf(name, conflicts, going)
    if (origin === undefined) return [{ name, ...file }]
    going.delete(origin)
    return [{ name, ...file, renamedFrom: origin }]
  })
  return [...changes, ...[...going].map((name) => ({ name, content: undefined }))]
}

/** The name in the target of the file that goes by this name in the source. */
function originOf(
  name: string,
  conflicts: readonly MergeConflict[],
  going: ReadonlySet<string>,
): string | undefined {
  return conflicts
    .filter(({ source }) => source?.name === name)
    .map(({ target }) => target?.name)
    .find((origin) => origin !== undefined && going.has(origin))
}

function quoted(name: string): string {
  return JSON.stringify(name)
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

/**
 * The changes of a check-in as they were meant: its files against those of its primary parent.
 *
 * Where a check-in is written as a difference, stock's table tells less: nothing of a file that its
 * baseline has not and that is gone, and something of files that are as they were (manifest.c,
 * fileformat.wiki); that is for the invariant `mlink`, and left out here.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { ChangedFile } from '../../history/changes.ts'
import type { SaidHistory } from '../history-sayings.ts'
import type { SaidFile } from '../said.ts'

/** A change, by the SHA-1 of contents. */
export interface SaidChange extends Pick<ChangedFile, 'name' | 'change' | 'permission'> {
  readonly content: string | undefined
  readonly before: string | undefined
  readonly priorName: string | undefined
}

type Files = ReadonlyMap<string, SaidFile>

/** Undefined for a difference from something else than what its parent is, or is written from. */
export function saidChanges(
  { checkins, parents }: SaidHistory,
  hash: ArtifactHash,
): SaidChange[] | undefined {
  const says = checkins.get(hash)
  const primary = parents.get(hash)?.find(({ isPrimary }) => isPrimary)?.hash
  if (primary === undefined) {
    return says === undefined || says.parents.length > 0
      ? []
      : [...says.files].flatMap((file) => comingOf(file, noFiles))
  }
  const parent = checkins.get(primary)
  if (says === undefined || parent === undefined) return []
  const { baseline } = says
  if (baseline === undefined) return changesBetween(parent.files, says.files)
  if (baseline !== primary && baseline !== parent.baseline) return undefined
  const basis = checkins.get(baseline)?.files ?? noFiles
  return changesBetween(parent.files, says.files).filter(({ change, name }) => {
    return change !== 'permission' && (change !== 'deleted' || basis.has(name))
  })
}

const noFiles: Files = new Map()

function changesBetween(before: Files, after: Files): SaidChange[] {
  const gone = [...before].filter(([name]) => !after.has(name))
  return [
    ...[...after].flatMap((file) => comingOf(file, before)),
    ...gone.map(([name, { sha1 }]): SaidChange => {
      const nothing = { content: undefined, priorName: undefined }
      return { name, change: 'deleted', before: sha1, permission: 'regular', ...nothing }
    }),
  ]
}

function comingOf([name, file]: [string, SaidFile], before: Files): SaidChange[] {
  const source = before.get(file.priorName ?? name)
  const priorName = source === undefined ? undefined : file.priorName
  const isSame = source?.sha1 === file.sha1
  if (isSame && priorName === undefined && source.permission === file.permission) return []
  const same = priorName === undefined ? 'permission' : 'renamed'
  const change = source === undefined ? 'added' : isSame ? same : 'edited'
  const { sha1: content, permission } = file
  return [{ name, change, content, before: source?.sha1, permission, priorName }]
}

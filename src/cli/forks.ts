/**
 * Forks that a sync brings: branches of which a leaf has come beside another one.
 * @module
 */

import { compareAsBytes } from '../base/text.ts'
import { branchOf, leaves } from '../history/index.ts'
import type { ArtifactHash, Repo } from '../index.ts'
import { shortHashes } from './lookup.ts'
import { shownName } from './output.ts'

/** A branch with several open leaves. */
export interface Fork {
  readonly branch: string
  readonly leaves: readonly ArtifactHash[]
}

/**
 * Notes the open leaves of now.
 *
 * @returns branches with several open leaves, one of which was none of these, by name
 */
export function watchForks(repo: Repo): () => Fork[] {
  const before = new Set(leaves(repo))
  return () => {
    const open = leaves(repo)
    if (open.every((hash) => before.has(hash))) return []
    return [...Map.groupBy(open, (hash) => branchOf(repo, hash) ?? '')]
      .filter(([, hashes]) => hashes.length > 1 && hashes.some((hash) => !before.has(hash)))
      .map(([branch, hashes]) => ({ branch, leaves: hashes }))
      .toSorted((a, b) => compareAsBytes(a.branch, b.branch))
  }
}

/** A line for each fork. */
export function forksText(repo: Repo, forks: readonly Fork[]): string {
  if (forks.length === 0) return ''
  const shortHash = shortHashes(repo)
  const lines = forks.map(({ branch, leaves: open }) => {
    const names = open.map((hash) => shortHash(hash)).join(', ')
    return `${shownName(branch)} has forked; its open leaves are ${names}: merge them\n`
  })
  return lines.join('')
}

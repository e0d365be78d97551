/**
 * Forks: branches with several open leaves, and those that a sync brings.
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

/** The branches with several open leaves, by name. */
export function forksOf(repo: Repo): Fork[] {
  return [...Map.groupBy(leaves(repo), (hash) => branchOf(repo, hash) ?? '')]
    .filter(([, hashes]) => hashes.length > 1)
    .map(([branch, hashes]) => ({ branch, leaves: hashes }))
    .toSorted((a, b) => compareAsBytes(a.branch, b.branch))
}

/**
 * Notes the open leaves of now.
 *
 * @returns the forks of later with a leaf that was none of these
 */
export function watchForks(repo: Repo): () => Fork[] {
  const before = new Set(leaves(repo))
  return () => forksOf(repo).filter((fork) => fork.leaves.some((hash) => !before.has(hash)))
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

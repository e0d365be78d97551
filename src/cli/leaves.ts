/**
 * `trilobite leaves` and `descendants`: where lines end, all of them or those of one check-in.
 * Source: fossil src/descendants.c leaves_cmd, descendants_cmd.
 * @module
 */

import type { Command } from 'commander'
import { branches, leaves, resolveName, timeline, type TimelineEntry } from '../history/index.ts'
import { compareAsBytes } from '../base/text.ts'
import type { Repo } from '../index.ts'
import { layOutComment } from './comment.ts'
import { forksOf } from './forks.ts'
import { commentText, entriesText, entryFields, formatTimestamp } from './timeline-text.ts'
import { findCheckin, shortHashes } from './lookup.ts'
import { jsonOption, outputWidth, width } from './look-back-options.ts'
import { printEither, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

interface LeavesOptions {
  readonly all?: boolean
  readonly closed?: boolean
  readonly bybranch?: boolean
  readonly multiple?: boolean
  readonly width?: number
  readonly json?: boolean
}

/** Adds `leaves` to the program. */
export function addLeavesCommand(program: Command): void {
  program
    .command('leaves')
    .description('list the check-ins that nothing follows on their branch')
    .option('-a, --all', 'list closed leaves, too')
    .option('-c, --closed', 'list closed leaves only')
    .option('--bybranch', 'branch by branch')
    .option('-m, --multiple', 'list leaves only of branches that have several open ones')
    .option('-W, --width <n>', 'columns of a line; 0: no end', width({ above: 39 }))
    .option(...jsonOption)
    .action(async (options: LeavesOptions) => {
      using repo = openWhole(repositoryPath(program))
      const found = leavesOf(repo, options)
      await printEither(
        options,
        () => ({ leaves: leavesFields(repo, found) }),
        () => leavesText(repo, found, options),
      )
    })
}

/** Adds `descendants` to the program. */
export function addDescendantsCommand(program: Command): void {
  program
    .command('descendants')
    .description('list the leaves that come from a check-in')
    .argument('[checkin]', 'the check-in, by name; by default the latest of the main branch')
    .option('-W, --width <n>', 'columns of a line; 0: no end', width({ above: 20 }))
    .option(...jsonOption)
    .action(async (name: string | undefined, options: { width?: number; json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const hash = findCheckin(repo, name)
      const entries = timeline(repo, { hashes: leaves(repo, { of: hash }) })
      await printEither(
        options,
        () => ({ checkin: hash, leaves: leavesFields(repo, entries) }),
        () => entriesText(repo, entries, { limit: 0, width: outputWidth(options.width) }),
      )
    })
}

function leavesOf(repo: Repo, options: LeavesOptions): TimelineEntry[] {
  const { all, closed, multiple, bybranch } = options
  const which = closed === true ? 'closed' : all === true ? 'all' : 'open'
  let found = timeline(repo, { hashes: leaves(repo, { which }) })
  if (multiple === true) {
    const several = new Set(forksOf(repo).flatMap((fork) => fork.leaves))
    found = found.filter(({ hash }) => several.has(hash))
  }
  if (bybranch !== true && multiple !== true) return found
  return found.toSorted((a, b) => compareAsBytes(branchKey(a), branchKey(b)))
}

/** The main branch's usual name comes first, and case does not count. */
function branchKey({ branch = '' }: TimelineEntry): string {
  return branch === 'trunk' ? '' : branch.toLowerCase()
}

function* leavesText(
  repo: Repo,
  found: readonly TimelineEntry[],
  options: LeavesOptions,
): Generator<string> {
  const byBranch = options.bybranch === true || options.multiple === true
  const columns = outputWidth(options.width)
  const [shortHash, rootOf] = [shortHashes(repo), findsRoots(repo)]
  let lastBranch: string | undefined
  let count = 0
  for (const leaf of found) {
    if (byBranch && leaf.branch !== lastBranch) {
      yield `*** ${shownName(leaf.branch ?? '')} ***\n`
      lastBranch = leaf.branch
      if (options.multiple === true) count = 0
    }
    count++
    const root = rootOf(leaf)
    const from = root === undefined ? '' : ` (branched from: [${shortHash(root)}])`
    const text = `[${shortHash(leaf.hash)}] ${commentText(leaf)}${from}`
    const dated = `${formatTimestamp(leaf.dateMs)} ${text}`
    yield `${`(${count})`.padStart(6)} ${layOutComment(dated, { indent: 7, width: columns })}`
  }
}

/** Finds the check-in that the branch of a leaf left; none for the main branch. */
function findsRoots(repo: Repo): (leaf: TimelineEntry) => string | undefined {
  const main = branches(repo).find(({ isMain }) => isMain)?.name
  return ({ hash, branch }) => (branch === main ? undefined : resolveName(repo, `root:${hash}`))
}

function leavesFields(repo: Repo, found: readonly TimelineEntry[]): Record<string, unknown>[] {
  const rootOf = findsRoots(repo)
  return found.map((leaf) => ({ ...entryFields(leaf), branchedFrom: rootOf(leaf) ?? null }))
}

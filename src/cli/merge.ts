/**
 * `trilobite merge`: two lines become one, without a check-out. Exits 0 when the merge is written
 * or there is nothing to merge, 1 when there are conflicts to settle first: then nothing is
 * written.
 *
 * Source: fossil src/merge.c merge_cmd, whose words it uses; it leaves its merge in a check-out.
 * @module
 */

import { type Command, Option } from 'commander'
import { branchOf, leaves, timeline, type TimelineEntry } from '../history/index.ts'
import { type ArtifactHash, commitMerge, FossilError, planMerge, type Repo } from '../index.ts'
import { type AuthorOptions, authorOf, withAuthor } from './author.ts'
import { type DryRunOptions, dryRunOption, keepUnlessDry } from './dry-run.ts'
import { commentFrom, type CommentOptions } from './given-text.ts'
import { findCheckin } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { type ConflictOptions, readResolutions, writeConflicts } from './merge-conflicts.ts'
import { mergeFields, type MergeOutcome, type MergePlan, mergeText } from './merge-report.ts'
import { collected, mimetypeFrom } from './option-values.ts'
import { print, printNotice, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

/** The options of `merge`. */
interface MergeOptions extends AuthorOptions, CommentOptions, ConflictOptions, DryRunOptions {
  readonly into?: string
  readonly mimetype?: string
  readonly cherrypick?: boolean
  readonly backout?: boolean
  readonly baseline?: string
  readonly integrate?: boolean
  readonly allowFork?: boolean
  readonly allowOlder?: boolean
  readonly json?: boolean
}

/** Adds `merge` to the program. */
export function addMergeCommand(program: Command): void {
  const command = program
    .command('merge')
    .description('merge a branch or a fork, and check the result in')
    .argument('[name]', 'the check-in to merge; by default another open leaf of the same branch')
    .option('--into <name>', 'the check-in to merge into; by default the latest of the main branch')
    .option('-m, --comment <text>', 'a comment; by default it says what is merged')
    .option('-M, --message-file <file>', 'the comment from a file; - for standard input')
    .option(
      '--mimetype <type>',
      'the markup of the comment: fossil, markdown or plain',
      mimetypeFrom,
    )
    .addOption(
      new Option('--cherrypick', 'take only what that check-in changed').conflicts('backout'),
    )
    .option('--backout', 'take back what that check-in changed')
    .option('--baseline <name>', 'merge what came since this check-in, not the common ancestor')
    .option('--integrate', 'close the branch that is merged')
    .option('--conflicts <folder>', 'write the files with conflicts there, to be edited')
    .option('--resolved <folder>', 'take them from there, edited')
    .option(
      '--resolve <name=file>',
      'settle one conflict: a file, or :target, :source, :merge or :none (may be repeated)',
      collected,
    )
    .option('--allow-fork', 'check in although the target has a child on its branch')
    .option('--allow-older', 'check in with a date before that of a parent')
    .option(...dryRunOption)
    .option(...jsonOption)
  withAuthor(command).action((name: string | undefined, options: MergeOptions) =>
    merge(program, name, options),
  )
}

async function merge(
  program: Command,
  name: string | undefined,
  options: MergeOptions,
): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const kind = kindOf(name, options)
  const target = findCheckin(repo, options.into)
  const source = name === undefined ? findFork(repo, target) : findCheckin(repo, name)
  const branch = branchOf(repo, target)
  const isDry = options.dryRun === true
  if (source === undefined) {
    const nothing = { isIdle: true, source: null, pivot: null, files: [], conflicts: [] }
    const fields = { repo, plan: { kind, target, ...nothing }, branch, written: undefined, isDry }
    const text = `${shownName(branch)} has not forked: there is nothing to merge\n`
    return print(options, mergeFields(fields), text)
  }
  const { baseline } = options
  const since = baseline === undefined ? {} : { baseline: findCheckin(repo, baseline) }
  const plan = planMerge(repo, { source, target, kind, ...since })
  const written = plan.isIdle ? undefined : await write(repo, plan, options)
  const report = {
    repo,
    plan,
    branch,
    written,
    isDry,
    ...(name === undefined ? { fork: inWords(repo, source) } : {}),
  }
  print(options, mergeFields(report), mergeText(report))
  if (written?.left !== undefined) process.exitCode = 1
}

async function write(repo: Repo, plan: MergePlan, options: MergeOptions): Promise<MergeOutcome> {
  const { conflicts: folder, mimetype } = options
  if (folder !== undefined && plan.conflicts.length > 0) {
    writeConflicts(repo, plan, folder)
    const names = [...new Set(plan.conflicts.map(({ name }) => name))]
    return { left: { names, reason: 'they are to be edited', folder } }
  }
  const comment = (await commentFrom(options)) ?? usualComment(repo, plan)
  const details = {
    ...authorOf(repo, options),
    comment,
    ...(mimetype === undefined ? {} : { mimetype }),
    integrate: options.integrate === true && canClose(repo, plan.source),
    allowOlder: options.allowOlder === true,
    fork: options.allowFork === true ? 'allow' : 'refuse',
    resolutions: await readResolutions(plan, options),
  } as const
  try {
    return { checkin: keepUnlessDry(repo, options, () => commitMerge(repo, plan, details)).hash }
  } catch (error) {
    if (FossilError.is(error, 'checkin.fork')) throw wouldFork(error)
    if (!FossilError.is(error, 'merge.conflict')) throw error
    return { left: { names: error.detail.files, reason: error.detail.reason } }
  }
}

function kindOf(name: string | undefined, options: MergeOptions): MergePlan['kind'] {
  const { cherrypick = false, backout = false, integrate = false, baseline } = options
  const kind = cherrypick ? 'cherrypick' : backout ? 'backout' : 'merge'
  if (kind === 'merge') return kind
  if (name === undefined) throw invalid(`--${kind}`, 'name the check-in')
  if (integrate) throw invalid('--integrate', `a ${kind} merges no branch`)
  if (baseline !== undefined) throw invalid('--baseline', `a ${kind} is about one check-in alone`)
  return kind
}

/** The newest other open leaf of the branch. merge.c fossil_find_nearest_fork. */
function findFork(repo: Repo, target: ArtifactHash): ArtifactHash | undefined {
  const branch = branchOf(repo, target)
  return leaves(repo).find((leaf) => leaf !== target && branchOf(repo, leaf) === branch)
}

function entryOf(repo: Repo, checkin: ArtifactHash): TimelineEntry | undefined {
  return timeline(repo, { hashes: [checkin] })[0]
}

function inWords(repo: Repo, checkin: ArtifactHash): string {
  const { user = '', comment = '' } = entryOf(repo, checkin) ?? {}
  return `[${checkin.slice(0, 10)}] by ${shownName(user)}: ${shownName(JSON.stringify(comment))}`
}

/** A pick takes the comment along, as in stock. */
function usualComment(repo: Repo, { kind, source, target }: MergePlan): string {
  const name = `[${source.slice(0, 10)}]`
  if (kind === 'backout') return `Back out ${name}`
  if (kind === 'cherrypick') return entryOf(repo, source)?.comment || `Pick ${name}`
  const [from, into] = [branchOf(repo, source), branchOf(repo, target)]
  return from === into ? `Merge fork ${name}` : `Merge ${from} into ${into}`
}

function canClose(repo: Repo, source: ArtifactHash): boolean {
  const marks = entryOf(repo, source)?.marks ?? []
  const problem = !marks.includes('leaf')
    ? 'is not a leaf'
    : marks.includes('unpublished')
      ? 'is on a private branch'
      : undefined
  if (problem !== undefined) printNotice(`ignoring --integrate: ${source} ${problem}`)
  return problem === undefined
}

/** The refusal of a fork, with the leaf to merge into instead. */
function wouldFork({ detail }: FossilError<'checkin.fork'>): FossilError {
  const { parent, leaves: others } = detail
  const [leaf = ''] = others
  const reason =
    `it would fork: ${parent} is followed by ${others.join(' and ')} already ` +
    `(--into ${leaf} merges into that, --allow-fork forks)`
  return new FossilError('checkin.invalid', { reason })
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}

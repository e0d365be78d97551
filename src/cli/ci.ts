/**
 * `trilobite ci`: a check-in of files of the disk, without a check-out. Exits 0 when it is written,
 * 1 when it is written but did not reach the server, 2 on an error: then nothing is written, and
 * the server is told.
 *
 * It follows a parent, by default the latest check-in of the main branch, and has everything that
 * the parent has but for what is named: single files, folders, or one folder that is the project.
 * Source: fossil src/checkin.c commit_cmd.
 * @module
 */

import type { Command } from 'commander'
import { latestCheckin, timeline } from '../history/index.ts'
import {
  type ArtifactHash,
  checkin,
  checkinFiles,
  type CheckinOptions,
  checkinPlace,
  FossilError,
  type Repo,
} from '../index.ts'
import { type AuthorOptions, authorOf, withAuthor } from './author.ts'
import { type ChangeOptions, readChanges } from './ci-changes.ts'
import { type CheckinSync, syncsCheckin } from './ci-sync.ts'
import { changedFiles, checkinFields, checkinText, type Place, type Written } from './ci-report.ts'
import { type DryRunOptions, dryRunOption, keepUnlessDry } from './dry-run.ts'
import { commentFrom, type CommentOptions } from './given-text.ts'
import { type LoginOptions, withLogin } from './login-options.ts'
import { findCheckin } from './lookup.ts'
import { collected, mimetypeFrom } from './option-values.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { ProgressLine } from './terminal.ts'
import { print } from './output.ts'

/** The options of `ci`. */
interface CheckinCommandOptions
  extends AuthorOptions, ChangeOptions, CommentOptions, DryRunOptions, LoginOptions {
  readonly mimetype?: string
  readonly parent?: string
  readonly merge?: readonly string[]
  readonly branch?: string
  readonly branchcolor?: string
  readonly bgcolor?: string
  readonly tag?: readonly string[]
  readonly private?: boolean
  readonly close?: boolean
  readonly integrate?: boolean
  readonly delta?: boolean
  readonly allowFork?: boolean
  readonly allowOlder?: boolean
  readonly allowFuture?: boolean
  readonly sync?: boolean
  readonly json?: boolean
}

/** Adds `ci` to the program. */
export function addCheckinCommand(program: Command): void {
  const command = program
    .command('ci')
    .alias('commit')
    .description('check in files of the disk')
    .argument('[path...]', 'files, and folders with all below, each under its own path')
    .option('-m, --comment <text>', 'a comment: the change, and the reason for it')
    .option('-M, --message-file <file>', 'the comment from a file; - for standard input')
    .option(
      '--mimetype <type>',
      'the markup of the comment: fossil, markdown or plain',
      mimetypeFrom,
    )
    .option('--parent <name>', 'the check-in to follow; by default the latest of the main branch')
    .option('--merge <name>', 'another parent, merged by hand (may be repeated)', collected)
  withFiles(command)
    .option('--branch <name>', 'begin a branch')
    .option('--branchcolor <color>', 'background colour of that branch')
    .option('--bgcolor <color>', 'background colour of this check-in alone')
    .option('--tag <name>', 'a name for this check-in (may be repeated)', collected)
    .option('--private', 'keep it out of sync, on the branch "private" unless told otherwise')
    .option('--close', 'end the branch with it')
    .option('--integrate', 'close the branches that are merged')
    .option('--delta', 'write only the differences from the parent: for very many files')
    .option('--allow-empty', 'check in although nothing changed')
    .option('--allow-fork', 'check in although the parent has a child on its branch')
    .option('--allow-older', 'check in with a date before that of the parent')
    .option('--allow-future', 'check in with a date more than a day ahead')
    .option('--sync', 'pull from the default server first and push to it afterwards')
    .option(...dryRunOption)
    .option('--json', 'print one JSON object and nothing else')
  withLogin(withAuthor(command)).action((paths: string[], options: CheckinCommandOptions) =>
    checkIn(program, paths, options),
  )
}

function withFiles(command: Command): Command {
  return command
    .option('--from <folder>', 'a folder that is the project: what it lacks is taken away')
    .option('--add <name=file>', 'a file under another name; - for standard input', collected)
    .option('--rm <name>', 'take away a file, or all below a directory', collected)
    .option('--mv <old=new>', 'rename a file', collected)
    .option('--exec <name>', 'make a file executable', collected)
    .option('--dotfiles', 'take new files in folders whose names begin with a dot, too')
    .option('--ignore <globs>', 'leave out these new files in folders (default: ignore-glob)')
}

async function checkIn(
  program: Command,
  paths: readonly string[],
  options: CheckinCommandOptions,
): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const comment = await commentFrom(options)
  if (comment === undefined || comment.trim() === '') {
    throw new FossilError('option.invalid', { option: '-m', reason: 'say what changed, and why' })
  }
  const author = authorOf(repo, options)
  const aheadMs = (author.dateMs ?? 0) - repo.env.clock.nowMs()
  if (aheadMs > 86_400_000 && options.allowFuture !== true) {
    throw invalid('its date is more than a day ahead: --allow-future writes it all the same')
  }
  const seen = parentOf(repo, options)
  const wasLeaf = seen !== undefined && isLeaf(repo, seen)
  const link = await syncsCheckin(repo, {
    parentOf: () => parentOf(repo, options),
    isPrivate: placeOf(repo, seen, options).isPrivate,
    options,
  })
  let done: Written
  try {
    const parent = parentOf(repo, options)
    const place = placeOf(repo, parent, options)
    done = await write(repo, { comment, author, parent, place, paths, seen, wasLeaf, options })
  } catch (error) {
    await link?.release()
    throw error
  }
  await report(done, link)
}

/** A check-in to be written, and the one on which it is based. */
interface Draft extends Pick<Written, 'author' | 'parent' | 'place'> {
  readonly comment: string
  readonly paths: readonly string[]
  /** The parent before the pull: the files may have been made from that. */
  readonly seen: ArtifactHash | undefined
  /** True where nothing followed that when the command began. */
  readonly wasLeaf: boolean
  readonly options: CheckinCommandOptions
}

/** Reads the files and writes the check-in. */
async function write(repo: Repo, draft: Draft): Promise<Written> {
  const { comment, author, parent, place, paths, options } = draft
  const before = parent === undefined ? new Map() : checkinFiles(repo, parent)
  const progress = new ProgressLine({ isQuiet: options.json === true })
  try {
    const changes = await readChanges(repo, { parent, before, paths, options, progress })
    const isIdle = parent !== undefined && options.merge === undefined
    if (isIdle && changes.changes.length === 0 && options.allowEmpty !== true) {
      throw invalid(`${idleReason(paths, options)}; --allow-empty checks in all the same`)
    }
    refuseTakingBack(repo, draft, changes.changes)
    progress.show(undefined, `storing ${changes.changes.length} files`)
    const written = keepUnlessDry(repo, options, () =>
      checkin(repo, {
        ...place,
        ...checkinOptions(repo, options),
        ...author,
        comment,
        changes: changes.changes,
        ...(parent === undefined ? {} : { parent }),
      }),
    )
    return { repo, written, parent, place, author, changes, before, options }
  } catch (error) {
    if (FossilError.is(error, 'checkin.fork')) throw wouldFork(error, draft)
    throw error
  } finally {
    progress.end()
  }
}

/** People hear of the check-in before it is pushed: whatever comes then, it stands. */
async function report(all: Written, link: CheckinSync | undefined): Promise<void> {
  const { options } = all
  const files = changedFiles(all)
  if (options.json !== true) print(options, {}, checkinText(all, files))
  const pushed = options.dryRun === true ? undefined : await link?.push()
  print(options, { ...checkinFields(all, files), sync: pushed?.fields ?? null }, pushed?.text ?? '')
  if (pushed?.isComplete === false) process.exitCode = 1
}

function isLeaf(repo: Repo, hash: ArtifactHash): boolean {
  const [entry] = timeline(repo, { hashes: [hash] })
  return entry?.marks.includes('leaf') === true
}

/** Undefined for the first check-in of a project. */
function parentOf(repo: Repo, { parent }: CheckinCommandOptions): ArtifactHash | undefined {
  return parent === undefined ? latestCheckin(repo) : findCheckin(repo, parent)
}

/** Nothing to check in: as a rule because no files were named, and there is no check-out. */
function idleReason(paths: readonly string[], options: CheckinCommandOptions): string {
  const { from, add, rm, mv, exec } = options
  const isNamed = paths.length > 0 || [from, add, rm, mv, exec].some((each) => each !== undefined)
  if (isNamed) return 'nothing has changed in what is named'
  return (
    'nothing has changed, because no files are named: "trilobite ci PATH" checks in files and ' +
    'folders, --from FOLDER a folder that is the project'
  )
}

function placeOf(
  repo: Repo,
  parent: ArtifactHash | undefined,
  options: CheckinCommandOptions,
): Place {
  const { branch, branchcolor, bgcolor } = options
  return checkinPlace(repo, {
    parent,
    isPrivate: options.private,
    ...(branch === undefined ? {} : { branch }),
    ...(branchcolor === undefined ? {} : { branchColor: branchcolor }),
    ...(bgcolor === undefined ? {} : { color: bgcolor }),
  })
}

function checkinOptions(repo: Repo, options: CheckinCommandOptions): Partial<CheckinOptions> {
  const { mimetype, merge = [], bgcolor, tag = [] } = options
  return {
    tags: tag,
    mergedParents: merge.map((name) => findCheckin(repo, name)),
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(bgcolor === undefined ? {} : { color: bgcolor }),
    closed: options.close === true,
    integrate: options.integrate === true,
    deltaManifest: options.delta === true,
    allowEmpty: options.allowEmpty === true,
    allowOlder: options.allowOlder === true,
    fork: options.allowFork === true ? 'allow' : 'refuse',
  }
}

/** The refusal of a fork, with the leaf to follow instead and the options that help. */
function wouldFork(
  { detail: { parent, branch, leaves } }: FossilError<'checkin.fork'>,
  { place, wasLeaf, options: { merge } }: Draft,
): FossilError<'checkin.invalid'> {
  if (place.branch !== undefined) {
    const [open = ''] = leaves
    return invalid(
      `there is an open branch ${JSON.stringify(branch)} already: ` +
        `--parent ${open} goes on from its latest check-in`,
    )
  }
  if (wasLeaf) return overtaken(parent, leaves)
  const advice = merge === undefined ? '--parent follows it instead, ' : ''
  return invalid(
    `it would fork: ${parent} is followed by ${leaves.join(' and ')} already ` +
      `(${advice}--branch begins a branch, --allow-fork forks)`,
  )
}

/**
 * The pull brought a newer check-in to follow, which is as good as the older one unless it changed
 * a file that this one changes, too: that change would be taken back unseen.
 */
function refuseTakingBack(
  repo: Repo,
  { seen, parent }: Draft,
  changes: readonly { readonly name: string; readonly priorName?: string | undefined }[],
): void {
  if (seen === undefined || parent === undefined || seen === parent) return
  const [old, now] = [checkinFiles(repo, seen), checkinFiles(repo, parent)]
  for (const { name, priorName = name } of changes) {
    for (const each of [name, priorName]) {
      if (old.get(each)?.hash !== now.get(each)?.hash) throw overtaken(seen, [parent])
    }
  }
}

/**
 * Somebody else was quicker: what is checked in was compared with a parent that is not the latest
 * any more. To follow the newer one blindly would take back what it changed.
 */
function overtaken(parent: string, others: readonly string[]): FossilError<'checkin.invalid'> {
  const [newer = ''] = others
  return invalid(
    `nothing is written, because it would fork: while this command ran, ${parent} was followed ` +
      `by ${others.join(' and ')}. See what that changed ("trilobite diff --checkin ${newer}"), ` +
      'take it over into your files, and check in again; or --branch begins a branch, ' +
      '--allow-fork forks',
  )
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

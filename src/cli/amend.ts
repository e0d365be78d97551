/**
 * `trilobite amend`: what a check-in is to say from now on.
 * Source: fossil src/info.c ci_amend_cmd.
 * @module
 */

import type { Command } from 'commander'
import { amendCheckin, cancelTag, FossilError, type Repo } from '../index.ts'
import { type AuthorOptions, authorOf, readDate } from './author.ts'
import { type DryRunOptions, dryRunOption, printWritten, writeOne } from './dry-run.ts'
import { commentFrom, type CommentOptions } from './given-text.ts'
import { collected } from './option-values.ts'
import { findCheckin } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { openWhole, repositoryPath } from './repository.ts'

interface AmendOptions extends CommentOptions, DryRunOptions {
  readonly author?: string
  readonly date?: string
  readonly bgcolor?: string
  readonly branchcolor?: string
  readonly tag?: readonly string[]
  readonly cancel?: readonly string[]
  readonly branch?: string
  readonly hide?: boolean
  readonly unhide?: boolean
  readonly close?: boolean
  readonly reopen?: boolean
  readonly dateOverride?: string
  readonly user?: string
  readonly userOverride?: string
  readonly json?: boolean
}

type Amendment = Parameters<typeof amendCheckin>[2]

/** Adds `amend` to the program. */
export function addAmendCommand(program: Command): void {
  program
    .command('amend')
    .description('change the properties of a check-in, such as its comment or branch')
    .argument('<checkin>', 'the check-in, by name')
    .option('--author <user>', 'another author')
    .option('-m, --comment <text>', 'another comment')
    .option('-M, --message-file <file>', 'another comment, from a file; - for standard input')
    .option('--date <date>', 'another date, in UTC')
    .option('--bgcolor <color>', "its colour; '' for none")
    .option('--branchcolor <color>', 'the colour of it and of its descendants')
    .option('--tag <name>', 'a name for it (may be repeated)', collected)
    .option('--cancel <name>', 'a name that it is to lose (may be repeated)', collected)
    .option('--branch <name>', 'move it and its descendants to this branch')
    .option('--hide', 'leave it and its descendants out of the timeline')
    .option('--unhide', 'show it again')
    .option('--close', 'end its branch with it')
    .option('--reopen', 'open it again')
    .option('--user <name>', 'the user who amends; by default $USER, or the only administrator')
    .option('--user-override <name>', 'same as --user')
    .option('--date-override <date>', 'the time of the amendment; by default now')
    .option(...dryRunOption)
    .option(...jsonOption)
    .action((name: string, options: AmendOptions) => amend(program, name, options))
}

async function amend(program: Command, name: string, options: AmendOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const target = findCheckin(repo, name)
  const amendment = await amendmentOf(repo, options)
  if (Object.keys(amendment).length === 0) {
    throw new FossilError('option.invalid', { option: 'amend', reason: 'say what is to change' })
  }
  const author = authorOf(repo, authorshipOf(options))
  for (const tag of options.cancel ?? []) {
    // An amendment passes over tags that are not there.
    repo.dryRun(() => cancelTag(repo, { target, name: `sym-${tag}`, isRaw: true }, author))
  }
  const written = writeOne(repo, options, () => amendCheckin(repo, target, amendment, author))
  printWritten(options, {
    written,
    fields: { checkin: target },
    done: `${target} is amended`,
    idle: `${target} says so already`,
  })
}

/** Of the amendment: `--date` and `--author` are about the check-in. */
function authorshipOf({ user, userOverride, dateOverride }: AmendOptions): AuthorOptions {
  return {
    ...(user === undefined ? {} : { user }),
    ...(userOverride === undefined ? {} : { userOverride }),
    ...(dateOverride === undefined ? {} : { dateOverride }),
  }
}

async function amendmentOf(repo: Repo, options: AmendOptions): Promise<Amendment> {
  const { author, date, bgcolor, branchcolor, tag, cancel, branch } = options
  const { hide, unhide, close, reopen } = options
  const comment = await commentFrom(options)
  if (bgcolor !== undefined && branchcolor !== undefined) {
    const reason = 'a check-in has one colour'
    throw new FossilError('option.invalid', { option: '--branchcolor', reason })
  }
  const color = bgcolor ?? branchcolor
  return {
    ...(comment === undefined ? {} : { comment }),
    ...(author === undefined ? {} : { user: author }),
    ...(date === undefined ? {} : { dateMs: readDate(repo, '--date', date) }),
    ...(color === undefined ? {} : { color, colorPropagates: branchcolor !== undefined }),
    ...(tag === undefined ? {} : { addTags: tag }),
    ...(cancel === undefined ? {} : { cancelTags: cancel }),
    ...(branch === undefined ? {} : { branch }),
    ...flag('hidden', '--unhide', hide, unhide),
    ...flag('closed', '--reopen', close, reopen),
  }
}

function flag(
  name: 'hidden' | 'closed',
  option: string,
  on: boolean | undefined,
  off: boolean | undefined,
): Amendment {
  if (on === true && off === true) {
    throw new FossilError('option.invalid', { option, reason: 'contradicts its opposite' })
  }
  return on === undefined && off === undefined ? {} : { [name]: on === true }
}

/**
 * `trilobite branch`: lines of the history.
 * Source: fossil src/branch.c branch_cmd.
 * @module
 */

import type { Command } from 'commander'
import { branches } from '../history/index.ts'
import { type ArtifactHash, markBranches, newBranch, type Repo } from '../index.ts'
import { type AuthorOptions, authorOf, withAuthor } from './author.ts'
import { type DryRunOptions, dryRunOption, printWritten, writeOne } from './dry-run.ts'
import { findCheckin, unknownName } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, shownName, visibleLine } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

interface NewOptions extends AuthorOptions, DryRunOptions {
  readonly private?: boolean
  readonly bgcolor?: string
  readonly json?: boolean
}

interface MarkOptions extends AuthorOptions, DryRunOptions {
  readonly json?: boolean
}

interface ListOptions {
  readonly all?: boolean
  readonly closed?: boolean
  readonly private?: boolean
  readonly json?: boolean
}

type BranchMark = Parameters<typeof markBranches>[1]

const marks: Readonly<Record<BranchMark, readonly [description: string, done: string]>> = {
  close: ['end branches: nobody is to go on from their latest check-ins', 'closed'],
  reopen: ['open closed branches again', 'open again'],
  hide: ['leave branches out of the timeline', 'hidden'],
  unhide: ['show hidden branches again', 'shown again'],
}

/** Adds `branch` to the program. */
export function addBranchCommand(program: Command): void {
  const branch = program.command('branch').description('begin, list, close and hide branches')
  const begin = branch
    .command('new')
    .description('begin a branch with an empty check-in')
    .argument('<name>', 'the name of the branch to be')
    .argument('<basis>', 'the check-in that it leaves from')
    .option('--private', 'keep it out of sync')
    .option('--bgcolor <color>', 'the background colour of the branch')
    .option(...dryRunOption)
    .option(...jsonOption)
  withAuthor(begin).action((name: string, basis: string, options: NewOptions) => {
    using repo = openWhole(repositoryPath(program))
    beginBranch(repo, name, { basis: findCheckin(repo, basis), options })
  })
  branch
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the open branches; # marks private ones')
    .argument('[glob]', 'a pattern for the names to list')
    .option('-a, --all', 'list closed branches, too')
    .option('-c, --closed', 'list closed branches only')
    .option('-p, --private', 'list private branches only')
    .option(...jsonOption)
    .action((glob: string | undefined, options: ListOptions) => list(program, glob, options))
  for (const mark of ['close', 'reopen', 'hide', 'unhide'] as const) addMark(program, branch, mark)
}

function beginBranch(
  repo: Repo,
  name: string,
  { basis, options }: { basis: ArtifactHash; options: NewOptions },
): void {
  const author = authorOf(repo, options)
  const { private: asPrivate = false, bgcolor: color } = options
  const wanted = { name, basis, isPrivate: asPrivate }
  const branch = color === undefined ? wanted : { ...wanted, color }
  const written = writeOne(repo, options, () => newBranch(repo, branch, author))
  const done = `branch ${visibleLine(name)} begins at ${basis}`
  printWritten(options, {
    written,
    fields: { branch: name, basis },
    done,
    idle: done,
  })
}

function addMark(program: Command, branch: Command, mark: BranchMark): void {
  const [description, done] = marks[mark]
  const command = branch
    .command(mark)
    .description(description)
    .argument('<name...>', 'names of branches')
    .option(...dryRunOption)
    .option(...jsonOption)
  withAuthor(command).action((names: string[], options: MarkOptions) => {
    using repo = openWhole(repositoryPath(program))
    for (const name of names) checkBranch(repo, name)
    const author = authorOf(repo, options)
    const written = writeOne(repo, options, () => markBranches(repo, mark, names, author))
    const shown = names.map(visibleLine).join(', ')
    printWritten(options, {
      written,
      fields: { branches: names },
      done: `${shown}: ${done}`,
      idle: `${shown}: nothing to ${mark}`,
    })
  })
}

/** @throws {FossilError} `name.unknown` */
function checkBranch(repo: Repo, name: string): void {
  const known = branches(repo).filter(({ tip }) => tip !== undefined)
  const names = known.map((branch) => branch.name)
  if (!names.includes(name)) throw unknownName(name, 'there is no such branch', names)
}

async function list(
  program: Command,
  glob: string | undefined,
  options: ListOptions,
): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const listed = branches(repo, { glob })
    .filter(({ isOpen }) => isListed(isOpen, options))
    .map(({ name, isOpen, isPrivate, tip }) => {
      return { name, isOpen, private: isPrivate, tip: tip ?? null }
    })
    .filter((branch) => branch.private || options.private !== true)
  await printEither(
    options,
    () => ({ branches: listed }),
    () =>
      listed.values().map((branch) => `${branch.private ? '#' : ' '} ${shownName(branch.name)}\n`),
  )
}

function isListed(isOpen: boolean, { all, closed }: ListOptions): boolean {
  if (closed === true) return !isOpen
  return isOpen || all === true
}

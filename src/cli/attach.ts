/**
 * `trilobite attach`: files that belong to a page, a ticket or a technote.
 * Source: fossil src/attach.c attachment_cmd.
 * @module
 */

import type { Command } from 'commander'
import { attachedFiles, wikiPage } from '../history/index.ts'
import { attachFile, detachFile, FossilError, type Repo } from '../index.ts'
import { type AuthorOptions, authorOf, withAuthor } from './author.ts'
import { type DryRunOptions, dryRunOption, printWritten, writeOne } from './dry-run.ts'
import { isoTime } from './timeline-text.ts'
import { readInput } from './given-text.ts'
import { jsonOption } from './look-back-options.ts'
import { unknownName } from './lookup.ts'
import { printEither, shownName, visibleLine } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { findNote } from './technote.ts'
import { findTicket } from './ticket.ts'

type AttachedFile = ReturnType<typeof attachedFiles>[number]

interface TargetOptions {
  readonly page?: string
  readonly ticket?: string
  readonly technote?: string
}

interface WriteOptions extends TargetOptions, AuthorOptions, DryRunOptions {
  readonly as?: string
  readonly comment?: string
  readonly json?: boolean
}

/** Adds `attach` to the program. */
export function addAttachCommand(program: Command): void {
  const attach = program
    .command('attach')
    .alias('attachment')
    .description('attach files to pages, tickets and technotes')
  const add = withTarget(attach.command('add').description('attach a file, or replace one'))
    .argument('<file>', 'a file on disk, after the title of a page where no option says to what')
    .argument('[page-file]', 'the file, where the first argument is the title of a page')
    .option('--as <name>', 'another name for the file')
    .option('-m, --comment <text>', 'a description of the file')
    .option(...dryRunOption)
    .option(...jsonOption)
  withAuthor(add).action(
    async (first: string, second: string | undefined, options: WriteOptions) => {
      await addFile(
        program,
        second === undefined ? { path: first } : { page: first, path: second },
        {
          ...options,
        },
      )
    },
  )
  const remove = withTarget(attach.command('rm').description('take an attachment away'))
    .argument('<name>', 'the name of the file')
    .option(...dryRunOption)
    .option(...jsonOption)
  withAuthor(remove).action((name: string, options: WriteOptions) => {
    using repo = openWhole(repositoryPath(program))
    const { target, name: of, text } = targetOf(repo, options)
    checkAttached(repo, { target: of, text }, name)
    const author = authorOf(repo, options)
    const written = writeOne(repo, options, () => detachFile(repo, target, name, author))
    const done = `${visibleLine(name)} is taken from ${text}`
    printWritten(options, { written, fields: { fileName: name, target }, done, idle: done })
  })
  withTarget(attach.command('ls', { isDefault: true }).alias('list'))
    .description('list the files attached to one thing, or anywhere')
    .option(...jsonOption)
    .action((options: TargetOptions & { json?: boolean }) => list(program, options))
}

function withTarget(command: Command): Command {
  return command
    .option('--page <title>', 'the title of a wiki page')
    .option('--ticket <id>', 'the id of a ticket, or its first digits')
    .option('--technote <note>', 'the id of a note or its first digits, its date, or a tag')
}

async function addFile(
  program: Command,
  { path, page }: { path: string; page?: string },
  options: WriteOptions,
): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  if (page !== undefined && options.page !== undefined)
    throw invalid('--page', 'the page is named already, before the file')
  const named = page === undefined ? options : { ...options, page }
  const { target, text } = targetOf(repo, named)
  const author = authorOf(repo, options)
  const { comment, as: fileName = path.slice(path.lastIndexOf('/') + 1) } = options
  if (fileName === '-') throw invalid('--as', 'standard input needs a name')
  const content = await readInput(path)
  const file = { fileName, content, ...(comment === undefined ? {} : { comment }) }
  let source = ''
  const written = writeOne(repo, options, () => {
    const made = attachFile(repo, target, file, author)
    source = made.source
    return made
  })
  const done = `${visibleLine(fileName)} is attached to ${text}`
  printWritten(options, { written, fields: { fileName, target, source }, done, idle: done })
}

async function list(program: Command, options: TargetOptions & { json?: boolean }): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const isAsked = [options.page, options.ticket, options.technote].some(
    (name) => name !== undefined,
  )
  const files = attachedFiles(repo, isAsked ? targetOf(repo, options).name : undefined)
  await printEither(
    options,
    () => ({ attachments: files.map(attachedFields) }),
    () => files.values().map(attachedLine),
  )
}

/** @throws {FossilError} `option.invalid` for none or several; `name.unknown` */
function targetOf(
  repo: Repo,
  { page, ticket, technote }: TargetOptions,
): { target: Parameters<typeof attachFile>[1]; name: string; text: string } {
  if ([page, ticket, technote].filter((name) => name !== undefined).length !== 1) {
    throw invalid('--page', 'say to what: one of --page, --ticket and --technote')
  }
  if (ticket !== undefined) {
    const { ticketId } = findTicket(repo, ticket)
    return { target: { ticketId }, name: ticketId, text: `ticket ${ticketId}` }
  }
  if (technote !== undefined) {
    const { technoteId } = findNote(repo, technote)
    return { target: { technoteId }, name: technoteId, text: `technote ${technoteId}` }
  }
  const title = page ?? ''
  if (wikiPage(repo, title) === undefined) {
    const reason = 'there is no wiki page of this title'
    throw new FossilError('name.unknown', { name: visibleLine(title), reason })
  }
  return { target: { page: title }, name: title, text: `page ${visibleLine(title)}` }
}

/** @throws {FossilError} `name.unknown` */
function checkAttached(
  repo: Repo,
  { target, text }: { target: string; text: string },
  name: string,
) {
  const names = attachedFiles(repo, target).map(({ fileName }) => fileName)
  if (!names.includes(name))
    throw unknownName(name, `nothing of this name is attached to ${text}`, names)
}

function attachedLine({ fileName, target, source }: AttachedFile): string {
  return `${source.slice(0, 10)}  ${shownName(target)}  ${shownName(fileName)}\n`
}

function attachedFields({ dateMs, user, ...file }: AttachedFile): Record<string, unknown> {
  return { ...file, time: isoTime(dateMs), user: user ?? null }
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}

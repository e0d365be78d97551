/**
 * `trilobite technote`: pages that have a place on the timeline.
 * Source: fossil src/wiki.c wiki_cmd --technote, src/event.c.
 * @module
 */

import type { Command } from 'commander'
import { technotes } from '../history/index.ts'
import { encodeText } from '../base/text.ts'
import { editTechnote, FossilError, newTechnote, parseDate, type Repo } from '../index.ts'
import { type AuthorOptions, authorOf, readDate, withAuthor } from './author.ts'
import { type DryRunOptions, dryRunOption, printWritten, writeOne } from './dry-run.ts'
import { formatTimestamp, isoTime } from './timeline-text.ts'
import { readText } from './given-text.ts'
import { collected, mimetypeFrom } from './option-values.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, shownName, visibleLine } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

type TechnoteVersion = ReturnType<typeof technotes>[number]

type Technote = Parameters<typeof newTechnote>[1]

interface WriteOptions extends AuthorOptions, DryRunOptions {
  readonly at?: string
  readonly comment?: string
  readonly mimetype?: string
  readonly bgcolor?: string
  readonly tag?: readonly string[]
  readonly json?: boolean
}

/** Adds `technote` to the program. */
export function addTechnoteCommand(program: Command): void {
  const technote = program
    .command('technote')
    .description('write, print and list technical notes: pages with a place on the timeline')
  addReaders(program, technote)
  const add = technote
    .command('add')
    .description('write a note')
    .argument('<comment>', 'the text that the timeline shows')
    .argument('[file]', 'a file with the text; by default standard input')
  withNote(add).action(async (comment: string, file: string | undefined, options: WriteOptions) => {
    using repo = openWhole(repositoryPath(program))
    checkComment(comment)
    const author = authorOf(repo, options)
    const note = { ...noteOf(repo, options), comment, content: await readText(file) }
    let technoteId = ''
    const written = writeOne(repo, options, () => {
      const made = newTechnote(repo, note, author)
      technoteId = made.technoteId
      return made
    })
    const done = `technote ${technoteId} is written`
    printWritten(options, { written, fields: { technoteId }, done, idle: done })
  })
  const edit = technote
    .command('edit')
    .description('write the next version of a note; everything not named stays')
    .argument('<note>', 'the id of the note or its first digits, its date, or a tag')
    .argument('[file]', 'a file with the text; - for standard input')
    .option('-m, --comment <text>', 'the text that the timeline shows')
  withNote(edit).action(async (name: string, file: string | undefined, options: WriteOptions) => {
    using repo = openWhole(repositoryPath(program))
    const author = authorOf(repo, options)
    const { technoteId } = findNote(repo, name)
    const { comment } = options
    if (comment !== undefined) checkComment(comment)
    const change: Partial<Technote> = {
      ...noteOf(repo, options),
      ...(comment === undefined ? {} : { comment }),
      ...(file === undefined ? {} : { content: await readText(file) }),
    }
    if (Object.keys(change).length === 0) throw invalid('note', 'say what is to change')
    const written = writeOne(repo, options, () => editTechnote(repo, technoteId, change, author))
    const done = `technote ${technoteId} is written`
    printWritten(options, { written, fields: { technoteId }, done, idle: done })
  })
}

function addReaders(program: Command, technote: Command): void {
  technote
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the notes, the latest first')
    .option(...jsonOption)
    .action(async (options: { json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const notes = technotes(repo)
      await printEither(
        options,
        () => ({ technotes: notes.map(noteFields) }),
        () => notes.values().map(noteLine),
      )
    })
  technote
    .command('cat')
    .description('print the latest version of a note')
    .argument('<note>', 'the id of the note or its first digits, its date, or a tag')
    .option(...jsonOption)
    .action(async (name: string, options: { json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const note = findNote(repo, name)
      await printEither(
        options,
        () => ({ ...noteFields(note), content: note.content }),
        () => [encodeText(note.content)],
      )
    })
}

function withNote(command: Command): Command {
  command
    .option('-t, --at <date>', 'the time on the timeline, in UTC; by default now, or as before')
    .option(
      '-M, --mimetype <type>',
      'the markup of the text: fossil, markdown or plain',
      mimetypeFrom,
    )
    .option('--bgcolor <color>', 'the colour on the timeline')
    .option('--tag <name>', 'a name for it (may be repeated); these replace all', collected)
    .option(...dryRunOption)
    .option(...jsonOption)
  return withAuthor(command)
}

function noteOf(repo: Repo, options: WriteOptions): Omit<Partial<Technote>, 'content' | 'comment'> {
  const { at, mimetype, bgcolor, tag } = options
  return {
    ...(at === undefined ? {} : { eventMs: readDate(repo, '--at', at) }),
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(bgcolor === undefined ? {} : { color: bgcolor }),
    ...(tag === undefined ? {} : { tags: tag }),
  }
}

/** Without a comment a note is an empty line of the timeline, without its user in stock. */
function checkComment(comment: string): void {
  if (comment.trim() !== '') return
  throw invalid('comment', 'the comment is empty: say what the timeline is to show')
}

/**
 * The note of this id, or whose id begins so; else the one of this second that was written last;
 * else the latest that bears this tag.
 *
 * @throws {FossilError} `name.unknown`, `name.ambiguous`
 */
export function findNote(repo: Repo, name: string): TechnoteVersion {
  const notes = technotes(repo)
  const ofId = /^[0-9a-f]{4,64}$/.test(name)
    ? notes.filter(({ technoteId }) => technoteId.startsWith(name))
    : []
  if (ofId.length > 1) {
    const candidates = ofId.slice(0, 100).map(({ technoteId }) => technoteId)
    throw new FossilError('name.ambiguous', { name, candidates: candidates.sort() })
  }
  const dateMs = /^\d{4}-/.test(name) ? parseDate(name) : undefined
  const [ofDate] = notes
    .filter(({ eventMs }) => eventMs === dateMs)
    .sort((a, b) => b.dateMs - a.dateMs)
  const ofTag = notes.find(({ tags }) => tags.includes(name))
  const found = ofId[0] ?? ofDate ?? ofTag
  if (found !== undefined) return found
  const reason = 'no technote has this id, date or tag'
  throw new FossilError('name.unknown', { name: visibleLine(name), reason })
}

function noteLine({ technoteId, eventMs, comment }: TechnoteVersion): string {
  return `${technoteId.slice(0, 10)}  ${formatTimestamp(eventMs)}  ${shownName(comment)}\n`
}

function noteFields(note: TechnoteVersion): Record<string, unknown> {
  const { technoteId, hash, eventMs, dateMs, user, comment, mimetype, color, tags } = note
  return {
    technoteId,
    hash,
    at: isoTime(eventMs),
    time: isoTime(dateMs),
    user: user ?? null,
    comment,
    mimetype,
    color: color ?? null,
    tags,
  }
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}

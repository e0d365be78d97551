/**
 * `trilobite ticket`: what is to be done, in fields that every project chooses.
 * Source: fossil src/tkt.c ticket_cmd.
 * @module
 */

import type { Command } from 'commander'
import { ticketChanges, tickets } from '../history/index.ts'
import { changeTicket, defossilize, FossilError, newTicket, type Repo } from '../index.ts'
import { type AuthorOptions, authorOf, withAuthor } from './author.ts'
import { type DryRunOptions, dryRunOption, printWritten, writeOne } from './dry-run.ts'
import { formatDay, formatTimestamp, isoTime } from './timeline-text.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, shownName, visible, visibleLine } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

type Ticket = ReturnType<typeof tickets>[number]

interface WriteOptions extends AuthorOptions, DryRunOptions {
  readonly quote?: boolean
  readonly json?: boolean
}

interface ShowOptions {
  readonly history?: boolean
  readonly json?: boolean
}

/** Adds `ticket` to the program. */
export function addTicketCommand(program: Command): void {
  const ticket = program.command('ticket').description('open, change and list tickets')
  addReaders(program, ticket)
  const open = ticket
    .command('new')
    .alias('add')
    .description('open a ticket')
    .argument('<field-and-value...>', 'fields and values, such as title "It fails" status Open')
  withFields(open).action((pairs: string[], options: WriteOptions) => {
    using repo = openWhole(repositoryPath(program))
    const author = authorOf(repo, options)
    const fields = fieldsOf(pairs, options)
    let ticketId = ''
    const written = writeOne(repo, options, () => {
      const made = newTicket(repo, fields, author)
      ticketId = made.ticketId
      return made
    })
    const done = `ticket ${ticketId} is open`
    printWritten(options, { written, fields: { ticketId }, done, idle: done })
  })
  const change = ticket
    .command('change')
    .alias('set')
    .description('change fields of a ticket; +FIELD appends to its value')
    .argument('<id>', 'the id of the ticket, or its first digits')
    .argument('<field-and-value...>', 'fields and values, such as status Closed')
  withFields(change).action((name: string, pairs: string[], options: WriteOptions) => {
    using repo = openWhole(repositoryPath(program))
    const author = authorOf(repo, options)
    const { ticketId } = findTicket(repo, name)
    const fields = fieldsOf(pairs, options)
    const written = writeOne(repo, options, () => changeTicket(repo, ticketId, fields, author))
    printWritten(options, {
      written,
      fields: { ticketId },
      done: `ticket ${ticketId} is changed`,
      idle: `ticket ${ticketId} says so already`,
    })
  })
}

function addReaders(program: Command, ticket: Command): void {
  ticket
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the tickets, the one that changed last first')
    .option(...jsonOption)
    .action(async (options: { json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const all = tickets(repo)
      await printEither(
        options,
        () => ({ tickets: all.map(ticketFields) }),
        () => all.values().map(ticketLine),
      )
    })
  ticket
    .command('show')
    .description('print the fields of a ticket')
    .argument('<id>', 'the id of the ticket, or its first digits')
    .option('--history', 'show its changes, too')
    .option(...jsonOption)
    .action((name: string, options: ShowOptions) => show(program, name, options))
}

async function show(program: Command, name: string, options: ShowOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const ticket = findTicket(repo, name)
  const changes = options.history === true ? changesOf(repo, ticket) : undefined
  await printEither(
    options,
    () => ({ ...ticketFields(ticket), ...(changes === undefined ? {} : { changes }) }),
    () => [ticketText(ticket), ...(changes ?? []).map(changeText)],
  )
}

function withFields(command: Command): Command {
  command
    .option('-q, --quote', 'read values as quoted: \\n for a newline, \\s for a space, \\\\')
    .option(...dryRunOption)
    .option(...jsonOption)
  return withAuthor(command)
}

/** @throws {FossilError} `option.invalid` for a field without value, or one that comes twice */
function fieldsOf(
  pairs: readonly string[],
  { quote }: WriteOptions,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {}
  for (let at = 0; at < pairs.length; at += 2) {
    const [field = '', value] = pairs.slice(at, at + 2)
    if (value === undefined) throw withoutValue(field)
    if (Object.hasOwn(fields, field)) throw invalid(`the field ${quoted(field)} comes twice`)
    fields[field] = quote === true ? defossilize(value) : value
  }
  return fields
}

function withoutValue(field: string): FossilError {
  const [, name, value] = /^(\+?\w+)=([^]*)$/.exec(field) ?? []
  const advice =
    name === undefined || value === undefined
      ? 'fields and values take turns, as in: title "It fails" status Open'
      : `write it as two arguments, ${name} ${JSON.stringify(visibleLine(value))}`
  return invalid(`the field ${quoted(field)} has no value: ${advice}`)
}

/** @throws {FossilError} `name.unknown`, `name.ambiguous` */
export function findTicket(repo: Repo, name: string): Ticket {
  const found = /^[0-9a-f]{4,64}$/.test(name) ? tickets(repo, name) : []
  const [ticket] = found
  if (found.length > 1) {
    const candidates = found.slice(0, 100).map(({ ticketId }) => ticketId)
    throw new FossilError('name.ambiguous', { name, candidates: candidates.sort() })
  }
  if (ticket !== undefined) return ticket
  const reason = 'no ticket has this id'
  throw new FossilError('name.unknown', { name: visibleLine(name), reason })
}

interface ChangeFields {
  readonly hash: string
  readonly time: string
  readonly dateMs: number
  readonly user: string
  readonly fields: Readonly<Record<string, string>>
}

function changesOf(repo: Repo, { ticketId }: Ticket): ChangeFields[] {
  return ticketChanges(repo, ticketId).map(({ hash, dateMs, user, fields }) => ({
    hash,
    time: isoTime(dateMs),
    dateMs,
    user,
    fields: Object.fromEntries(fields),
  }))
}

function ticketFields({ ticketId, dateMs, fields }: Ticket): Record<string, unknown> {
  return { ticketId, time: isoTime(dateMs), fields: Object.fromEntries(fields) }
}

function ticketLine({ ticketId, dateMs, fields }: Ticket): string {
  const [status = '', title = ''] = [fields.get('status'), fields.get('title')]
  const line = `${ticketId.slice(0, 10)}  ${formatDay(dateMs)}  ${status.padEnd(8)}  ${title}`
  return `${shownName(line).trimEnd()}\n`
}

function ticketText({ ticketId, dateMs, fields }: Ticket): string {
  const rows = [...fields].filter(([, value]) => value !== '')
  const width = Math.max('changed'.length, ...rows.map(([name]) => name.length))
  return [['ticket', ticketId], ['changed', formatTimestamp(dateMs)], ...rows]
    .map(([name = '', value = '']) => `${name.padEnd(width)}  ${indented(value, width + 2)}\n`)
    .join('')
}

function changeText({ dateMs, user, fields }: ChangeFields): string {
  const lines = Object.entries(fields).map(
    ([name, value]) => `  ${shownName(name)}: ${indented(value, 4)}\n`,
  )
  return `\n${formatTimestamp(dateMs)} ${shownName(user)}\n${lines.join('')}`
}

function indented(value: string, columns: number): string {
  return visible(value.trimEnd()).replaceAll('\n', `\n${' '.repeat(columns)}`)
}

function quoted(text: string): string {
  return JSON.stringify(visibleLine(text))
}

function invalid(reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'field', reason })
}

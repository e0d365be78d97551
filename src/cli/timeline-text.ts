/**
 * Entries of the timeline for people, as stock lays them out, and for programs.
 * Source: fossil src/timeline.c print_timeline, timeline_entry_subst, timeline_query_for_tty.
 * @module
 */

import type { TimelineEntry } from '../history/index.ts'
import { formatDate, type Repo } from '../index.ts'
import { layOutComment } from './comment.ts'
import { shortHashes } from './lookup.ts'
import { shownName } from './output.ts'

type ChangedFile = NonNullable<TimelineEntry['files']>[number]

/** Options for laying out entries. */
export interface EntryLayout {
  /** This many entries, or, below zero, entries until there are this many lines; 0: all. */
  readonly limit: number
  /** Columns of a line; undefined for lines without end. */
  readonly width: number | undefined
  /**
   * The format in which to print each entry, instead of one paragraph below a headline for the day.
   */
  readonly format?: string | undefined
  /** Lists the files of each entry that has them. */
  readonly withFiles?: boolean
}

/** Formats by name. */
export const entryFormats = {
  oneline: '%h %c',
  medium: 'Commit:   %h%nDate:     %d%nAuthor:   %a%nComment:  %c%n',
  full:
    'Commit:   %H%nDate:     %d%nAuthor:   %a%nComment:  %c%n' +
    'Branch:   %b%nTags:     %t%nPhase:    %p%n',
} as const

/** Entries as stock prints them, and a last line that says whether there are more. */
export function* entriesText(
  repo: Repo,
  entries: Iterable<TimelineEntry>,
  layout: EntryLayout,
): Generator<string> {
  const { limit, format, withFiles = false } = layout
  let [lines, count, day] = [0, 0, '']
  for (const entry of entries) {
    if (isFull({ count, lines }, limit)) {
      const what = limit < 0 ? 'line' : 'entry'
      yield `--- ${what} limit (${Math.abs(limit)}) reached ---\n`
      return
    }
    const date = formatDay(entry.dateMs)
    const headline = format === undefined && date !== day ? `=== ${date} ===\n` : ''
    day = date
    const body =
      format === undefined ? paragraph(repo, entry, layout) : formatted(repo, entry, format)
    const text = headline + body + (withFiles ? filesText(entry.files ?? []) : '')
    yield text
    count++
    lines += text.split('\n').length - 1
  }
  yield limit === 0 ? `+++ end of timeline (${count}) +++\n` : `+++ no more data (${count}) +++\n`
}

function isFull(so: { count: number; lines: number }, limit: number): boolean {
  return limit < 0 ? so.lines >= -limit : limit > 0 && so.count >= limit
}

/** The text of an entry: its comment, its user, and its tags. */
export function commentText({ comment, user, tags }: TimelineEntry): string {
  const tagged = tags.length === 0 ? '' : ` tags: ${tags.join(', ')}`
  return `${comment} (user: ${user ?? '?'}${tagged})`
}

function paragraph(repo: Repo, entry: TimelineEntry, { width }: EntryLayout): string {
  const time = formatDate(entry.dateMs, 'seconds').slice(-8)
  const what = wikiText(entry) ?? marksText(entry) + commentText(entry)
  const text = `[${shortHashes(repo)(entry.hash)}] ${what}`
  return `${time} ${layOutComment(text, { indent: 9, width })}`
}

const wikiWords: Readonly<Record<string, string>> = {
  '+': 'Add wiki page',
  '-': 'Delete wiki page',
  ':': 'Edit to wiki page',
}

function wikiText({ kind, comment, user }: TimelineEntry): string | undefined {
  const words = kind === 'wiki' ? wikiWords[comment[0] ?? ''] : undefined
  return words === undefined ? undefined : `${words} "${comment.slice(1)}" (user: ${user ?? '?'})`
}

/** Leaves and closed lines are not told here. */
function marksText({ marks }: TimelineEntry): string {
  const told = marks.filter((mark) => mark !== 'leaf' && mark !== 'closed')
  return told.map((mark) => `*${mark.toUpperCase()}* `).join('')
}

function filesText(files: readonly ChangedFile[]): string {
  const words = { added: 'ADDED', deleted: 'DELETED', edited: 'EDITED', renamed: 'RENAMED' }
  return files
    .map(({ name, change }) =>
      change === 'permission' ? '' : `   ${words[change]} ${shownName(name)}\n`,
    )
    .join('')
}

/** timeline.c:2807-2879, and below each entry the newline that ends it. */
function formatted(repo: Repo, entry: TimelineEntry, format: string): string {
  const { hash, dateMs, user, comment, branch, tags, kind } = entry
  const isLast = kind === 'checkin' && !entry.isContinued
  const values: Readonly<Record<string, () => string>> = {
    n: () => '\n',
    '%': () => '%',
    H: () => hash,
    h: () => shortHashes(repo)(hash),
    a: () => shownName(user ?? '?'),
    d: () => formatTimestamp(dateMs),
    c: () => comment.replaceAll(/[\n\t]/g, ' ').replaceAll('\r', ''),
    b: () => branch ?? '',
    t: () => tags.join(', '),
    p: () => marksText(entry) + (isLast ? '*LEAF* ' : ''),
  }
  return `${format.replaceAll(/%(.)/gs, (text, letter: string) => values[letter]?.() ?? text)}\n`
}

/** `2024-01-31`, UTC. */
export function formatDay(dateMs: number): string {
  return formatDate(dateMs).replace(/T.*/, '')
}

/** `2024-01-31 12:00:00`, UTC, as SQLite's `datetime()` has it. */
export function formatTimestamp(dateMs: number): string {
  return formatDate(dateMs, 'seconds').replace('T', ' ')
}

/** `2024-01-31T12:00:00.000Z`: times for programs. */
export function isoTime(dateMs: number): string {
  return `${formatDate(dateMs)}Z`
}

/** An entry for programs. */
export function entryFields(entry: TimelineEntry): Record<string, unknown> {
  const { hash, kind, dateMs, user, comment, branch, tags, marks, files } = entry
  return {
    hash,
    kind: kind ?? null,
    time: isoTime(dateMs),
    user: user ?? null,
    comment,
    branch: branch ?? null,
    tags,
    marks,
    ...(files === undefined ? {} : { files: files.map(changeFields) }),
  }
}

/** A changed file for programs. */
export function changeFields(change: ChangedFile): Record<string, unknown> {
  const { name, hash, priorHash, priorName, permission, isMerged } = change
  return {
    name,
    change: change.change,
    hash: hash ?? null,
    priorHash: priorHash ?? null,
    priorName: priorName ?? null,
    permission,
    isMerged,
  }
}

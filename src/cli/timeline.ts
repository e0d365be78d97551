/**
 * `trilobite timeline`: what happened, newest first.
 * Source: fossil src/timeline.c timeline_cmd.
 * @module
 */

import type { Command } from 'commander'
import {
  type EventKind,
  timeline,
  type TimelineEntry,
  type TimelineOptions,
} from '../history/index.ts'
import { FossilError, parseDate, type Repo } from '../index.ts'
import { entriesText, entryFields, entryFormats } from './timeline-text.ts'
import { findCheckin, findMoment, treePaths } from './lookup.ts'
import { printEither } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { jsonOption, outputWidth, width } from './look-back-options.ts'
import { integer } from './option-values.ts'

interface Options {
  readonly limit: number
  readonly offset: number
  readonly type?: readonly EventKind[] | 'all'
  readonly branch?: string
  readonly path?: string
  readonly since?: string
  readonly before?: string
  readonly verbose?: boolean
  readonly format?: string
  readonly oneline?: boolean
  readonly medium?: boolean
  readonly full?: boolean
  readonly width?: number
  readonly json?: boolean
}

/** Adds `timeline` to the program. */
export function addTimelineCommand(program: Command): void {
  program
    .command('timeline')
    .description('list events, newest first')
    .argument('[when]', 'before, after, ancestors (parents) or descendants (children); or a name')
    .argument('[name]', 'a check-in by name, or a date')
    .option(
      '-n, --limit <n>',
      'the most entries; below zero, the most lines; 0: all',
      integer('--limit', any),
      -20,
    )
    .option('--offset <n>', 'leave out the newest n', integer('--offset', { min: 0 }), 0)
    .option(
      '-t, --type <type>',
      'list only check-ins (ci), wiki (w), tickets (t) and so on',
      kindsOf,
    )
    .option('-b, --branch <name>', 'list only entries of a branch')
    .option('-p, --path <path>', 'list only check-ins that change a file, or one below a folder')
    .option('--since <name>', 'list nothing earlier than a check-in or date')
    .option('--before <name>', 'list nothing later than a check-in or date')
    .option('-v, --verbose', 'list the files of each check-in')
    .option(
      '-F, --format <format>',
      'a format: oneline, medium, full, or text with %H %h %a %d %c %b %t %p',
    )
    .option('--oneline', 'hash and comment of each entry')
    .option('--medium', 'a few lines for each entry')
    .option('--full', 'print everything about each entry')
    .option('-W, --width <n>', 'columns of a line; 0: no end', width({ above: 20 }))
    .option(...jsonOption)
    .action(async (when: string | undefined, name: string | undefined, options: Options) => {
      using repo = openWhole(repositoryPath(program))
      const place = placeOf(repo, when, name)
      const query = queryOf(repo, options, place)
      const format = formatOf(options)
      await printEither(
        options,
        () => ({ entries: few(repo, query, options.limit).map(entryFields) }),
        () =>
          entriesText(repo, timeline(repo, query), {
            limit: options.limit,
            width: outputWidth(options.width),
            ...(format === undefined ? {} : { format }),
            withFiles: options.verbose === true,
          }),
      )
    })
}

const any = { min: Number.MIN_SAFE_INTEGER }

/** From where on, and in which direction. */
type Place = Pick<TimelineOptions, 'before' | 'after' | 'ancestorsOf' | 'descendantsOf'>

const directions = ['before', 'after', 'descendants', 'children', 'ancestors', 'parents'] as const

/** @throws {FossilError} `option.invalid`; as {@link findMoment} does */
function placeOf(repo: Repo, when: string | undefined, name: string | undefined): Place {
  if (when === undefined) return {}
  if (name === undefined) return { before: endOfDay(when) ?? findMoment(repo, when) }
  const direction = directionOf(when)
  if (direction === 'before') return { before: findMoment(repo, name) }
  if (direction === 'after') return { after: findMoment(repo, name) }
  if (name === 'now' || /^\d{4}-\d\d-\d\d/.test(name)) {
    throw invalid('when', 'a date has no ancestors and no descendants')
  }
  const hash = findCheckin(repo, name)
  return direction === 'ancestors' || direction === 'parents'
    ? { ancestorsOf: hash }
    : { descendantsOf: hash }
}

/** A day alone, without direction, is meant with all that happened on it. */
function endOfDay(name: string): { dateMs: number } | undefined {
  const dateMs = /^\d{4}-\d\d-\d\d$/.test(name) ? parseDate(name) : undefined
  return dateMs === undefined ? undefined : { dateMs: dateMs + 86_400_000 }
}

/** The word, or the only ones that begin so: `a` could be two. */
function directionOf(when: string): (typeof directions)[number] {
  const [first, second] = directions.filter((word) => when !== '' && word.startsWith(when))
  if (first !== undefined && second === undefined) return first
  throw invalid('when', `"${when}" is not one of ${directions.join(', ')}`)
}

/** @throws {FossilError} `option.invalid`; as {@link findMoment} does */
function queryOf(repo: Repo, options: Options, place: Place): TimelineOptions {
  const { limit, offset, type, branch, path, since, before, verbose } = options
  if (since !== undefined && place.after !== undefined) throw twice('--since', 'after')
  if (before !== undefined && place.before !== undefined) throw twice('--before', 'before')
  const [only] = path === undefined ? [] : (treePaths([path]) ?? [])
  const isFamily = place.ancestorsOf !== undefined || place.descendantsOf !== undefined
  // One more entry tells whether there are more; of a family, the closest ones are all there are.
  const most = limit === 0 ? undefined : Math.abs(limit) + (isFamily ? 0 : 1)
  return {
    ...place,
    ...(most === undefined ? {} : { limit: most }),
    offset,
    ...(type === undefined || type === 'all' ? {} : { kinds: type }),
    ...(type === 'all' && only !== undefined ? { kinds: Object.values(kindsByLetter) } : {}),
    ...(branch === undefined ? {} : { branch }),
    ...(only === undefined ? {} : { path: only }),
    ...(since === undefined ? {} : { after: findMoment(repo, since) }),
    ...(before === undefined ? {} : { before: findMoment(repo, before) }),
    withFiles: verbose === true,
  }
}

/** For programs a limit counts entries, whatever its sign. */
function few(repo: Repo, query: TimelineOptions, limit: number): TimelineEntry[] {
  const { limit: most, ...rest } = query
  return timeline(repo, most === undefined ? rest : { ...rest, limit: Math.abs(limit) })
}

function formatOf({ format, oneline, medium, full }: Options): string | undefined {
  if (full === true || format === 'full') return entryFormats.full
  if (medium === true || format === 'medium') return entryFormats.medium
  if (oneline === true || format === 'oneline') return entryFormats.oneline
  return format
}

/** Kinds by the letters that stock has for them, which `-t` takes. timeline.c timeline_cmd. */
export const kindsByLetter = {
  ci: 'checkin',
  w: 'wiki',
  t: 'ticket',
  e: 'technote',
  f: 'forum',
  g: 'control',
} as const satisfies Readonly<Record<string, EventKind>>

/** The kind of this letter or word; undefined for another one. */
export function kindNamed(text: string): EventKind | undefined {
  const found = Object.entries(kindsByLetter).find((names) => names.includes(text))
  return found?.[1]
}

/** The kinds that `-t` names. @throws {FossilError} `option.invalid` */
export function kindsOf(text: string): readonly EventKind[] | 'all' {
  if (text === 'a' || text === 'all') return 'all'
  const kind = kindNamed(text)
  if (kind !== undefined) return [kind]
  const known = 'ci, e, f, g, t, w, all or checkin, technote, forum, control, ticket, wiki'
  throw invalid('--type', `"${text}" is not one of ${known}`)
}

function twice(option: string, word: string): FossilError {
  return invalid(option, `"${word}" says it already`)
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}

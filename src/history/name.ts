/**
 * Names of artifacts: from what people type to the one artifact that is meant.
 *
 * May know branches and the derived tables. Specification: fossil www/checkin_names.wiki;
 * fossil src/name.c symbolic_name_to_rid. Dates are UTC: the setting `timeline-utc` off, which
 * reads them in the host's time zone, is not followed.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { julianFromMs, parseDate } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hashOf, ridOf } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { branchRoot, branchStart, lastMergeIn, primaryParent } from './branch.ts'
import { type EventKind, typeOfEvent } from './event-kind.ts'
import { textParameter } from '../repo/db-text.ts'

/** `name.ambiguous` lists at most so many candidates. */
const maxCandidates = 100

/**
 * Finds the artifact that a name means. In this order:
 *
 * `tip`; `current`, `prev`, `previous`, `next` of a check-out; `date:` and a date or `now`;
 * `YYYY-MM-DD…`; `local:` and `utc:` and a date; `tag:NAME`; `root:`, `start:` and `merge-in:`
 * and any other name; `NAME:DATE`; a hash or its first 4 or more digits, in brackets or not; a tag
 * or branch (with kind `wiki`, the title of a page); a date of digits alone; `rid:N`. A name that
 * ends in punctuation, as if cut out of a sentence, is tried without it last.
 *
 * Dates, tags and branches mean the latest that fits. A date that stops at the day, the minute or
 * the second means the end of it; with a `Z` too, as stock does since 2.26.
 *
 * @example
 * ```ts
 * const hash = resolveName(repo, 'trunk', { kind: 'checkin' })
 * ```
 * @throws {FossilError} `name.unknown`; `name.ambiguous` for the prefix of several hashes
 */
export function resolveName(
  repo: Repo,
  name: string,
  options: {
    /** Only artifacts that are on the timeline as this kind. By default anything goes. */
    readonly kind?: EventKind
    /**
     * The check-in that is checked out: `current`, `prev`, `previous` and `next` are relative to
     * it.
     */
    readonly checkout?: ArtifactHash
    /**
     * A tag or branch means the first check-in of its branch, not the last; not after `root:` and
     * its like. `br` in name.c:286.
     */
    readonly wholeBranch?: boolean
  } = {},
): ArtifactHash {
  let rest = name
  let meant = options
  const modifiers: ((repo: Repo, rid: Rid) => Rid)[] = []
  let rid: Rid | undefined
  // A loop: a name may stack as many prefixes as a command line holds.
  for (;;) {
    rid = findDirect(repo, rest, meant)
    if (rid !== undefined) break
    const prefix = Object.keys(branchModifiers).find((text) => rest.startsWith(text))
    const modifier = prefix === undefined ? undefined : branchModifiers[prefix]
    if (prefix === undefined || modifier === undefined) {
      rid = findNamed(repo, rest, meant)
      break
    }
    modifiers.push(modifier)
    rest = rest.slice(prefix.length)
    meant = { ...options, wholeBranch: false }
  }
  if (rid === undefined) throw unknown(name, rest, options)
  for (const modifier of modifiers.reverse()) rid = modifier(repo, rid)
  const hash = hashOf(repo, rid)
  if (hash === undefined) throw unknown(name, rest, options)
  return hash
}

/** Options for understanding a name. */
export type NameOptions = NonNullable<Parameters<typeof resolveName>[2]>

const branchModifiers: Readonly<Record<string, (repo: Repo, rid: Rid) => Rid>> = {
  'root:': branchRoot,
  'start:': branchStart,
  'merge-in:': lastMergeIn,
}

function unknown(name: string, rest: string, options: NameOptions): FossilError {
  const isRelative = /^(?:current|prev|previous|next)$/.test(rest)
  const reason =
    isRelative && options.checkout === undefined
      ? 'only a check-out gives this name a meaning'
      : 'no artifact has this name'
  return new FossilError('name.unknown', { name, reason })
}

/** The names that come before `root:` and its like: special ones, dates, `tag:`. */
function findDirect(repo: Repo, name: string, options: NameOptions): Rid | undefined {
  const { kind } = options
  if (kind === undefined || kind === 'checkin') {
    const special = findSpecial(repo, name, options.checkout)
    if (special !== undefined) return special
  }
  if (name.startsWith('date:')) return latestBy(repo, readDate(repo, name.slice(5)), kind)
  if (looksLikeDate(name)) {
    const found = latestBy(repo, readDate(repo, name), kind)
    if (found !== undefined) return found
  }
  if (name.startsWith('local:')) return latestBy(repo, parseDate(name.slice(6)), kind)
  if (name.startsWith('utc:')) return latestBy(repo, readDate(repo, name.slice(4)), kind)
  if (name.startsWith('tag:')) return findTagged(repo, name.slice(4), options)
  return undefined
}

/** The names that come after them. */
function findNamed(repo: Repo, name: string, options: NameOptions): Rid | undefined {
  if (/^(?:date|local|utc|tag):/.test(name)) return undefined
  const dated = splitDated(name)
  if (dated !== undefined) {
    const until = readDate(repo, dated.date)
    return until === undefined
      ? undefined
      : latestTagged(repo, { tag: `sym-${dated.tag}`, until, kind: options.kind })
  }
  const hashed = findByPrefix(repo, name, options.kind)
  if (hashed !== undefined) return hashed
  const tagged =
    options.kind === 'wiki'
      ? latestTagged(repo, { tag: `wiki-${name}`, kind: options.kind })
      : findTagged(repo, name, options)
  if (tagged !== undefined) return tagged
  if (compactDate(name) !== undefined) {
    const found = latestBy(repo, readDate(repo, name), options.kind)
    if (found !== undefined) return found
  }
  if (name.startsWith('rid:')) return findRow(repo, name.slice(4), options.kind)
  return findTrimmed(repo, name, options)
}

/** Punctuation of a sentence, one or two characters, does not belong to a name. name.c:556-576. */
function findTrimmed(repo: Repo, name: string, options: NameOptions): Rid | undefined {
  const trimmed = /^([^]{3,}[^._)>!?,])[._)>!?,]{1,2}$/.exec(name)?.[1]
  if (trimmed === undefined) return undefined
  const meant = { ...options, wholeBranch: false }
  return findDirect(repo, trimmed, meant) ?? findNamed(repo, trimmed, meant)
}

function findSpecial(repo: Repo, name: string, current: ArtifactHash | undefined): Rid | undefined {
  if (name === 'tip') return latestBy(repo, Infinity, 'checkin')
  if (current === undefined) return undefined
  const checkout = ridOf(repo, current)
  if (name === 'current') return checkout
  if (name === 'prev' || name === 'previous') return primaryParent(repo, checkout)
  if (name !== 'next') return undefined
  return dbOf(repo)
    .prepare<[Rid]>(
      'SELECT cid FROM plink WHERE pid = ? ORDER BY isprim DESC, mtime DESC, cid DESC LIMIT 1',
    )
    .get(checkout)?.[0]
}

/** The artifact that comes last on the timeline at `dateMs`. */
function latestBy(
  repo: Repo,
  dateMs: number | undefined,
  kind: EventKind | undefined,
): Rid | undefined {
  if (dateMs === undefined) return undefined
  return dbOf(repo)
    .prepare<[Rid]>(
      `SELECT objid FROM event WHERE mtime <= ?1 AND (?2 IS NULL OR type = ?2)
        ORDER BY mtime DESC, objid DESC LIMIT 1`,
    )
    .get(dateMs === Infinity ? 1e9 : julianFromMs(dateMs), typeOrNull(kind))?.[0]
}

function findTagged(repo: Repo, tag: string, options: NameOptions): Rid | undefined {
  const rid = latestTagged(repo, { tag: `sym-${tag}`, kind: options.kind })
  return rid !== undefined && options.wholeBranch === true ? branchStart(repo, rid) : rid
}

interface TagQuery {
  /** As in the `tag` table, with its prefix. */
  readonly tag: string
  readonly kind: EventKind | undefined
  /** Milliseconds since 1970. */
  readonly until?: number
}

function latestTagged(repo: Repo, { tag, kind, until }: TagQuery): Rid | undefined {
  return dbOf(repo)
    .prepare<[Rid]>(
      `SELECT event.objid FROM tag
         CROSS JOIN tagxref ON tagxref.tagid = tag.tagid AND tagxref.tagtype > 0
         CROSS JOIN event ON event.objid = tagxref.rid
        WHERE tag.tagname = CAST(?1 AS TEXT) AND event.mtime <= ?2
          AND (?3 IS NULL OR event.type = ?3)
        ORDER BY event.mtime DESC, event.objid DESC LIMIT 1`,
    )
    .get(textParameter(tag), until === undefined ? 1e9 : julianFromMs(until), typeOrNull(kind))?.[0]
}

/** A whole hash or its first digits. */
function findByPrefix(repo: Repo, name: string, kind: EventKind | undefined): Rid | undefined {
  const prefix = /^\[?([0-9A-Fa-f]{4,64})\]?$/.exec(name)?.[1]?.toLowerCase()
  if (prefix === undefined) return undefined
  const found = dbOf(repo)
    .prepare<[Rid, ArtifactHash]>(
      `SELECT blob.rid, blob.uuid FROM blob
        WHERE blob.uuid >= ?1 AND blob.uuid < ?1 || 'g'
          AND (?2 IS NULL
               OR EXISTS(SELECT 1 FROM event WHERE objid = blob.rid AND event.type = ?2))
        ORDER BY blob.uuid LIMIT ?3`,
    )
    .all(prefix, typeOrNull(kind), maxCandidates)
  if (found.length > 1) {
    throw new FossilError('name.ambiguous', { name, candidates: found.map(([, hash]) => hash) })
  }
  return found[0]?.[0]
}

function findRow(repo: Repo, digits: string, kind: EventKind | undefined): Rid | undefined {
  if (!/^\d{1,15}$/.test(digits)) return undefined
  return dbOf(repo)
    .prepare<[Rid]>(
      `SELECT rid FROM blob WHERE rid = ?1
          AND (?2 IS NULL OR EXISTS(SELECT 1 FROM event WHERE objid = rid AND type = ?2))`,
    )
    .get(Number(digits), typeOrNull(kind))?.[0]
}

function typeOrNull(kind: EventKind | undefined): string | null {
  return kind === undefined ? null : typeOfEvent[kind]
}

/** `NAME:DATE`; a date that ends in `utc` is one in UTC. name.c:424-453. */
function splitDated(name: string): { tag: string; date: string } | undefined {
  const colon = name.indexOf(':')
  if (colon === -1) return undefined
  const date = name.slice(colon + 1)
  if (!looksLikeDate(date) && compactDate(date) === undefined) return undefined
  return { tag: name.slice(0, colon), date: date.replace(/utc$/i, 'z') }
}

function looksLikeDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d/.test(text)
}

/** `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS` with its punctuation. name.c:75-112. */
function compactDate(text: string): string | undefined {
  const form = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?([Zz]?)$/.exec(text)
  if (form === null) return undefined
  const [, year = '', month = '', day = '', hour, minute = '', second, zone = ''] = form
  const isPlausible = +year >= 1970 && +year <= 2100 && +month >= 1 && +month <= 12
  if (!isPlausible || +day < 1 || +day > 31) return undefined
  if (+(hour ?? 0) > 24 || +minute > 60 || +(second ?? 0) > 60) return undefined
  const clock = hour === undefined ? '' : ` ${hour}:${minute}`
  return `${year}-${month}-${day}${clock}${second === undefined ? '' : `:${second}`}${zone}`
}

/** The last millisecond that a date can mean, since 1970; undefined for what is none. */
function readDate(repo: Repo, text: string): number | undefined {
  if (text === 'now') return repo.env.clock.nowMs()
  const [, date = '', zone = ''] = /^([^]*?)([Zz]?)$/.exec(compactDate(text) ?? text) ?? []
  const missing = { 10: ' 23:59:59.999', 16: ':59.999', 19: '.999' }[date.length] ?? ''
  return parseDate(`${date}${missing}${zone}`) ?? parseDate(text)
}

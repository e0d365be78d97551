/**
 * From what people type to what is meant: artifacts, check-ins, files, dates. Where a name means
 * nothing, the error names what is close to it.
 * @module
 */

import {
  type EventKind,
  latestCheckin,
  resolveName,
  tagNames,
  type TimelineOptions,
} from '../history/index.ts'
import { compareAsBytes } from '../base/text.ts'
import {
  type ArtifactHash,
  config,
  FossilError,
  hasArtifact,
  listShunned,
  parseDate,
  type Repo,
} from '../index.ts'
import { visibleLine } from './output.ts'

/**
 * The artifact that a name means.
 *
 * @throws {FossilError} `name.unknown`, with branches and tags of similar names, or with the reason
 *   why the name means nothing that was asked for; `name.ambiguous`
 */
export function findArtifact(
  repo: Repo,
  name: string,
  options: { readonly kind?: EventKind; readonly wholeBranch?: boolean } = {},
): ArtifactHash {
  try {
    return resolveName(repo, name, options)
  } catch (error) {
    if (!FossilError.is(error, 'name.unknown')) throw error
    const reason = otherwise(repo, name, options.kind)
    if (reason !== undefined) throw unknownName(name, reason, [])
    const names = tagNames(repo, { prefix: 'sym-' }).map((tag) => tag.slice('sym-'.length))
    throw unknownName(name, error.detail.reason, names)
  }
}

/** The meaning of a name, where it is not the one that was asked for. */
function otherwise(repo: Repo, name: string, kind: EventKind | undefined): string | undefined {
  const digits = /^[0-9a-f]{4,64}$/.test(name) ? name : undefined
  if (digits !== undefined && listShunned(repo).some(({ hash }) => hash.startsWith(digits))) {
    return `an artifact of this name ${shunnedHere}`
  }
  if (kind === undefined) return undefined
  try {
    return `${resolveName(repo, name)} is ${kindWords[kind]}`
  } catch (error) {
    if (FossilError.is(error, 'name.unknown') || FossilError.is(error, 'name.ambiguous')) {
      return undefined
    }
    throw error
  }
}

const kindWords: Readonly<Record<EventKind, string>> = {
  checkin: 'no check-in',
  wiki: 'no wiki page',
  ticket: 'no change of a ticket',
  technote: 'no technote',
  forum: 'no forum post',
  control: 'no change of tags',
}

const shunnedHere = 'is shunned here: "trilobite shun ls" says since when and why'

/**
 * Sees that the content of a file is here.
 *
 * @throws {FossilError} `name.unknown` where it is shunned, or never came
 */
export function checkContent(repo: Repo, file: { name: string; hash: ArtifactHash }): void {
  const { name, hash } = file
  if (hasArtifact(repo, hash)) return
  const isShunned = listShunned(repo).some((ban) => ban.hash === hash)
  const fate = isShunned ? shunnedHere : 'is not here: a sync may bring it'
  throw unknownName(name, `the content of this file, ${hash}, ${fate}`, [])
}

/**
 * The check-in that a name means; without one, the latest of the main branch, or of all.
 *
 * @throws {FossilError} as {@link findArtifact} does
 */
export function findCheckin(repo: Repo, name: string | undefined): ArtifactHash {
  if (name !== undefined) return findArtifact(repo, name, { kind: 'checkin' })
  const latest = latestCheckin(repo)
  if (latest !== undefined) return latest
  throw unknownName('tip', 'this repository has no check-ins', [])
}

/**
 * A point in time: `now`, a date, or the name of what happened then. A date alone is its first
 * moment.
 *
 * @throws {FossilError} `option.invalid` for what looks like a date and is none; as
 *   {@link findArtifact} does
 */
export function findMoment(repo: Repo, text: string): NonNullable<TimelineOptions['before']> {
  if (text === 'now') return { dateMs: repo.env.clock.nowMs() }
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return { hash: findArtifact(repo, text) }
  const dateMs = parseDate(text)
  if (dateMs !== undefined) return { dateMs }
  const reason = `${quoted(text)} is not a date such as 2024-01-31 or 2024-01-31T12:00:00`
  throw new FossilError('option.invalid', { option: 'date', reason })
}

/**
 * Names of files as a repository has them: from its root, without `./` before and `/` behind.
 *
 * @returns undefined where one of them is the root itself, or there are none: all files
 */
export function treePaths(paths: readonly string[]): string[] | undefined {
  const names = paths.map((path) => path.replace(/^(?:\.?\/+)+/, '').replace(/\/+$/, ''))
  return names.length === 0 || names.some((name) => name === '' || name === '.') ? undefined : names
}

/** The error for a file that is not among `names`, with those that are like it. */
export function unknownFile(name: string, where: string, names: Iterable<string>): FossilError {
  return unknownName(name, `there is no such file ${where}`, names)
}

/** @throws {FossilError} `name.unknown` for a path that is none of the names, nor above one */
export function checkPaths(
  paths: readonly string[] | undefined,
  allNames: () => readonly string[],
  where: string,
): void {
  if (paths === undefined) return
  const names = allNames()
  for (const path of paths) {
    const isKnown = names.some((name) => name === path || name.startsWith(`${path}/`))
    if (!isKnown) throw unknownFile(path, where, names)
  }
}

/** Digits of a hash for people: setting `hash-digits`. printf.c:53-66. */
export function shortHashes(repo: Repo): (hash: string) => string {
  const setting = Number.parseInt(config(repo, 'hash-digits') ?? '', 10)
  const digits = Number.isNaN(setting) ? 10 : Math.max(setting, 6)
  return (hash) => hash.slice(0, digits)
}

/** At most so many similar names are told. */
const maxSimilar = 5

/** The error for a name that means nothing, with those of `names` that are like it. */
export function unknownName(name: string, reason: string, names: Iterable<string>): FossilError {
  const similar = similarNames(name, names).map(quoted)
  const last = similar.pop()
  const list = similar.length === 0 ? last : `${similar.join(', ')} or ${last}`
  const question = last === undefined ? '' : `; did you mean ${list}?`
  return new FossilError('name.unknown', { name: visibleLine(name), reason: reason + question })
}

/** The names most like `name`: few edits away, or longer by what was not typed. */
export function similarNames(name: string, names: Iterable<string>): string[] {
  const wanted = name.toLowerCase().slice(0, maxCompared)
  const close: { name: string; distance: number }[] = []
  for (const candidate of names) {
    const own = candidate.toLowerCase().slice(0, maxCompared)
    const last = own.slice(own.lastIndexOf('/') + 1)
    const isPart = wanted.length >= 3 && own.includes(wanted)
    // The right name in the wrong folder is closest.
    const toLast = last === wanted ? 0.5 : editDistance(wanted, last) + 1
    const distance = Math.min(editDistance(wanted, own), toLast)
    if (isPart || distance <= Math.max(1, Math.floor(wanted.length / 3))) {
      close.push({ name: candidate, distance: isPart ? Math.min(distance, 2) : distance })
    }
  }
  close.sort((a, b) => a.distance - b.distance || compareAsBytes(a.name, b.name))
  return close.slice(0, maxSimilar).map((candidate) => candidate.name)
}

/** Names are compared this far: strangers wrote them. */
const maxCompared = 100

/** Insertions, removals and replacements that make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

function quoted(text: string): string {
  return `"${visibleLine(text)}"`
}

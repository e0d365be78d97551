/**
 * Check-ins that are asked for, as the artifacts that they come to.
 * Specification: fileformat.wiki §2.1. Reference: checkin.c create_manifest, commit_cmd; branch.c.
 * @module
 */

import { artifactOf, argumentsOf, type Card, kindOf } from './cards.ts'
import {
  type AskedChange,
  baselineOf,
  changed,
  copiedCards,
  deltaCards,
  fileCards,
  inherited,
  sumCards,
} from './files.ts'
import type { ExpectedArtifact, Holdings } from './holdings.ts'

/** A check-in that is asked for. */
export interface AskedCheckin {
  readonly parent?: string | undefined
  readonly merged?: readonly string[]
  /** Each with `+` or `-` before it. */
  readonly picked?: readonly string[]
  readonly changes: readonly AskedChange[]
  readonly comment: string
  readonly mimetype?: string | undefined
  readonly user: string
  readonly dateMs?: number | undefined
  readonly branch?: string | undefined
  readonly branchColor?: string | undefined
  readonly color?: string | undefined
  readonly isClosed?: boolean
  /** Closes those that it merges. */
  readonly integrates?: boolean
  readonly tags?: readonly string[]
  readonly isDelta?: boolean
  readonly isPrivate?: boolean
}

/** New files, the manifest last; undefined if that cannot be. */
export function checkinOf(
  holdings: Holdings,
  asked: AskedCheckin,
): readonly ExpectedArtifact[] | undefined {
  const { parent, picked = [] } = asked
  if (parent !== undefined && isAtEnd(holdings, parent, asked.branch)) return undefined
  const isPrivate = asked.isPrivate === true || (parent !== undefined && holdings.isPrivate(parent))
  const mayName = (hash: string): boolean =>
    hash !== parent && (isPrivate || !holdings.isPrivate(hash))
  const merged = [...new Set(asked.merged ?? [])].filter(mayName)
  const written: ExpectedArtifact[] = []
  const nameOf = (content: Uint8Array): string => {
    const file = { content, isPrivate }
    written.push(file)
    return holdings.add(file)
  }
  const before = parent === undefined ? new Map() : inherited(holdings.files(parent))
  const files = changed(before, asked.changes, nameOf)
  if (files === undefined) return undefined
  const isDelta = asked.isDelta === true && parent !== undefined
  const baseline = isDelta ? baselineOf(holdings, parent) : undefined
  const content = artifactOf([
    ...(baseline === undefined
      ? fileCards(files)
      : [['B', baseline] as const, ...deltaCards(holdings.files(baseline), files)]),
    ...wordCards(holdings, asked),
    ...(parent === undefined ? [] : [['P', parent, ...merged] as const]),
    ...picked.filter((each) => mayName(each.slice(1))).map((each): Card => ['Q', each]),
    ...sumCards(holdings, files),
    ...tagCards(holdings, asked, merged),
  ])
  return [...written, { content, isPrivate }]
}

/** Tells whether nobody is to go on from a check-in on that branch, by default its own. */
function isAtEnd(holdings: Holdings, parent: string, branch: string | undefined): boolean {
  const own = holdings.property(parent, 'branch')?.value || holdings.mainBranch()
  return (branch === undefined || branch === own) && holdings.isClosed(parent)
}

function wordCards(holdings: Holdings, asked: AskedCheckin): Card[] {
  const { comment, mimetype = '', user, dateMs = holdings.nowMs } = asked
  return [
    ['C', comment],
    ['D', holdings.dateOf(dateMs)],
    ...(mimetype === '' ? [] : [['N', mimetype] as const]),
    ['U', user],
  ]
}

function tagCards(holdings: Holdings, asked: AskedCheckin, merged: readonly string[]): Card[] {
  const { parent, branchColor, color, tags = [] } = asked
  const branch = asked.branch ?? (parent === undefined ? holdings.mainBranch() : undefined)
  const isOpen = (hash: string): boolean => holdings.isLeaf(hash) && !holdings.isClosed(hash)
  return [
    ...(branch === undefined ? [] : branchCards(branch, inheritedNames(holdings, parent, 2))),
    ...(branchColor === undefined ? [] : [['T', '*bgcolor', '*', branchColor] as const]),
    ...(color === undefined ? [] : [['T', '+bgcolor', '*', color] as const]),
    ...(asked.isClosed === true ? [['T', '+closed', '*'] as const] : []),
    ...(asked.integrates === true ? merged.filter(isOpen) : []).map((hash): Card => [
      'T',
      '+closed',
      hash,
    ]),
    ...tags.map((name): Card => ['T', `+sym-${name}`, '*']),
  ]
}

function branchCards(branch: string, names: readonly string[]): Card[] {
  return [
    ['T', '*branch', '*', branch],
    ['T', `*sym-${branch}`, '*'],
    ...names.filter((name) => name !== branch).map((name): Card => ['T', `-sym-${name}`, '*']),
  ]
}

/** Names of a parent that end where another branch begins: those of its tags, else its branch. */
function inheritedNames(holdings: Holdings, parent: string | undefined, type: 1 | 2): string[] {
  if (parent === undefined) return []
  if (holdings.property(parent, 'branch') !== undefined) return holdings.names(parent, type)
  for (let at: string | undefined = parent; at !== undefined && holdings.holds(at);) {
    const cards = holdings.cards(at)
    if (kindOf(cards) !== 'checkin') break
    const named = cards.find(([, tag, on]) => /^[*+-]branch$/.test(tag ?? '') && on === '*')
    if (named?.[3] !== undefined) return [named[3]]
    at = argumentsOf(cards, 'P')[0]
  }
  return []
}

/** The check-in that begins a branch: all as it was. */
export function branchOf(
  holdings: Holdings,
  asked: {
    readonly basis: string
    readonly name: string
    readonly color: string | undefined
    readonly isPrivate: boolean
    readonly user: string
    readonly dateMs: number | undefined
  },
): readonly ExpectedArtifact[] | undefined {
  const { basis, name, user, dateMs } = asked
  const cards = holdings.cards(basis)
  if (kindOf(cards) !== 'checkin' || holdings.openLeaves(name).length > 0) return undefined
  const isPrivate = asked.isPrivate || holdings.isPrivate(basis)
  const color = asked.color ?? (isPrivate ? '#fec084' : '')
  const comment = `Create new branch named "${html(name)}"`
  const content = artifactOf([
    ...cards.filter(([letter]) => letter === 'B' || letter === 'R'),
    ...copiedCards(cards),
    ...wordCards(holdings, { comment, user, dateMs, changes: [] }),
    ['P', basis],
    ...branchCards(name, inheritedNames(holdings, basis, 1)),
    ...(color === '' ? [] : [['T', '*bgcolor', '*', color] as const]),
  ])
  return [{ content, isPrivate }]
}

/** As stock writes a name into a comment. encode.c htmlize. */
function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

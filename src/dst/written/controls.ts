/**
 * Tags, amendments and marks that are asked for, as the artifacts that they come to.
 * Specification: fileformat.wiki §2.3. Reference: tag.c tag_add_artifact; info.c ci_amend_cmd;
 * branch.c.
 * @module
 */

import { artifactOf, argumentsOf, type Card, kindOf } from './cards.ts'
import type { ExpectedArtifact, Holdings } from './holdings.ts'

/** The author of an artifact; and the time of writing, unless it is now. */
export interface AskedBy {
  readonly user: string
  readonly dateMs?: number | undefined
}

/** A tag to set or cancel. */
export interface AskedTag {
  readonly target: string
  /** As in a T card, but that a name for a check-in has no `sym-` before it. */
  readonly name: string
  readonly isRaw?: boolean
  readonly action: '+' | '*' | '-'
  readonly value?: string | undefined
}

/** D and U cards. It is written now, or as soon as it counts as later than what it replaces. */
export function byCards(holdings: Holdings, by: AskedBy, replacedMs = -Infinity): Card[] {
  const dateMs = by.dateMs ?? Math.max(holdings.nowMs, replacedMs + 1)
  return [
    ['D', holdings.dateOf(dateMs)],
    ['U', by.user],
  ]
}

/** One artifact for all; undefined if a target cannot have tags. */
export function tagsOf(
  holdings: Holdings,
  tags: readonly AskedTag[],
  by: AskedBy,
): readonly ExpectedArtifact[] | undefined {
  const full = tags.map((tag) => {
    const isName = kindOf(holdings.cards(tag.target)) === 'checkin' && tag.isRaw !== true
    return isName ? { ...tag, name: `sym-${tag.name}` } : tag
  })
  if (full.length === 0) return undefined
  const times = full.map(({ target, name }) => lastMs(holdings, target, name))
  const content = artifactOf([
    ...byCards(holdings, by, Math.max(...times)),
    ...full.map(({ action, name, target, value = '' }): Card => {
      const card = ['T', `${action}${name}`, target] as const
      return value === '' || action === '-' ? card : [...card, value]
    }),
  ])
  return [{ content, isPrivate: full.every(({ target }) => holdings.isPrivate(target)) }]
}

/** The time at which a tag was last set or cancelled on its very target. */
function lastMs(holdings: Holdings, target: string, name: string): number {
  const ms = holdings.value(
    `SELECT CAST(round((tagxref.mtime - 2440587.5) * 86400000) AS INTEGER)
       FROM blob JOIN tagxref USING(rid) JOIN tag USING(tagid)
      WHERE uuid = ? AND tagname = ? AND srcid <> 0`,
    target,
    name,
  )
  return typeof ms === 'number' ? ms : -Infinity
}

/** Changes that a check-in is to show in place of what it says. */
export interface AskedAmendment {
  readonly comment?: string | undefined
  readonly user?: string | undefined
  readonly dateMs?: number | undefined
  readonly color?: string | undefined
  readonly colorPropagates?: boolean | undefined
  readonly branch?: string | undefined
  readonly addTags?: readonly string[]
  readonly cancelTags?: readonly string[]
  readonly closed?: boolean | undefined
  readonly hidden?: boolean | undefined
}

/** One artifact with all that differs from what is shown; undefined if nothing does. */
export function amendmentOf(
  holdings: Holdings,
  target: string,
  asked: AskedAmendment,
  by: AskedBy,
): readonly ExpectedArtifact[] | undefined {
  if (kindOf(holdings.cards(target)) !== 'checkin') return undefined
  const tags = new Map<string, Omit<AskedTag, 'target' | 'name'>>()
  amendText(holdings, target, asked, tags)
  amendColor(holdings, target, asked, tags)
  for (const name of asked.addTags ?? []) tags.set(`sym-${name}`, { action: '+' })
  const names = holdings.names(target, 1)
  for (const name of asked.cancelTags ?? []) {
    if (names.includes(name)) tags.set(`sym-${name}`, { action: '-' })
  }
  const { hidden, closed, branch } = asked
  const has = (name: string): boolean => holdings.property(target, name) !== undefined
  if (hidden !== undefined && hidden !== has('hidden')) {
    tags.set('hidden', { action: hidden ? '*' : '-' })
  }
  if (closed !== undefined && closed !== has('closed')) {
    tags.set('closed', { action: closed ? (holdings.isLeaf(target) ? '+' : '*') : '-' })
  }
  if (branch !== undefined && branch !== holdings.property(target, 'branch')?.value) {
    for (const name of holdings.names(target, 2)) tags.set(`sym-${name}`, { action: '-' })
    tags.set('branch', { action: '*', value: branch })
    tags.set(`sym-${branch}`, { action: '*' })
  }
  const all = [...tags].map(([name, tag]) => ({ target, name, isRaw: true, ...tag }))
  return tagsOf(holdings, all, by)
}

type Tags = Map<string, Omit<AskedTag, 'target' | 'name'>>

function amendText(holdings: Holdings, target: string, asked: AskedAmendment, tags: Tags): void {
  const cards = holdings.cards(target)
  const shown = (name: string, letter: string): string =>
    holdings.property(target, name)?.value ?? argumentsOf(cards, letter)[0] ?? ''
  const { comment, user, dateMs } = asked
  if (comment !== undefined && plain(comment) !== plain(shown('comment', 'C'))) {
    tags.set('comment', { action: '+', value: comment })
  }
  if (user !== undefined && user !== shown('user', 'U')) {
    tags.set('user', { action: '+', value: user })
  }
  const shownMs = holdings.msOf(shown('date', 'D')) ?? holdings.dateMsOf(cards)
  if (dateMs !== undefined && dateMs !== shownMs) {
    const value = holdings.dateOf(dateMs, { isShort: dateMs % 1000 === 0 })
    tags.set('date', { action: '+', value })
  }
}

/** Text without what comments are compared without. info.c comment_compare. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trim()
}

function amendColor(holdings: Holdings, target: string, asked: AskedAmendment, tags: Tags): void {
  const { color } = asked
  if (color === undefined) return
  const shown = holdings.property(target, 'bgcolor')
  if (color === '') {
    if (shown !== undefined && shown.value !== '') tags.set('bgcolor', { action: '-' })
    return
  }
  const isDigits = /^[0-9a-fA-F]+$/.test(color) && (color.length === 3 || color.length === 6)
  const value = isDigits ? `#${color}` : color
  const action = (asked.colorPropagates ?? shown?.type === 2) ? '*' : '+'
  const isSame = value === shown?.value && (action === '*') === (shown.type === 2)
  if (!isSame) tags.set('bgcolor', { action, value })
}

/** The effects of marks on branches, as tags of their latest check-ins. */
const marks = {
  close: ['closed', '+'],
  reopen: ['closed', '-'],
  hide: ['hidden', '*'],
  unhide: ['hidden', '-'],
} as const

/** One artifact; undefined if there is no such branch, or it is so already. */
export function markOf(
  holdings: Holdings,
  mark: string,
  branch: string,
  by: AskedBy,
): readonly ExpectedArtifact[] | undefined {
  const tip = holdings.tipOf(branch)
  const [, tag] = Object.entries(marks).find(([name]) => name === mark) ?? []
  if (tip === undefined || tag === undefined) return undefined
  const [name, action] = tag
  const isSo = (holdings.property(tip, name) !== undefined) === (action !== '-')
  if (isSo || (name === 'closed' && !holdings.isLeaf(tip))) return undefined
  return tagsOf(holdings, [{ target: tip, name, isRaw: true, action }], by)
}

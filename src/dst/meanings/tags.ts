/**
 * The meaning of operations that say something of artifacts that exist. Only what is not so
 * already is said. The rules are those of src/write/tag.ts, amend.ts and branch.ts, written down a
 * second time.
 * @module
 */

import type { DeckTag } from '../../deck/deck.ts'
import { formatDate } from '../../deck/date.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { Amendment } from '../../write/amend.ts'
import type { Author } from '../../write/artifact.ts'
import type { BranchMark } from '../../write/branch.ts'
import type { TagEdit } from '../../write/tag.ts'
import { dateSaid, heldTag, saidNames, type SaidHistory } from '../history-sayings.ts'
import type { CheckinSaying, ControlSaying } from '../said.ts'
import { datedAfter, type Heard } from './heard.ts'

/** Tags as they are asked for. */
export interface AskedTags {
  readonly kind: 'tags'
  readonly edits: readonly TagEdit[]
  readonly author: Author
}

/** An amendment as it is asked for. */
export interface AskedAmendment {
  readonly kind: 'amendment'
  readonly target: ArtifactHash
  readonly amendment: Amendment
  readonly author: Author
}

/** A mark on the tip of a branch. */
export interface AskedMark {
  readonly kind: 'mark'
  readonly mark: BranchMark
  readonly tip: ArtifactHash
  readonly author: Author
}

type Targeted = ControlSaying['tags'][number]

export function tagsMeaning({ edits, author }: AskedTags, heard: Heard): ControlSaying {
  const { checkins } = heard.history()
  const tags = edits.map((edit): Targeted => {
    const { target } = edit
    const isName = checkins.has(target) && edit.isRaw !== true
    const name = isName ? `sym-${edit.name}` : edit.name
    if (edit.action === 'cancel') return { action: '-', name, target }
    const action = edit.propagates === true ? '*' : '+'
    return { action, name, target, ...valued(edit.value) }
  })
  return controlSaying(tags, author, heard)
}

export function markMeaning({ mark, tip, author }: AskedMark, heard: Heard): ControlSaying {
  const [name, action] = marks[mark]
  return controlSaying([{ action, name, target: tip }], author, heard)
}

const marks: Readonly<Record<BranchMark, readonly [string, DeckTag['action']]>> = {
  close: ['closed', '+'],
  reopen: ['closed', '-'],
  hide: ['hidden', '*'],
  unhide: ['hidden', '-'],
}

/** Undefined if it is of a check-in that nobody told of. */
export function amendmentMeaning(
  { target, amendment, author }: AskedAmendment,
  heard: Heard,
): ControlSaying | undefined {
  const history = heard.history()
  const says = history.checkins.get(target)
  if (says === undefined) return undefined
  const shown = { history, target, says }
  // Of a name that is both taken away and given, the latter counts, and of a branch that is left.
  const changes = new Map<string, Change>([
    ...wordChanges(shown, amendment),
    ...colorChanges(shown, amendment),
    ...nameChanges(shown, amendment),
    ...stateChanges(shown, amendment),
    ...branchChanges(shown, amendment),
  ])
  const tags = [...changes].map(([name, [action, value]]): Targeted => {
    return { action, name, target, ...valued(value) }
  })
  return controlSaying(tags, author, heard)
}

/** A check-in as it is shown now. */
interface Shown {
  readonly history: SaidHistory
  readonly target: ArtifactHash
  readonly says: CheckinSaying
}

type Change = readonly [action: DeckTag['action'], value?: string]
type Changes = [name: string, change: Change][]

function shownValue({ history, target }: Shown, name: string): string | undefined {
  const tag = heldTag(history, target, name)
  return tag === undefined ? undefined : (tag.value ?? '')
}

function wordChanges(shown: Shown, { comment, user, dateMs }: Amendment): Changes {
  const { says } = shown
  const dateNow = dateSaid(shownValue(shown, 'date')) ?? says.dateMs
  const commentNow = shownValue(shown, 'comment') ?? says.comment
  const precision = (dateMs ?? 0) % 1000 === 0 ? 'seconds' : 'milliseconds'
  const changes: Changes = []
  if (isNew(comment?.trim(), commentNow.trim())) changes.push(['comment', ['+', comment]])
  if (isNew(user, shownValue(shown, 'user') ?? says.user)) changes.push(['user', ['+', user]])
  if (isNew(dateMs, dateNow)) changes.push(['date', ['+', formatDate(dateMs, precision)]])
  return changes
}

function isNew<T>(asked: T | undefined, now: T): asked is T {
  return asked !== undefined && asked !== now
}

function colorChanges(shown: Shown, { color, colorPropagates }: Amendment): Changes {
  if (color === undefined) return []
  const now = heldTag(shown.history, shown.target, 'bgcolor')
  if (color === '') return (now?.value ?? '') === '' ? [] : [['bgcolor', ['-']]]
  const wanted = /^(?:[0-9a-f]{3}){1,2}$/i.test(color) ? `#${color}` : color
  const propagates = colorPropagates ?? now?.type === 2
  const isSame = wanted === now?.value && propagates === (now.type === 2)
  return isSame ? [] : [['bgcolor', [propagates ? '*' : '+', wanted]]]
}

function nameChanges(shown: Shown, { addTags = [], cancelTags = [] }: Amendment): Changes {
  const held = saidNames(shown.history, shown.target)
  const lost = cancelTags.filter((name) => held.includes(name))
  return [
    ...addTags.map((name): Changes[0] => [`sym-${name}`, ['+']]),
    ...lost.map((name): Changes[0] => [`sym-${name}`, ['-']]),
  ]
}

function stateChanges(shown: Shown, { closed, hidden }: Amendment): Changes {
  const isSo = (name: string): boolean => shownValue(shown, name) !== undefined
  const isLeaf = shown.history.ends.has(shown.target)
  const closing: Change = closed === true ? [isLeaf ? '+' : '*'] : ['-']
  const changes: Changes = []
  if (hidden !== undefined && hidden !== isSo('hidden')) {
    changes.push(['hidden', [hidden ? '*' : '-']])
  }
  if (closed !== undefined && closed !== isSo('closed')) changes.push(['closed', closing])
  return changes
}

function branchChanges(shown: Shown, { branch }: Amendment): Changes {
  if (branch === undefined || branch === shownValue(shown, 'branch')) return []
  const left = saidNames(shown.history, shown.target, 'propagating')
  return [
    ...left.map((name): Changes[0] => [`sym-${name}`, ['-']]),
    ['branch', ['*', branch]],
    [`sym-${branch}`, ['*']],
  ]
}

function valued(value: string | undefined): { value?: string } {
  return value === undefined || value === '' ? {} : { value }
}

/** A saying is later than what was last said of the same, whatever the clock says. */
function controlSaying(tags: readonly Targeted[], author: Author, heard: Heard): ControlSaying {
  const { tags: said } = heard.history()
  const lastMs = tags.map(({ target, name }) => {
    const tag = said.get(target)?.get(name)
    return tag?.source === undefined ? -Infinity : (tag.dateMs ?? -Infinity)
  })
  const dateMs = datedAfter(heard, author.dateMs, Math.max(...lastMs, -Infinity))
  return { kind: 'control', user: author.user, dateMs, tags }
}

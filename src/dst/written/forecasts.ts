/**
 * Forecasts: the arguments of each operation that writes artifacts, as the artifacts that it is to
 * write.
 * @module
 */

import { noBytes } from '../../base/bytes.ts'
import type { Arguments } from '../../runner/arguments.ts'
import { contentOf, edited } from '../operations/content.ts'
import { authorOf, textOf } from '../operations/drawing.ts'
import type { AskedOperation } from '../operations/operation.ts'
import { type AskedCheckin, branchOf, checkinOf } from './checkins.ts'
import { amendmentOf, type AskedTag, markOf, tagsOf } from './controls.ts'
import type { AskedChange } from './files.ts'
import type { ExpectedArtifact, Holdings } from './holdings.ts'
import { versions } from './many.ts'
import { attachmentOf, type AskedTarget, noteOf, postOf, ticketOf, wikiOf } from './pages.ts'

/** Artifacts that are to be there; undefined if that which is asked for cannot be. */
export type Forecast = (
  context: AskedOperation,
  holdings: Holdings,
  /** The id of a ticket or note that is begun. */
  newId: string,
) => readonly ExpectedArtifact[] | undefined

/** Undefined for what is not there. */
function resolved({ references }: AskedOperation, name: string | undefined): string | undefined {
  return name === undefined ? undefined : references.resolve(name)
}

/** Texts of a group of arguments that may be left out, with links in them as they are written. */
function said(context: AskedOperation, name: string, args = context.args): string | undefined {
  const text = args.maybeText(name)
  return text === undefined ? undefined : textOf(context, text)
}

function changesOf(
  context: AskedOperation,
  holdings: Holdings,
  parent: string | undefined,
): AskedChange[] {
  const files = parent === undefined ? undefined : holdings.files(parent)
  return context.args.groups('changes').map((change) => {
    const name = change.text('name')
    const from = change.maybeText('from')
    if (from !== undefined) {
      const isEdited = change.maybeInteger('key') !== undefined
      return { name, from, ...(isEdited ? { content: contentOf(change) } : {}) }
    }
    if (change.flag('removed')) return { name }
    const source = resolved(context, change.maybeText('as'))
    const taken = source === undefined ? files : holdings.files(source)
    const before = heldContent(holdings, taken?.get(name)?.hash)
    const isAsItWas = source !== undefined || change.flag('kept')
    const content = isAsItWas ? before : edited(before, change)
    return { name, content: change.flag('empty') ? noBytes : content, ...lettersOf(change) }
  })
}

/** The content of an artifact; one that has not come counts as empty. */
function heldContent(holdings: Holdings, hash: string | undefined): Uint8Array {
  return hash !== undefined && holdings.holds(hash) ? holdings.content(hash) : noBytes
}

/** The letters of a permission that is asked for. */
function lettersOf(change: Arguments): Pick<AskedChange, 'permissions'> {
  const permission = change.maybeText('permission')
  if (permission === undefined) return {}
  return { permissions: { executable: 'x', symlink: 'l' }[permission] ?? '' }
}

/** The options that all check-ins share. */
function askedOf(context: AskedOperation): Omit<AskedCheckin, 'changes'> {
  const { args } = context
  return {
    ...authorOf(context),
    comment: said(context, 'comment') ?? '',
    mimetype: args.maybeText('mimetype'),
    branch: args.maybeText('branch'),
    branchColor: args.maybeText('branchColor'),
    color: args.maybeText('color'),
    isClosed: args.flag('closed'),
    integrates: args.flag('integrate'),
    tags: args.texts('tags'),
    isDelta: args.flag('deltaManifest'),
    isPrivate: args.flag('isPrivate'),
  }
}

const checkin: Forecast = (context, holdings) => {
  const { args } = context
  const parent = resolved(context, args.maybeText('parent'))
  if (parent === undefined && args.maybeText('parent') !== undefined) return undefined
  const named = ['merged', 'picked', 'backedOut'].map((name) =>
    args.texts(name).map((each) => resolved(context, each)),
  )
  const [merged = [], picked = [], backedOut = []] = named.map((all) =>
    all.filter((each) => each !== undefined),
  )
  if (named.flat().includes(undefined)) return undefined
  return checkinOf(holdings, {
    ...askedOf(context),
    parent,
    merged,
    picked: [...picked.map((each) => `+${each}`), ...backedOut.map((each) => `-${each}`)],
    changes: changesOf(context, holdings, parent),
  })
}

const branch: Forecast = (context, holdings, newId) => {
  const { args } = context
  if (args.maybeText('basis') === undefined) return checkin(context, holdings, newId)
  const basis = resolved(context, args.text('basis'))
  if (basis === undefined) return undefined
  const isPrivate = args.flag('isPrivate')
  const begun = { basis, name: args.text('branch'), color: args.maybeText('color'), isPrivate }
  return branchOf(holdings, { dateMs: undefined, ...begun, ...authorOf(context) })
}

/** On a private line, or a new one of its own, or on what is latest; where nobody has gone on. */
const guardedCheckin: Forecast = (context, holdings) => {
  const { args } = context
  const changed = resolved(context, args.text('parent'))
  if (changed === undefined || args.maybeText('slip') !== undefined) return undefined
  const [isLatest, color] = [args.flag('onLatest'), args.maybeText('color')]
  const parent = isLatest ? latestOf(holdings) : changed
  if (parent === undefined) return undefined
  const wasPrivate = holdings.isPrivate(parent)
  const turnsPrivate = !isLatest && args.flag('isPrivate') && !wasPrivate
  const named = isLatest ? undefined : args.maybeText('branch')
  const begun = named ?? (turnsPrivate ? 'private' : undefined)
  const isFree =
    begun === undefined
      ? wasPrivate || holdings.isLeaf(parent)
      : begun === 'private' || holdings.openLeaves(begun).length === 0
  if (!isFree) return undefined
  return checkinOf(holdings, {
    ...authorOf(context),
    comment: said(context, 'comment') ?? '',
    parent,
    isPrivate: wasPrivate || turnsPrivate,
    branch: begun,
    color,
    branchColor: turnsPrivate && color === undefined ? '#fec084' : undefined,
    changes: changesOf(context, holdings, changed),
  })
}

/** The latest check-in of the main branch, or of all where that has none. */
function latestOf(holdings: Holdings): string | undefined {
  const latest = `SELECT uuid FROM event JOIN blob ON rid = objid WHERE type = 'ci'
                   ORDER BY mtime DESC, rid DESC`
  return holdings.tipOf(holdings.mainBranch()) ?? holdings.text(latest)
}

/** Check-ins one on top of the other. */
const many: Forecast = (context, holdings) => {
  const { args } = context
  let parent = resolved(context, args.text('parent'))
  const isDelta = args.flag('deltaManifests')
  const all: ExpectedArtifact[] = []
  for (const [at, changes] of versions(args).entries()) {
    if (parent === undefined) return undefined
    const comment = `one of many, ${at + 1}`
    const asked = { ...authorOf(context), parent, comment, changes, isDelta }
    const written = checkinOf(holdings, asked)
    const last = written?.at(-1)
    if (written === undefined || last === undefined) return undefined
    all.push(...written)
    parent = holdings.add(last)
  }
  return all
}

const tag: Forecast = (context, holdings) => {
  const { args } = context
  const target = resolved(context, args.text('target'))
  if (target === undefined) return undefined
  const tags = args.groups('edits').map((edit): AskedTag => {
    const [name, isRaw] = [edit.text('name'), edit.flag('isRaw')]
    if (edit.flag('cancels')) return { target, name, isRaw, action: '-' }
    const action = edit.flag('propagates') ? '*' : '+'
    return { target, name, isRaw, action, value: valueOf(context, edit) }
  })
  return tagsOf(holdings, tags, authorOf(context))
}

/** Comments have links in them, and parents are named by references. */
function valueOf(context: AskedOperation, edit: Arguments): string | undefined {
  const [name, value] = [edit.text('name'), edit.maybeText('value')]
  if (name === 'comment') return said(context, 'value', edit)
  if (name !== 'parent') return value
  return value
    ?.split(' ')
    .flatMap((each) => resolved(context, each) ?? [])
    .join(' ')
}

/** A tag that is cancelled holds before. */
const guardedTag: Forecast = (context, holdings) => {
  const { args } = context
  const target = resolved(context, args.text('target'))
  if (target === undefined) return undefined
  const [name, cancels] = [args.text('name'), args.flag('cancels')]
  if (cancels && !holdings.names(target, 1).includes(name)) return undefined
  return tagsOf(holdings, [{ target, name, action: cancels ? '-' : '+' }], authorOf(context))
}

const amendment: Forecast = (context, holdings) => {
  const { args } = context
  const target = resolved(context, args.text('target'))
  const [change] = args.groups('change')
  if (target === undefined || change === undefined) return undefined
  const answer = (name: string): boolean | undefined => {
    const word = change.maybeText(name)
    return word === undefined ? undefined : word === 'yes'
  }
  const asked = {
    comment: said(context, 'comment', change),
    user: change.maybeText('user'),
    dateMs: change.maybeInteger('dateMs'),
    color: change.maybeText('color'),
    colorPropagates: change.flag('colorPropagates') ? true : undefined,
    branch: change.maybeText('branch'),
    addTags: change.texts('addTags'),
    cancelTags: change.texts('cancelTags'),
    closed: answer('closed'),
    hidden: answer('hidden'),
  }
  return amendmentOf(holdings, target, asked, authorOf(context))
}

const mark: Forecast = (context, holdings) =>
  markOf(holdings, context.args.text('mark'), context.args.text('branch'), authorOf(context))

const wiki: Forecast = (context, holdings) => {
  const mimetype = context.args.maybeText('mimetype')
  const [content = '', comment = ''] = [said(context, 'content'), said(context, 'comment')]
  const page = { title: context.args.text('title'), content, comment }
  const typed = mimetype === undefined ? page : { ...page, mimetype }
  return wikiOf(holdings, typed, authorOf(context))
}

const ticket: Forecast = (context, holdings, newId) => {
  const known = context.args.maybeText('ticket')
  const id = known === undefined ? newId : resolved(context, known)
  if (id === undefined) return undefined
  const [group] = context.args.groups('fields')
  const names = ['status', 'severity', 'title', '+comment', 'icomment', 'mimetype']
  const fields = [...names, '+title', 'comment', 'private_contact'].flatMap((name) => {
    const value = group === undefined ? undefined : said(context, name, group)
    return value === undefined ? [] : [[name, value] as const]
  })
  return ticketOf(holdings, id, new Map(fields), authorOf(context))
}

const technote: Forecast = (context, holdings, newId) => {
  const { args } = context
  const known = args.maybeText('note')
  const id = known === undefined ? newId : resolved(context, known)
  if (id === undefined) return undefined
  const note = {
    content: said(context, 'content') ?? '',
    eventMs: args.maybeInteger('eventMs'),
    comment: said(context, 'comment'),
    mimetype: args.maybeText('mimetype'),
    color: args.maybeText('color'),
    tags: args.texts('tags'),
  }
  return noteOf(holdings, id, note, authorOf(context))
}

const attachment: Forecast = (context, holdings) => {
  const { args } = context
  const target = targetOf(context)
  if (target === undefined) return undefined
  const fileName = args.text('fileName')
  const name = fileName.split(/[/\\]/).at(-1) ?? ''
  if (args.flag('detaches')) {
    return attachmentOf(holdings, target, { name: fileName }, authorOf(context))
  }
  const file = { name, content: contentOf(args), comment: said(context, 'comment') ?? '' }
  return attachmentOf(holdings, target, file, authorOf(context))
}

const detachment: Forecast = (context, holdings) => {
  const target = targetOf(context)
  const name = context.args.text('fileName')
  return target && attachmentOf(holdings, target, { name }, authorOf(context))
}

function targetOf(context: AskedOperation): AskedTarget | undefined {
  const { args } = context
  const page = args.maybeText('page')
  if (page !== undefined) return { tag: 'wiki', letter: 'L', name: page }
  const ticketId = resolved(context, args.maybeText('ticket'))
  if (ticketId !== undefined) return { tag: 'tkt', letter: 'K', name: ticketId }
  const noteId = resolved(context, args.maybeText('note'))
  return noteId === undefined ? undefined : { tag: 'event', letter: 'E', name: noteId }
}

const forum: Forecast = (context, holdings) => {
  const { args } = context
  const asked = { answers: args.maybeText('answers'), replaces: args.maybeText('replaces') }
  const [answers, replaces] = [resolved(context, asked.answers), resolved(context, asked.replaces)]
  if (asked.answers !== undefined && answers === undefined) return undefined
  if (asked.replaces !== undefined && replaces === undefined) return undefined
  const post = {
    answers,
    replaces,
    title: said(context, 'title'),
    content: said(context, 'content') ?? '',
    mimetype: args.maybeText('mimetype'),
  }
  return postOf(holdings, post, authorOf(context))
}

/** By name of the operation. Operations that write no artifact are not among them. */
export const forecasts: ReadonlyMap<string, Forecast> = new Map([
  ...['begin', 'checkin', 'draft', 'variant', 'merge', 'cherrypick', 'rename'].map(
    (name) => [name, checkin] as const,
  ),
  ['branch', branch],
  ['guardedCheckin', guardedCheckin],
  ['series', many],
  ['burst', many],
  ['tag', tag],
  ['guardedTag', guardedTag],
  ['amendment', amendment],
  ['mark', mark],
  ['wiki', wiki],
  ['ticket', ticket],
  ['technote', technote],
  ['attachment', attachment],
  ['detachment', detachment],
  ['forum', forum],
])

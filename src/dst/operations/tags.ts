/**
 * Operations on artifacts that exist: tags, properties, amendments, marks on branches. Names are
 * few and used by many, so that one cancels the tag of another, and times collide.
 * @module
 */

import { branchTip } from '../../crosslink/branch.ts'
import { formatDate } from '../../deck/date.ts'
import type { Arguments, ArgumentValues } from '../../runner/arguments.ts'
import { amendCheckin, type Amendment } from '../../write/amend.ts'
import type { Written } from '../../write/artifact.ts'
import { type BranchMark, markBranches } from '../../write/branch.ts'
import { editTags, type TagEdit } from '../../write/tag.ts'
import {
  authorOf,
  checkins,
  drawAuthor,
  drawNames,
  drawText,
  news,
  publicCheckins,
  textOf,
  texts,
} from './drawing.ts'
import type { ApplyContext, FossilOperation, Made, PlanContext } from './operation.ts'

/** Adds and cancels tags, mostly of check-ins. */
export const tag: FossilOperation = {
  name: 'tag',
  weight: 2,
  plan: (context) => {
    const { repo, draw, references } = context
    const targets = draw.chance(0.75) ? checkins(repo) : news(repo)
    if (targets.length === 0) return undefined
    const target = references.to(draw.pick(targets))
    const edits = [drawEdit(context), drawEdit(context)]
    const isOnce = edits[0]?.['name'] === edits[1]?.['name'] || draw.chance(0.6)
    return { target, edits: isOnce ? edits.slice(1) : edits, ...drawAuthor(context) }
  },
  apply: (context) => {
    const { repo, args, references } = context
    const target = references.artifact(args.text('target'))
    if (target === undefined) return undefined
    const edits = args.groups('edits').map((edit) => editOf(context, edit, target))
    const author = authorOf(context)
    return written(editTags(repo, edits, author), { kind: 'tags', edits, author })
  },
}

function drawEdit(context: PlanContext): ArgumentValues {
  const { draw } = context
  const isRaw = draw.chance(0.4)
  const name = draw.pick(isRaw ? Object.keys(properties) : ['release', 'checked', 'two words'])
  if (draw.chance(0.25)) return { name, isRaw, cancels: true }
  const drawn = isRaw
    ? properties[name]?.(context)
    : draw.pick([undefined, '1', 'two words', 'a\\b\nc'])
  const value = drawn === undefined ? {} : { value: drawn }
  return { name, isRaw, propagates: draw.chance(0.4), ...value }
}

function editOf(context: ApplyContext, edit: Arguments, target: TagEdit['target']): TagEdit {
  const [name, isRaw] = [edit.text('name'), edit.flag('isRaw')]
  if (edit.flag('cancels')) return { action: 'cancel', target, name, isRaw }
  const value = edit.maybeText('value')
  const said = value === undefined ? {} : { value: valueOf(context, name, value) }
  return { action: 'add', target, name, isRaw, propagates: edit.flag('propagates'), ...said }
}

/** Properties that Fossil itself reads, and a value for each. */
const properties: Readonly<Record<string, (context: PlanContext) => string | undefined>> = {
  bgcolor: ({ draw }) => draw.pick(['#fff000', 'teal']),
  comment: drawText,
  user: ({ draw }) => draw.pick(['ann', 'carl']),
  date: drawDate,
  hidden: () => undefined,
  closed: () => undefined,
  branch: ({ draw }) => draw.pick(['trunk', 'line-1', 'odd']),
  parent: drawParents,
}

/** A date near now; now and then one that only looks like one. */
function drawDate({ repo, draw }: PlanContext): string {
  if (draw.chance(0.1)) return draw.pick(['now', 'soon', '2025-02-30'])
  const dateMs = repo.env.clock.nowMs() - draw.int(0, 600_000)
  return formatDate(dateMs, draw.pick(['seconds', 'milliseconds']))
}

/** Other parents, which everybody can get: also such as would make a circle. */
function drawParents({ repo, draw, references }: PlanContext): string | undefined {
  const known = publicCheckins(repo)
  if (known.length === 0) return undefined
  const drawn = Array.from({ length: draw.int(1, 2) }, () => draw.pick(known))
  return drawn.map((hash) => references.to(hash)).join(' ')
}

/** Parents are named by references; those that are not there are left out. */
function valueOf(context: ApplyContext, name: string, value: string): string {
  if (name === 'comment') return textOf(context, value)
  if (name !== 'parent') return value
  const named = value.split(' ').map((reference) => context.references.resolve(reference))
  return named.filter((hash) => hash !== undefined).join(' ')
}

/** Amends a check-in: one or more of all that can be amended. */
export const amendment: FossilOperation = {
  name: 'amendment',
  weight: 2,
  plan: (context) => {
    const { repo, draw, references } = context
    const known = checkins(repo)
    if (known.length === 0) return undefined
    const target = references.to(draw.pick(known))
    return { target, change: [drawAmendment(context)], ...drawAuthor(context) }
  },
  apply: (context) => {
    const { repo, args, references } = context
    const target = references.artifact(args.text('target'))
    const [change] = args.groups('change')
    if (target === undefined || change === undefined) return undefined
    const [asked, author] = [amendmentOf(context, change), authorOf(context)]
    const says = { kind: 'amendment', target, amendment: asked, author } as const
    return written(amendCheckin(repo, target, asked, author), says)
  },
}

function drawAmendment(context: PlanContext): ArgumentValues {
  const { repo, draw } = context
  const any = (): boolean => draw.chance(0.3)
  return {
    ...(any() ? { comment: drawText(context) } : {}),
    ...(any() ? { user: draw.pick(['ann', 'carl']) } : {}),
    ...(any() ? { dateMs: repo.env.clock.nowMs() - draw.int(0, 600_000) } : {}),
    ...(any() ? { color: draw.pick(['', 'abc', 'navy']) } : {}),
    ...(any() ? { colorPropagates: draw.chance(0.5) } : {}),
    ...(any() ? { branch: draw.pick(['trunk', 'line-1', 'line-2']) } : {}),
    ...(any() ? { addTags: drawNames(draw) } : {}),
    ...(any() ? { cancelTags: ['release'] } : {}),
    ...(draw.chance(0.15) ? { closed: draw.chance(0.6) ? 'yes' : 'no' } : {}),
    ...(draw.chance(0.1) ? { hidden: draw.chance(0.5) ? 'yes' : 'no' } : {}),
  }
}

function amendmentOf(context: ApplyContext, change: Arguments): Amendment {
  const comment = change.maybeText('comment')
  const [user, color, branch] = ['user', 'color', 'branch'].map((name) => change.maybeText(name))
  const dateMs = change.maybeInteger('dateMs')
  const [closed, hidden] = ['closed', 'hidden'].map((name) => change.maybeText(name))
  return {
    ...(comment === undefined ? {} : { comment: textOf(context, comment) }),
    ...(user === undefined ? {} : { user }),
    ...(dateMs === undefined ? {} : { dateMs }),
    ...(color === undefined ? {} : { color }),
    ...(change.flag('colorPropagates') ? { colorPropagates: true } : {}),
    ...(branch === undefined ? {} : { branch }),
    addTags: change.texts('addTags'),
    cancelTags: change.texts('cancelTags'),
    ...(closed === undefined ? {} : { closed: closed === 'yes' }),
    ...(hidden === undefined ? {} : { hidden: hidden === 'yes' }),
  }
}

/** Closes, reopens, hides or shows branches. */
export const mark: FossilOperation = {
  name: 'mark',
  weight: 2,
  plan: (context) => {
    const { repo, draw } = context
    const names = texts(
      repo,
      `SELECT DISTINCT value FROM tagxref JOIN tag USING(tagid) JOIN event ON objid = rid
        WHERE tagname = 'branch' AND tagtype > 0 AND type = 'ci' AND value IS NOT NULL ORDER BY 1`,
    )
    if (names.length === 0) return undefined
    const drawn = draw.pick(['close', 'reopen', 'reopen', 'hide', 'unhide'])
    return { mark: drawn, branch: draw.pick(names), ...drawAuthor(context) }
  },
  apply: (context) => {
    const { repo, args } = context
    const asked = args.text('mark')
    const known = marks.find((each) => each === asked)
    if (known === undefined) return undefined
    const [name, author] = [args.text('branch'), authorOf(context)]
    // Of check-ins of one moment the one that came first here is shown last.
    const tip = branchTip(repo, name)?.hash
    const says = tip && ({ kind: 'mark', mark: known, tip, author } as const)
    return written(markBranches(repo, known, [name], author), says)
  },
}

const marks: readonly BranchMark[] = ['close', 'reopen', 'hide', 'unhide']

function written(artifact: Written | undefined, says: Made['says']): Made | undefined {
  return artifact === undefined ? undefined : { artifacts: [artifact.hash], says }
}

/**
 * Operations on artifacts that exist: tags, properties, amendments, marks on branches. Names are
 * few and used by many, so that one cancels the tag of another, and times collide.
 * @module
 */

import { formatDate } from '../../deck/date.ts'
import { amendCheckin, type Amendment } from '../../write/amend.ts'
import type { Written } from '../../write/artifact.ts'
import { type BranchMark, markBranches } from '../../write/branch.ts'
import { editTags, type TagEdit } from '../../write/tag.ts'
import {
  checkins,
  type Operation,
  type OperationContext,
  drawAuthor,
  drawText,
  news,
  publicCheckins,
  texts,
} from './operation.ts'

/** Adds and cancels tags, mostly of check-ins. */
export const tag: Operation = (context) => {
  const { repo, draw } = context
  const targets = draw.chance(0.75) ? checkins(repo) : news(repo)
  if (targets.length === 0) return undefined
  const target = draw.pick(targets)
  const edits = [drawEdit(context, target), drawEdit(context, target)]
  const isTwice = edits[0]?.name === edits[1]?.name || draw.chance(0.6)
  return written(editTags(repo, isTwice ? edits.slice(1) : edits, drawAuthor(context)))
}

function drawEdit(context: OperationContext, target: TagEdit['target']): TagEdit {
  const { draw } = context
  const isRaw = draw.chance(0.4)
  const name = draw.pick(isRaw ? Object.keys(properties) : ['release', 'checked', 'todo'])
  if (draw.chance(0.25)) return { action: 'cancel', target, name, isRaw }
  const drawn = isRaw ? properties[name]?.(context) : draw.pick([undefined, '1', '2'])
  const value = drawn === undefined ? {} : { value: drawn }
  return { action: 'add', target, name, isRaw, propagates: draw.chance(0.4), ...value }
}

/** Properties that Fossil itself reads, and a value for each. */
const properties: Readonly<Record<string, (context: OperationContext) => string | undefined>> = {
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
function drawDate({ repo, draw }: OperationContext): string {
  if (draw.chance(0.1)) return draw.pick(['now', 'soon', '2026-02-30'])
  const dateMs = repo.env.clock.nowMs() - draw.int(0, 600_000)
  return formatDate(dateMs, draw.pick(['seconds', 'milliseconds']))
}

/** Other parents, which everybody can get: also such as would make a circle. */
function drawParents({ repo, draw }: OperationContext): string | undefined {
  const known = publicCheckins(repo)
  if (known.length === 0) return undefined
  return Array.from({ length: draw.int(1, 2) }, () => draw.pick(known)).join(' ')
}

/** Amends a check-in: one or more of all that can be amended. */
export const amendment: Operation = (context) => {
  const { repo, draw } = context
  const known = checkins(repo)
  if (known.length === 0) return undefined
  const nowMs = repo.env.clock.nowMs()
  const any = (): boolean => draw.chance(0.3)
  const change: Amendment = {
    ...(any() ? { comment: drawText(context) } : {}),
    ...(any() ? { user: draw.pick(['ann', 'carl']) } : {}),
    ...(any() ? { dateMs: nowMs - draw.int(0, 600_000) } : {}),
    ...(any() ? { color: draw.pick(['', 'abc', 'navy']) } : {}),
    ...(any() ? { colorPropagates: draw.chance(0.5) } : {}),
    ...(any() ? { branch: draw.pick(['trunk', 'line-1', 'line-2']) } : {}),
    ...(any() ? { addTags: ['checked'] } : {}),
    ...(any() ? { cancelTags: ['release'] } : {}),
    ...(draw.chance(0.15) ? { closed: draw.chance(0.6) } : {}),
    ...(draw.chance(0.1) ? { hidden: draw.chance(0.5) } : {}),
  }
  return written(amendCheckin(repo, draw.pick(known), change, drawAuthor(context)))
}

/** Closes, reopens, hides or shows branches. */
export const mark: Operation = (context) => {
  const { repo, draw } = context
  const names = texts(
    repo,
    `SELECT DISTINCT value FROM tagxref JOIN tag USING(tagid) JOIN event ON objid = rid
      WHERE tagname = 'branch' AND tagtype > 0 AND type = 'ci' AND value IS NOT NULL ORDER BY 1`,
  )
  if (names.length === 0) return undefined
  const marks: BranchMark[] = ['close', 'reopen', 'reopen', 'hide', 'unhide']
  return written(markBranches(repo, draw.pick(marks), [draw.pick(names)], drawAuthor(context)))
}

function written(artifact: Written | undefined): Written['hash'][] | undefined {
  return artifact === undefined ? undefined : [artifact.hash]
}

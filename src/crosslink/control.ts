/**
 * A control artifact in the derived tables: the tags it puts on others, and its entry on the
 * timeline, which says in words what it does.
 *
 * The words are those of 2.21. A later stock writes the branch in the link of "Move to branch" in
 * URL escapes instead (docs/divergences.md).
 *
 * Source: fossil src/manifest.c:2706-2815.
 * @module
 */

import { julianFromMs } from '../deck/date.ts'
import type { ControlDeck } from '../deck/deck.ts'
import { compareAsBytes } from '../base/text.ts'
import type { Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { linkTags } from './checkin.ts'
import { putEvent } from './event.ts'
import { cText, hashLink, html, linkedHash } from './event-text.ts'

/** Records what control artifact `rid` says. */
export function linkControl(repo: Repo, rid: Rid, deck: ControlDeck): void {
  linkTags(repo, rid, deck)
  putEvent(repo, {
    type: 'g',
    rid,
    mtimeJulian: julianFromMs(deck.dateMs),
    user: deck.user,
    comment: describe(repo, deck.tags),
  })
}

type Tag = ControlDeck['tags'][number]

/** One paragraph for each artifact: `Edit [HASH]:`, then a sentence for each of its tags. */
function describe(repo: Repo, tags: readonly Tag[]): string {
  const sorted = [...tags].sort(
    (a, b) =>
      compareAsBytes(a.target, b.target) || compareAsBytes(a.action + a.name, b.action + b.name),
  )
  const parts: string[] = []
  let target: string | undefined
  let isMoving = false
  for (const tag of sorted) {
    if (tag.target !== target) {
      target = tag.target
      isMoving = false
      parts.push(`Edit [${hashLink(repo, target)}]:`)
    }
    if (tag.action === '*' && cText(tag.name) === 'branch') isMoving = true
    // A move to another branch takes one symbolic tag away and gives another: that goes unsaid.
    const isPartOfMove = isMoving && tag.action !== '+' && tag.name.startsWith('sym-')
    if (!isPartOfMove) parts.push(sentence(repo, tag))
  }
  return parts.join(' ')
}

function sentence(repo: Repo, { action, name: nameText, target, value: valueText }: Tag): string {
  const name = cText(nameText)
  const value = html(valueText)
  const note = value === '' ? '.' : ` with note "${value}".`
  switch (action + name) {
    case '*branch':
      return (
        `Move to branch [/timeline?r=${value}&nd&dp=${linkedHash(repo, target)}&unhide` +
        ` | ${value}].`
      )
    case '*bgcolor':
      return `Change branch background color to "${value}".`
    case '+bgcolor':
      return `Change background color to "${value}".`
    case '-bgcolor':
      return `Cancel background color${note}`
    case '+comment':
      return 'Edit check-in comment.'
    case '+user':
      return `Change user to "${value}".`
    case '+date':
      return `Timestamp ${value}.`
    case '+closed':
      return `Mark "Closed"${note}`
    case '-closed':
      return `Remove the "Closed" mark${note}`
  }
  const verb = { '-': 'Cancel', '+': 'Add', '*': 'Add propagating' }[action]
  if (name.startsWith('sym-')) return `${verb} tag "${html(name.slice('sym-'.length))}"${note}`
  return `${verb} "${html(name)}"${value === '' ? '.' : ` with value "${value}".`}`
}

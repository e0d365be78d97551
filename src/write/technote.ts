/**
 * Technical notes, formerly events: pages that have a place on the timeline.
 * Specification: fileformat.wiki §2.7. Source: fossil src/event.c event_commit_common.
 * @module
 */

import { hex } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { TechnoteDeck } from '../deck/deck.ts'
import { newestVersion, type Version } from '../crosslink/version.ts'
import type { Repo } from '../repo/repo.ts'
import { type Author, checkText, invalid, stamp, writeDeck, type Written } from './artifact.ts'

/** A note to write. */
export interface Technote {
  readonly content: string
  /** The place on the timeline where it belongs, by default now. Cut to the second, as in stock. */
  readonly eventMs?: number
  /** The text that the timeline shows. */
  readonly comment?: string
  /** Of the content, such as `text/x-markdown`. */
  readonly mimetype?: string
  /** Background colour on the timeline. */
  readonly color?: string
  /** Names for it; those given twice count once. */
  readonly tags?: readonly string[]
}

/**
 * Begins a note, under a new id.
 *
 * @example
 * ```ts
 * const { technoteId } = newTechnote(
 *   repo,
 *   { eventMs: Date.now(), comment: 'release 1.0', content: 'The first one.' },
 *   { user: 'ada' },
 * )
 * ```
 * @throws {FossilError} `artifact.invalid` for what a note cannot say; `repo.io`
 */
export function newTechnote(
  repo: Repo,
  note: Technote,
  author: Author,
): Written & { readonly technoteId: string } {
  return repo.transaction(() => {
    const technoteId = hex(repo.env.random.bytes(20))
    const eventMs = note.eventMs ?? repo.env.clock.nowMs()
    const deck = technoteDeck(repo, { ...note, eventMs }, author, { technoteId })
    return { ...writeDeck(repo, deck), technoteId }
  })
}

/**
 * Writes the next version of a note.
 *
 * @example
 * ```ts
 * editTechnote(repo, technoteId, { comment: 'release 1.0.1' }, { user: 'ada' })
 * ```
 * @throws {FossilError} `artifact.missing` where no note has this id; `artifact.invalid`; `repo.io`
 */
export function editTechnote(
  repo: Repo,
  technoteId: string,
  change: Partial<Technote>,
  author: Author,
): Written {
  return repo.transaction(() => {
    const current = newestVersion(repo, 'technote', technoteId)
    if (current === undefined) throw new FossilError('artifact.missing', { name: technoteId })
    const note = { ...noteOf(current.deck), ...change }
    const links = { technoteId, replaced: current }
    const deck = technoteDeck(repo, note, author, links)
    return writeDeck(repo, deck, { replaces: current })
  })
}

function technoteDeck(
  repo: Repo,
  note: Technote & { readonly eventMs: number },
  author: Author,
  { technoteId, replaced }: { technoteId: string; replaced?: Version<TechnoteDeck> },
): TechnoteDeck {
  const { content, eventMs, mimetype = '', color = '', tags = [] } = note
  if (tags.includes('')) throw invalid('technote', 'a tag without a name')
  checkText('technote', content)
  const comment = note.comment?.trim() ?? ''
  return {
    kind: 'technote',
    ...(comment === '' ? {} : { comment }),
    ...stamp(repo, author, replaced?.deck.dateMs),
    technoteId,
    parents: replaced === undefined ? [] : [replaced.hash],
    eventMs: Math.floor(eventMs / 1000) * 1000,
    ...(mimetype === '' ? {} : { mimetype }),
    tags: [
      ...(color === '' ? [] : [mark('bgcolor', color)]),
      ...[...new Set(tags)].map((name) => mark(`sym-${name}`)),
    ],
    content,
  }
}

function mark(name: string, value?: string): TechnoteDeck['tags'][number] {
  return { action: '+', name, target: '*', ...(value === undefined ? {} : { value }) }
}

/** A version of a note in the terms of {@link Technote}. */
function noteOf(deck: TechnoteDeck): Technote & { readonly eventMs: number } {
  const { content, eventMs, comment, mimetype, tags } = deck
  const color = tags.find(({ name }) => name === 'bgcolor')?.value
  return {
    content,
    eventMs,
    ...(comment === undefined ? {} : { comment }),
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(color === undefined ? {} : { color }),
    tags: tags.flatMap(({ name }) => (name.startsWith('sym-') ? [name.slice(4)] : [])),
  }
}

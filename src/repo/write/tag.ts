/**
 * Control artifacts: tags and properties for artifacts that exist.
 * Specification: fileformat.wiki §2.3. Source: fossil src/tag.c tag_cmd, tag_add_artifact.
 * @module
 */

import type { DeckTag } from '../../deck/deck.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { Repo } from '../repo.ts'
import type { NamedArtifact } from '../rid.ts'
import { type Author, invalid, isKnownPrivate, readDeck, stamp, writeDeck } from './artifact.ts'

/** A tag to cancel. */
export interface TagToCancel {
  readonly target: ArtifactHash
  /** Such as `release`. Not one of the names by which pages, tickets and technotes are found. */
  readonly name: string
  /**
   * The name as it stands, such as `bgcolor`: a property. Otherwise a tag of a check-in is a name
   * for it, and is written with `sym-` before it.
   */
  readonly isRaw?: boolean
}

/** A tag to add. */
export interface TagToAdd extends TagToCancel {
  /** Makes a property of it; empty is as none. */
  readonly value?: string
  /** Gives it to the descendants, too. */
  readonly propagates?: boolean
}

/** One change among several. */
export type TagEdit =
  ({ readonly action: 'add' } & TagToAdd) | ({ readonly action: 'cancel' } & TagToCancel)

/** A T card of a control artifact. */
export type TargetedTag = DeckTag & { readonly target: ArtifactHash }

/** Adds one tag. Throws as {@link editTags} does. */
export function addTag(repo: Repo, tag: TagToAdd, author: Author): NamedArtifact {
  return editTags(repo, [{ action: 'add', ...tag }], author)
}

/** Cancels one tag, whether or not it holds. Throws as {@link editTags} does. */
export function cancelTag(repo: Repo, tag: TagToCancel, author: Author): NamedArtifact {
  return editTags(repo, [{ action: 'cancel', ...tag }], author)
}

/**
 * Adds and cancels tags, all in one artifact.
 *
 * @throws {FossilError} `artifact.missing` for a target that is not here; `artifact.invalid` for
 *   one that is plain data, for a name that Fossil keeps to itself or that could be a hash, and for
 *   two changes to one tag; `repo.io`
 */
export function editTags(repo: Repo, edits: readonly TagEdit[], author: Author): NamedArtifact {
  return repo.transaction(() =>
    writeControl(
      repo,
      edits.map((edit) => targetedTag(repo, edit)),
      author,
    ),
  )
}

/**
 * Writes a control artifact. Throws as {@link editTags} does, for what is not about the targets.
 * It is private where its targets are.
 */
export function writeControl(
  repo: Repo,
  tags: readonly TargetedTag[],
  author: Author,
): NamedArtifact {
  const changed = new Set(tags.map(({ name, target }) => `${target} ${name}`))
  if (tags.length === 0) throw invalid('control', 'no tags')
  if (changed.size < tags.length) throw invalid('control', 'two changes to one tag')
  const targets = [...new Set(tags.map(({ target }) => target))]
  const hidden = targets.filter((target) => isKnownPrivate(repo, target))
  if (hidden.length > 0 && hidden.length < targets.length) {
    throw invalid('control', 'private and public artifacts in one change')
  }
  const deck = { kind: 'control', ...stamp(repo, author), tags } as const
  return writeDeck(repo, deck, { about: targets })
}

function targetedTag(repo: Repo, edit: TagEdit): TargetedTag {
  const { target, name } = edit
  if (name === '') throw invalid('control', 'a tag without a name')
  if (/^(?:wiki|tkt|event)-/.test(name)) throw invalid('control', `the tag name ${name} is taken`)
  const deck = readDeck(repo, target)
  if (deck === undefined) throw invalid('control', `${target} is plain data`)
  const isName = deck.kind === 'checkin' && edit.isRaw !== true
  const full = isName ? `sym-${name}` : name
  if (edit.action === 'cancel') return { action: '-', name: full, target }
  return {
    action: edit.propagates === true ? '*' : '+',
    name: full,
    target,
    ...(edit.value === undefined || edit.value === '' ? {} : { value: edit.value }),
  }
}

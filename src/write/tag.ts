/**
 * Control artifacts: tags and properties for artifacts that exist.
 * Specification: fileformat.wiki §2.3. Source: fossil src/tag.c tag_cmd, tag_add_artifact.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { msFromJulian } from '../deck/date.ts'
import type { DeckTag } from '../deck/deck.ts'
import { decodeText } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld } from '../repo/blob.ts'
import { textParameter } from '../repo/db-text.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import {
  type Author,
  invalid,
  isKnownPrivate,
  readDeck,
  stamp,
  writeDeck,
  type Written,
} from './artifact.ts'

/** A T card of a control artifact. */
export type TargetedTag = DeckTag & { readonly target: ArtifactHash }

/**
 * Adds one tag. Throws as {@link editTags} does.
 *
 * @example
 * ```ts
 * addTag(repo, { target: hash, name: 'v1.0' }, { user: 'ada' })
 * ```
 */
export function addTag(
  repo: Repo,
  tag: {
    readonly target: ArtifactHash
    /** Such as `release`. Not one of the names by which pages, tickets and technotes are found. */
    readonly name: string
    /**
     * The name as it stands, such as `bgcolor`: a property. Otherwise a tag of a check-in is a name
     * for it, and is written with `sym-` before it.
     */
    readonly isRaw?: boolean
    /** Makes a property of it; empty is as none. */
    readonly value?: string
    /** Gives it to the descendants, too. */
    readonly propagates?: boolean
  },
  author: Author,
): Written {
  return editTags(repo, [{ action: 'add', ...tag }], author)
}

/**
 * Cancels one tag that the target has, of its own or from an ancestor; its descendants lose it,
 * too.
 *
 * @example
 * ```ts
 * cancelTag(repo, { target: hash, name: 'v1.0' }, { user: 'ada' })
 * ```
 * @throws {FossilError} `artifact.invalid` where it has no such tag; as {@link editTags} does
 */
export function cancelTag(
  repo: Repo,
  tag: { readonly target: ArtifactHash; readonly name: string; readonly isRaw?: boolean },
  author: Author,
): Written {
  return repo.transaction(() => {
    const edit = { action: 'cancel', ...tag } as const
    const { name } = targetedTag(repo, edit)
    checkTagged(repo, tag.target, name)
    return editTags(repo, [edit], author)
  })
}

/** A tag to add. */
export type TagToAdd = Parameters<typeof addTag>[1]

/** One change among several. */
export type TagEdit =
  | ({ readonly action: 'add' } & TagToAdd)
  | ({ readonly action: 'cancel' } & Parameters<typeof cancelTag>[1])

/** The most tags of an artifact that an error names to its reader. */
const maxTold = 10

/**
 * Sees that an artifact has a tag, of its own or from an ancestor. Stock cancels any tag
 * (tag.c:548-577): that says nothing, and stays in the history for good.
 *
 * @param fullName as in a T card: `sym-release`, `bgcolor`
 * @throws {FossilError} `artifact.missing`; `artifact.invalid`, which says what tags there are
 */
export function checkTagged(repo: Repo, target: ArtifactHash, fullName: string): void {
  const rid = findHeld(repo, target)
  if (rid === undefined) throw new FossilError('artifact.missing', { name: target })
  const held = tagsOf(repo, rid)
  if (held.includes(fullName)) return
  const isName = fullName.startsWith('sym-')
  const told = held
    .filter((name) => name.startsWith('sym-') === isName)
    .map((name) => JSON.stringify(isName ? name.slice(4) : name))
  const rest = told.length > maxTold ? `${told.slice(0, maxTold).join(', ')} and others` : undefined
  const shown = isName ? fullName.slice(4) : fullName
  const what = isName ? 'tag' : 'property or raw tag'
  throw invalid(
    'control',
    `${target} has no ${what} ${JSON.stringify(shown)} to cancel: ` +
      (told.length === 0 ? 'it has none' : `it has ${rest ?? told.join(', ')}`),
  )
}

/** Full names of the tags and properties that hold for `rid`, in byte order. */
function tagsOf(repo: Repo, rid: Rid): string[] {
  return dbOf(repo)
    .prepare<[Uint8Array]>(
      `SELECT CAST(tagname AS BLOB) FROM tagxref JOIN tag USING(tagid)
        WHERE rid = ? AND tagtype > 0 ORDER BY tagname`,
    )
    .all(rid)
    .map(([name]) => decodeText(name))
}

/**
 * Adds and cancels tags, all in one artifact. A tag may be cancelled that does not hold.
 *
 * @throws {FossilError} `artifact.missing` for a target that is not here; `artifact.invalid` for
 *   one that is plain data, for a name that Fossil keeps to itself or that could be a hash, and for
 *   two changes to one tag; `repo.io`
 */
export function editTags(repo: Repo, edits: readonly TagEdit[], author: Author): Written {
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
export function writeControl(repo: Repo, tags: readonly TargetedTag[], author: Author): Written {
  const changed = new Set(tags.map(({ name, target }) => `${target} ${name}`))
  if (tags.length === 0) throw invalid('control', 'no tags')
  if (changed.size < tags.length) throw invalid('control', 'two changes to one tag')
  const targets = [...new Set(tags.map(({ target }) => target))]
  const hidden = targets.filter((target) => isKnownPrivate(repo, target))
  if (hidden.length > 0 && hidden.length < targets.length) {
    throw invalid('control', 'private and public artifacts in one change')
  }
  const date = stamp(repo, author, lastChangeMs(repo, tags))
  const deck = { kind: 'control', ...date, tags } as const
  return writeDeck(repo, deck, { about: targets })
}

/**
 * The time at which the last of these tags was set or cancelled on its target; undefined for none.
 */
function lastChangeMs(repo: Repo, tags: readonly TargetedTag[]): number | undefined {
  const changed = dbOf(repo).prepare<[mtime: number]>(
    `SELECT mtime FROM blob CROSS JOIN tagxref USING(rid) CROSS JOIN tag USING(tagid)
      WHERE uuid = ? AND tagname = CAST(? AS TEXT) AND srcid <> 0`,
  )
  const times = tags.flatMap(({ target, name }) => changed.get(target, textParameter(name)) ?? [])
  return times.length === 0 ? undefined : msFromJulian(Math.max(...times))
}

function targetedTag(repo: Repo, edit: TagEdit): TargetedTag {
  const { target, name } = edit
  if (name === '') throw invalid('control', 'a tag without a name')
  if (/^(?:wiki|tkt|event)-/.test(name)) throw invalid('control', `the tag name ${name} is taken`)
  const deck = readDeck(repo, target)
  if (deck === undefined) {
    throw invalid(
      'control',
      `${target} is a file: tags are for check-ins, pages, tickets and notes`,
    )
  }
  const isName = deck.kind === 'checkin' && edit.isRaw !== true
  const full = isName ? `sym-${name}` : name
  if (/^[0-9a-f]+$/i.test(full)) throw invalid('control', `the tag name ${name} could be a hash`)
  if (edit.action === 'cancel') return { action: '-', name: full, target }
  return {
    action: edit.propagates === true ? '*' : '+',
    name: full,
    target,
    ...(edit.value === undefined || edit.value === '' ? {} : { value: edit.value }),
  }
}

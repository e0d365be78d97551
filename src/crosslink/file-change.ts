/**
 * Changes that a check-in made, seen from one of its parents: the rows that `mlink` gets.
 * Pure: two manifests in, changes out. Source: fossil src/manifest.c:1672-1860, add_mlink.
 * @module
 */

import type { CheckinDeck, DeckFile } from '../deck/deck.ts'
import { filePermission } from '../deck/file-name.ts'
import { compareAsBytes } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { fileIn, filesIn, type Manifest, ownFile } from './manifest.ts'

/** One file that is not the same in parent and child. */
export interface FileChangeRow {
  readonly name: string
  /** The name that it had in the parent, where the child renames it. */
  readonly priorName: string | undefined
  /** Content in the parent; undefined for a new file. */
  readonly before: ArtifactHash | undefined
  /** Content in the child; undefined for a file that is gone. */
  readonly after: ArtifactHash | undefined
  /** `mlink.mperm`. */
  readonly permission: number
}

/** Everything that is different in `child`. */
export function* fileChanges(parent: Manifest, child: Manifest): Generator<FileChangeRow> {
  const own = parent.deck.files
  let at = 0
  for (const file of child.deck.files) {
    let likely = own[at]
    while (likely !== undefined && likely !== file && compareAsBytes(likely.name, file.name) < 0) {
      likely = own[++at]
    }
    // Most cards are those of the parent, and then the very same object (deck/cards.ts).
    if (likely === file && file.priorName === undefined) continue
    const change = changeOf(parent, file)
    if (change !== undefined) yield change
  }
  if (child.baseline === undefined) yield* deletions(parent, child.deck)
  else if (parent.baseline !== undefined) yield* reversions(parent, child)
}

/** A check-in without parents: everything is new. Only its own F cards count. */
export function* firstFiles(deck: CheckinDeck): Generator<FileChangeRow> {
  for (const file of deck.files) yield row(file.name, { after: file })
}

/** 0 for a regular file, 1 for an executable, 2 for a symbolic link. */
function permissionCode(file: DeckFile): number {
  const permission = filePermission(file.permissions)
  return permission === 'executable' ? 1 : permission === 'symlink' ? 2 : 0
}

function changeOf(parent: Manifest, file: DeckFile): FileChangeRow | undefined {
  if (file.priorName !== undefined) {
    const before = fileIn(parent, file.priorName)
    // A rename of what the parent does not have is a new file.
    const priorName = before === undefined ? undefined : file.priorName
    return row(file.name, { before, after: file, priorName })
  }
  const before = fileIn(parent, file.name)
  if (before === undefined) {
    return file.hash === undefined ? undefined : row(file.name, { after: file })
  }
  const isSame = before.hash === file.hash && permissionCode(before) === permissionCode(file)
  return isSame ? undefined : row(file.name, { before, after: file })
}

/** Files of the parent that a full manifest does not name are gone. */
function* deletions(parent: Manifest, child: CheckinDeck): Generator<FileChangeRow> {
  let at = 0
  for (const before of filesIn(parent)) {
    // Both lists are sorted and nearly the same: the next one is the likely one.
    if (child.files[at]?.name === before.name) {
      at++
      continue
    }
    const found = ownFile(child, before.name)
    if (found === undefined) yield row(before.name, { before })
    else at = child.files.indexOf(found, at) + 1
  }
}

/** Two delta manifests: what only the parent's mentions is in the child as the baseline has it. */
function* reversions(parent: Manifest, child: Manifest): Generator<FileChangeRow> {
  for (const file of parent.deck.files) {
    const isMentioned = file.hash !== undefined && ownFile(child.deck, file.name) !== undefined
    const after = isMentioned ? undefined : fileIn(child, file.name)
    if (after === undefined) continue
    yield row(file.name, file.hash === undefined ? { after } : { before: file, after })
  }
}

function row(
  name: string,
  change: {
    before?: DeckFile | undefined
    after?: DeckFile | undefined
    priorName?: string | undefined
  },
): FileChangeRow {
  const { before, after, priorName } = change
  return {
    name,
    priorName,
    before: before?.hash,
    after: after?.hash,
    permission: after === undefined ? 0 : permissionCode(after),
  }
}

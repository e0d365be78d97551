/**
 * Writes a check-in: new file contents, and the manifest that names them with everything the
 * parent had.
 * Source: fossil www/fileformat.wiki §2.1; fossil src/checkin.c (create_manifest, commit_cmd).
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { CheckinDeck, Deck, DeckFile, DeckTag } from '../deck/deck.ts'
import type { FilePermission } from '../deck/file-name.ts'
import { filePermission, isSimplePath } from '../deck/file-name.ts'
import { formatDeck } from '../deck/format.ts'
import { repoChecksum } from '../deck/checksum.ts'
import { parseDeck } from '../deck/parse.ts'
import { compareAsBytes } from '../deck/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, findRid, isPrivate, makePublic, privateArtifacts } from './blob.ts'
import { readArtifact } from './content.ts'
import { deltify, storeLocal } from './store.ts'
import type { Repo } from './repo.ts'
import type { Rid } from './rid.ts'

/** One file of the change: new content, or undefined to take the file away. */
export interface FileChange {
  /** Path from the root, with `/` between directories. */
  readonly name: string
  readonly content: Uint8Array | undefined
  /** By default the permission it had, `regular` for a new file. */
  readonly permission?: FilePermission
}

/** A check-in to write. */
export interface CheckinOptions {
  readonly changes: readonly FileChange[]
  readonly comment: string
  readonly user: string
  /** The check-in to follow; without one, this is the first of its line. */
  readonly parent?: ArtifactHash
  /** Further parents, whose changes this check-in merges. */
  readonly mergedParents?: readonly ArtifactHash[]
  /** Starts a branch of this name. A check-in without parent starts `trunk` by default. */
  readonly branch?: string
  /** Names for this check-in alone. */
  readonly tags?: readonly string[]
  /** Keeps the check-in and its new files out of sync. A child of a private check-in is private. */
  readonly isPrivate?: boolean
  /** When it was made, by default now. */
  readonly dateMs?: number
}

/** What a check-in wrote. */
export interface Checkin {
  readonly rid: Rid
  readonly hash: ArtifactHash
  /** The manifest and the file contents that were not here before, in the order of storing. */
  readonly newArtifacts: readonly ArtifactHash[]
}

/**
 * Writes a check-in, in one transaction.
 *
 * @throws {FossilError} `checkin.invalid` for a bad file name, for a change that takes away what is
 *   not there and for anything else that a manifest cannot say; `artifact.missing` when the
 *   parent's manifest is not here; `repo.io`
 */
export function checkin(repo: Repo, options: CheckinOptions): Checkin {
  return repo.transaction(() => {
    const { parent } = options
    const before = parent === undefined ? new Map<string, DeckFile>() : keptFiles(repo, parent)
    const parentRid = parent === undefined ? undefined : findHeld(repo, parent)
    const asPrivate =
      options.isPrivate === true || (parentRid !== undefined && isPrivate(repo, parentRid))
    const newArtifacts: ArtifactHash[] = []
    const store = (content: Uint8Array): { rid: Rid; hash: ArtifactHash } => {
      const stored = storeLocal(repo, content, { isPrivate: asPrivate })
      if (stored.isNew) newArtifacts.push(stored.hash)
      return stored
    }
    const after = new Map(before)
    for (const change of options.changes) applyChange(repo, { change, before, after, store })
    if (!asPrivate) publish(repo, after)
    const deck = manifestDeck(repo, options, { files: [...after.values()], isPrivate: asPrivate })
    const { rid, hash } = store(manifestOf(deck))
    if (parentRid !== undefined) deltify(repo, parentRid, rid)
    return { rid, hash, newArtifacts }
  })
}

/**
 * The files of a check-in by name. A delta manifest is laid over its baseline.
 *
 * @throws {FossilError} `artifact.missing` when the manifest or its baseline is not here;
 *   `checkin.invalid` when the artifact is not a check-in
 */
export function checkinFiles(repo: Repo, hash: ArtifactHash): Map<string, DeckFile> {
  const deck = readCheckin(repo, hash)
  const files = new Map<string, DeckFile>()
  if (deck.baseline !== undefined) {
    for (const file of readCheckin(repo, deck.baseline).files) files.set(file.name, file)
  }
  for (const file of deck.files) {
    if (file.hash === undefined) files.delete(file.name)
    else files.set(file.name, file)
  }
  return files
}

/** Reads the manifest of a check-in; throws as {@link checkinFiles} does. */
export function readCheckin(repo: Repo, hash: ArtifactHash): CheckinDeck {
  const deck = parseDeck(readArtifact(repo, hash))
  if (deck?.kind === 'checkin') return deck
  throw new FossilError('checkin.invalid', { reason: `${hash} is not a check-in` })
}

/** The parent's files as a child has them: a rename is told once, by the check-in that made it. */
function keptFiles(repo: Repo, parent: ArtifactHash): Map<string, DeckFile> {
  const files = checkinFiles(repo, parent)
  for (const [name, file] of files) {
    const letters = permissionLetters[filePermission(file.permissions)]
    files.set(name, fileOf(name, file.hash, letters))
  }
  return files
}

function fileOf(
  name: string,
  hash: ArtifactHash | undefined,
  permissions: string | undefined,
): DeckFile {
  return {
    name,
    ...(hash === undefined ? {} : { hash }),
    ...(permissions === undefined ? {} : { permissions }),
  }
}

interface ChangeInContext {
  readonly change: FileChange
  readonly before: ReadonlyMap<string, DeckFile>
  readonly after: Map<string, DeckFile>
  readonly store: (content: Uint8Array) => { rid: Rid; hash: ArtifactHash }
}

function applyChange(repo: Repo, { change, before, after, store }: ChangeInContext): void {
  const { name, content, permission } = change
  if (!isSimplePath(name)) {
    throw new FossilError('checkin.invalid', { reason: `bad file name ${JSON.stringify(name)}` })
  }
  const previous = before.get(name)
  if (content === undefined) {
    if (!after.delete(name)) {
      throw new FossilError('checkin.invalid', { reason: `no file ${JSON.stringify(name)}` })
    }
    return
  }
  const { rid, hash } = store(content)
  const letters = permission === undefined ? previous?.permissions : permissionLetters[permission]
  after.set(name, fileOf(name, hash, letters))
  const previousRid = previous?.hash === undefined ? undefined : findHeld(repo, previous.hash)
  if (previousRid !== undefined) deltify(repo, previousRid, rid)
}

const permissionLetters: Readonly<Record<FilePermission, string | undefined>> = {
  regular: undefined,
  executable: 'x',
  symlink: 'l',
}

/** A public check-in needs its files, so they are public from now on. checkin.c:1984. */
function publish(repo: Repo, files: ReadonlyMap<string, DeckFile>): void {
  const kept = privateArtifacts(repo)
  if (kept.length === 0) return
  const needed = new Set([...files.values()].map(({ hash }) => hash))
  for (const { rid, hash } of kept) if (needed.has(hash)) makePublic(repo, rid)
}

function manifestOf(deck: CheckinDeck): Uint8Array {
  try {
    return formatDeck(deck)
  } catch (cause) {
    if (!FossilError.is(cause, 'deck.malformed')) throw cause
    throw new FossilError('checkin.invalid', { reason: cause.detail.reason }, { cause })
  }
}

function manifestDeck(
  repo: Repo,
  options: CheckinOptions,
  { files, isPrivate: asPrivate }: { files: DeckFile[]; isPrivate: boolean },
): CheckinDeck {
  const { comment, user, parent, tags = [] } = options
  const branch = options.branch ?? (parent === undefined ? 'trunk' : undefined)
  if (branch === '' || tags.includes('')) {
    throw new FossilError('checkin.invalid', { reason: 'a branch or tag without a name' })
  }
  return {
    kind: 'checkin',
    comment,
    dateMs: options.dateMs ?? repo.env.clock.nowMs(),
    files: files.sort((a, b) => compareAsBytes(a.name, b.name)),
    parents: parents(repo, options, asPrivate),
    cherrypicks: [],
    // Without any F card, versions before 1.27 need an R card to see a check-in (db.c:3279).
    ...(files.length === 0 ? { repoChecksum: repoChecksum([]) } : {}),
    tags: [...branchTags(repo, branch, parent), ...tags.map(nameTag)],
    user,
  }
}

/** A public check-in names no private one: its readers could never get it. checkin.c:2024. */
function parents(
  repo: Repo,
  { parent, mergedParents = [] }: CheckinOptions,
  asPrivate: boolean,
): ArtifactHash[] {
  if (parent === undefined) {
    if (mergedParents.length === 0) return []
    throw new FossilError('checkin.invalid', { reason: 'a merge without a parent to merge into' })
  }
  const merged = mergedParents.filter((hash) => {
    const rid = findRid(repo, hash)
    return asPrivate || rid === undefined || !isPrivate(repo, rid)
  })
  return [...new Set([parent, ...merged])]
}

/** Branch tags propagate; a new branch also cancels the name of the one it leaves. */
function branchTags(
  repo: Repo,
  branch: string | undefined,
  parent: ArtifactHash | undefined,
): DeckTag[] {
  if (branch === undefined) return []
  const left = parent === undefined ? undefined : branchOf(repo, parent)
  const cancel: DeckTag[] =
    left === undefined || left === branch ? [] : [{ action: '-', name: `sym-${left}`, target: '*' }]
  return [
    { action: '*', name: 'branch', target: '*', value: branch },
    { action: '*', name: `sym-${branch}`, target: '*' },
    ...cancel,
  ]
}

/** The branch of a check-in, read from the nearest manifest up its primary line that names one. */
function branchOf(repo: Repo, hash: ArtifactHash): string | undefined {
  let at: ArtifactHash | undefined = hash
  while (at !== undefined && findHeld(repo, at) !== undefined) {
    const deck: Deck | undefined = parseDeck(readArtifact(repo, at))
    if (deck?.kind !== 'checkin') return undefined
    const tag = deck.tags.find(({ name, target }) => name === 'branch' && target === '*')
    if (tag?.value !== undefined) return tag.value
    at = deck.parents[0]
  }
  return undefined
}

function nameTag(name: string): DeckTag {
  return { action: '+', name: `sym-${name}`, target: '*' }
}

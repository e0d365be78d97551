/**
 * The files of a check-in: those of its parent, with some changed, renamed, added or taken away.
 * Source: fossil src/checkin.c create_manifest; src/file.c file_is_simple_pathname.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { FossilError } from '../base/error.ts'
import type { DeckFile } from '../deck/deck.ts'
import { type FilePermission, filePermission, isSimplePath } from '../deck/file-name.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { deltify } from '../repo/store.ts'

/**
 * One file of the change. No two changes may be about the same name, but for one that takes a file
 * away where another file gets its name.
 */
export interface FileChange {
  /** Path from the root, with `/` between directories. */
  readonly name: string
  /** Undefined takes the file away or, with `renamedFrom`, keeps the content it had. */
  readonly content: Uint8Array | undefined
  /** By default the permission it had, `regular` for a new file. */
  readonly permission?: FilePermission
  /** The parent's name of the file, which goes. Files may swap names. */
  readonly renamedFrom?: string
}

/** Files by name, as F cards say it. */
export type Files = ReadonlyMap<string, DeckFile>

/** The input of {@link applyChanges}. */
export interface ChangesToApply {
  readonly changes: readonly FileChange[]
  /** The parent's files, by {@link keptFiles}. */
  readonly before: Files
  /** Stores new content. */
  readonly store: (content: Uint8Array) => NamedArtifact
}

const permissionLetters: Readonly<Record<FilePermission, string | undefined>> = {
  regular: undefined,
  executable: 'x',
  symlink: 'l',
}

// A backslash, and the private use area and noncharacters of the basic plane.
const badCharacter = /[\\\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]/

/**
 * Tells whether a new file may have this name: what `fossil add` takes on Unix, and characters
 * beyond U+FFFF, which stock refuses for the sake of Windows XP and reads all the same. Control
 * characters are allowed, newlines too; backslashes would be directories elsewhere, and a lone
 * surrogate stands for a byte that is not UTF-8. file.c:978-1043, with bStrictUtf8.
 */
export function isNewFileName(name: string): boolean {
  return isSimplePath(name) && name.isWellFormed() && !badCharacter.test(name)
}

/**
 * The files of a parent as its child has them: permissions in today's letters, and without
 * renames, which are told once, by the check-in that made them.
 */
export function keptFiles(files: Files): Map<string, DeckFile> {
  const kept = new Map<string, DeckFile>()
  for (const [name, { hash, permissions }] of files) {
    kept.set(name, fileOf(name, hash, permissionLetters[filePermission(permissions)]))
  }
  return kept
}

/**
 * Applies `changes` all at once and stores new content. Older content becomes a delta of newer.
 *
 * @throws {FossilError} `checkin.invalid` for a name that no file may have or that is in use, and
 *   for a change to what is not there; before anything was stored
 */
export function applyChanges(repo: Repo, work: ChangesToApply): Map<string, DeckFile> {
  const { changes, before, store } = work
  const gone = goneNames(changes, before)
  const after = new Map(before)
  for (const name of gone) after.delete(name)
  for (const change of changes) {
    if (isDeletion(change)) continue
    checkName(change, before, gone)
    const { name, content } = change
    if (content !== undefined) requireBytes(`content of ${JSON.stringify(name)}`, content)
    // Filled in below, once all changes were found good.
    after.set(change.name, { name: change.name })
  }
  checkDirectories(before, after)
  for (const change of changes) {
    const source = sourceOf(change, before, gone)
    if (isDeletion(change)) continue
    const hash = change.content === undefined ? source?.hash : store(change.content).hash
    after.set(change.name, changedFile(change, source, hash))
    if (hash !== undefined) deltifyOlder(repo, source?.hash, hash)
  }
  return after
}

/**
 * The F cards of a delta manifest: what is not as in the baseline, and what the baseline has and
 * this check-in has not. Unlike stock's, they tell a change of permissions alone, and end a rename
 * that the baseline tells. checkin.c:1706-1743.
 */
export function filesSince(baseline: Files, after: Files): DeckFile[] {
  const files: DeckFile[] = []
  for (const name of baseline.keys()) if (!after.has(name)) files.push({ name })
  for (const file of after.values()) {
    const old = baseline.get(file.name)
    if (old === undefined || !isSameFile(old, file)) files.push(file)
  }
  return files
}

/** Tells whether two sets of files are the same, down to names before this check-in. */
export function isSameTree(a: Files, b: Files): boolean {
  if (a.size !== b.size) return false
  for (const [name, file] of a) {
    const other = b.get(name)
    if (other === undefined || !isSameFile(file, other)) return false
  }
  return true
}

function isSameFile(a: DeckFile, b: DeckFile): boolean {
  return (
    a.hash === b.hash &&
    a.priorName === b.priorName &&
    filePermission(a.permissions) === filePermission(b.permissions)
  )
}

/** Names of the parent that the changes vacate. */
function goneNames(changes: readonly FileChange[], before: Files): Set<string> {
  const gone = new Set<string>()
  const arriving = new Map<string, FileChange>()
  for (const change of changes) {
    if (isDeletion(change)) continue
    if (arriving.has(change.name)) throw invalid(`two changes to ${quoted(change.name)}`)
    arriving.set(change.name, change)
  }
  for (const change of changes) {
    const { name, renamedFrom } = change
    const old = renamedFrom ?? (isDeletion(change) ? name : undefined)
    if (old === undefined) continue
    const isReplaced = arriving.get(name)?.renamedFrom !== undefined
    if (isDeletion(change) && arriving.has(name) && !isReplaced) {
      throw invalid(`two changes to ${quoted(name)}`)
    }
    if (!before.has(old)) throw invalid(`no file ${quoted(old)}`)
    if (gone.has(old)) throw invalid(`two changes take ${quoted(old)} away`)
    gone.add(old)
  }
  return gone
}

function isDeletion({ content, renamedFrom }: FileChange): boolean {
  return content === undefined && renamedFrom === undefined
}

function checkName({ name, renamedFrom }: FileChange, before: Files, gone: Set<string>): void {
  const isKept = before.has(name) && !gone.has(name)
  if (renamedFrom === name) throw invalid(`${quoted(name)} is renamed to itself`)
  if (renamedFrom !== undefined && isKept) {
    throw invalid(`${quoted(renamedFrom)} takes the name ${quoted(name)}, which is in use`)
  }
  // A line that has such a name already may go on with it.
  if (!isNewFileName(name) && !before.has(name)) throw invalid(`bad file name ${quoted(name)}`)
}

/** No file system has a file and a directory of one name; what the parent has may stay. */
function checkDirectories(before: Files, after: Files): void {
  const added = [...after.keys()].filter((name) => !before.has(name))
  if (added.length === 0) return
  const directories = new Set<string>()
  for (const name of after.keys()) {
    // Upwards until one is known: its own directories are known then, too.
    for (let at = directoryOf(name); at !== '' && !directories.has(at); at = directoryOf(at)) {
      directories.add(at)
    }
  }
  for (const name of added) {
    if (directories.has(name)) throw invalid(`${quoted(name)} is a directory, too`)
    for (let at = directoryOf(name); at !== ''; at = directoryOf(at)) {
      if (after.has(at)) throw invalid(`${quoted(at)} is a file, not a directory`)
    }
  }
}

/** The path above `path`, empty for one at the root. */
function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** The file of the parent that a change goes on from. */
function sourceOf(change: FileChange, before: Files, gone: Set<string>): DeckFile | undefined {
  if (change.renamedFrom !== undefined) return before.get(change.renamedFrom)
  return gone.has(change.name) ? undefined : before.get(change.name)
}

function changedFile(
  { name, permission, renamedFrom }: FileChange,
  source: DeckFile | undefined,
  hash: ArtifactHash | undefined,
): DeckFile {
  const letters = permission === undefined ? source?.permissions : permissionLetters[permission]
  const file = fileOf(name, hash, letters)
  return renamedFrom === undefined ? file : { ...file, priorName: renamedFrom }
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

function deltifyOlder(repo: Repo, older: ArtifactHash | undefined, newer: ArtifactHash): void {
  const olderRid = older === undefined || older === newer ? undefined : findHeld(repo, older)
  const newerRid = olderRid === undefined ? undefined : findHeld(repo, newer)
  if (olderRid !== undefined && newerRid !== undefined) deltify(repo, olderRid, newerRid)
}

function quoted(name: string): string {
  return JSON.stringify(name)
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

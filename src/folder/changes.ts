/**
 * From files of the disk to the changes of a check-in: what is new or other than in the parent.
 * Everything is read before anything is written, so that the repository is not locked meanwhile.
 * @module
 */

import { join } from 'node:path'
import { FossilError } from '../base/error.ts'
import type { DeckFile } from '../deck/deck.ts'
import { type FilePermission, filePermission } from '../deck/file-name.ts'
import { type ArtifactHash, hashLike } from '../hash/artifact-hash.ts'
import { config } from '../repo/config.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import { manifestFiles } from '../write/checkin.ts'
import type { FileChange } from '../write/file-changes.ts'
import {
  type DiskFile,
  existsOnDisk,
  type FoundFile,
  findTree,
  hasFolder,
  nameOfPath,
  nameProblem,
  isSameFile,
  readDiskFile,
  statOf,
} from './disk-files.ts'
import { globMatcher } from '../repo/globs.ts'
import { readWholeFile } from '../base/whole-file.ts'
import { generatedNames } from './checkin-tree.ts'

/** Files of the disk to check in, and the names under which they go. */
export interface FolderOptions {
  /** The check-in to compare with; without one every file is new. */
  readonly parent?: ArtifactHash | undefined
  /** A folder that is the project: what it lacks is taken away. */
  readonly tree?: string | undefined
  /** Files, and folders with all that is below them, each under its own path. */
  readonly paths?: readonly string[]
  /** Files under other names: by their path, or what reads them when it is their turn. */
  readonly add?: readonly {
    readonly name: string
    readonly from: string | (() => Promise<Uint8Array>)
  }[]
  /** Files of the parent that get another name. */
  readonly rename?: readonly { readonly from: string; readonly to: string }[]
  /** Files of the parent to take away, or directories with all that is below them. */
  readonly remove?: readonly string[]
  /** Files to make executable. */
  readonly makeExecutable?: readonly string[]
  /** With folders: takes new files whose names, or whose directories' names, begin with a dot. */
  readonly withDotfiles?: boolean
  /**
   * With folders: patterns of new files to leave out, as the setting `ignore-glob` has them. By
   * default those of the project's file `.fossil-settings/ignore-glob`, else of the setting.
   */
  readonly ignore?: string | undefined
  /** Lets a `tree` without a file take all files away. */
  readonly allowEmpty?: boolean
  /** Called before each file is read. */
  readonly onProgress?: (done: number, total: number, sizeBytes: number) => void
}

/** The source of a file's content. */
interface Source {
  readonly path: string | Buffer | (() => Promise<Uint8Array>)
  /** Found below the folder that is the project, where what is named by itself goes before it. */
  readonly isOfTree?: boolean
}

/**
 * Reads files of the disk and compares them with those of a check-in. Nothing is written: the
 * changes are for `checkin`.
 *
 *     const { changes } = await folderChanges(repo, { parent, tree: 'project' })
 *     checkin(repo, { parent, changes, comment: 'as it is on disk', user: 'ann' })
 *
 * @example
 * ```ts
 * const { changes } = await folderChanges(repo, { tree: 'notes', parent: hash })
 * checkin(repo, { changes, parent: hash, comment: 'today', user: 'ada' })
 * ```
 * @throws {FossilError} `checkin.invalid` for what is not there and for names that no file may
 *   have; `repo.unreadable` for what cannot be read; `artifact.missing` without the parent
 */
export async function folderChanges(
  repo: Repo,
  options: FolderOptions,
): Promise<{
  /** Only what differs from the parent. */
  readonly changes: readonly FileChange[]
  /** New files of the folders that were left out. */
  readonly leftOut: readonly string[]
}> {
  const request = new Request(repo, options)
  if (options.tree !== undefined) request.addTree(options.tree)
  for (const path of options.paths ?? []) request.addPath(path)
  for (const { name, from } of options.add ?? []) request.addNamed(name, from)
  for (const { from, to } of options.rename ?? []) request.rename(from, to)
  for (const name of options.remove ?? []) request.remove(name)
  for (const name of options.makeExecutable ?? []) request.makeExecutable(name)
  return { changes: await request.read(), leftOut: request.leftOut }
}

/** Names that are asked for. */
class Request {
  readonly leftOut: string[] = []
  readonly #repo: Repo
  readonly #before: ReadonlyMap<string, DeckFile>
  readonly #options: FolderOptions
  readonly #sources = new Map<string, Source>()
  /** Renames: the old name by the new one. */
  readonly #oldNames = new Map<string, string>()
  readonly #vacated = new Set<string>()
  readonly #removed = new Set<string>()
  readonly #executable = new Set<string>()

  constructor(repo: Repo, options: FolderOptions) {
    this.#repo = repo
    this.#before = options.parent === undefined ? new Map() : manifestFiles(repo, options.parent)
    this.#options = options
  }

  /** The folder is the project: what it lacks, goes. */
  addTree(folder: string): void {
    if (!hasFolder(folder)) throw invalid(`there is no folder ${shown(folder)} on disk`)
    const found = this.#find(folder, '')
    if (found.length === 0 && this.#before.size > 0 && this.#options.allowEmpty !== true) {
      throw invalid(`${shown(folder)} has no files`, 'allowEmpty')
    }
    const names = new Set(found.map(({ name }) => name))
    for (const name of this.#before.keys()) if (!names.has(name)) this.#removed.add(name)
    for (const { name, path } of found) this.#add(name, { path, isOfTree: true })
  }

  /** A file, or the files below a folder. */
  addPath(path: string): void {
    const name = nameOfPath(path)
    if (!existsOnDisk(path)) throw this.#absent(path, name)
    if (!statOf(path).isDirectory()) return this.#add(name, { path })
    const problem = name === '.' ? undefined : nameProblem(name)
    if (problem !== undefined) throw badName(name, problem)
    const prefix = name === '.' ? '' : `${name}/`
    for (const found of this.#find(path, prefix)) {
      this.#add(prefix + found.name, { path: found.path })
    }
  }

  /** A file under another name than that of its path. */
  addNamed(name: string, from: string | (() => Promise<Uint8Array>)): void {
    if (typeof from === 'string' && !existsOnDisk(from)) throw this.#absent(from, nameOfPath(name))
    this.#add(nameOfPath(name), { path: from })
  }

  rename(old: string, name: string): void {
    const to = nameOfPath(name)
    if (this.#oldNames.has(to)) throw invalid(`two files take the name ${shown(to)}`)
    this.#checkName(to)
    this.#oldNames.set(to, nameOfPath(old))
    this.#vacated.add(nameOfPath(old))
  }

  /** A file of the parent, or all below a directory. */
  remove(path: string): void {
    const name = nameOfPath(path)
    const names = [...this.#before.keys()].filter(
      (each) => each === name || each.startsWith(`${name}/`),
    )
    if (names.length === 0) throw invalid(`the parent has no file ${shown(name)} to take away`)
    for (const each of names) {
      if (this.#sources.has(each)) throw invalid(`${shown(each)} is added and taken away`)
      this.#removed.add(each)
    }
  }

  makeExecutable(path: string): void {
    const name = nameOfPath(path)
    const isThere = this.#sources.has(name) || this.#oldNames.has(name) || this.#before.has(name)
    if (!isThere || this.#removed.has(name)) throw invalid(`there is no file ${shown(name)}`)
    this.#executable.add(name)
  }

  async read(): Promise<FileChange[]> {
    const changes: FileChange[] = []
    let sizeBytes = 0
    for (const [at, [name, source]] of [...this.#sources].entries()) {
      this.#options.onProgress?.(at, this.#sources.size, sizeBytes)
      const file = await readSource(source)
      sizeBytes += file.content.length
      const change = this.#change(name, file)
      if (change !== undefined) changes.push(change)
    }
    return [...changes, ...this.#changesWithin()]
  }

  /** Undefined where the parent has it just so. */
  #change(name: string, { content, permission }: DiskFile): FileChange | undefined {
    const renamedFrom = this.#oldNames.get(name)
    const isMarked = this.#executable.has(name)
    if (isMarked && permission === 'symlink') throw invalid(`${shown(name)} is a symlink`)
    const wanted = isMarked ? 'executable' : permission
    const change = { name, content, ...(wanted === undefined ? {} : { permission: wanted }) }
    if (renamedFrom !== undefined) return { ...change, renamedFrom }
    const old = this.#before.get(name)
    const isSame =
      // Where it was renamed and is still there, it is added again.
      !this.#vacated.has(name) &&
      old?.hash !== undefined &&
      (wanted ?? filePermission(old.permissions)) === filePermission(old.permissions) &&
      hashLike(old.hash, content) === old.hash
    return isSame ? undefined : change
  }

  /** Changes of what the parent has, without a look at the disk. */
  #changesWithin(): FileChange[] {
    const executable: { permission: FilePermission } = { permission: 'executable' }
    const changes: FileChange[] = []
    for (const [name, renamedFrom] of this.#oldNames) {
      if (this.#sources.has(name)) continue
      const permission = this.#executable.has(name) ? executable : {}
      changes.push({ name, content: undefined, renamedFrom, ...permission })
    }
    for (const name of this.#removed) {
      const isTaken = this.#vacated.has(name) || this.#oldNames.has(name) || this.#sources.has(name)
      if (!isTaken) changes.push({ name, content: undefined })
    }
    for (const name of this.#executable) {
      const old = this.#before.get(name)
      const isTold = this.#sources.has(name) || this.#oldNames.has(name)
      if (isTold || old?.hash === undefined) continue
      const had = filePermission(old.permissions)
      if (had === 'symlink') throw invalid(`${shown(name)} is a symlink`)
      if (had === 'executable') continue
      changes.push({ name, content: readArtifact(this.#repo, old.hash), ...executable })
    }
    return changes
  }

  #add(name: string, source: Source): void {
    this.#checkName(name)
    const other = this.#sources.get(name)
    if (typeof source.path !== 'function' && isSameFile(source.path, this.#repo.path)) {
      throw invalid(`${shown(name)} is the repository itself`, 'repository')
    }
    if (other !== undefined && other.isOfTree !== true) throw invalid(`${shown(name)} comes twice`)
    this.#removed.delete(name)
    this.#sources.set(name, source)
  }

  /** A name that the parent has may stay as it is. */
  #checkName(name: string): void {
    if (this.#before.has(name)) return
    const problem = nameProblem(name)
    if (problem !== undefined) throw badName(name, problem)
  }

  /** @param prefix of the folder's files in the check-in: empty, or a directory and `/` */
  #find(folder: string, prefix: string): readonly FoundFile[] {
    const { path } = this.#repo
    const tracked = [...this.#before.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
    const root = prefix === '' ? folder : '.'
    const ignored = this.#options.ignore ?? this.#setting(root, 'ignore-glob')
    const isIgnored = globMatcher(this.#repo, ignored)
    const generated = new Set(generatedNames(this.#setting(root, 'manifest')))
    const { files, leftOut } = findTree(folder, {
      tracked: new Set(tracked),
      withDotfiles: this.#options.withDotfiles === true,
      isIgnored: (name) => isIgnored(prefix + name) || generated.has(prefix + name),
      besides: [path, `${path}-wal`, `${path}-shm`, `${path}-journal`],
    })
    for (const name of leftOut) this.leftOut.push(prefix + name)
    return files
  }

  /** The setting of the project at `root`, else that of the repository. */
  #setting(root: string, name: string): string {
    const versioned = join(root, '.fossil-settings', name)
    if (!existsOnDisk(versioned)) return config(this.#repo, name) ?? ''
    return Buffer.from(readWholeFile(versioned)).toString().trim()
  }

  #absent(path: string, name: string): FossilError {
    // What the system gave us of a name that is not UTF-8.
    if (path.includes('\ufffd')) return badName(name, 'it is not UTF-8')
    const option = this.#before.has(name) ? 'remove' : undefined
    return invalid(`there is no file ${shown(path)} on disk`, option)
  }
}

async function readSource({ path }: Source): Promise<DiskFile> {
  if (typeof path !== 'function') return readDiskFile(path)
  return { content: await path(), permission: undefined }
}

function badName(name: string, problem: string): FossilError<'checkin.invalid'> {
  return invalid(`the file name ${shown(name)} cannot be checked in: ${problem}`)
}

/** In quotes, on one line. */
function shown(name: string): string {
  const line = name.replace(/\p{Cc}/gu, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return `"${line}"`
}

/** @param option what asks for it in another way, or lets it happen */
function invalid(
  reason: string,
  option?: keyof FolderOptions | 'repository',
): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', {
    reason,
    ...(option === undefined ? {} : { option }),
  })
}

/**
 * From files of the disk to the changes of a check-in: what is new or other than in the parent.
 * Everything is read before anything is written, so that the repository is not locked meanwhile.
 * @module
 */

import { join } from 'node:path'
import { FossilError } from '../base/error.ts'
import type { DeckFile } from '../deck/deck.ts'
import { type FilePermission, filePermission } from '../deck/file-name.ts'
import { hashLike } from '../hash/artifact-hash.ts'
import { config, type FileChange, readArtifact, type Repo } from '../index.ts'
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
import { globMatcher } from './globs.ts'
import { readInput, readWhole } from './input.ts'
import { visibleLine } from './output.ts'
import { formatBytes, type ProgressLine } from './terminal.ts'

/** Which files to check in, and how. */
export interface ChangeOptions {
  readonly add?: readonly string[]
  readonly from?: string
  readonly rm?: readonly string[]
  readonly mv?: readonly string[]
  readonly exec?: readonly string[]
  readonly dotfiles?: boolean
  readonly ignore?: string
  readonly allowEmpty?: boolean
}

/** Files by name, as the parent has them. */
export type Before = ReadonlyMap<string, DeckFile>

/** What is to be checked in. */
export interface Changes {
  /** Only what differs from the parent. */
  readonly changes: readonly FileChange[]
  /** New files of the folder that were left out. */
  readonly leftOut: readonly string[]
}

/** Where the content of a file is. */
interface Source {
  /** Undefined: on standard input. */
  readonly path: string | Buffer | undefined
  /** Found below the folder that is the project, where what is named by itself goes before it. */
  readonly isOfTree?: boolean
}

/** Reads all files and compares them with the parent's. */
export async function readChanges(
  repo: Repo,
  {
    before,
    paths,
    options,
    progress,
  }: {
    before: Before
    /** Files and folders on disk, each under its own path. */
    paths: readonly string[]
    options: ChangeOptions
    progress: ProgressLine
  },
): Promise<Changes> {
  const request = new Request(repo, before, options)
  if (options.from !== undefined) request.addTree(options.from)
  for (const path of paths) request.addPath(path)
  for (const pair of options.add ?? []) request.addPair(pair)
  for (const pair of options.mv ?? []) request.move(pair)
  for (const name of options.rm ?? []) request.remove(name)
  for (const name of options.exec ?? []) request.makeExecutable(name)
  return { changes: await request.read(progress), leftOut: request.leftOut }
}

/** What the command line asks for, name by name. */
class Request {
  readonly leftOut: string[] = []
  readonly #repo: Repo
  readonly #before: Before
  readonly #options: ChangeOptions
  readonly #sources = new Map<string, Source>()
  /** Renames: the old name by the new one. */
  readonly #oldNames = new Map<string, string>()
  readonly #vacated = new Set<string>()
  readonly #removed = new Set<string>()
  readonly #executable = new Set<string>()

  constructor(repo: Repo, before: Before, options: ChangeOptions) {
    this.#repo = repo
    this.#before = before
    this.#options = options
  }

  /** The folder is the project: what it lacks, goes. */
  addTree(folder: string): void {
    if (!hasFolder(folder)) throw invalid(`there is no folder ${shown(folder)} on disk`)
    const found = this.#find(folder, '')
    if (found.length === 0 && this.#before.size > 0 && this.#options.allowEmpty !== true) {
      throw invalid(`${shown(folder)} has no files: --allow-empty takes all files away`)
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

  /** `NAME=FILE`; `-` for a file is standard input. */
  addPair(pair: string): void {
    const [name, file] = splitPair('--add', pair, (_, at) => at === '-' || existsOnDisk(at))
    if (file !== '-' && !existsOnDisk(file)) throw this.#absent(file, nameOfPath(name))
    this.#add(nameOfPath(name), { path: file === '-' ? undefined : file })
  }

  /** `OLD=NEW`. */
  move(pair: string): void {
    const [old, name] = splitPair('--mv', pair, (left) => this.#before.has(nameOfPath(left)))
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

  async read(progress: ProgressLine): Promise<FileChange[]> {
    const changes: FileChange[] = []
    let sizeBytes = 0
    for (const [at, [name, source]] of [...this.#sources].entries()) {
      const done = `reading files: ${at} of ${this.#sources.size}, ${formatBytes(sizeBytes)}`
      progress.show(at / this.#sources.size, done)
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
    if (source.path !== undefined && isSameFile(source.path, this.#repo.db.path)) {
      throw invalid(`${shown(name)} is the repository itself: name it with -R`)
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
    const { path } = this.#repo.db
    const tracked = [...this.#before.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
    const isIgnored = globMatcher(this.#repo, this.#ignored(prefix === '' ? folder : '.'))
    const { files, leftOut } = findTree(folder, {
      tracked: new Set(tracked),
      withDotfiles: this.#options.dotfiles === true,
      isIgnored: (name) => isIgnored(prefix + name),
      besides: [path, `${path}-wal`, `${path}-shm`, `${path}-journal`],
    })
    for (const name of leftOut) this.leftOut.push(prefix + name)
    return files
  }

  /** Patterns as asked for; else those of the project at `root`, else those of the repository. */
  #ignored(root: string): string {
    if (this.#options.ignore !== undefined) return this.#options.ignore
    const versioned = join(root, '.fossil-settings', 'ignore-glob')
    if (!existsOnDisk(versioned)) return config(this.#repo, 'ignore-glob') ?? ''
    return Buffer.from(readWhole(versioned)).toString()
  }

  #absent(path: string, name: string): FossilError {
    // What the system gave us of a name that is not UTF-8.
    if (path.includes('\ufffd')) return badName(name, 'it is not UTF-8')
    const advice = this.#before.has(name) ? ': --rm takes it away' : ''
    return invalid(`there is no file ${shown(path)} on disk${advice}`)
  }
}

async function readSource({ path }: Source): Promise<DiskFile> {
  if (path !== undefined) return readDiskFile(path)
  return { content: await readInput('-'), permission: undefined }
}

/** Cuts at the first `=` where both sides mean something, else at the first one of all. */
function splitPair(
  option: string,
  pair: string,
  isRight: (left: string, right: string) => boolean,
): [left: string, right: string] {
  const cuts = [...pair.matchAll(/=/g)].map(({ index }): [string, string] => [
    pair.slice(0, index),
    pair.slice(index + 1),
  ])
  const cut = cuts.find(([left, right]) => isRight(left, right)) ?? cuts[0]
  if (cut !== undefined) return cut
  const form = option === '--mv' ? 'OLD=NEW' : 'NAME=FILE'
  throw new FossilError('option.invalid', { option, reason: `it takes ${form}` })
}

function badName(name: string, problem: string): FossilError<'checkin.invalid'> {
  return invalid(`the file name ${shown(name)} cannot be checked in: ${problem}`)
}

function shown(name: string): string {
  return `"${visibleLine(name)}"`
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

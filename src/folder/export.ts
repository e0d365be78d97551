/**
 * Check-ins to the disk: a folder gets the files of one, as a check-out of stock's has them. Only
 * what differs is written, and nothing that was not written by an earlier export.
 *
 * A file comes into being under another name and is renamed, so that it is there whole or not at
 * all; and the record tells of it beforehand, so that an export that is interrupted knows its own
 * files when it runs again.
 * Source: fossil src/vfile.c vfile_to_disk; src/file.c file_setexe; src/update.c
 * ensure_empty_dirs_created.
 * @module
 */

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'

import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import { manifestFiles } from '../write/checkin.ts'
import { checkinTree, settingOf, type TreeFile } from './checkin-tree.ts'
import { existsOnDisk, hasFolder, unfinishedFileName } from './disk-files.ts'
import {
  type ExportPlan,
  isNameError,
  type KeptFile,
  pathIn,
  planExport,
  type PlannedFile,
  unsafeReason,
} from './export-plan.ts'
import { type ExportRecord, readRecord, writeRecord } from './export-record.ts'
import { unreadableFile } from '../base/whole-file.ts'

/** Options for writing a check-in to a folder. */
export interface ExportOptions {
  /** Writes over whatever is in the way of a file, and removes files that were changed. */
  readonly force?: boolean | undefined
  /** Tells what would happen, and changes nothing. */
  readonly dryRun?: boolean | undefined
  /** Only files that match one of these patterns: a list such as `*.c, doc/*`. */
  readonly include?: string | undefined
  /** No file that matches one of these patterns. */
  readonly exclude?: string | undefined
  /** Called before each file is written. */
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Writes the files of a check-in to a folder, which is made where there is none: with their
 * executable bits and symlinks, and those of the setting `manifest`. The folder keeps a record of
 * it, `.trilobite-export`. The next export, of whichever check-in of the project, writes over what
 * the record tells of and removes what the check-in has no more. It keeps a file that was changed
 * since, and one that was never exported.
 *
 * @example
 * ```ts
 * const { kept } = exportCheckin(repo, resolveName(repo, 'tip'), 'site')
 * for (const { name, reason } of kept) console.error(`${name} stays: ${reason}`)
 * ```
 * @returns names; `kept` are the files that are not as the check-in has them
 * @throws {FossilError} `artifact.missing` when the manifest or the content of a file is not here;
 *   `checkin.invalid` when the artifact is not a check-in; `export.invalid` for a folder that holds
 *   another project, or whose record is damaged; `repo.unreadable` for what cannot be written: the
 *   same export may then be repeated, and goes on
 */
export function exportCheckin(
  repo: Repo,
  checkin: ArtifactHash,
  folder: string,
  options: ExportOptions = {},
): {
  readonly written: readonly string[]
  readonly removed: readonly string[]
  readonly unchanged: readonly string[]
  readonly kept: readonly {
    readonly name: string
    /** Begins in lower case, without a full stop. */
    readonly reason: string
  }[]
} {
  const { force = false, dryRun = false } = options
  const files = checkinTree(repo, checkin, { ...options, form: 'folder' })
  if (existsOnDisk(folder) && !hasFolder(folder)) {
    throw new FossilError('export.invalid', { path: folder, reason: 'it is a file, not a folder' })
  }
  const record = recordOf(repo, folder, force)
  const plan = planExport({ repo, folder, files, record, force })
  const exporter = new Exporter({ repo, folder, checkin, record, plan, options })
  if (!dryRun) exporter.run()
  return exporter.result()
}

/** The record of this project. With `force`, that of another project is no obstacle. */
function recordOf(repo: Repo, folder: string, force: boolean): ExportRecord | undefined {
  const record = readRecord(folder)
  if (record === undefined || record.projectCode === repo.projectCode) return record
  if (force) return undefined
  const reason = `it holds an export of another project, ${record.projectCode}`
  throw new FossilError('export.invalid', { path: folder, reason, option: 'force' })
}

/** The parts of one export. */
interface ExportWork {
  readonly repo: Repo
  readonly folder: string
  readonly checkin: ArtifactHash
  readonly record: ExportRecord | undefined
  readonly plan: ExportPlan
  readonly options: ExportOptions
}

class Exporter {
  readonly #work: ExportWork
  readonly #written: string[] = []
  readonly #late: KeptFile[] = []

  constructor(work: ExportWork) {
    this.#work = work
  }

  result(): ReturnType<typeof exportCheckin> {
    const { remove, unchanged, kept, write } = this.#work.plan
    const written = this.#work.options.dryRun === true ? write.map(({ file }) => file.name) : []
    return {
      written: [...written, ...this.#written],
      removed: remove,
      unchanged,
      kept: [...kept, ...this.#late],
    }
  }

  run(): void {
    const { folder, plan, options } = this.#work
    makeFolder(folder)
    this.#record('before')
    for (const name of plan.remove) this.#remove(name)
    for (const [at, planned] of plan.write.entries()) {
      options.onProgress?.(at, plan.write.length)
      this.#write(planned)
    }
    this.#makeEmptyDirs()
    this.#record('after')
  }

  /** Beforehand the record tells of both what is there and what is to come. */
  #record(when: 'before' | 'after'): void {
    const { repo, folder, checkin, plan, record } = this.#work
    const files = new Map(plan.files)
    for (const { name } of this.#late) files.delete(name)
    if (when === 'before') {
      for (const [name, states] of record?.files ?? []) {
        files.set(name, [...new Set([...states, ...(files.get(name) ?? [])])])
      }
    }
    writeRecord(folder, { projectCode: repo.projectCode, checkin, files })
  }

  #remove(name: string): void {
    const { folder } = this.#work
    const path = pathIn(folder, name)
    try {
      unlinkSync(path)
    } catch (cause) {
      throw unreadableFile(path, cause)
    }
    // The directories above it, as far as they are empty now.
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      if (!removedIfEmpty(pathIn(folder, name.slice(0, end)))) return
    }
  }

  #write({ file, how }: PlannedFile): void {
    const { folder } = this.#work
    const path = pathIn(folder, file.name)
    try {
      makeDirectories(folder, file.name)
      const before = lstatSync(path, { throwIfNoEntry: false })
      if (how === 'new' && before !== undefined) {
        // The disk takes two names of the check-in for one, or somebody was quicker.
        this.#late.push({ name: file.name, reason: 'a file of this name came here meanwhile' })
        return
      }
      if (how === 'mode' && before !== undefined) chmodSync(path, modeFrom(before.mode, file))
      else {
        const content = file.read()
        if (file.permission === 'symlink' && (content.length === 0 || content.includes(0))) {
          this.#late.push({ name: file.name, reason: 'it is a symlink to what is no path' })
          return
        }
        writeWhole(file, content, path, before?.isFile() === true ? before.mode : undefined)
      }
      this.#written.push(file.name)
    } catch (cause) {
      if (FossilError.is(cause)) throw cause
      if (!isNameError(cause)) throw unreadableFile(path, cause)
      this.#late.push({ name: file.name, reason: 'this disk cannot hold it under this name' })
    }
  }

  /** Directories that the setting `empty-dirs` names. */
  #makeEmptyDirs(): void {
    const { repo, checkin } = this.#work
    const names = settingOf(repo, manifestFiles(repo, checkin), 'empty-dirs') ?? ''
    for (const name of names.split(/[\s,]+/).filter((each) => each !== '')) {
      const reason = unsafeReason(name) ?? this.#directoryProblem(name)
      if (reason !== undefined)
        this.#late.push({ name, reason: `as an empty directory: ${reason}` })
    }
  }

  #directoryProblem(name: string): string | undefined {
    const path = pathIn(this.#work.folder, name)
    try {
      makeDirectories(this.#work.folder, `${name}/`)
      return undefined
    } catch (cause) {
      return FossilError.is(cause) ? cause.message : unreadableFile(path, cause).message
    }
  }
}

/** Makes the folder itself, and all above it. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw unreadableFile(folder, cause)
  }
}

/** Makes the directories above a file. None of them may be a symlink, wherever that leads. */
function makeDirectories(folder: string, name: string): void {
  for (const { index } of name.matchAll(/\//g)) {
    const path = pathIn(folder, name.slice(0, index))
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) mkdirSync(path)
    else if (!stat.isDirectory()) throw unreadableFile(path, 'it is a file, not a folder')
  }
}

/** Writes a file beside its place, and moves it there: over a symlink, never through it. */
function writeWhole(file: TreeFile, content: Uint8Array, path: Buffer, oldMode?: number): void {
  const directory = path.subarray(0, path.lastIndexOf('/'))
  const unfinished = Buffer.concat([directory, Buffer.from(`/${unfinishedFileName}`)])
  rmSync(unfinished, { force: true })
  try {
    if (file.permission === 'symlink') symlinkSync(Buffer.from(content), unfinished)
    else {
      const mode = file.permission === 'executable' ? 0o777 : 0o666
      writeFileSync(unfinished, content, { flag: 'wx', mode })
      if (oldMode !== undefined) chmodSync(unfinished, modeFrom(oldMode, file))
    }
    renameSync(unfinished, path)
  } catch (cause) {
    rmSync(unfinished, { force: true })
    throw cause
  }
}

/** Gives whoever may read a file the right to execute it, or nobody. file.c file_setexe. */
function modeFrom(mode: number, { permission }: TreeFile): number {
  const bits = mode & 0o7777
  return permission === 'executable' ? bits | ((bits & 0o444) >> 2) : bits & ~0o111
}

/** Returns false where the directory is not empty, and stays. */
function removedIfEmpty(path: Buffer): boolean {
  try {
    rmdirSync(path)
    return true
  } catch {
    return false
  }
}

/**
 * Comparison of a folder with what is to be in it: which files to write, which to remove, and which
 * are in the way and stay. Looks, and changes nothing.
 *
 * Names are a stranger's choice. None leads out of the folder, through a symlink neither.
 * @module
 */

import { lstatSync, readdirSync, type Stats } from 'node:fs'

import { isReservedName, isSimplePath } from '../deck/file-name.ts'
import { decodeText, encodeText } from '../base/text.ts'
import { hashLike, parseArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import type { TreeFile } from './checkin-tree.ts'
import {
  isExportFile,
  isSameFile,
  isWindows,
  readDiskFile,
  systemNameProblem,
} from './disk-files.ts'
import { type ExportRecord, type FileState, stateOf } from './export-record.ts'
import { unreadableFile } from '../base/whole-file.ts'

/** A file that is left as it is, although the check-in says otherwise. */
export interface KeptFile {
  readonly name: string
  /** Begins in lower case, without a full stop. */
  readonly reason: string
}

/** The work of an export. */
export interface ExportPlan {
  readonly write: readonly PlannedFile[]
  /** Names, with what is removed to make way for a folder. */
  readonly remove: readonly string[]
  /** Names of files that are as they should be. */
  readonly unchanged: readonly string[]
  readonly kept: readonly KeptFile[]
  /** The files of the record once all is done. Those that are kept are told as they were. */
  readonly files: ReadonlyMap<string, readonly FileState[]>
}

/** A file to write. */
export interface PlannedFile {
  readonly file: TreeFile
  /**
   * - `new`: nothing is there.
   * - `over`: over another file.
   * - `mode`: the content is there; whether it can be executed is to change.
   */
  readonly how: 'new' | 'over' | 'mode'
}

/** The input of {@link planExport}. */
export interface PlanInput {
  readonly repo: Repo
  readonly folder: string
  readonly files: readonly TreeFile[]
  readonly record: ExportRecord | undefined
  /** Writes over whatever is in the way, and removes what was changed. */
  readonly force: boolean
}

/**
 * Compares. Throws `repo.unreadable` for what cannot be read. A folder that is not there yet is
 * empty.
 */
export function planExport(input: PlanInput): ExportPlan {
  const planner = new Planner(input)
  planner.planRemovals()
  for (const file of input.files) planner.planFile(file)
  return planner
}

/** The path of a file on disk, byte for byte what its name says. */
export function pathIn(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), encodeText(name)])
}

const foreign = 'it is not from an earlier export'
const changed = 'it was changed since the earlier export'

class Planner implements ExportPlan {
  readonly write: PlannedFile[] = []
  readonly unchanged: string[] = []
  readonly kept: KeptFile[] = []
  readonly files = new Map<string, readonly FileState[]>()
  readonly #input: PlanInput
  readonly #removed = new Set<string>()
  /** Every directory of the check-in. */
  readonly #directories: ReadonlySet<string>

  constructor(input: PlanInput) {
    this.#input = input
    this.#directories = new Set(input.files.flatMap(({ name }) => directoriesAbove(name)))
  }

  get remove(): readonly string[] {
    return [...this.#removed]
  }

  /** Files of the record that the check-in has no more: gone where they are as they were left. */
  planRemovals(): void {
    const { record, files, force } = this.#input
    const wanted = new Set(files.map(({ name }) => name))
    for (const [name, states] of record?.files ?? []) {
      if (wanted.has(name) || unsafeReason(name) !== undefined) continue
      const { stat } = this.#look(name)
      // What became a folder is no file of ours any more.
      if (stat === undefined || stat.isDirectory()) continue
      if ((force || this.#isOneOf(name, stat, states)) && !this.#isRepository(name)) {
        this.#removed.add(name)
        continue
      }
      this.#keep(name, `${changed}, and the check-in has no such file`)
    }
  }

  planFile(file: TreeFile): void {
    const { name } = file
    const unsafe = unsafeReason(name)
    if (unsafe !== undefined) return this.#keep(name, unsafe)
    if (this.#directories.has(name)) {
      return this.#keep(name, 'it is a file and a directory in this check-in')
    }
    const { blocked, stat } = this.#look(name)
    if (blocked !== undefined && (!this.#input.force || this.#isRepository(blocked))) {
      return this.#keep(name, `"${blocked}" is no folder here`)
    }
    if (blocked !== undefined) this.#removed.add(blocked)
    if (stat === undefined) return this.#plan(file, 'new')
    if (stat.isDirectory()) {
      if (this.#isEmptied(name)) return this.#plan(file, 'new')
      return this.#keep(name, 'there is a folder in its place')
    }
    this.#compare(file, stat)
  }

  #compare(file: TreeFile, stat: Stats): void {
    const { name, permission } = file
    const target = stateOf(file)
    if (this.#isOneOf(name, stat, [target])) {
      const isExecutable = (stat.mode & 0o100) !== 0
      const isOther = permission !== 'symlink' && isExecutable !== (permission === 'executable')
      if (isOther && !isWindows) return this.#plan(file, 'mode')
      this.files.set(name, [target])
      this.unchanged.push(name)
      return
    }
    const recorded = this.#input.record?.files.get(name)
    if (this.#isRepository(name)) return this.#keep(name, 'it is the repository itself')
    if (this.#input.force || this.#isOneOf(name, stat, recorded ?? [])) {
      return this.#plan(file, 'over')
    }
    this.#keep(name, recorded === undefined ? foreign : changed)
  }

  #plan(file: TreeFile, how: PlannedFile['how']): void {
    this.files.set(file.name, [stateOf(file)])
    this.write.push({ file, how })
  }

  #keep(name: string, reason: string): void {
    const recorded = this.#input.record?.files.get(name)
    if (recorded !== undefined) this.files.set(name, recorded)
    this.kept.push({ name, reason })
  }

  /**
   * The status of a file, or the first directory above it that is none on disk. Neither where
   * nothing is there, or nothing will be: a symlink that goes leads nowhere any more.
   */
  #look(name: string): { readonly stat?: Stats | undefined; readonly blocked?: string } {
    for (const directory of directoriesAbove(name)) {
      const stat = this.#stat(directory)
      if (stat === undefined) return {}
      if (!stat.isDirectory()) return { blocked: directory }
    }
    return { stat: this.#stat(name) }
  }

  /** Undefined where there is nothing, or will be nothing. */
  #stat(name: string): Stats | undefined {
    if (this.#removed.has(name)) return undefined
    const path = pathIn(this.#input.folder, name)
    try {
      return lstatSync(path, { throwIfNoEntry: false })
    } catch (cause) {
      if (isNameError(cause)) return undefined
      throw unreadableFile(path, cause)
    }
  }

  #isOneOf(name: string, stat: Stats, states: readonly FileState[]): boolean {
    if (!stat.isFile() && !stat.isSymbolicLink()) return false
    const isLink = stat.isSymbolicLink()
    const hashes = states
      .filter((state) => state.startsWith('l') === isLink)
      .map((state) => parseArtifactHash(isLink ? state.slice(1) : state))
    if (hashes.length === 0) return false
    const { content } = readDiskFile(pathIn(this.#input.folder, name))
    return hashes.some((hash) => hash !== undefined && hashLike(hash, content) === hash)
  }

  #isRepository(name: string): boolean {
    const { folder, repo } = this.#input
    const path = pathIn(folder, name)
    return ['', '-wal', '-shm', '-journal'].some((tail) => isSameFile(path, repo.path + tail))
  }

  /** Tells whether all that is below a folder goes. */
  #isEmptied(folder: string): boolean {
    const path = pathIn(this.#input.folder, folder)
    const entries = readdirSync(path, { encoding: 'buffer', withFileTypes: true })
    return (
      entries.length > 0 &&
      entries.every((entry) => {
        const name = `${folder}/${decodeText(entry.name)}`
        return entry.isDirectory() ? this.#isEmptied(name) : this.#removed.has(name)
      })
    )
  }
}

/** The reason why a name is never written, be it forced. */
export function unsafeReason(name: string): string | undefined {
  if (!isSimplePath(name) || name.includes('\0')) return 'no file on disk can have this name'
  if (isReservedName(name) || isExportFile(name)) {
    return 'files that tell of the folder itself have this name'
  }
  return systemNameProblem(name)
}

/** Tells whether the system refuses a name for itself. */
export function isNameError(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false
  return ['ENAMETOOLONG', 'EILSEQ', 'EINVAL'].includes(String(cause.code))
}

/** From the top down. */
function directoriesAbove(name: string): string[] {
  return [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index))
}

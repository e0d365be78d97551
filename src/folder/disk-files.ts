/**
 * Files of the disk as a check-in takes them: regular, executable or a symlink, under names that
 * every file system can have. Names of the disk are bytes; those that are not UTF-8 are told apart
 * and refused, never garbled.
 * Source: fossil src/vfile.c vfile_scan; src/add.c; src/file.c.
 * @module
 */

import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { type FilePermission, fileTail, isReservedName } from '../deck/file-name.ts'
import { decodeText } from '../base/text.ts'
import { isNewFileName } from '../write/file-changes.ts'
import { readWholeFile, unreadableFile } from '../base/whole-file.ts'

/** The record of an export, in its folder. */
export const recordFileName = '.trilobite-export'

/** A file that an export is writing, or was when it ended too early. */
export const unfinishedFileName = '.trilobite-export~'

/** Windows tells neither what can be executed nor directories by `/` alone. */
export const isWindows = process.platform === 'win32'

/** A file on disk, and its content: of a symlink, the place to which it leads. */
export interface DiskFile {
  readonly content: Uint8Array
  /** Undefined where the system does not say whether a file can be executed. */
  readonly permission: FilePermission | undefined
}

/** A file that was found below a folder. */
export interface FoundFile {
  /** From the folder, with `/` between directories, as artifact text. */
  readonly name: string
  /** The path of the file. */
  readonly path: Buffer
}

/** Options for finding files below a folder. */
export interface TreeOptions {
  /** Files that are there in any case, such as those of the parent. */
  readonly tracked: ReadonlySet<string>
  /** Takes new files whose names, or whose directories' names, begin with a dot. */
  readonly withDotfiles: boolean
  /** Tells whether a new file or directory of this name is left out. */
  readonly isIgnored: (name: string) => boolean
  /** Files that are never taken: the repository itself. */
  readonly besides: readonly string[]
}

/** The files that were found. */
export interface FoundTree {
  /** In the order of the bytes of their names, directory by directory. */
  readonly files: readonly FoundFile[]
  /** New files and directories that were left out. */
  readonly leftOut: readonly string[]
}

/**
 * The status of a file or folder on disk, not of the target of a symlink. Throws `repo.unreadable`.
 */
export function statOf(path: string | Buffer): Stats {
  try {
    return lstatSync(path)
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

/** Tells whether there is a folder, or a symlink to one. Throws as {@link statOf}. */
export function hasFolder(path: string): boolean {
  if (!existsOnDisk(path)) return false
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

/** Tells whether there is anything, a symlink that leads nowhere too. Throws as {@link statOf}. */
export function existsOnDisk(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

/** @throws {FossilError} `repo.unreadable`, for devices and the like, too */
export function readDiskFile(path: string | Buffer): DiskFile {
  const stat = statOf(path)
  if (stat.isSymbolicLink()) {
    return { content: readlinkSync(path, { encoding: 'buffer' }), permission: 'symlink' }
  }
  if (!stat.isFile()) throw unreadableFile(path, 'neither a file nor a symlink')
  const content = readWholeFile(path)
  // Of the owner, as in file.c:302. Elsewhere what the file is stays as it was.
  if (isWindows) return { content, permission: undefined }
  return { content, permission: (stat.mode & 0o100) === 0 ? 'regular' : 'executable' }
}

/**
 * Finds the files below a folder. New ones are left out as stock leaves them out: dotfiles, what
 * is ignored, Fossil's own databases, check-outs inside, and what is neither file nor symlink.
 *
 * @throws {FossilError} `repo.unreadable`
 */
export function findTree(folder: string, options: TreeOptions): FoundTree {
  const files: FoundFile[] = []
  const leftOut: string[] = []
  const trackedFolders = foldersOf(options.tracked)
  const besides = new Set(options.besides.map(identityOf))
  const waiting = [{ path: Buffer.from(folder), name: '' }]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const entries = entriesOf(at.path)
    const isNew = at.name !== '' && !trackedFolders.has(at.name)
    if (isNew && entries.some((entry) => isCheckoutDatabase(entry))) {
      leftOut.push(`${at.name}/`)
      continue
    }
    const folders: typeof waiting = []
    for (const entry of entries) {
      const path = Buffer.concat([at.path, Buffer.from('/'), entry.name])
      const tail = decodeText(entry.name)
      const name = at.name === '' ? tail : `${at.name}/${tail}`
      const isFolder = entry.isDirectory()
      const known = isFolder ? trackedFolders.has(name) : options.tracked.has(name)
      if (isReservedName(name) || isExportFile(name)) continue
      if (!isFolder && besides.has(identityOf(path))) continue
      const isTaken = isFolder || entry.isFile() || entry.isSymbolicLink()
      if (!isTaken && known) throw unreadableFile(path, 'it was a file, and is none any more')
      const isHidden = tail.startsWith('.') && !options.withDotfiles
      if (!isTaken || (!known && (isHidden || options.isIgnored(name)))) {
        leftOut.push(isFolder ? `${name}/` : name)
      } else if (isFolder) folders.push({ path, name })
      else files.push({ name, path })
    }
    waiting.push(...folders.reverse())
  }
  return { files, leftOut }
}

/** The reason why no file of a check-in may have this name; undefined where it may. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.startsWith('/')) return 'it begins with "/": names begin at the root of the project'
  if (!name.isWellFormed()) return 'it is not UTF-8'
  if (name.includes('\\')) return 'a backslash stands between directories on Windows'
  const parts = name.split('/')
  if (parts.includes('..')) return '".." leads out of a directory'
  if (parts.includes('.') || parts.includes('')) return 'a part of it is empty or "."'
  if (isReservedName(name)) return 'Fossil keeps its own files under this name'
  if (isExportFile(name)) return 'exports keep their record under this name'
  return isNewFileName(name) ? undefined : 'it has a character that stock Fossil refuses'
}

/** Tells whether exports keep a file of their own under `name`, in any directory. */
export function isExportFile(name: string): boolean {
  return [recordFileName, unfinishedFileName].includes(fileTail(name))
}

const windowsRefuses =
  /[\\:*?"<>|\p{Cc}]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:[./]|$)/iu

/** The reason why no file can have this name on this system; undefined where one can. */
export function systemNameProblem(name: string): string | undefined {
  return isWindows && windowsRefuses.test(name)
    ? 'no file on Windows can have this name'
    : undefined
}

/** The name that a path of the disk has in a check-in: without `./` and doubled slashes. */
export function nameOfPath(path: string): string {
  const [first = '', ...others] = path.split('/')
  const parts = [first, ...others.filter((part) => part !== '')].filter((part) => part !== '.')
  return parts.join('/') || (path.startsWith('/') ? '/' : '.')
}

function entriesOf(path: Buffer): Dirent<Buffer>[] {
  try {
    const entries = readdirSync(path, { encoding: 'buffer', withFileTypes: true })
    return entries.sort((a, b) => Buffer.compare(a.name, b.name))
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

function isCheckoutDatabase({ name }: Dirent<Buffer>): boolean {
  return /^(?:_FOSSIL_|\.fslckout)$/.test(name.toString('latin1'))
}

/** Tells whether two paths lead to one file. */
export function isSameFile(path: string | Buffer, other: string | Buffer): boolean {
  return identityOf(path) === identityOf(other)
}

/** Two paths to one file give one identity. */
function identityOf(path: string | Buffer): string {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? path.toString('latin1') : `${stat.dev}:${stat.ino}`
}

/** Every directory above one of the files. */
function foldersOf(files: ReadonlySet<string>): Set<string> {
  const folders = new Set<string>()
  for (const name of files) {
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const folder = name.slice(0, end)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  return folders
}

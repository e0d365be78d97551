/**
 * The files that a simulation reads and writes.
 * @module
 */

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { openDatabase } from '../db/node.ts'
import { masterImage, type Simulator } from '../dst/index.ts'
import { FossilError } from '../index.ts'

/** Trace lines are gathered up to this many characters before they are written. */
const traceBatchLength = 1 << 16

/**
 * Reads a repository file as a database image, checked by `masterImage`; with `uv` its unversioned
 * files, too.
 * Neither the file nor its folder is changed.
 *
 * @throws {FossilError} `repo.unreadable`, `repo.invalid`
 */
export function readMasterImage(path: string, { uv = false }: { uv?: boolean } = {}): Uint8Array {
  if (!existsSync(path)) throw unreadable(path, 'there is no such file')
  if (!statSync(path).isFile()) throw unreadable(path, 'it is not a file')
  const db = openUntouched(path)
  try {
    return masterImage(db, { path, uv })
  } finally {
    db.close()
  }
}

/**
 * SQLite leaves the two files of a write-ahead log beside a database that it opened for reading.
 * While there is no log nobody has the database open, and its file alone is all of it.
 * https://www.sqlite.org/fileformat.html §1.3.3: byte 18 is 2 in WAL mode.
 */
function openUntouched(path: string): ReturnType<typeof openDatabase> {
  const isWal = firstBytes(path, 19)[18] === 2
  if (!isWal || existsSync(`${path}-wal`)) return openDatabase(path, { readOnly: true })
  return openDatabase(readFileSync(path).fill(1, 18, 20))
}

/**
 * Makes sure that the repositories can be kept in `folder`, before a long simulation begins.
 *
 * @returns the paths of the files to be
 * @throws {FossilError} `repo.unreadable` when it cannot be written or would overwrite something
 */
export function checkKeepFolder(folder: string, leaves: number): string[] {
  const ids = ['master', ...Array.from({ length: leaves }, (_, index) => `leaf-${index}`)]
  const paths = ids.map((id) => keptPath(folder, id))
  for (const path of paths) if (existsSync(path)) throw unreadable(path, 'it exists already')
  const existing = nearestExisting(folder)
  if (folder === '' || !statSync(existing).isDirectory()) {
    throw unreadable(folder, 'repositories cannot be kept there: it is not a folder')
  }
  try {
    accessSync(existing, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unreadable(folder, 'repositories cannot be kept there: it cannot be written', cause)
  }
  return paths
}

/**
 * Writes every node's repository to `folder`, each whole or not at all. Users whom the simulation
 * made cannot log in there.
 *
 * @throws {FossilError} `repo.unreadable` when one cannot be written
 */
export function keepRepositories(simulator: Simulator, folder: string): void {
  attempt(folder, () => mkdirSync(folder, { recursive: true }))
  for (const { id, image } of simulator.images()) {
    const path = keptPath(folder, id)
    const part = `${path}.part`
    try {
      attempt(path, () => {
        writeFileSync(part, image)
        renameSync(part, path)
      })
    } finally {
      rmSync(part, { force: true })
    }
  }
}

/** A trace on its way to a file, which keeps what it had until a run begins. */
export class TraceFile {
  readonly #path: string
  readonly #descriptor: number
  #batch = ''
  #failure: FossilError | undefined

  /**
   * @param kept files that the same run writes later
   * @throws {FossilError} `repo.unreadable` when the file cannot be written, or when it is a
   *   repository, one of `kept` included
   */
  constructor(path: string, kept: readonly string[] = []) {
    if (kept.some((other) => resolve(other) === resolve(path)) || isDatabase(path)) {
      throw unreadable(path, 'a trace does not replace a repository')
    }
    this.#path = path
    // Appending, so that what is written after the file was emptied begins at its beginning.
    this.#descriptor = attempt(path, () => openSync(path, 'a'))
  }

  /** Never throws, since a line may come from within a sync: see {@link close}. */
  write(line: string): void {
    this.#batch += `${line}\n`
    if (this.#batch.length >= traceBatchLength) this.#flush()
  }

  /** Empties the file: a run begins, perhaps another one. Never throws, as {@link write}. */
  startOver(): void {
    this.#batch = ''
    try {
      // A pipe keeps what it got: there the last line of type `run` is where the trace begins.
      if (fstatSync(this.#descriptor).isFile()) ftruncateSync(this.#descriptor)
    } catch (error) {
      this.#failure = failed(this.#path, error)
    }
  }

  /** @throws {FossilError} `repo.unreadable` when a line could not be written */
  close(): void {
    this.#flush()
    closeSync(this.#descriptor)
    if (this.#failure !== undefined) throw this.#failure
  }

  #flush(): void {
    try {
      if (this.#failure === undefined) writeFileSync(this.#descriptor, this.#batch)
    } catch (error) {
      this.#failure = failed(this.#path, error)
    }
    this.#batch = ''
  }
}

function keptPath(folder: string, id: string): string {
  return join(folder, `${id}.fossil`)
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path))
}

function isDatabase(path: string): boolean {
  const isFile = existsSync(path) && statSync(path).isFile()
  return isFile && firstBytes(path, 15).toString('latin1') === 'SQLite format 3'
}

function firstBytes(path: string, length: number): Buffer {
  const descriptor = attempt(path, () => openSync(path, 'r'))
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(descriptor, bytes))
  } finally {
    closeSync(descriptor)
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    throw failed(path, cause)
  }
}

function failed(path: string, cause: unknown): FossilError {
  return unreadable(path, cause instanceof Error ? cause.message : String(cause), cause)
}

function unreadable(path: string, reason: string, cause?: unknown): FossilError {
  return new FossilError('repo.unreadable', { path, reason }, { cause })
}

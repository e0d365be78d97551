/**
 * The repository that a request is for: the only one, or one below a folder by its name. Files are
 * opened when first asked for and closed when many others were since.
 *
 * Reference: fossil src/main.c:1795-1900 (names in a URL), with stricter rules for names.
 * @module
 */

import { realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { Env } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { isBusy } from '../db/driver.ts'
import { isFrozen } from '../db/frozen.ts'
import { openDatabase } from '../db/node.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { openRepo } from '../crosslink/open.ts'
import { systemTimers, type Timers } from './timers.ts'

/** Repositories to serve: an open one, a file, or every `NAME.fossil` below a folder at `/NAME`. */
export type RepoSource =
  /** The caller's own: it is not closed. */
  | { readonly repo: Repo }
  | { readonly file: string; readonly env: Env }
  | { readonly folder: string; readonly env: Env }

/** A repository that a request is for, not necessarily open. */
export interface ServedRepo {
  /** Its name in the folder; undefined where only one repository is served. */
  readonly name: string | undefined
  /**
   * Opens it, or returns it as it is open already. Use it before the next `await`.
   *
   * @throws {FossilError} `repo.unreadable`, `repo.invalid`
   */
  open(): Repo
  /** Closes it whatever its state, so that the next request starts from the file. */
  discard(): void
}

/** Files that stay open. */
const maxOpen = 32
/**
 * Everybody waits while a statement waits for another process's lock, so the wait is shorter than
 * stock's 15 s.
 */
const busyTimeoutMs = 5_000
/** So long after the last request the log of a file in WAL mode is emptied. */
const settleAfterMs = 250
/** No separators, no escapes, nothing hidden, and `.` and `..` are no names. */
const nameForm = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/

type OpenRepo = { readonly repo: Repo; readonly identity: string }

/** The repositories of one server. */
export class ServedRepos {
  readonly #source: RepoSource
  /** By real path, the one used last at the end. */
  readonly #open = new Map<string, OpenRepo>()

  readonly #timers: Timers
  #stopTimer: () => void = () => {}

  constructor(source: RepoSource, timers: Timers = systemTimers) {
    this.#source = source
    this.#timers = timers
  }

  /** True where a name is needed to say which repository. */
  get hasMany(): boolean {
    return 'folder' in this.#source
  }

  /**
   * The repository that a URL path is for, or undefined where there is none. In a folder the path
   * goes down until there is a repository of the name; what follows does not matter, as in stock.
   */
  find(path: string): ServedRepo | undefined {
    const source = this.#source
    if ('repo' in source) return { name: undefined, open: () => source.repo, discard: () => {} }
    if ('file' in source) return this.#served(undefined, resolve(source.file), source.env)
    let name = ''
    for (const part of path.split('/').filter((each) => each !== '')) {
      if (!nameForm.test(part)) return undefined
      name = name === '' ? part : `${name}/${part}`
      const file = fileIn(source.folder, `${name}.fossil`)
      if (file !== undefined) return this.#served(name, file, source.env)
      if (!isFolder(join(source.folder, name))) return undefined
    }
    return undefined
  }

  /** Closes every file. Afterwards requests open them again. */
  close(): void {
    this.#stopTimer()
    for (const { repo } of this.#open.values()) repo.close()
    this.#open.clear()
  }

  /** A while after the last request, everything that was pushed is in the one file. */
  #settleLater(): void {
    this.#stopTimer()
    this.#stopTimer = this.#timers.after(settleAfterMs, () => {
      const isSettled = [...this.#open.values()].map(({ repo }) => settle(repo)).every(Boolean)
      if (!isSettled) this.#settleLater()
    })
  }

  #served(name: string | undefined, path: string, env: Env): ServedRepo {
    return { name, open: () => this.#opened(path, env), discard: () => this.#discard(path) }
  }

  #opened(path: string, env: Env): Repo {
    this.#settleLater()
    const identity = identityOf(path)
    const known = this.#open.get(path)
    this.#open.delete(path)
    if (known !== undefined && known.identity === identity) {
      this.#open.set(path, known)
      return known.repo
    }
    // The file was replaced: what goes into the old one would be lost.
    known?.repo.close()
    if (identity === undefined) {
      throw new FossilError('repo.unreadable', { path, reason: 'there is no such file' })
    }
    const repo = openRepoFile(path, env)
    this.#open.set(path, { repo, identity })
    for (const [oldest, { repo: idle }] of this.#open) {
      if (this.#open.size <= maxOpen) break
      this.#open.delete(oldest)
      idle.close()
    }
    return repo
  }

  #discard(path: string): void {
    const known = this.#open.get(path)
    this.#open.delete(path)
    // SQLite rolls back what is open; `Repo.close` would insist that nothing is.
    if (known !== undefined) dbOf(known.repo).close()
  }
}

function openRepoFile(path: string, env: Env): Repo {
  const db = openDatabase(path, { busyTimeoutMs })
  try {
    return openRepo(db, env)
  } catch (error) {
    db.close()
    throw error
  }
}

/** The real path of a regular file below `folder`; links may not lead out of it. */
function fileIn(folder: string, name: string): string | undefined {
  try {
    const real = realpathSync(join(folder, name))
    const isInside = real.startsWith(join(realpathSync(folder), '/'))
    return isInside && statSync(real).isFile() ? real : undefined
  } catch {
    return undefined
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/**
 * Brings what is in the log of a file in WAL mode into the file, so that a copy of it holds
 * everything that was acknowledged. Waits for nobody; returns whether all of it is there.
 */
function settle(repo: Repo): boolean {
  try {
    const row = dbOf(repo).prepare<[number, number, number]>('PRAGMA wal_checkpoint(PASSIVE)').get()
    const [wasBusy, inLog, copied] = row ?? [0, 0, 0]
    return wasBusy === 0 && inLog === copied
  } catch (error) {
    // A file that cannot be written has nothing to be brought in.
    if (FossilError.is(error)) return !isBusy(error)
    throw error
  }
}

/**
 * An identity that tells a file from another that takes its name, and one that SQLite takes for
 * unchanging from what becomes of it; undefined where there is no file.
 */
function identityOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const file = `${stat.dev}:${stat.ino}`
  return isFrozen(path) ? `${file}:${stat.size}:${stat.mtimeNs}` : file
}

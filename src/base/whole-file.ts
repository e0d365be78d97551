/**
 * Whole files of the disk, and why one cannot be read.
 * @module
 */

/// <reference types="node" preserve="true" />

import { readFileSync, type Stats, statSync } from 'node:fs'
import { FossilError } from './error.ts'
import { decodeText } from './text.ts'

/**
 * Reads a file, or what the shell has opened for us already, such as `<(command)`. A pipe or a
 * device of the disk is refused: reading it might never end.
 *
 * @throws {FossilError} `repo.unreadable`
 */
export function readWholeFile(path: string | Buffer): Uint8Array {
  try {
    const problem = isOpened(path) ? undefined : fileProblem(statSync(path))
    if (problem === undefined) return readFileSync(path)
    throw unreadableFile(path, problem)
  } catch (cause) {
    throw FossilError.is(cause) ? cause : unreadableFile(path, cause)
  }
}

/** Tells whether a path is of something that the shell has opened, such as `<(command)`. */
export function isOpened(path: string | Buffer): boolean {
  return /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/.test(path.toString())
}

/** The reason why something on disk is not a file to be read; undefined for a file. */
function fileProblem(stat: Stats): string | undefined {
  if (stat.isFile()) return undefined
  if (stat.isDirectory()) return 'it is a folder, not a file'
  const what = stat.isFIFO() ? 'a named pipe' : stat.isSocket() ? 'a socket' : 'a device'
  return `it is ${what}, not a file`
}

/**
 * Sees that there is a file, before a database is looked for in it.
 *
 * @throws {FossilError} `repo.unreadable`
 */
export function checkIsFile(path: string): void {
  let stat: Stats | undefined
  try {
    stat = statSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
  const problem = stat === undefined ? 'there is no such file' : fileProblem(stat)
  if (problem !== undefined) throw unreadableFile(path, problem)
}

/** The error for a file that cannot be read or written, with what the system says in words. */
export function unreadableFile(path: string | Buffer, cause: unknown): FossilError {
  const name = typeof path === 'string' ? path : decodeText(path)
  return new FossilError('repo.unreadable', { path: name, reason: reasonOf(cause) }, { cause })
}

/** The reasons for which the system has codes, in words. */
const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of this path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its symlinks go round in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const code = 'code' in cause ? String(cause.code) : ''
  return systemReasons[code] ?? cause.message
}

/**
 * Texts and files that a command is given: by the name of a file, or on standard input.
 * @module
 */

import { readFileSync, type Stats, statSync } from 'node:fs'
import { FossilError } from '../base/error.ts'
import { decodeText } from '../deck/text.ts'

/**
 * Reads a whole file.
 *
 * @param path undefined, `-` or `/dev/stdin`: standard input
 * @throws {FossilError} `repo.unreadable`, as {@link readWhole} does
 */
export async function readInput(path: string | undefined): Promise<Uint8Array> {
  if (path !== undefined && path !== '-' && path !== '/dev/stdin') return readWhole(path)
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** The same as text, without losing a byte. */
export async function readText(path: string | undefined): Promise<string> {
  return decodeText(await readInput(path))
}

/**
 * Reads a file, or what the shell has opened for us already, such as `<(command)`. A pipe or a
 * device of the disk is refused: reading it might never end.
 *
 * @throws {FossilError} `repo.unreadable`
 */
export function readWhole(path: string | Buffer): Uint8Array {
  try {
    const problem = isOpened(path) ? undefined : fileProblem(statSync(path))
    if (problem === undefined) return readFileSync(path)
    throw unreadable(path, problem)
  } catch (cause) {
    throw FossilError.is(cause) ? cause : unreadable(path, cause)
  }
}

function isOpened(path: string | Buffer): boolean {
  return /^\/(?:dev|proc\/self)\/fd\/\d+$/.test(path.toString())
}

/** Why something on disk is not a file to be read; undefined for a file. */
export function fileProblem(stat: Stats): string | undefined {
  if (stat.isFile()) return undefined
  if (stat.isDirectory()) return 'it is a folder, not a file'
  const what = stat.isFIFO() ? 'a named pipe' : stat.isSocket() ? 'a socket' : 'a device'
  return `it is ${what}, not a file`
}

/** The error for a file that cannot be read or written. */
export function unreadable(path: string | Buffer, cause: unknown): FossilError {
  const name = typeof path === 'string' ? path : decodeText(path)
  return new FossilError('repo.unreadable', { path: name, reason: reasonOf(cause) }, { cause })
}

/** What the system has codes for, in words. */
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

/** Options for the comment of a check-in: `-m TEXT` or `-M FILE`. */
export interface CommentOptions {
  readonly comment?: string
  readonly messageFile?: string
}

/**
 * The comment that the options give, undefined where they give none.
 *
 * @throws {FossilError} `option.invalid` where they give two; `repo.unreadable`
 */
export async function commentFrom(options: CommentOptions): Promise<string | undefined> {
  const { comment, messageFile } = options
  if (comment !== undefined && messageFile !== undefined) {
    throw new FossilError('option.invalid', { option: '-M', reason: 'one comment is enough' })
  }
  if (messageFile === undefined) return comment
  const text = await readText(messageFile)
  return text.replace(/^\ufeff/, '').trimEnd()
}

const mimetypes: Readonly<Record<string, string>> = {
  fossil: 'text/x-fossil-wiki',
  markdown: 'text/x-markdown',
  plain: 'text/plain',
}

/** A mimetype, or the short name that stock has for it. wiki.c wiki_filter_mimetypes. */
export function mimetypeFrom(text: string): string {
  const known = Object.values(mimetypes)
  const mimetype = mimetypes[text] ?? text
  if (known.includes(mimetype)) return mimetype
  const names = [...Object.keys(mimetypes), ...known].join(', ')
  const reason = `${JSON.stringify(text)} is not one of ${names}`
  throw new FossilError('option.invalid', { option: '--mimetype', reason })
}

/** For options that may be given several times. */
export function collected(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value]
}

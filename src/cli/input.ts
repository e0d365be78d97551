/**
 * Texts and files that a command is given: by the name of a file, or on standard input.
 * @module
 */

import { readFileSync } from 'node:fs'
import { FossilError } from '../base/error.ts'
import { decodeText } from '../deck/text.ts'

/**
 * Reads a whole file.
 *
 * @param path undefined or `-`: standard input
 * @throws {FossilError} `repo.unreadable`
 */
export async function readInput(path: string | undefined): Promise<Uint8Array> {
  if (path !== undefined && path !== '-') return readWhole(path)
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** The same as text, without losing a byte. */
export async function readText(path: string | undefined): Promise<string> {
  return decodeText(await readInput(path))
}

/** @throws {FossilError} `repo.unreadable` */
export function readWhole(path: string | Buffer): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** Whatever the file system had to say. */
export function unreadable(path: string | Buffer, cause: unknown): FossilError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const name = typeof path === 'string' ? path : decodeText(path)
  return new FossilError('repo.unreadable', { path: name, reason }, { cause })
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
  const reason = `is ${Object.keys(mimetypes).join(', ')} or one of ${known.join(', ')}`
  throw new FossilError('option.invalid', { option: '--mimetype', reason })
}

/** For options that may be given several times. */
export function collected(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/**
 * Text that a command is given: in an option, by the name of a file, or on standard input.
 * @module
 */

import { decodeText } from '../base/text.ts'
import { readWholeFile } from '../base/whole-file.ts'
import { FossilError } from '../index.ts'

/**
 * Reads a whole file.
 *
 * @param path undefined, `-` or `/dev/stdin`: standard input
 * @throws {FossilError} `repo.unreadable`, as {@link readWholeFile} does
 */
export async function readInput(path: string | undefined): Promise<Uint8Array> {
  if (path !== undefined && path !== '-' && path !== '/dev/stdin') return readWholeFile(path)
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** The same as text, without losing a byte. */
export async function readText(path: string | undefined): Promise<string> {
  return decodeText(await readInput(path))
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

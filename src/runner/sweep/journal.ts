/**
 * The journal of a sweep: a file to which a line is appended for each seed that has ended, so that
 * a sweep that was killed goes on where it was.
 *
 * A line is written as soon as its end is known, and outlives whatever kills the sweep; the disk
 * has it for sure when the journal is closed. What a crash of the machine takes, or leaves without
 * the end of its line, counts as not run.
 * @module
 */

import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

import { asError, FossilError } from '../../base/error.ts'
import { keyOf, type SeedEnd } from './seed-end.ts'

/** The sweep that a journal is of: its first line. A sweep goes on only with the same. */
export interface JournalHeader {
  readonly journal: 'trilobite sweep 1'
  readonly first?: number
  readonly last?: number
  readonly plan: string
  readonly model?: string
  /** The commit of the code, where it is known. */
  readonly commit?: string
}

/** An open journal. */
export class SweepJournal implements Disposable {
  readonly #path: string
  readonly #file: number
  readonly #keys: Set<string>
  /** Ends that it held when it was opened, each seed once. */
  readonly ends: readonly SeedEnd[]

  /**
   * Opens a journal, or begins one where there is no such file.
   *
   * @param resumes goes on with one that has been begun
   * @throws {FossilError} `option.invalid` where it was begun and `resumes` is not set, and where
   *   it is of another sweep or no journal; `repo.unreadable` where the file cannot be written
   */
  constructor(path: string, header: JournalHeader, { resumes }: { readonly resumes: boolean }) {
    const lines = existsSync(path) ? wholeLines(path) : []
    if (lines.length > 0 && !resumes) {
      throw invalid(`${path} is there already: resume it, with --resume, or name another file`)
    }
    if (lines.length > 0) checkHeader(path, lines[0] ?? '', header)
    const ends = lines.slice(1).map((line, at) => endIn(path, line, at + 2))
    this.ends = [...new Map(ends.toReversed().map((end) => [keyOf(end), end])).values()].reverse()
    this.#keys = new Set(this.ends.map(keyOf))
    this.#path = path
    this.#file = orUnreadable(path, () => openSync(path, 'a'))
    if (lines.length === 0) this.#write(header)
  }

  /** Records the end of a seed, unless it has been. @throws {FossilError} `repo.unreadable` */
  add(end: SeedEnd): void {
    if (this.#keys.has(keyOf(end))) return
    this.#keys.add(keyOf(end))
    this.#write(end)
  }

  #write(line: JournalHeader | SeedEnd): void {
    orUnreadable(this.#path, () => writeSync(this.#file, `${JSON.stringify(line)}\n`))
  }

  close(): void {
    fdatasyncSync(this.#file)
    closeSync(this.#file)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** The lines of a file that have their end; the rest is cut off. */
function wholeLines(path: string): string[] {
  const text = orUnreadable(path, () => readFileSync(path, 'utf8'))
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) {
    orUnreadable(path, () => truncateSync(path, Buffer.byteLength(whole)))
  }
  return whole.split('\n').slice(0, -1)
}

function checkHeader(path: string, line: string, header: JournalHeader): void {
  const found = objectIn(line)
  if (found?.['journal'] !== header.journal) throw invalid(`${path} is no journal of a sweep`)
  const wanted: Readonly<Record<string, unknown>> = { ...header }
  for (const name of ['commit', 'first', 'last', 'plan', 'model']) {
    const [then, now] = [found[name], wanted[name]]
    if (isDeepStrictEqual(then, now)) continue
    const values = `${JSON.stringify(then) ?? 'none'} there, ${JSON.stringify(now) ?? 'none'} here`
    throw invalid(`${path} is of another sweep: ${name} is ${values}`)
  }
}

function endIn(path: string, line: string, number: number): SeedEnd {
  const fields = objectIn(line)
  if (Number.isSafeInteger(fields?.['seed']) && typeof fields?.['verdict'] === 'string') {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this file wrote it
    return fields as unknown as SeedEnd
  }
  throw invalid(`${path} is damaged: line ${number} is no end of a seed`)
}

function objectIn(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function orUnreadable<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw new FossilError('repo.unreadable', { path, reason: asError(error).message })
  }
}

function invalid(reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'journal', reason })
}

/**
 * The journal of a sweep: a file with an appended line for each seed that has ended, so that a
 * killed sweep goes on where it was.
 *
 * A line is written as soon as the end of its seed is known, and outlives whatever kills the sweep;
 * it is certainly on the disk when the journal is closed. After a crash of the machine, seeds with
 * lost or incomplete lines count as not run.
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

/** The first line of a journal, which identifies its sweep. Only the same sweep can continue it. */
export interface JournalHeader {
  readonly journal: 'trilobite sweep 1'
  readonly first?: number
  readonly last?: number
  readonly plan: string
  readonly model?: string
  /** The commit of the code, if known. */
  readonly commit?: string
}

/** An open journal. */
export class SweepJournal implements Disposable {
  readonly #path: string
  readonly #file: number
  readonly #keys: Set<string>
  /** The ends in the file when it was opened, each seed once. */
  readonly ends: readonly SeedEnd[]

  /**
   * Opens a journal, or begins one if there is no such file.
   *
   * @param resumes continues an existing journal
   * @throws {FossilError} `option.invalid` if it exists and `resumes` is not set, or if it is of
   *   another sweep or no journal; `repo.unreadable` if the file cannot be written
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

  /**
   * Records the end of a seed, unless it is recorded already. @throws {FossilError}
   * `repo.unreadable`
   */
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

/** The complete lines of a file; cuts the rest off. */
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

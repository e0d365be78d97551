/**
 * The traces of a run that is made twice, and their first divergence.
 * @module
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { FossilError } from '../../base/error.ts'
import { compareTraces } from '../trace-diff-text.ts'
import type { TraceSource } from '../trace-reader.ts'

/** Files for the traces of a run that is made twice. */
export interface TracePair {
  readonly first: string
  readonly second: string
}

/** A folder for the traces of runs that are made twice, made when it is needed. */
export class TraceFolder implements Disposable {
  #folder: string | undefined
  readonly #asked: string | undefined
  #isNeeded = false
  readonly #runs = new Map<number, number>()

  /** @param folder Default: a temporary folder of the system */
  constructor(folder?: string) {
    this.#asked = folder
  }

  /** New files for each run, since a seed may be run with several plans. */
  pair(seed: number): TracePair {
    if (this.#folder === undefined) {
      if (this.#asked !== undefined) mkdirSync(this.#asked, { recursive: true })
      this.#folder = this.#asked ?? mkdtempSync(join(tmpdir(), 'trilobite-sweep-'))
    }
    const runs = (this.#runs.get(seed) ?? 0) + 1
    this.#runs.set(seed, runs)
    const name = runs === 1 ? `seed-${seed}` : `seed-${seed}-run-${runs}`
    const path = (which: string): string => join(this.#folder ?? '', `${name}-${which}.jsonl`)
    return { first: path('first'), second: path('second') }
  }

  /** Removes the files of a run whose repeat agreed, or that did not end. */
  drop({ first, second }: TracePair): void {
    for (const path of [first, second]) rmSync(path, { force: true })
  }

  /** Keeps the present files, which a report names. */
  keep(): void {
    this.#isNeeded = true
  }

  [Symbol.dispose](): void {
    // A folder of the caller's may hold other things.
    if (this.#asked !== undefined || this.#folder === undefined || this.#isNeeded) return
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The first divergence of the traces of a run, and its causes in each, as lines. */
export function divergenceText({ first, second }: TracePair): string {
  try {
    return compareTraces(sourceOf(first), sourceOf(second)).text
  } catch (error) {
    // A run that threw before its first event has no trace.
    if (FossilError.is(error, 'trace.invalid')) return `${error.message}\n`
    throw error
  }
}

function sourceOf(path: string): TraceSource {
  return { name: path, lines: () => readFileSync(path, 'utf8').split('\n').slice(0, -1) }
}

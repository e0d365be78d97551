/**
 * A memory of F cards. A check-in has nearly all of its parent's, so that most are met again and
 * again: with a memory, reading manifests takes half the time (measured), and equal files are one
 * object.
 * @module
 */

import type { DeckFile } from './deck.ts'

/** An F card that was read before; no reserved name. */
export interface KnownFile {
  readonly file: DeckFile
  /** The card that it was last seen after: their order need not be compared again. */
  previous: DeckFile | undefined
}

/** Cards kept, at most; a few megabytes. */
const maxFiles = 20_000
/** Longer lines are not kept: they are rare, and a hostile artifact could fill memory. */
const maxLine = 400

/** F cards as they were read before, by their text. Of one repository, or of one reader. */
export class FileCards {
  readonly #files = new Map<string, KnownFile>()

  /** The card with this text, where it was read before. */
  get(line: string): KnownFile | undefined {
    return this.#files.get(line)
  }

  /** Keeps a card that was read after `previous`. */
  remember(line: string, file: DeckFile, previous: DeckFile | undefined): void {
    if (line.length > maxLine) return
    if (this.#files.size >= maxFiles) this.#files.clear()
    this.#files.set(line, { file: Object.freeze(file), previous })
  }
}

/**
 * Writes the text of a delta. May know its syntax, nothing of how edits are chosen.
 * Specification: fossil www/delta_format.wiki §2; src/delta.c:304-334.
 * @module
 */

import { writeDigits } from './digits.ts'

/** Two numbers of at most six digits and their marks: the most that one call adds to its text. */
const marginBytes = 16

const newline = 0x0a
const comma = 0x2c
const colon = 0x3a
const semicolon = 0x3b
const at = 0x40

/** A delta in the making. */
export class DeltaWriter {
  #bytes: Uint8Array
  #length = 0

  /** @param outputSize length of the target in bytes, which the header promises */
  constructor(outputSize: number) {
    this.#bytes = new Uint8Array(256 + (outputSize >>> 6))
    this.#number(outputSize, newline)
  }

  /** `length@offset,`: bytes of the source. */
  copy(offset: number, length: number): void {
    this.#reserve(marginBytes)
    this.#number(length, at)
    this.#number(offset, comma)
  }

  /** `length:bytes`: bytes of the delta itself. */
  insert(bytes: Uint8Array): void {
    this.#reserve(marginBytes + bytes.length)
    this.#number(bytes.length, colon)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** `checksum;`: the end. Returns the whole delta, which the caller owns. */
  end(checksum: number): Uint8Array {
    this.#reserve(marginBytes)
    this.#number(checksum, semicolon)
    return this.#bytes.slice(0, this.#length)
  }

  #number(value: number, mark: number): void {
    const end = writeDigits(value, this.#bytes, this.#length)
    this.#bytes[end] = mark
    this.#length = end + 1
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

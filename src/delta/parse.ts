/**
 * Reads the commands of a delta, without its source.
 *
 * May know the delta format. Specification: fossil www/delta_format.wiki §2 and
 * src/delta.c:177-205, 539-667. Numbers follow the code: no digits at all read as 0, and digits
 * beyond 32 bits are lost, so that a delta means here what it means to stock.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { digitValue } from './digits.ts'

const newline = 0x0a
const comma = 0x2c
const colon = 0x3a
const semicolon = 0x3b
const at = 0x40

/** The longest output a delta may promise: stock measures content in `int`. deltacmd.c:125-127. */
export const maxOutputBytes = 0x7fffffff

/** One command of a delta. Numbers are unsigned and below 2^32. */
export type DeltaCommand =
  /** `length@offset,`: the next bytes of the target are these bytes of the source. */
  | { kind: 'copy'; offset: number; length: number }
  /** `length:bytes`: the next bytes of the target. A view of the delta, not a copy. */
  | { kind: 'insert'; bytes: Uint8Array }
  /** `checksum;`: the target is complete. Always last. */
  | { kind: 'end'; checksum: number }

/**
 * The commands of `delta` in order, ending with `end`; bytes after that are ignored.
 *
 * Checks the syntax only: whether copies lie inside the source and lengths add up to the promised
 * size is seen when the delta is applied.
 *
 * @throws {FossilError} `delta.corrupt`, after the commands before the fault have been yielded
 */
export function* deltaCommands(delta: Uint8Array): Generator<DeltaCommand, void, void> {
  const reader = new CommandReader(delta)
  for (;;) {
    const kind = reader.next()
    if (kind === 'end') {
      yield { kind, checksum: reader.value }
      return
    }
    if (kind === 'copy') yield { kind, offset: reader.offset, length: reader.value }
    else yield { kind, bytes: delta.subarray(reader.offset, reader.offset + reader.value) }
  }
}

/**
 * The length in bytes that `delta` promises for its output, from its header alone.
 *
 * @throws {FossilError} `delta.corrupt` where there is no header or it promises 2 GiB or more
 */
export function deltaOutputSize(delta: Uint8Array): number {
  return new CommandReader(delta).outputSize
}

/**
 * A cursor over the commands of a delta: one object, however long the delta.
 * Every method raises `delta.corrupt`.
 */
export class CommandReader {
  /** The length of the output that the header promises, below 2^31. */
  readonly outputSize: number
  /** Index in the delta where the last command begins. */
  start = 0
  /** Length of the last command in bytes, or the checksum of `end`. */
  value = 0
  /**
   * The place at which the bytes of the last command begin: in the source for a copy, else in the
   * delta.
   */
  offset = 0

  readonly #delta: Uint8Array
  #at = 0

  constructor(delta: Uint8Array) {
    this.#delta = delta
    this.outputSize = this.#number()
    if (this.#mark() !== newline) this.fail('no newline after the size')
    if (this.outputSize > maxOutputBytes) this.fail(`promises ${this.outputSize} bytes`)
  }

  /** Reads the next command. */
  next(): DeltaCommand['kind'] {
    this.start = this.#at
    this.value = this.#number()
    switch (this.#mark()) {
      case at:
        this.offset = this.#number()
        if (this.#mark() !== comma) this.fail('no comma after the offset of a copy')
        return 'copy'
      case colon:
        this.offset = this.#at
        if (this.value > this.#delta.length - this.#at) this.fail('an insert passes the end')
        this.#at += this.value
        return 'insert'
      case semicolon:
        return 'end'
      case undefined:
        return this.fail('ends without a checksum')
      default:
        return this.fail('neither a copy nor an insert nor the end')
    }
  }

  /** Raises `delta.corrupt` for the last command. */
  fail(reason: string): never {
    throw new FossilError('delta.corrupt', { offset: this.start, reason })
  }

  /** Reads digits up to the first byte that is none. */
  #number(): number {
    const delta = this.#delta
    let value = 0
    for (; this.#at < delta.length; this.#at++) {
      const digit = digitValue(delta[this.#at] ?? 0)
      if (digit < 0) break
      value = ((value << 6) | digit) >>> 0
    }
    return value
  }

  /** Reads the byte after a number; undefined at the end of the delta. */
  #mark(): number | undefined {
    return this.#delta[this.#at++]
  }
}

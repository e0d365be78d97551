/**
 * The form of a codec: how one card is read from its line, and written.
 * @module
 */

import type { CardLine } from './line.ts'

/** A card on its way out: arguments after the name, then the payload and how it ends. */
export interface CardText {
  args: readonly (string | number)[]
  payload?: Uint8Array
  /** A newline after the payload: always, or where the payload does not end in one. */
  newline?: 'always' | 'if-missing'
}

/** Both directions of one card; `parse` undoes `format`. */
export interface CardCodec<C> {
  /** @throws {FossilError} `xfer.malformed` */
  parse(line: CardLine): C
  format(card: C): CardText
}

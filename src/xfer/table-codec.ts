/**
 * Codecs of the cards about synced tables.
 *
 * Source: go-libfossil internal/xfer/encode.go:333-385, decode.go:520-610; where a payload ends in
 * a newline that its size does not count. The cards of ours from `xrange` on have the same form.
 * @module
 */

import { defossilize, fossilize } from '../deck/fossilize.ts'
import type { CardCodec, CardText } from './card-codec.ts'
import type { CardLine } from './line.ts'
import type { TableCard, XdeleteCard, XrowCard } from './table-card.ts'

/** The cards, one entry each. */
export const tableCards: {
  readonly [T in TableCard['type']]: CardCodec<Extract<TableCard, { type: T }>>
} = {
  /** `schema TABLE VERSION SHA1 MTIME SIZE`, JSON, newline. */
  schema: {
    parse: (line) => {
      line.expect(5)
      const table = line.word(0)
      const [version, hash, mtimeSec] = [line.integer(1), line.shown(2), line.seconds(3)]
      return { type: 'schema', table, version, hash, mtimeSec, content: payload(line, 4) }
    },
    format: ({ table, version, hash, mtimeSec, content }) =>
      withPayload([table, version, hash, mtimeSec], content),
  },

  /** `xigot TABLE PKHASH MTIME`. */
  xigot: {
    parse: (line) => {
      line.expect(3)
      return {
        type: 'xigot',
        table: line.word(0),
        pkHash: line.shown(1),
        mtimeSec: line.seconds(2),
      }
    },
    format: ({ table, pkHash, mtimeSec }) => ({ args: [table, pkHash, mtimeSec] }),
  },

  /** `xgimme TABLE PKHASH`. */
  xgimme: {
    parse: (line) => {
      line.expect(2)
      return { type: 'xgimme', table: line.word(0), pkHash: line.shown(1) }
    },
    format: ({ table, pkHash }) => ({ args: [table, pkHash] }),
  },

  /** `xrow TABLE PKHASH MTIME SIZE ?OWNER?`, JSON, newline; the owner is between ours only. */
  xrow: {
    parse: (line) => ({ type: 'xrow', ...parseRow(line) }),
    format: formatRow,
  },

  /** `xdelete TABLE PKHASH MTIME SIZE ?OWNER?`, JSON of the key, newline. */
  xdelete: {
    parse: (line) => ({ type: 'xdelete', ...parseRow(line) }),
    format: formatRow,
  },

  /** `xrange TABLE PREFIX COUNT DIGEST`; the prefix of all rows is `-`. */
  xrange: {
    parse: (line) => {
      line.expect(4)
      return {
        type: 'xrange',
        table: line.word(0),
        prefix: textOrDash(line, 1),
        count: line.integer(2),
        digest: line.shown(3),
      }
    },
    format: ({ table, prefix, count, digest }) => ({ args: [table, dash(prefix), count, digest] }),
  },

  /** `xlist TABLE PREFIX SIZE`, lines, newline. */
  xlist: {
    parse: (line) => {
      line.expect(3)
      const [table, prefix] = [line.word(0), textOrDash(line, 1)]
      return { type: 'xlist', table, prefix, content: payload(line, 2) }
    },
    format: ({ table, prefix, content }) => withPayload([table, dash(prefix)], content),
  },

  /** `xask TABLE PREFIX AFTER`; `-` for a prefix or a hash that is none. */
  xask: {
    parse: (line) => ({ type: 'xask', ...parsePlace(line) }),
    format: formatPlace,
  },

  /** `xmore TABLE PREFIX AFTER`. */
  xmore: {
    parse: (line) => ({ type: 'xmore', ...parsePlace(line) }),
    format: formatPlace,
  },
}

function parseRow(line: CardLine): Omit<XrowCard, 'type'> {
  line.expect(4, 5)
  const [table, pkHash, mtimeSec] = [line.word(0), line.shown(1), line.seconds(2)]
  const owner = line.count === 5 ? defossilize(line.word(4)) : undefined
  return { table, pkHash, mtimeSec, owner, content: payload(line, 3) }
}

function formatRow({ table, pkHash, mtimeSec, owner, content }: XrowCard | XdeleteCard): CardText {
  const args = [table, pkHash, mtimeSec, content.length]
  if (owner !== undefined && owner !== '') args.push(fossilize(owner))
  return { args, payload: content, newline: 'always' }
}

interface Place {
  readonly table: string
  readonly prefix: string
  readonly after: string
}

function parsePlace(line: CardLine): Place {
  line.expect(3)
  return { table: line.word(0), prefix: textOrDash(line, 1), after: textOrDash(line, 2) }
}

function formatPlace({ table, prefix, after }: Place): CardText {
  return { args: [table, dash(prefix), dash(after)] }
}

function withPayload(args: readonly (string | number)[], content: Uint8Array): CardText {
  return { args: [...args, content.length], payload: content, newline: 'always' }
}

function payload(line: CardLine, sizeAt: number): Uint8Array {
  const content = line.payload(line.integer(sizeAt))
  line.newline()
  return content
}

function dash(text: string): string {
  return text === '' ? '-' : text
}

function textOrDash(line: CardLine, index: number): string {
  const text = line.shown(index)
  return text === '-' ? '' : text
}

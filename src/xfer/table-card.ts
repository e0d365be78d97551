/**
 * Cards about synced tables. Go-libfossil has five of them; the others are ours, and sent only to
 * those who say that they know them. Stock knows none.
 *
 * Names and hashes are text as it came: what is no name of a table, and no hash, costs its row and
 * not the message, so who applies the card looks at them.
 * Source: go-libfossil internal/xfer/encode.go:333-385.
 * @module
 */

/** A table as the sender has it. */
export interface SchemaCard {
  type: 'schema'
  table: string
  /** Go-libfossil always says 1. */
  version: number
  /** SHA-1 of the content. Nobody reads it. */
  hash: string
  mtimeSec: number
  /** JSON. */
  content: Uint8Array
}

/** The sender has this row, live or deleted. */
export interface XigotCard {
  type: 'xigot'
  table: string
  pkHash: string
  mtimeSec: number
}

/** The sender wants this row. */
export interface XgimmeCard {
  type: 'xgimme'
  table: string
  pkHash: string
}

/** A row. */
export interface XrowCard {
  type: 'xrow'
  table: string
  pkHash: string
  mtimeSec: number
  /** The login that the row belongs to. Go-libfossil knows none on the wire. */
  owner: string | undefined
  /** JSON. */
  content: Uint8Array
}

/** A row that was deleted. */
export interface XdeleteCard {
  type: 'xdelete'
  table: string
  pkHash: string
  mtimeSec: number
  owner: string | undefined
  /** JSON of the key. */
  content: Uint8Array
}

/** The digest of the sender's rows whose key hash begins with `prefix`. */
export interface XrangeCard {
  type: 'xrange'
  table: string
  /** Empty for all rows. */
  prefix: string
  count: number
  digest: string
}

/** All rows of the sender whose key hash begins with `prefix`, but for their content. */
export interface XlistCard {
  type: 'xlist'
  table: string
  prefix: string
  /** A line `PKHASH MTIME DIGEST` for each. */
  content: Uint8Array
}

/** The sender wants all rows of a range, from the one after `after` on. */
export interface XaskCard {
  type: 'xask'
  table: string
  prefix: string
  /** Empty for all of them. */
  after: string
}

/** The rows that were asked for do not fit: ask for those after `after`, too. */
export interface XmoreCard {
  type: 'xmore'
  table: string
  prefix: string
  after: string
}

/** Any card about synced tables, but for pragmas. */
export type TableCard =
  | SchemaCard
  | XigotCard
  | XgimmeCard
  | XrowCard
  | XdeleteCard
  | XrangeCard
  | XlistCard
  | XaskCard
  | XmoreCard

/** Their names. */
const tableCardTypes: ReadonlySet<string> = new Set<TableCard['type']>([
  'schema',
  'xigot',
  'xgimme',
  'xrow',
  'xdelete',
  'xrange',
  'xlist',
  'xask',
  'xmore',
])

/** Tells whether a card is about synced tables. */
export function isTableCard<C extends { readonly type: string }>(
  card: C,
): card is Extract<C, TableCard> {
  return tableCardTypes.has(card.type)
}

/**
 * Unversioned files that are written and deleted, as the rows that are to be there.
 * Reference: unversioned.c:161-198, 225-290.
 * @module
 */

import { inflateSync } from 'node:zlib'

import { contentOf } from '../operations/content.ts'
import type { AskedOperation } from '../operations/operation.ts'
import { digest, type Holdings } from './holdings.ts'

/** A row: its time, the hash and the size of its content. */
export interface AskedRow {
  readonly mtimeSec: number
  /** Undefined for a file that is deleted. */
  readonly content: Uint8Array | undefined
  readonly hash: string | undefined
}

/** The row of a file that is written or deleted. */
export function rowOf({ args }: AskedOperation, holdings: Holdings, isDeletion: boolean): AskedRow {
  const hasContent = args.maybeInteger('key') !== undefined
  const written = hasContent ? contentOf(args) : new Uint8Array()
  const content = isDeletion ? undefined : written
  const hash = content && digest(holdings.policy() < 2 ? 'sha1' : 'sha3-256', content)
  const nowSec = Math.floor(holdings.nowMs / 1000)
  const [before] = rowsOf(holdings, args.text('name'))
  if (before === undefined)
    return { mtimeSec: args.maybeInteger('mtimeSec') ?? nowSec, content, hash }
  const beforeSec = Number(before[0])
  // Of one time the greater hash wins, and a deletion counts as `-`.
  const isBeaten = (hash ?? '-') >= String(before[1] ?? '-')
  const mtimeSec =
    args.maybeInteger('mtimeSec') ?? Math.max(nowSec, isBeaten ? beforeSec : beforeSec + 1)
  return { mtimeSec, content, hash }
}

/** The first difference from the row that is there. */
export function rowProblem(name: string, row: AskedRow, holdings: Holdings): string | undefined {
  const [found] = rowsOf(holdings, name)
  if (found === undefined) return `${name} is not there`
  const [mtime, hash, size, encoding, stored] = found
  const { mtimeSec, content } = row
  if (mtime !== mtimeSec) return `${name} is of ${String(mtime)}, not of ${mtimeSec}`
  if ((hash ?? undefined) !== row.hash)
    return `${name} is ${String(hash ?? 'deleted')}, not ${row.hash ?? 'deleted'}`
  if (size !== (content?.length ?? 0)) return `${name} is said to have ${String(size)} bytes`
  const bytes = stored instanceof Uint8Array ? expanded(stored, encoding) : undefined
  const isRight =
    content === undefined ? stored === null : bytes && Buffer.compare(bytes, content) === 0
  return isRight === true ? undefined : `${name} has other content`
}

/** Compressed content has its size in four bytes before it. */
function expanded(stored: Uint8Array, encoding: unknown): Uint8Array {
  return encoding === 1 ? inflateSync(stored.subarray(4)) : stored
}

function rowsOf(holdings: Holdings, name: string): (string | number | null | Uint8Array)[][] {
  if (!holdings.has("SELECT 1 FROM sqlite_schema WHERE name = 'unversioned'")) return []
  return holdings.rows(
    'SELECT mtime, hash, sz, encoding, content FROM unversioned WHERE name = ?',
    name,
  )
}

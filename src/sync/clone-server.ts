/**
 * The server's side of a clone: artifacts in the order of their rids, as the database holds them.
 * Source: fossil src/xfer.c:600-705 (send_compressed_file, send_delta_native), 1527-1580.
 * @module
 */

import { compressContent } from '../base/zlib.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { isPrivate, isShunned, unresolvedRids } from '../repo/blob.ts'
import { readContent, storedBytes } from '../repo/content.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import type { CardWriter } from '../xfer/format.ts'

/** One batch of a clone. */
export interface CloneBatchOptions {
  /** The first rid to send, from 1. */
  readonly sequence: number
  /** 3: `cfile` cards. 2: `file` cards. */
  readonly version: number
  readonly withPrivate: boolean
  /** Asked before each artifact but the first: no more of them in this reply. */
  readonly isOverBudget: () => boolean
}

type Row = [
  rid: Rid,
  hash: ArtifactHash,
  size: number,
  content: Uint8Array,
  source: Rid | null,
  sourceHash: ArtifactHash | null,
]

/** Batches remembered at a time: each as large as the budget of a reply. */
const maxBatches = 2

/**
 * Like {@link writeCloneBatch}, and remembers what it wrote until the repository changes: the
 * second client to ask for the same costs a copy. A clone's first round took three times as long
 * without (measured).
 *
 * @param budgetBytes of a reply; batches of other budgets are others
 */
export function writeRememberedBatch(
  repo: Repo,
  writer: CardWriter,
  options: CloneBatchOptions & { readonly budgetBytes: number },
): number {
  const { sequence, version, withPrivate, budgetBytes } = options
  const key = [sequence, version, withPrivate, budgetBytes].join()
  const batches = (cacheOf(repo).holdings.cloneBatches ??= new Map())
  const known = batches.get(key)
  if (known !== undefined) {
    writer.addRaw(known.bytes, known.cards)
    return known.next
  }
  const before = { sizeBytes: writer.sizeBytes, cards: writer.cards }
  const next = writeCloneBatch(repo, writer, options)
  const [oldest] = batches.keys()
  if (oldest !== undefined && batches.size >= maxBatches) batches.delete(oldest)
  const bytes = writer.bytesSince(before.sizeBytes)
  batches.set(key, { bytes, cards: writer.cards - before.cards, next })
  return next
}

/**
 * Sends artifacts from `sequence` on, until the budget is spent. Phantoms, shunned and unverified
 * artifacts are left out, and private ones unless asked for. One artifact goes whatever the budget,
 * or a clone under a small one would never end.
 *
 * @returns the sequence number to go on with; 0 when everything was sent
 */
export function writeCloneBatch(
  repo: Repo,
  writer: CardWriter,
  options: CloneBatchOptions,
): number {
  const unresolved = unresolvedRids(repo)
  const rows = dbOf(repo)
    .prepare<Row>(
      `SELECT blob.rid, blob.uuid, blob.size, blob.content, delta.srcid, source.uuid
         FROM blob LEFT JOIN delta ON delta.rid = blob.rid
         LEFT JOIN blob AS source ON source.rid = delta.srcid
        WHERE blob.rid >= ? AND blob.size >= 0 ORDER BY blob.rid`,
    )
    .iterate(options.sequence)
  let sent = 0
  for (const row of rows) {
    const [rid, hash] = row
    if (sent > 0 && options.isOverBudget()) return rid
    if (unresolved.has(rid) || isShunned(repo, hash)) continue
    const asPrivate = isPrivate(repo, rid)
    if (asPrivate && !options.withPrivate) continue
    if (asPrivate) writer.add({ type: 'private' })
    sent++
    if (options.version >= 3) writeCompressed(repo, writer, row, asPrivate)
    else writeExpanded(repo, writer, row, asPrivate)
  }
  return 0
}

function writeCompressed(repo: Repo, writer: CardWriter, row: Row, asPrivate: boolean): void {
  const [rid, hash, size, content] = row
  const source = sourceFor(repo, row, asPrivate)
  const isWhole = row[4] === null || source !== undefined
  const compressed = isWhole ? content : compressContent(wholeContent(repo, rid))
  writer.add({
    type: 'cfile',
    hash,
    deltaSource: source,
    uncompressedSizeBytes: size,
    compressed,
  })
}

function writeExpanded(repo: Repo, writer: CardWriter, row: Row, asPrivate: boolean): void {
  const [rid, hash] = row
  const source = sourceFor(repo, row, asPrivate)
  const content = source === undefined ? wholeContent(repo, rid) : storedBytes(repo, rid)
  writer.add({ type: 'file', hash, deltaSource: source, content: content ?? new Uint8Array(0) })
}

/** The source of a stored delta, unless the peer may not learn of it or would refuse it. */
function sourceFor(
  repo: Repo,
  [, , , , source, sourceHash]: Row,
  asPrivate: boolean,
): ArtifactHash | undefined {
  if (source === null || sourceHash === null || isShunned(repo, sourceHash)) return undefined
  return isPrivate(repo, source) && !asPrivate ? undefined : sourceHash
}

function wholeContent(repo: Repo, rid: Rid): Uint8Array {
  return readContent(repo, rid) ?? new Uint8Array(0)
}

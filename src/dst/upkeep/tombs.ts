/**
 * Tombs: what the graveyard holds of one purge, read and expanded by the checks themselves.
 * Source: fossil src/purge.c:36-54.
 * @module
 */

import { expandContent } from '../../base/zlib.ts'
import { applyDelta } from '../../delta/index.ts'
import { matches, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { rowsFrom, type Snapshot } from './snapshot.ts'

/** An artifact in the graveyard. */
export interface Tomb {
  readonly hash: string
  readonly sizeBytes: number
  readonly isPrivate: boolean
  /** Its content, whole. */
  readonly content: Uint8Array | undefined
}

type TombRow = [
  piid: number,
  hash: string,
  source: number | null,
  isPrivate: number,
  sizeBytes: number,
  data: Uint8Array,
]

/** All that one purge took. */
export function tombsOf(repo: Repo, purge: number): Tomb[] {
  const rows = dbOf(repo)
    .prepare<TombRow>(
      `SELECT piid, uuid, srcid, isPrivate, sz, data FROM purgeitem WHERE peid = ? ORDER BY piid`,
    )
    .all(purge)
  const byId = new Map(rows.map((row) => [row[0], row]))
  return rows.map((row) => {
    const [, hash, , isPrivate, sizeBytes] = row
    return { hash, sizeBytes, isPrivate: isPrivate === 1, content: contentOf(row, byId) }
  })
}

/** The first tomb whose content is not what its name says. */
export function brokenTomb(tombs: readonly Tomb[]): string | undefined {
  const broken = tombs.find(({ hash, content, sizeBytes }) => {
    const name = parseArtifactHash(hash)
    if (name === undefined || content === undefined) return true
    return content.length !== sizeBytes || !matches(name, content)
  })
  return broken && `the graveyard has ${broken.hash} with another content`
}

/** Ids of the purges that can be undone. */
export function purgesIn(snapshot: Snapshot): number[] {
  return rowsFrom(snapshot, 'purgeevent').map(([id]) => Number(id))
}

function contentOf(row: TombRow, byId: ReadonlyMap<number, TombRow>): Uint8Array | undefined {
  const deltas: Uint8Array[] = []
  let at: TombRow | undefined = row
  for (let steps = 0; steps <= byId.size; steps++) {
    const [, , source, , , data]: TombRow = at
    const stored = expandContent(data, { maxBytes: 1 << 30 })
    if (source === null || source === 0) {
      return deltas.reduceRight((content, delta) => applyDelta(content, delta), stored)
    }
    deltas.push(stored)
    at = byId.get(source)
    if (at === undefined) return undefined
  }
  return undefined
}

/**
 * Clusters: artifacts that list others, so that a peer can be told of hundreds by one name.
 * Source: fossil src/xfer.c:937-1005 (create_cluster), www/sync.wiki section 4.
 * @module
 */

import { formatDeck } from '../deck/format.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { compareText } from '../base/bytes.ts'
import { announcedArtifacts } from './blob.ts'
import { storeContent } from './store.ts'
import { localName } from './hash-policy.ts'
import { dbOf, type Repo } from './repo.ts'
import type { NamedArtifact, Rid } from './rid.ts'
import { clusterTagId } from './schema.ts'

/** As many unclustered artifacts make a cluster worth its round trip. */
const worthClustering = 100
/** Members of one cluster while more than `worthClustering` remain for the next. */
const clusterSize = 800

/**
 * Puts the announced artifacts into clusters where there are enough of them.
 * Afterwards only the new clusters themselves are announced.
 *
 * @param atLeast fewer than this many are left alone. Default 100, as in stock
 * @returns how many clusters were made
 */
export function createClusters(
  repo: Repo,
  { atLeast = worthClustering }: { readonly atLeast?: number | undefined } = {},
): number {
  const announced = announcedArtifacts(repo)
  if (announced.length < atLeast) return 0
  const hashes = announced.map(({ hash }) => hash).sort(compareText)
  let made = 0
  for (let from = 0; from < hashes.length; made++) {
    const left = hashes.length - from
    const take = left > clusterSize + worthClustering ? clusterSize : left
    const content = formatDeck({ kind: 'cluster', members: hashes.slice(from, from + take) })
    storeContent(repo, { hash: localName(repo, content), content, isPrivate: false })
    from += take
  }
  return made
}

/** Tells whether an artifact is a cluster. */
export function isCluster(repo: Repo, rid: Rid): boolean {
  const sql = 'SELECT 1 FROM tagxref WHERE rid = ? AND tagid = ? AND tagtype > 0'
  return dbOf(repo).prepare(sql).get(rid, clusterTagId) !== undefined
}

/** All clusters that are here, in rid order. */
export function clusterArtifacts(repo: Repo): NamedArtifact[] {
  return dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      `SELECT blob.rid, blob.uuid FROM tagxref CROSS JOIN blob USING(rid)
        WHERE tagxref.tagid = ? AND tagxref.tagtype > 0 AND blob.size >= 0
        ORDER BY blob.rid`,
    )
    .all(clusterTagId)
    .map(([rid, hash]) => ({ rid, hash }))
}

/**
 * Clusters that are not announced by themselves because other clusters name them: what answers
 * `pragma req-clusters`. xfer.c:1073-1104. In rid order.
 */
export function settledClusters(repo: Repo): ArtifactHash[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT blob.uuid FROM tagxref CROSS JOIN blob ON blob.rid = tagxref.rid
        WHERE tagxref.tagid = ? AND blob.size >= 0
          AND NOT EXISTS(SELECT 1 FROM shun WHERE shun.uuid = blob.uuid)
          AND NOT EXISTS(SELECT 1 FROM unclustered WHERE unclustered.rid = blob.rid)
          AND NOT EXISTS(SELECT 1 FROM private WHERE private.rid = blob.rid)
        ORDER BY blob.rid`,
    )
    .all(clusterTagId)
    .map(([hash]) => hash)
}

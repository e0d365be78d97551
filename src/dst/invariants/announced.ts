/**
 * Announcement invariants: a peer can hear of everything that is public, and of nothing else.
 *
 * Verifies: each public held artifact is announced by itself or named by a held cluster, which is
 * itself announced or named, and so on up; private artifacts are neither announced nor queued, nor
 * named by a cluster that was made here. Does not verify that peers listen.
 * @module
 */

import { deckIn } from '../../repo/deck.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { announcedArtifacts, unresolvedRids } from '../../repo/blob.ts'
import { readArtifact } from '../../repo/content.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Rid } from '../../repo/rid.ts'
import { clusterTagId } from '../../repo/schema.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'
import { allNodes, ofEachNode } from './of-each-node.ts'

/**
 * A peer that follows announcements and clusters hears of every public held artifact.
 *
 * @throws {InvariantError} `announced`
 */
export function checkAnnounced(nodeId: string, repo: Repo): void {
  const reachable = new Set(announcedArtifacts(repo).map(({ hash }) => hash))
  const clusters = new Set(clusterHashes(repo))
  // A set visits what is added during the walk, so this follows clusters of clusters.
  for (const hash of reachable) {
    if (!clusters.has(hash)) continue
    const deck = deckIn(repo, readArtifact(repo, hash))
    if (deck?.kind === 'cluster') for (const member of deck.members) reachable.add(member)
  }
  for (const hash of publicHeld(repo)) {
    if (!reachable.has(hash)) {
      const detail = `${hash} is public and held, and no announcement leads to it`
      throw new InvariantError('announced', { nodeId, detail })
    }
  }
}

/**
 * Private artifacts are not queued for sending or for announcing.
 *
 * @throws {InvariantError} `private-unannounced`
 */
export function checkPrivateUnannounced(nodeId: string, repo: Repo): void {
  for (const table of ['unclustered', 'unsent']) {
    const row = dbOf(repo)
      .prepare<[ArtifactHash]>(
        `SELECT blob.uuid FROM private CROSS JOIN ${table} USING(rid) CROSS JOIN blob USING(rid)
          ORDER BY blob.rid LIMIT 1`,
      )
      .get()
    if (row !== undefined) {
      const detail = `${row[0]} is private and listed in ${table}`
      throw new InvariantError('private-unannounced', { nodeId, detail })
    }
  }
}

export const announced: Invariant = {
  name: 'announced',
  holds: 'always',
  ...ofEachNode(allNodes, checkAnnounced),
}

export const privateUnannounced: Invariant = {
  name: 'private-unannounced',
  holds: 'always',
  ...ofEachNode(allNodes, checkPrivateUnannounced),
}

function clusterHashes(repo: Repo): ArtifactHash[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT blob.uuid FROM tagxref CROSS JOIN blob USING(rid)
        WHERE tagxref.tagid = ? AND blob.size >= 0 ORDER BY blob.rid`,
    )
    .all(clusterTagId)
    .map(([hash]) => hash)
}

function publicHeld(repo: Repo): ArtifactHash[] {
  const unresolved = unresolvedRids(repo)
  return dbOf(repo)
    .prepare<[Rid, ArtifactHash]>(
      `SELECT rid, uuid FROM blob
        WHERE size >= 0 AND rid NOT IN (SELECT rid FROM private)
          AND uuid NOT IN (SELECT uuid FROM shun)
        ORDER BY rid`,
    )
    .all()
    .filter(([rid]) => !unresolved.has(rid))
    .map(([, hash]) => hash)
}

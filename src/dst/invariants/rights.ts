/**
 * Rights: who may not write changes nobody else.
 *
 * Verifies: an artifact that was made only by those who may not push, and could not at any moment
 * since, is on no other node; nor is a version of an unversioned file that was written only by
 * those who may not send any, nor a version of a row that was written only by those who may not
 * send it, or not in that name; who may not read has no artifact that others made since that is so;
 * and no request changed rows or tables on a server that its sender may not change. Rights count at
 * the moment a server processes a request. Does not verify that those who may are listened to,
 * which is convergence; nor which files and rows those have who may not read.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { hasArtifact } from '../../repo/blob.ts'
import { listUnversioned } from '../../repo/unversioned.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { describeRow } from '../table-oracle.ts'
import { hasLogins, type Invariant, reachOf, type World } from '../world.ts'
import { versionOf } from './tables.ts'

/** Anything that may not be sent is nowhere but where it was made. */
export const rights: Invariant = {
  name: 'rights',
  holds: 'always',
  appliesTo: hasLogins,
  check: (world) => {
    checkArtifacts(world)
    checkReaders(world)
    checkUnversioned(world)
    checkRows(world)
  },
}

function checkArtifacts({ nodes, truth }: World): void {
  const sendable = new Set(
    truth.acknowledged
      .filter(({ nodeId }, at) => at < reachOf(truth, nodeId, 'write'))
      .map(({ hash }) => hash),
  )
  const makers = new Map<string, Set<string>>()
  for (const { hash, nodeId } of truth.acknowledged) {
    if (!sendable.has(hash)) makers.set(hash, (makers.get(hash) ?? new Set()).add(nodeId))
  }
  for (const { hash } of truth.acknowledged) {
    const ids = makers.get(hash)
    if (ids === undefined) continue
    for (const { id, repo } of nodes) {
      if (ids.has(id) || !hasArtifact(repo, hash)) continue
      const detail = `${hash} was made on ${[...ids].join(', ')}, who may not push, and is here`
      throw new InvariantError('rights', { nodeId: id, detail })
    }
  }
}

/** Whoever may not read has nothing of others that was made since that is so. */
function checkReaders({ nodes, truth }: World): void {
  for (const { id, repo } of nodes) {
    const reach = reachOf(truth, id, 'read')
    if (reach === Infinity) continue
    const known = new Set(
      truth.acknowledged.filter(({ nodeId }, at) => nodeId === id || at < reach).map(hashOf),
    )
    const seen = truth.acknowledged.find(({ hash }) => !known.has(hash) && hasArtifact(repo, hash))
    if (seen === undefined) continue
    const detail = `${seen.hash} of ${seen.nodeId} is here, where nobody may read`
    throw new InvariantError('rights', { nodeId: id, detail })
  }
}

function hashOf({ hash }: World['truth']['acknowledged'][number]): ArtifactHash {
  return hash
}

function checkUnversioned({ nodes, truth: { unversioned: oracle } }: World): void {
  if (oracle === undefined) return
  for (const { id, repo } of nodes) {
    for (const row of listUnversioned(repo)) {
      if (!oracle.isConfined(row.name, row, id)) continue
      const version = `${JSON.stringify(row.name)} of ${row.mtimeSec}`
      const detail = `${version} is here, and may not leave where it was written`
      throw new InvariantError('rights', { nodeId: id, detail })
    }
  }
}

function checkRows({ nodes, truth: { tables: oracle, trespasses = [] } }: World): void {
  for (const { nodeId, detail } of trespasses)
    throw new InvariantError('rights', { nodeId, detail })
  if (oracle === undefined) return
  for (const { table, key } of oracle.rows()) {
    for (const { id, repo } of nodes) {
      const row = versionOf(repo, table, key)
      if (row === undefined || !oracle.isConfined(table, key, row, id)) continue
      const detail = `${table}: ${describeRow(row)} is here, and may not leave where it was written`
      throw new InvariantError('rights', { nodeId: id, detail })
    }
  }
}

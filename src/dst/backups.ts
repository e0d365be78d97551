/**
 * Backups of repositories, and putting an old one back: what a person does whose disk failed.
 * @module
 */

import { openDatabase } from '../db/node.ts'
import { openRepo } from '../crosslink/open.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, isPrivate, privateArtifacts } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import { listUnversioned } from '../repo/unversioned.ts'
import type { NodeId } from '../runner/model.ts'
import { findTable, storedTables } from '../tables/schema.ts'
import { allRows } from '../tables/tables.ts'
import { versionOf } from './invariants/tables.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from './holdings.ts'
import type { LocalRecord } from './local-oracle.ts'
import { stillEnv } from './master-image.ts'
import { isSameRow, type RowVersion, settlesRow, type TableOracle } from './table-oracle.ts'
import { settles, type UvOracle } from './uv-oracle.ts'
import type { CheckedNode, Truth } from './world.ts'

/** A copy of a repository. */
export interface Backup {
  readonly image: Uint8Array
  /** Settings that owners had changed by then, on all nodes. */
  readonly settings: number
  /** The node's own things, as they were. */
  readonly local: readonly LocalRecord[]
}

/** The latest backup of each node. */
export class Backups {
  readonly #latest = new Map<NodeId, Backup>()

  /** Copies a repository as it is. */
  keep({ id, repo }: CheckedNode, { settings = [], local }: Truth): void {
    const image = repo.serialize()
    this.#latest.set(id, { image, settings: settings.length, local: local?.of(id) ?? [] })
  }

  /** The latest backup of a node, where there is one. */
  of(id: NodeId): Backup | undefined {
    return this.#latest.get(id)
  }
}

/**
 * Artifacts that a node would lack, for a while, with an old backup put back.
 *
 * @returns undefined if something would be gone for good: nobody else has it
 */
export function lostBy(
  backup: Backup,
  node: CheckedNode,
  others: readonly CheckedNode[],
  truth: Truth,
): readonly ArtifactHash[] | undefined {
  using old = openRepo(openDatabase(backup.image), stillEnv)
  const { settings = [], unversioned, tables } = truth
  if (settings.slice(backup.settings).some(({ nodeId }) => nodeId === node.id)) return undefined
  if (unversioned !== undefined && losesFiles(old, node, others, unversioned)) return undefined
  if (tables !== undefined && losesRows(old, node, others, tables)) return undefined
  return lostArtifacts(old, node.repo, others)
}

function lostArtifacts(
  old: Repo,
  repo: Repo,
  others: readonly CheckedNode[],
): readonly ArtifactHash[] | undefined {
  const secrets = new Set(privateArtifacts(old).map(({ hash }) => hash))
  const isLonely = privateArtifacts(repo).some(({ hash }) => !secrets.has(hash))
  if (isLonely) return undefined
  const lost = missingIn(publicBlobUuidsSorted(old), publicBlobUuidsSorted(repo))
  // What was published since stays private in the old copy, unless somebody sends it once more.
  if (lost.some((hash) => secrets.has(hash))) return undefined
  const isElsewhere = (hash: ArtifactHash): boolean =>
    others.some(({ repo: other }) => {
      const rid = findHeld(other, hash)
      return rid !== undefined && !isPrivate(other, rid)
    })
  if (!lost.every(isElsewhere)) return undefined
  return missingIn(allBlobUuidsSorted(old), lost)
}

function missingIn(
  held: readonly ArtifactHash[],
  wanted: readonly ArtifactHash[],
): readonly ArtifactHash[] {
  const known = new Set(held)
  return wanted.filter((hash) => !known.has(hash))
}

/** True if a version that counts is only here, or was written here after the backup. */
function losesFiles(
  old: Repo,
  { id, repo }: CheckedNode,
  others: readonly CheckedNode[],
  oracle: UvOracle,
): boolean {
  const before = new Map(listUnversioned(old).map((row) => [row.name, row]))
  const elsewhere = others.flatMap((other) => listUnversioned(other.repo))
  return listUnversioned(repo).some(({ name }) => {
    const floor = oracle.floor(name, id)
    if (floor !== undefined && !settles(before.get(name), floor)) return true
    const owed = oracle.owed(name)
    return owed !== undefined && !elsewhere.some((row) => row.name === name && settles(row, owed))
  })
}

/** The same of rows of synced tables, and of columns. */
function losesRows(
  old: Repo,
  { id, repo }: CheckedNode,
  others: readonly CheckedNode[],
  oracle: TableOracle,
): boolean {
  return storedTables(repo).some((table) => {
    const isColumnNew = table.columns.length > (findTable(old, table.name)?.columns.length ?? 0)
    if (isColumnNew) return true
    return [...allRows(repo, table)].some(({ key }) => {
      const row = versionOf(repo, table.name, key)
      const before = versionOf(old, table.name, key)
      const floor = oracle.floor(table.name, key, id)
      if (floor !== undefined && !settlesRow(before, floor)) return true
      const isHeld = (version: RowVersion | undefined): boolean =>
        row !== undefined && version !== undefined && isSameRow(version, row)
      return ![before, ...others.map((other) => versionOf(other.repo, table.name, key))].some(
        isHeld,
      )
    })
  })
}

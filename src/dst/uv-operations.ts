/**
 * Operations on unversioned files: writes and deletions at one node, carried out, traced, and told
 * to the oracle.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { MarkName } from '../base/marks.ts'
import type { Repo } from '../repo/repo.ts'
import {
  findUnversioned,
  listUnversioned,
  removeUnversioned,
  type UnversionedEntry,
  writeUnversioned,
} from '../repo/unversioned.ts'
import { isUnversionedName } from '../xfer/unversioned-name.ts'
import type { NodeId, TraceFacts } from '../runner/model.ts'
import { requireInteger } from '../base/options.ts'
import type { UvEvent } from './event.ts'
import type { CheckedNode } from './world.ts'
import { UvOracle, type UvVersion } from './uv-oracle.ts'

/** Operations on unversioned files, by their outcome. */
export interface UvOperationCounts {
  /** Files written. */
  writes: number
  /** Files deleted. */
  deletes: number
  /** Writes and deletions that a simulated fault refused. */
  refused: number
}

/** The side of a simulation that the operations act on. */
export interface UvHost {
  nodes(): readonly CheckedNode[]
  readonly mark: (name: MarkName) => void
  note(type: string, facts: TraceFacts): void
  /** Tells whether a file that is written at a node may travel to others. */
  uvTravels(id: NodeId): boolean
}

/**
 * Refuses a change that could not be made, before its time comes.
 *
 * @throws {FossilError} `option.invalid` for a name or time that no card can carry
 */
export function checkUvEvent({ name, mtimeSec = 0 }: UvEvent): void {
  requireInteger('mtimeSec', mtimeSec, { min: 0 })
  if (isUnversionedName(name)) return
  const reason = `${JSON.stringify(name)} is not a name that a sync can carry`
  throw new FossilError('option.invalid', { option: 'name', reason })
}

/** The operations on unversioned files of one simulation. */
export class UvOperations {
  readonly oracle = new UvOracle()
  /** The version of each file that was made last, anywhere. */
  readonly #latest = new Map<string, UvVersion>()
  readonly #counts: UvOperationCounts = { writes: 0, deletes: 0, refused: 0 }
  readonly #host: UvHost

  constructor(host: UvHost) {
    this.#host = host
  }

  get counts(): Readonly<UvOperationCounts> {
    return this.#counts
  }

  /** Records the files that a node brings along; a file that cannot travel is left out. */
  adopt(node: CheckedNode): void {
    for (const entry of listUnversioned(node.repo)) {
      const { name, mtimeSec, hash, hasContent } = entry
      if (!isUnversionedName(name) || (hash !== undefined && !hasContent)) continue
      this.#record({ name, mtimeSec, hash, nodeId: node.id }, undefined)
    }
  }

  /**
   * Lets an owner write or delete a file.
   *
   * @param node the node of the event
   * @returns whether anything changed: there may be nothing to delete
   * @throws {FossilError} `option.invalid` for a name or time that no card can carry; `repo.io`
   *   where a fault prevents it
   */
  change(event: UvEvent, node: CheckedNode): boolean {
    checkUvEvent(event)
    const before = findUnversioned(node.repo, event.name)
    try {
      return this.#change(event, node, before)
    } catch (error) {
      if (!FossilError.is(error, 'repo.io')) throw error
      this.#counts.refused++
      this.#host.note('uv.refused', { node: node.id, name: event.name })
      throw error
    }
  }

  /** Takes note of a change in whether the files of a node may travel. */
  rightChanged(nodeId: NodeId): void {
    const mayTravel = this.#host.uvTravels(nodeId)
    const nodes = this.#host.nodes()
    const own = nodes.find(({ id }) => id === nodeId)
    for (const name of this.oracle.names()) {
      const others = nodes
        .filter(({ id }) => id !== nodeId && this.#host.uvTravels(id))
        .flatMap(({ repo }) => findUnversioned(repo, name) ?? [])
      const rows = { own: own && findUnversioned(own.repo, name), others }
      this.oracle.rightChanged(name, { nodeId, mayTravel }, rows)
    }
  }

  #change(
    event: UvEvent,
    { id, repo }: CheckedNode,
    before: UnversionedEntry | undefined,
  ): boolean {
    const { type, name } = event
    const after = carryOut(event, repo)
    if (after === undefined) {
      this.#host.note(type, { node: id, name, wasKnown: false })
      return false
    }
    const { mtimeSec, hash } = after
    this.#markConflict({ name, mtimeSec, hash, nodeId: id }, before)
    if (type === 'uvWrite') {
      this.#counts.writes++
      this.#host.note(type, {
        node: id,
        name,
        mtimeSec,
        hash: hash ?? '-',
        bytes: event.data.length,
      })
    } else {
      this.#counts.deletes++
      this.#host.note(type, { node: id, name, mtimeSec, wasKnown: true })
    }
    this.#record({ name, mtimeSec, hash, nodeId: id }, before)
    return true
  }

  /** Counts a version that was made without knowledge of the latest of another node. */
  #markConflict(version: UvVersion, before: UnversionedEntry | undefined): void {
    const latest = this.#latest.get(version.name)
    this.#latest.set(version.name, version)
    if (latest === undefined || latest.nodeId === version.nodeId) return
    const knew = before?.mtimeSec === latest.mtimeSec && before.hash === latest.hash
    if (!knew) this.#host.mark('dst.uv-conflict')
  }

  #record(version: UvVersion, before: UnversionedEntry | undefined): void {
    const current = this.#host
      .nodes()
      .filter(({ id }) => this.#host.uvTravels(id))
      .map(({ repo }) => findUnversioned(repo, version.name))
      .filter((row) => row !== undefined)
    const travels = this.#host.uvTravels(version.nodeId)
    this.oracle.record({ version, before, current, travels })
  }
}

/** @returns the row as it is then; undefined if there was nothing to delete */
function carryOut(event: UvEvent, repo: Repo): UnversionedEntry | undefined {
  const { name, mtimeSec } = event
  return repo.transaction(() => {
    if (event.type === 'uvWrite') writeUnversioned(repo, { name, content: event.data, mtimeSec })
    else removeUnversioned(repo, { name, mtimeSec })
    return findUnversioned(repo, name)
  })
}

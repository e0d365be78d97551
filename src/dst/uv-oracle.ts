/**
 * The oracle of unversioned files: every version that anybody wrote in a run, and which of them
 * must still be there.
 *
 * Owners may replace a version by one that loses to it, when a clock runs behind or a time is
 * given. If nobody else has the version that went, it may be gone for good, and nothing is owed but
 * what is left; if it was on its way, it may as well come back. So a name has one version that is
 * *owed*, and settles at that one or at a version that beats it.
 *
 * Knows no repository: the rule is written down here a second time, so that a bug in the one that
 * is used shows.
 * @module
 */

import type { UnversionedVersion } from '../repo/unversioned.ts'
import type { NodeId } from '../runner/model.ts'

/** A version that somebody wrote, a deletion included. */
export interface UvVersion extends UnversionedVersion {
  readonly name: string
  /** The node at which it was written. */
  readonly nodeId: NodeId
}

/** A write or deletion of a name at one node. */
export interface UvOperation {
  readonly version: UvVersion
  /** The row of the node before. */
  readonly before: UnversionedVersion | undefined
  /** The rows of all nodes whose versions may travel, as they are now. */
  readonly current: readonly UnversionedVersion[]
  /** True if a file that is written at the node may travel to others. */
  readonly travels: boolean
}

/** The oracle of one run. */
export class UvOracle {
  readonly #names = new Map<string, NameRecord>()

  /** Every name that was ever written, in the order of their first versions. */
  names(): string[] {
    return [...this.#names.keys()]
  }

  /** Records an operation of an owner. */
  record({ version, before, current, travels }: UvOperation): void {
    const record = this.#record(version.name)
    record.versions.push({ ...version, travels })
    record.floors.set(version.nodeId, version)
    if (!travels) return
    const { owed } = record
    if (owed === undefined || beats(version, owed)) {
      record.owed = version
    } else if (settles(before, owed) && !current.some((row) => settles(row, owed))) {
      // The owner took back the only copy: what is left is owed.
      record.owed = current.reduce((best, row) => (beats(row, best) ? row : best), version)
    }
  }

  /**
   * Takes note of a change in whether the files of a node may travel.
   *
   * @param rows the rows under a name now: that of the node, and those of all others whose versions
   *   may travel
   */
  rightChanged(
    name: string,
    { nodeId, mayTravel }: { nodeId: NodeId; mayTravel: boolean },
    { own, others }: { own: UnversionedVersion | undefined; others: readonly UnversionedVersion[] },
  ): void {
    const record = this.#record(name)
    const { owed } = record
    if (mayTravel) {
      for (const version of record.versions) if (version.nodeId === nodeId) version.travels = true
      if (own !== undefined && beats(own, owed)) record.owed = own
    } else if (owed !== undefined && settles(own, owed)) {
      // What it alone has stays with it.
      if (others.some((row) => settles(row, owed))) return
      record.owed = others.reduce<UnversionedVersion | undefined>(
        (best, row) => (beats(row, best) ? row : best),
        undefined,
      )
    }
  }

  /** The version that must be somewhere. */
  owed(name: string): UnversionedVersion | undefined {
    return this.#names.get(name)?.owed
  }

  /** The latest version that a node wrote under a name: it holds that or one that beats it. */
  floor(name: string, nodeId: NodeId): UnversionedVersion | undefined {
    return this.#names.get(name)?.floors.get(nodeId)
  }

  /** Tells whether a version was ever written, where `nodeId` could have got it from. */
  wasWritten(name: string, version: UnversionedVersion, nodeId: NodeId): boolean {
    const versions = this.#names.get(name)?.versions ?? []
    return versions.some(
      (written) => isSame(written, version) && (written.travels || written.nodeId === nodeId),
    )
  }

  /** Tells whether a version was written only where it may not leave, and not by `nodeId`. */
  isConfined(name: string, version: UnversionedVersion, nodeId: NodeId): boolean {
    if (this.wasWritten(name, version, nodeId)) return false
    return this.#names.get(name)?.versions.some((written) => isSame(written, version)) ?? false
  }

  #record(name: string): NameRecord {
    let record = this.#names.get(name)
    if (record === undefined) {
      record = { versions: [], floors: new Map(), owed: undefined }
      this.#names.set(name, record)
    }
    return record
  }
}

interface NameRecord {
  readonly versions: (UvVersion & { travels: boolean })[]
  readonly floors: Map<NodeId, UnversionedVersion>
  owed: UnversionedVersion | undefined
}

/**
 * Tells whether the rule puts `a` before `b`: the later time, at the same time the greater hash,
 * where a deletion counts as `-`. Nothing at all loses to everything. Said here once more, apart
 * from the code under test. Source: unversioned.c:161-198.
 */
export function beats(a: UnversionedVersion, b: UnversionedVersion | undefined): boolean {
  if (b === undefined) return true
  if (a.mtimeSec !== b.mtimeSec) return a.mtimeSec > b.mtimeSec
  return (a.hash ?? '-') > (b.hash ?? '-')
}

/** Tells whether a row is the version that is owed, or one that superseded it. */
export function settles(row: UnversionedVersion | undefined, owed: UnversionedVersion): boolean {
  return row !== undefined && !beats(owed, row)
}

/** Tells whether two versions are one. */
export function isSame(
  a: UnversionedVersion | undefined,
  b: UnversionedVersion | undefined,
): boolean {
  return a !== undefined && b !== undefined && !beats(a, b) && !beats(b, a)
}

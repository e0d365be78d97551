/**
 * Changes of repositories that no sync tells of: an artifact is public by its name, a table has a
 * new column.
 * @module
 */

import { privateArtifacts } from '../repo/blob.ts'
import type { NodeId } from '../runner/model.ts'
import { storedTables } from '../tables/schema.ts'
import type { CheckedNode } from './world.ts'

/** The changes that a run can have. */
export interface UntoldOptions {
  readonly ofPrivate: boolean
  readonly ofTables: boolean
}

/** The counts of each node, when it was last looked at. */
export class UntoldChanges {
  readonly #options: UntoldOptions
  readonly #counts = new Map<NodeId, string>()

  constructor(options: UntoldOptions) {
    this.#options = options
  }

  /** Tells whether a node has changed since the last look at it. */
  hasAny({ id, repo }: CheckedNode): boolean {
    const { ofPrivate, ofTables } = this.#options
    if (!ofPrivate && !ofTables) return false
    const hidden = ofPrivate ? privateArtifacts(repo).length : 0
    const columns = ofTables ? storedTables(repo).map((table) => table.columns.length) : []
    const counts = [hidden, ...columns].join(' ')
    const hasChanged = this.#counts.get(id) !== counts
    this.#counts.set(id, counts)
    return hasChanged
  }
}

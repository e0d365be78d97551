/**
 * Things that the owner of each node gave it for itself alone; no sync brings or changes them:
 * servers, accounts, settings of its own.
 * @module
 */

import type { NodeId } from '../runner/model.ts'

/** The place of something that is a node's own. */
export interface LocalPlace {
  readonly nodeId: NodeId
  readonly kind: 'remote' | 'account' | 'setting'
  readonly name: string
}

/** One thing that a node has, or that its owner took away (undefined). */
export interface LocalRecord extends Omit<LocalPlace, 'nodeId'> {
  readonly value: string | undefined
}

/** The owners' last word on everything that is a node's own. */
export class LocalOracle {
  readonly #records = new Map<NodeId, Map<string, LocalRecord>>()

  record({ nodeId, kind, name }: LocalPlace, value: string | undefined): void {
    const own = this.#records.get(nodeId) ?? new Map<string, LocalRecord>()
    this.#records.set(nodeId, own.set(`${kind} ${name}`, { kind, name, value }))
  }

  /** Everything that the owner of a node said of it, in the order it was first said. */
  of(nodeId: NodeId): readonly LocalRecord[] {
    return [...(this.#records.get(nodeId)?.values() ?? [])]
  }

  /** An old backup of a node was put back, from when these were its own. */
  restore(nodeId: NodeId, before: readonly LocalRecord[]): void {
    const own = new Map(before.map((record) => [`${record.kind} ${record.name}`, record]))
    this.#records.set(nodeId, own)
  }
}

/**
 * Syncs that people ask for at a node, beside those that it makes by itself, over the same ways and
 * with the same options but for what was asked. They end with the life of the node.
 * @module
 */

import { asError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import type { NodeHost } from '../runner/model.ts'
import { SimTransport } from './sim-network.ts'
import type { LockWitness } from './locks/witness.ts'
import type { SyncEvent } from '../sync/events.ts'
import { sync } from '../sync/sync.ts'
import type { SyncOptions } from '../sync/session-options.ts'
import type { Transport } from '../sync/transport.ts'
import { type Action, syncAction } from './node.ts'
import { plainWay } from './plain-peer.ts'
import type { HandSync } from './operations/operation.ts'

/** The surroundings of a person at a node. */
export interface HandSyncsOptions {
  readonly host: NodeHost
  readonly repo: Repo
  /** The way to the server that is asked. */
  readonly transport: Transport
  /** Options of every sync of the node. */
  readonly options: SyncOptions
  /** Tells whether rows may travel as go-libfossil has them, in this run. */
  readonly mayBePlain: () => boolean
  /** Compares what a sync says of a lock with the replies. */
  readonly locks: Pick<LockWitness, 'ends'>
  /** Records a sync that has ended. */
  readonly onSync: (action: Action) => void
}

/** The person at one node, for one life of it. */
export class HandSyncs {
  readonly #parts: HandSyncsOptions

  constructor(parts: HandSyncsOptions) {
    this.#parts = parts
  }

  /**
   * Begins a sync in an event of its own: an operation waits for nothing.
   *
   * @returns false if tables are asked for and do not travel so, or messages are signed
   */
  ask(wanted: HandSync): boolean {
    const { host, options } = this.#parts
    if (wanted.tables !== undefined) {
      const isSigned = options.login !== undefined
      if (options.tables !== true || isSigned || !this.#parts.mayBePlain()) return false
    }
    host.after(0, () => void this.#run(wanted))
    return true
  }

  async #run(wanted: HandSync): Promise<void> {
    const { host, repo, transport, options, onSync, locks } = this.#parts
    try {
      if (repo.isUnfinishedClone) return
      const replies: Uint8Array[] = []
      const heard = heardBy(transport, (reply) => replies.push(reply))
      const way = wanted.tables === 'plain' ? plainWay(heard) : heard
      const seen: Record<string, number> = {}
      const observer = ({ type }: SyncEvent): void => void (seen[type] = (seen[type] ?? 0) + 1)
      const action = await syncAction(sync(repo, way, { ...options, ...wanted, observer }))
      if ('result' in action) locks.ends(host.id, action.result, replies)
      onSync(action)
      host.note('sync.seen', { node: host.id, seen })
    } catch (error) {
      host.fail(asError(error))
    }
  }
}

/** The same way, every reply of which somebody hears. */
function heardBy(way: Transport, hear: (reply: Uint8Array) => void): Transport {
  return new SimTransport(async (request, signal) => {
    const reply = await way.exchange(request, signal && { signal })
    hear(reply)
    return reply
  })
}

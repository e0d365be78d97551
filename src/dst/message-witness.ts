/**
 * Witness of messages that fail: a request that is answered with an error, and a reply that ends a
 * sync, leave a repository as it was. It compares what the database holds before and after.
 * @module
 */

import { FossilError, type FossilErrorCode } from '../base/error.ts'
import type { NodeId } from '../runner/model.ts'
import { maxMessageBytes } from '../sync/limits.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import { differing, imageOf } from './database-image.ts'
import type { Action } from './node.ts'
import type { CheckedNode, Finding } from './world.ts'

/**
 * Errors that a sync ends in because of a reply. Others come from the network, or from this side
 * while it composes a request, after a reply that was kept.
 */
const causedByReply: ReadonlySet<FossilErrorCode> = new Set([
  'sync.refused',
  'sync.wrongproject',
  'login.failed',
  'xfer.frame',
  'xfer.malformed',
  'xfer.limit',
  'hash.mismatch',
  'delta.corrupt',
])

/** All messages of one run. */
export class MessageWitness {
  /** Messages that failed and left something behind. */
  readonly leftovers: Finding[] = []
  /** Each node as it was when the latest reply of a peer reached it, by `<node>/<peer>`. */
  readonly #before = new Map<string, Uint8Array>()

  /** Lets a node answer a request. */
  async answers(node: CheckedNode, answer: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const before = imageOf(node.repo)
    const reply = await answer()
    const error = errorIn(reply)
    if (error !== undefined) this.#compare(node, before, `a request answered with "${error}"`)
    return reply
  }

  /** A reply has arrived, and is about to be received. */
  arrives({ id, repo }: CheckedNode, peer: NodeId): void {
    this.#before.set(`${id}/${peer}`, imageOf(repo))
  }

  /** A sync with a peer has ended, in the event in which the latest reply arrived or later. */
  ends(node: CheckedNode, peer: NodeId, action: Action): void {
    const before = this.#before.get(`${node.id}/${peer}`)
    this.#before.delete(`${node.id}/${peer}`)
    if (before === undefined || !('error' in action)) return
    const { error } = action
    if (!FossilError.is(error) || !causedByReply.has(error.code)) return
    this.#compare(node, before, `a reply that ended a sync with ${error.code}`)
  }

  #compare({ id, repo }: CheckedNode, before: Uint8Array, message: string): void {
    const tables = differing(before, imageOf(repo))
    if (tables.length === 0) return
    const detail = `${message} left something in ${tables.join(', ')}`
    this.leftovers.push({ nodeId: id, detail })
  }
}

/** The text of the error that a reply consists of. */
export function errorIn(reply: Uint8Array): string | undefined {
  const message = decodeMessage(reply, { maxBytes: maxMessageBytes })
  for (const card of parseCards(message)) {
    if (card.type === 'error') return card.text
    // Who may not clone is told the project first.
    if (card.type !== 'push') return undefined
  }
  return undefined
}

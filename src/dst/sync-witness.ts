/**
 * Witness of the syncs of one run: what clones bring, who was lied to, what messages leave behind
 * that fail.
 * @module
 */

import type { Lie } from '../runner/mutation.ts'
import type { NodeId } from '../runner/model.ts'
import { type LinkConfig, noLies } from '../sim/link.ts'
import { CloneWitness } from './clones.ts'
import { Deceptions } from './deceptions.ts'
import { MessageWitness } from './message-witness.ts'
import type { Action } from './node.ts'
import type { CheckedNode } from './world.ts'

/** The side of a world that a witness sees. */
export interface SyncWitnessOptions {
  /** True time. */
  readonly nowMs: () => number
  /** The network. */
  readonly link: LinkConfig
  /** A node, where its repository is known. */
  readonly nodeOf: (id: NodeId) => CheckedNode | undefined
}

/** All syncs of one run. */
export class SyncWitness {
  readonly clones = new CloneWitness()
  readonly deceptions: Deceptions
  /** Looks on where nodes lie: it takes its time. */
  readonly messages: MessageWitness | undefined
  readonly #nodeOf: SyncWitnessOptions['nodeOf']

  constructor({ nowMs, link: { lies = noLies }, nodeOf }: SyncWitnessOptions) {
    this.deceptions = new Deceptions(nowMs)
    this.messages = lies.requests + lies.replies > 0 ? new MessageWitness() : undefined
    this.#nodeOf = nodeOf
  }

  /** A node has lied: what others say because of it, they say in good faith. */
  lied(lie: Lie): void {
    this.deceptions.lied(lie)
    this.clones.lied(lie.from)
    this.clones.lied(lie.to)
  }

  /** A node sends a request, and gets a reply. */
  asks(
    { id, isClone }: { readonly id: NodeId; readonly isClone: boolean },
    peer: NodeId,
    { request, send }: { request: Uint8Array; send: () => Promise<Uint8Array> },
  ): Promise<Uint8Array> {
    const node = this.#nodeOf(id)
    if (isClone && node !== undefined) this.clones.sends(node, this.#nodeOf(peer), request)
    this.deceptions.asks(id, peer)
    const { messages } = this
    if (messages === undefined) return send()
    return send().then((reply) => {
      const now = this.#nodeOf(id)
      if (now !== undefined) messages.arrives(now, peer)
      return reply
    })
  }

  /** Lets a node answer a request. */
  answers(node: CheckedNode, answer: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.messages?.answers(node, answer) ?? answer()
  }

  /**
   * A sync has ended, well or not.
   *
   * @param sync.isByHand it went beside those that the node makes by itself, which go on
   */
  ends(
    id: NodeId,
    peer: NodeId,
    { action, isByHand = false }: { action: Action; isByHand?: boolean },
  ): void {
    if (!isByHand) this.deceptions.ends(id, peer)
    const node = this.#nodeOf(id)
    if (node !== undefined) this.messages?.ends(node, peer, action)
  }
}

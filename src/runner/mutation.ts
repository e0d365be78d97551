/**
 * Mutations of messages: the lies that a node can tell, as the model defines them. The runner
 * decides when to tell one, and which: see lies.ts.
 * @module
 */

import type { Draw } from '../sim/random.ts'

/** An earlier message as the code of a node wrote it, whether or not it was sent unchanged. */
export interface EarlierMessage {
  /** Its receiver. */
  readonly to: string
  readonly bytes: Uint8Array
}

/** Further inputs of a mutation. */
export interface MutationContext {
  /** The node that lies. */
  readonly from: string
  /** The node that it lies to. */
  readonly to: string
  /** The request that a reply answers, as it arrived; undefined if the message is a request. */
  readonly request: Uint8Array | undefined
  /** The latest messages of that node, of the same kind, request or reply; oldest first. */
  readonly earlier: readonly EarlierMessage[]
}

/**
 * One way to lie. Pure: the same message, draws and context give the same lie.
 *
 * @example
 * ```ts
 * const lastByteGone: Mutation = {
 *   name: 'last-byte-gone',
 *   mutate: (message) => (message.length > 0 ? message.slice(0, -1) : undefined),
 * }
 * ```
 */
export interface Mutation {
  /** Unique within the model, and at most 64 characters: the outcome of a decision. */
  readonly name: string
  /** The lie, in new bytes; undefined if the message has nothing to lie about. */
  readonly mutate: (
    message: Uint8Array,
    draw: Draw,
    context: MutationContext,
  ) => Uint8Array | undefined
}

/** A lie that was told. */
export interface Lie {
  readonly mutation: string
  readonly from: string
  readonly to: string
  readonly isReply: boolean
}

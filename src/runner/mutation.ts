/**
 * Mutations of messages: the lies that a node can tell, as the model knows them. The runner decides
 * when one is told, and which: see lies.ts.
 * @module
 */

import type { Draw } from '../sim/random.ts'

/** A message that the code of a node wrote before, whether or not it was sent so. */
export interface EarlierMessage {
  /** The node that it was for. */
  readonly to: string
  readonly bytes: Uint8Array
}

/** Everything that a mutation may look at beside the message. */
export interface MutationContext {
  /** The node that lies. */
  readonly from: string
  /** The node that it lies to. */
  readonly to: string
  /** The request that a reply answers, as it arrived; undefined where the message is a request. */
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
  /** The lie, as bytes of its own; undefined where there is nothing in the message to lie about. */
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

/**
 * Actions of a run: everything at a chosen time that is neither a tick nor a message.
 * @module
 */

import type { NodeId } from './model.ts'

/** Options of an action. */
export interface ActionOptions {
  /** The node at which it happens, if there is one. */
  readonly node?: NodeId
  /** True if done to the node and not by it: then it happens even while the node is paused. */
  readonly isImposed?: boolean
  /** Unique in the run; it names the faults of the action. Default: a count. */
  readonly name?: string
}

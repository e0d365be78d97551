/**
 * Actions of a run: whatever happens at a time that somebody chose, and is no tick and no message.
 * @module
 */

import type { NodeId } from './model.ts'

/** Options of an action. */
export interface ActionOptions {
  /** The node that it happens at, where it is one. */
  readonly node?: NodeId
  /** Done to the node and not by it, so that it happens also while the node is paused. */
  readonly isImposed?: boolean
  /** Unique in the run: faults that the action meets are named by it. Default: a count. */
  readonly name?: string
}

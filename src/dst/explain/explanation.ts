/**
 * Explanations as data: the story of one thing at one node.
 * @module
 */

import type { NodeId } from '../../runner/model.ts'
import type { ExplanationVerdict } from './verdict.ts'

/** One step of a story. */
export interface ExplanationStep {
  readonly atMs: number
  /** Number of the event; 0 outside of events. */
  readonly event: number
  readonly node: NodeId
  readonly text: string
}

/** The reason why a node has a thing or lacks it. */
export interface Explanation {
  readonly subject: string
  readonly node: NodeId
  readonly verdict: ExplanationVerdict
  readonly steps: readonly ExplanationStep[]
  /** The last link of the chain: for a thing that is missing what would have had to happen. */
  readonly conclusion: string
  /** Further explanations that this one rests on: of peers that lack it, too, or of an artifact. */
  readonly because: readonly Explanation[]
  /** Things that the trace does not tell, and how to make one that does. */
  readonly unseen: readonly string[]
}

/**
 * Options of one run of a model.
 * @module
 */

import type { Override } from '../sim/decision.ts'
import type { LinkConfig } from '../sim/link.ts'
import type { CheckSchedule } from './check-times.ts'
import type { NodeId } from './model.ts'

/** The options that determine a run, besides its model. */
export interface SimulationOptions {
  /** A safe integer. */
  readonly seed: number
  /** From one tick of a node to its next. */
  readonly pollIntervalMs: number
  /** Faults and latency of every link. */
  readonly link: LinkConfig
  readonly checks: CheckSchedule
  /** Decisions of fault sites to impose, one by one. */
  readonly overrides?: readonly Override[] | undefined
  /** The decision of a fault site without override. Default `drawn`: by the seed. */
  readonly unlisted?: 'drawn' | 'benign' | undefined
  /**
   * The end of faults: `all` nodes heal, or only a drawn core, and the others stay broken for good.
   * Default `all`.
   */
  readonly heals?: 'all' | 'core' | undefined
  /** Draws everything after an event anew. Default: nothing. */
  readonly redraw?: Redraw | undefined
  /** Nodes that are down when the run begins. Default: none. */
  readonly late?: readonly NodeId[] | undefined
  /** Slow: finds the place in the code where a node began to wait for something foreign. */
  readonly tracesWaits?: boolean | undefined
  /** Receives every line of the trace. */
  readonly onTraceLine?: ((line: string) => void) | undefined
  /**
   * Adds a line with the content of each message after it, if the model supports this. The hash
   * leaves these lines out. Default false.
   */
  readonly describesMessages?: boolean | undefined
  /**
   * Adds a line with the gains and losses of each node after an event, if the model supports this.
   * The hash leaves these lines out. Default false; slow.
   */
  readonly describesHoldings?: boolean | undefined
}

/**
 * A change of course: up to an event the run is as it was, and after it as another seed draws it.
 */
export interface Redraw {
  /** The last event that stays as it was. */
  readonly afterStep: number
  /** The seed of everything after it: a safe integer. */
  readonly seed: number
}

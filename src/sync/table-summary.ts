/**
 * The outcome of a conversation about synced tables, in numbers and in words.
 * @module
 */

import { counted } from '../base/counted.ts'

/** The outcome of a conversation, as far as it has gone. */
export interface TableSummary {
  /** The kind of server: one of ours, one that lists all its rows, or one that says nothing. */
  readonly peer: 'ours' | 'plain' | 'none'
  /** Versions of rows that came and were stored. */
  readonly received: number
  /** Versions of rows that were sent. */
  readonly sent: number
  /** Definitions and rows that came and did not fit, and did not come again in a form that does. */
  readonly skipped: number
  /** Rows that were asked for and did not come. */
  readonly missing: number
  /** The tables of both sides still differ, and another round would not change that. */
  readonly differs: boolean
}

/** Directions of a sync; `wasPush`: rows were to be sent when the session began. */
interface Wishes {
  readonly push: boolean
  readonly pull: boolean
  readonly wasPush: boolean
}

/** The reason why a sync of tables is not complete; undefined where there is none. */
export function shortfallOf(
  { missing, skipped, differs }: TableSummary,
  { push, pull, wasPush }: Wishes,
): string | undefined {
  if (skipped > 0) return `${counted(skipped, 'row')} of tables could not be taken`
  if (missing > 0) return `${counted(missing, 'row')} of tables did not come`
  if (!differs || !wasPush || !pull) return undefined
  return push
    ? 'some rows of tables could not be synced'
    : 'the server does not accept rows of tables from us'
}

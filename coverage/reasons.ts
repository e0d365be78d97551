/**
 * Every function that no run can enter, with its reason. Each is told by `sim coverage` where it no
 * longer exists, or is entered after all.
 * @module
 */

import type { Reason } from './reason.ts'

/** Reasons, by folder and file. */
export const reasons: readonly Reason[] = []

/**
 * The door of this folder, for `trilobite sim coverage` and `npm run nightly -- coverage`.
 * @module
 */

import { type Coverage, judge } from './judge.ts'
import { reasons } from './reasons.ts'
import { sweepCoverage, type SweepOptions } from './sweep.ts'

/** Runs seeds, and lays the functions that no run entered beside the reasons for them. */
export async function measureCoverage(options: SweepOptions): Promise<Coverage> {
  return judge(await sweepCoverage(options), reasons)
}

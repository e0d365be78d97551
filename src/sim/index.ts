/**
 * Parts that simulations are made of and report in: virtual time, named randomness, levels and
 * rates of faults. The kernel behind it knows nothing of Fossil.
 * @module
 */

export type { SiteCoverage } from './activation.ts'
export { SimClock } from './clock.ts'
export type { Decision } from './decision.ts'
export { levelNames } from './levels.ts'
export type { LevelName } from './levels.ts'
export { noFaults } from './link.ts'
export type { FaultKind, FaultRates } from './link.ts'
export { Draw, RandomSource, RandomStream } from './random.ts'
export type { TraceValue } from './trace.ts'

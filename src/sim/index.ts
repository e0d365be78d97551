/**
 * Parts that simulations are made of and report in: virtual time, named randomness, levels and
 * rates of faults. The kernel behind it knows nothing of Fossil.
 * @module trilobite/sim
 */

export { SimClock } from './clock.ts'
export { RandomSource } from './random.ts'

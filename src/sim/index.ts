/**
 * The simulation kernel: randomness, virtual time, an event queue, fault sites, a network, a trace
 * and a shrinker. It knows nothing of Fossil and can carry any simulation.
 * @module
 */

export { SiteActivation } from './activation.ts'
export type { SiteCoverage } from './activation.ts'
export { SimClock, simulationStartMs } from './clock.ts'
export { formatDecisions, parseDecisions, readDecisions } from './decision.ts'
export type { Decision, Outcome, Override } from './decision.ts'
export { FaultLog } from './fault.ts'
export type { FaultLogOptions, SiteCount } from './fault.ts'
export { faultLevel, faultLevels, levelNames } from './levels.ts'
export type { FaultLevel, LevelName, PartitionPlan } from './levels.ts'
export { calmLink, corrupt, cut, faultKinds, noFaults, rateKinds } from './link.ts'
export type { Corruption, FaultKind, FaultRates, Latency, LinkConfig, RateKind } from './link.ts'
export { Network } from './network.ts'
export type { Arrival, Direction, ExchangePlan, Failure, ReplyPlan } from './network.ts'
export { EventQueue } from './queue.ts'
export type { Scheduled } from './queue.ts'
export { Draw, RandomSource, RandomStream } from './random.ts'
export { shrink } from './shrink.ts'
export type { StillFails } from './shrink.ts'
export { firstDivergence, Trace } from './trace.ts'
export type { Divergence, TraceEvent, TraceValue } from './trace.ts'

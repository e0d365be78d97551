/**
 * Deterministic simulation of Fossil networks: the simulator, its nodes and network, the checks.
 *
 *     using sim = Simulator.create({ seed: 1, numLeaves: 3, level: 'hostile' })
 *     await sim.runUntil(sim.clock().startMs + 60_000)
 *     sim.checkSafety()
 *
 * @module trilobite/dst
 */

export { marks } from '../base/marks.ts'
export { InvariantError } from '../runner/invariants.ts'
export type { NodeId } from '../runner/model.ts'
export { compareTraces } from '../runner/trace-diff-text.ts'
export { SeededBuggify } from './buggify.ts'
export type { LeafParts, SimConfig } from './config.ts'
export { EventQueue, type Event, type EventType } from './event.ts'
export { expectConverges, failureText } from './expect.ts'
export { explain } from './explain/explain.ts'
export { type Capsule, parseCapsule } from './failure/capsule.ts'
export { capsuleTexts } from './failure/capsule-texts.ts'
export { replayCapsule } from './failure/replay-capsule.ts'
export { shrinkFailure } from './failure/shrink.ts'
export { whyFails } from './failure/why.ts'
export { allBlobUuidsSorted, countBlobs, hasBlob } from './holdings.ts'
export { invariants } from './invariants/all.ts'
export { checkBlobIntegrity, checkDeltaChains } from './invariants/content.ts'
export { checkConvergence, checkSubsetOf } from './invariants/convergence.ts'
export { checkNoOrphanPhantoms } from './invariants/phantoms.ts'
export { checkTableSyncConvergence, checkTableSyncIntegrity } from './invariants/tables.ts'
export { checkTagxrefIntegrity } from './invariants/tagxref.ts'
export { checkUvConvergence, checkUvIntegrity } from './invariants/unversioned.ts'
export { masterImage } from './master-image.ts'
export { MockFossil } from './mock-fossil.ts'
export { DefaultNode, type Action, type DefaultNodeOpts, type Node } from './node.ts'
export type { FossilOperation } from './operations/operation.ts'
export { PeerNetwork, type PeerTransport } from './peer-network.ts'
export { drawPlan } from './plan.ts'
export type { SimNetwork, SimTransport } from './sim-network.ts'
export type { SimReport } from './sim-report.ts'
export type { SimulateOptions } from './simulate-options.ts'
export { simulate } from './simulate.ts'
export { Simulator } from './simulator.ts'
export { loadModel, type SimulationModel } from './sweep/model-file.ts'
export { openCorpus, sweepSeeds } from './sweep/sweep-seeds.ts'
export type { Invariant } from './world.ts'

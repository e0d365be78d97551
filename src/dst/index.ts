/**
 * Deterministic simulation of Fossil networks: the simulator, its nodes and network, the checks.
 *
 *     using sim = Simulator.create({ seed: 1, numLeaves: 3, level: 'hostile' })
 *     await sim.runUntil(sim.clock().startMs + 60_000)
 *     sim.checkSafety()
 *
 * @module
 */

export { SeededBuggify, withoutBuggify } from './buggify.ts'
export type { LeafParts, SimConfig } from './config.ts'
export {
  EventQueue,
  type Event,
  type EventType,
  type UvDeleteEvent,
  type UvEvent,
  type UvWriteEvent,
} from './event.ts'
export {
  allBlobUuidsSorted,
  countBlobs,
  countPhantoms,
  countUvFiles,
  hasBlob,
  publicBlobUuidsSorted,
} from './holdings.ts'
export { dumpDerived } from '../crosslink/derived-dump.ts'
export { invariants } from './invariants/all.ts'
export { checkAnnounced, checkPrivateUnannounced } from './invariants/announced.ts'
export { checkDerived } from './invariants/derived.ts'
export { checkEvents, checkLeaves, checkParents, checkTags } from './invariants/history.ts'
export { checkTagxrefIntegrity } from './invariants/tagxref.ts'
export { checkBlobIntegrity, checkDeltaChains } from './invariants/content.ts'
export { checkConvergence, checkSubsetOf } from './invariants/convergence.ts'
export { checkNoOrphanPhantoms } from './invariants/phantoms.ts'
export { checkUvConvergence, checkUvIntegrity } from './invariants/unversioned.ts'
export type { Kind, KindsReport } from './kinds-workload.ts'
export type { SimLogin } from './logins.ts'
export { masterImage } from './master-image.ts'
export { MockFossil, type MockFossilOpts } from './mock-fossil.ts'
export { DefaultNode, type Action, type DefaultNodeOpts, type Node } from './node.ts'
export { InvariantError } from '../runner/invariants.ts'
export type { NodeId, TickEvent } from '../runner/model.ts'
export type { Workload } from '../runner/operations.ts'
export type { Verdict, Violation } from '../runner/report.ts'
export { masterId, SimNetwork, SimTransport } from './sim-network.ts'
export {
  simulate,
  type NodeReport,
  type SimProgress,
  type SimReport,
  type SimulateOptions,
  type UvReport,
} from './simulate.ts'
export { Simulator } from './simulator.ts'
export type { UvOracle, UvVersion } from './uv-oracle.ts'
export type { UvOperationCounts } from './uv-operations.ts'
export type { AcknowledgedArtifact, CheckedNode, Invariant, Truth, World } from './world.ts'

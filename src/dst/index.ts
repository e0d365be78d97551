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
  type NodeId,
  type TickEvent,
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
export {
  InvariantError,
  isInScope,
  maySend,
  ownTables,
  type AcknowledgedArtifact,
  type CheckedNode,
  type Invariant,
  type Truth,
  type World,
} from './invariant.ts'
export { invariants, safetyInvariants, settledInvariants } from './invariants/all.ts'
export { checkAnnounced, checkPrivateUnannounced } from './invariants/announced.ts'
export { checkDerived } from './invariants/derived.ts'
export { checkEvents, checkLeaves, checkParents, checkTags } from './invariants/history.ts'
export { checkTagxrefIntegrity } from './invariants/tagxref.ts'
export { checkBlobIntegrity, checkDeltaChains } from './invariants/content.ts'
export { checkConvergence, checkSubsetOf } from './invariants/convergence.ts'
export { checkNoOrphanPhantoms } from './invariants/phantoms.ts'
export { checkUvConvergence, checkUvIntegrity } from './invariants/unversioned.ts'
export {
  type Kind,
  kinds,
  type KindsReport,
  KindsWorkload,
  type KindsWorkloadOptions,
} from './kinds-workload.ts'
export type { SimLogin } from './logins.ts'
export { MockFossil, type MockFossilOpts } from './mock-fossil.ts'
export { DefaultNode, type Action, type DefaultNodeOpts, type Node } from './node.ts'
export { masterId, SimNetwork, SimTransport } from './sim-network.ts'
export {
  simulate,
  type NodeReport,
  type SimProgress,
  type SimReport,
  type SimulateOptions,
  type UvReport,
  type Verdict,
  type Violation,
} from './simulate.ts'
export { Simulator } from './simulator.ts'
export { UvLedger, type UvTurn, type UvVersion } from './uv-ledger.ts'
export type { UvDeeds } from './uv-owner.ts'
export { UvWorkload, type UvWorkloadOptions } from './uv-workload.ts'
export { CheckinWorkload, type WorkloadOptions } from './workload.ts'

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
export type { SimConfig } from './config.ts'
export { EventQueue, type Event, type EventType, type NodeId } from './event.ts'
export {
  allBlobUuidsSorted,
  countBlobs,
  countPhantoms,
  hasBlob,
  publicBlobUuidsSorted,
} from './holdings.ts'
export {
  InvariantError,
  type AcknowledgedArtifact,
  type CheckedNode,
  type Invariant,
  type Truth,
  type World,
} from './invariant.ts'
export { invariants, safetyInvariants, settledInvariants } from './invariants/all.ts'
export { checkAnnounced, checkPrivateUnannounced } from './invariants/announced.ts'
export { checkBlobIntegrity, checkDeltaChains } from './invariants/content.ts'
export { checkConvergence, checkSubsetOf } from './invariants/convergence.ts'
export { checkNoOrphanPhantoms } from './invariants/phantoms.ts'
export { MockFossil, type MockFossilOpts } from './mock-fossil.ts'
export { DefaultNode, type Action, type DefaultNodeOpts, type Node } from './node.ts'
export { masterId, SimNetwork, SimTransport } from './sim-network.ts'
export {
  simulate,
  type NodeReport,
  type SimProgress,
  type SimReport,
  type SimulateOptions,
  type Verdict,
  type Violation,
} from './simulate.ts'
export { Simulator } from './simulator.ts'
export { CheckinWorkload, type WorkloadOptions } from './workload.ts'

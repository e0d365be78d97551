/**
 * Deterministic simulation of Fossil networks: the simulator, its nodes and network, the checks.
 *
 *     using sim = Simulator.create({ seed: 1, numLeaves: 3, level: 'hostile' })
 *     await sim.runUntil(sim.clock().startMs + 60_000)
 *     sim.checkSafety()
 *
 * @module
 */

export { marks } from '../base/marks.ts'
export { SeededBuggify } from './buggify.ts'
export type { LeafParts, SimConfig } from './config.ts'
export { explain } from './explain/explain.ts'
export type { Explanation } from './explain/explanation.ts'
export type { Question } from './explain/subject.ts'
export { explanationText } from './explain/explanation-text.ts'
export { EventQueue, type Event, type EventType } from './event.ts'
export { allBlobUuidsSorted, countBlobs, hasBlob } from './holdings.ts'
export { dumpDerived } from '../crosslink/derived-dump.ts'
export { invariants } from './invariants/all.ts'
export { checkAnnounced, checkPrivateUnannounced } from './invariants/announced.ts'
export { checkTagxrefIntegrity } from './invariants/tagxref.ts'
export { checkBlobIntegrity, checkDeltaChains } from './invariants/content.ts'
export { checkConvergence, checkSubsetOf } from './invariants/convergence.ts'
export { checkNoOrphanPhantoms } from './invariants/phantoms.ts'
export { checkTableSyncConvergence, checkTableSyncIntegrity } from './invariants/tables.ts'
export { checkUvConvergence, checkUvIntegrity } from './invariants/unversioned.ts'
export { type Capsule, formatCapsule, parseCapsule } from './failure/capsule.ts'
export { type Replay, replayCapsule, type ReplayOptions } from './failure/replay-capsule.ts'
export { scenarioLines } from './failure/scenario-text.ts'
export {
  shrinkFailure,
  type ShrinkOptions,
  type ShrinkResult,
  type ShrinkSource,
} from './failure/shrink.ts'
export { testFileOf, type TestFileOptions } from './failure/test-file.ts'
export { type ItemReason, type Reasons, whyFails, type WhyOptions } from './failure/why.ts'
export { type Signature, signatureText } from '../runner/signature.ts'
export { masterImage } from './master-image.ts'
export { MockFossil, type MockFossilOpts } from './mock-fossil.ts'
export { DefaultNode, type Action, type DefaultNodeOpts, type Node } from './node.ts'
export { expectConverges, type ExpectOptions, failureText } from './expect.ts'
export { PeerNetwork, type PeerTransport } from './peer-network.ts'
export type { FossilOperation } from './operations/operation.ts'
export { drawPlan } from './plan.ts'
export { InvariantError } from '../runner/invariants.ts'
export { compareTraces, type TraceComparison } from '../runner/trace-diff.ts'
export { comparisonText } from '../runner/trace-diff-text.ts'
export type { TraceSource } from '../runner/trace-reader.ts'
export type {
  NodeHost,
  NodeId,
  ReceivedDatagram,
  Stream,
  TickEvent,
  TickOutcome,
  TraceFacts,
} from '../runner/model.ts'
export type { SimNetwork, SimTransport } from './sim-network.ts'
export type { SimReport } from './sim-report.ts'
export { simulate } from './simulate.ts'
export { junitText } from '../runner/sweep/junit.ts'
export type { CorpusChange, SeedCorpus } from '../runner/sweep/corpus.ts'
export type { SeedEnd, SeedTask } from '../runner/sweep/seed-end.ts'
export { loadModel, type SimulationModel } from './sweep/model-file.ts'
export { openCorpus, type SweepOptions, type SweepReport, sweepSeeds } from './sweep/sweep-seeds.ts'
export type { SimulateOptions } from './simulate-options.ts'
export { Simulator } from './simulator.ts'
export type { UvOperationCounts } from './uv-operations.ts'
export type { AcknowledgedArtifact, CheckedNode, Invariant } from './world.ts'

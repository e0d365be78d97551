/**
 * The report of a simulation of Fossil.
 * @module
 */

import type { NodeId } from '../runner/model.ts'
import type { RunReport } from '../runner/report.ts'
import { countPhantoms } from '../repo/blob.ts'
import { countBlobs, countUvFiles, publicBlobUuidsSorted } from './holdings.ts'
import type { Loss, Removal } from './loss-oracle.ts'
import { lossesOf } from './losses.ts'
import { begin, plain } from './operations/checkins.ts'
import { type FossilPlan, formatPlan } from './plan.ts'
import type { Simulator } from './simulator.ts'
import type { UvOperationCounts } from './uv-operations.ts'
import type { CheckedNode, World } from './world.ts'

/** The report of a simulation. */
export interface SimReport extends RunReport {
  readonly syncs: number
  readonly errors: number
  /** Acknowledged plain check-ins, the first one included. */
  readonly checkins: number
  /** The complete plan, as `SimulateOptions.plan` takes it; undefined if there was no plan. */
  readonly plan?: string
  readonly nodes: readonly NodeReport[]
  /** Artifacts that somebody acknowledged and nobody holds at the end. */
  readonly losses: readonly LossReport[]
  /** Operations on unversioned files, if these were synced. */
  readonly uv?: UvReport
}

/** Counts of operations on unversioned files, and of transfers in successful syncs. */
export interface UvReport extends Readonly<UvOperationCounts> {
  /** Contents, times and deletions that leaves sent. */
  readonly sent: number
  /** The same that leaves received and kept. */
  readonly received: number
  /** Files that leaves asked for. */
  readonly gimmes: number
}

/** An artifact that is nowhere at the end, and the reason. */
export interface LossReport {
  readonly hash: string
  /** The node whose owner removed it. */
  readonly node: NodeId
  /** `unexplained` violates the invariant `losses`. */
  readonly removal: Removal | 'unexplained'
  /** The time of the removal, since the start. */
  readonly simulatedMs?: number
}

/** One node at the end. */
export interface NodeReport {
  readonly id: NodeId
  /** Public artifacts held: once all have converged, the same everywhere. */
  readonly artifacts: number
  /** Private artifacts held, which stay where they were made unless private sync is on. */
  readonly privateArtifacts: number
  readonly phantoms: number
  /** Unversioned files that are not deleted, if they were synced. */
  readonly uvFiles?: number
  readonly syncs: number
  readonly errors: number
}

/** Adds the Fossil part to the report of a run. */
export function describe(
  report: RunReport,
  { simulator, world }: { simulator: Simulator; world: World },
  plan: FossilPlan | undefined,
): SimReport {
  const checkins = [begin.name, plain.name].map(
    (name) => report.operations[name]?.acknowledged ?? 0,
  )
  return {
    ...report,
    ...(plan === undefined ? {} : { plan: formatPlan(plan) }),
    syncs: simulator.totalSyncs,
    errors: simulator.totalErrors,
    checkins: checkins.reduce((sum, count) => sum + count, 0),
    nodes: simulator.nodes().map((node) => nodeReport(simulator, node)),
    losses: lossesOf(world).map((loss) => lossReport(loss, simulator.clock().startMs)),
    ...(simulator.config.uv ? { uv: uvReport(simulator) } : {}),
  }
}

function lossReport({ hash, nodeId, removal, atMs }: Loss, startMs: number): LossReport {
  const when = atMs === undefined ? {} : { simulatedMs: atMs - startMs }
  return { hash, node: nodeId, removal: removal ?? 'unexplained', ...when }
}

function uvReport(simulator: Simulator): UvReport {
  const { totalUvSent: sent, totalUvReceived: received, totalUvGimmes: gimmes } = simulator
  return { ...simulator.uvOperationCounts(), sent, received, gimmes }
}

function nodeReport(simulator: Simulator, { id, repo }: CheckedNode): NodeReport {
  const artifacts = publicBlobUuidsSorted(repo).length
  return {
    id,
    artifacts,
    privateArtifacts: countBlobs(repo) - artifacts,
    phantoms: countPhantoms(repo),
    ...(simulator.config.uv ? { uvFiles: countUvFiles(repo) } : {}),
    ...simulator.syncStats(id),
  }
}

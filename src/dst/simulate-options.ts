/**
 * Options of a whole simulation, its work included, and its progress.
 * @module
 */

import { requireInteger } from '../base/options.ts'
import type { Repo } from '../repo/repo.ts'
import type { Intention, Workload } from '../runner/operations.ts'
import type { RunPhase } from '../runner/run.ts'
import type { LevelName } from '../sim/levels.ts'
import { longestMs } from '../sim/link.ts'
import { requireOneOf, type SimConfig } from './config.ts'
import type { OperationWeights } from './operations/all.ts'
import { fileSizes, type FileSizes } from './operations/operation.ts'
import type { Simulator } from './simulator.ts'

/** A simulation and its work. */
export interface SimulateOptions {
  readonly seed: number
  /**
   * The fixed part of a plan, such as `'hostile,leaves=3'`, or `''` for none: the seed draws
   * everything else that the options below leave open. The report says what was drawn. If
   * `config.makeNode` makes the nodes, unversioned files, settings and tables are drawn only if
   * `mix` names them. Default: nothing is drawn, and each option has its own default.
   */
  readonly plan?: string
  /** Default 5. */
  readonly leaves?: number
  /** Default `hostile`. */
  readonly level?: LevelName
  /** The duration of faults, in virtual milliseconds. Default 10 minutes. */
  readonly durationMs?: number
  /** Operations of people and programs, dealt out evenly to the nodes. Default 60. */
  readonly operationCount?: number
  /**
   * Some check-ins are private, and must stay where they were made. Default false: then all nodes
   * hold the same in the end.
   */
  readonly privateCheckins?: boolean
  /** People also write and delete unversioned files, which are synced. Default false. */
  readonly uv?: boolean
  /**
   * People write every kind of artifact: branches, merges, tags, pages, tickets and so on. Default
   * false.
   */
  readonly allKinds?: boolean
  /**
   * Owners of repositories shun, purge, publish private artifacts, change settings and rebuild.
   * Default false.
   */
  readonly upkeep?: boolean
  /**
   * Weights of operations in the draw, by name; 0 leaves one out. Others keep the weights that the
   * options above give them.
   */
  readonly weights?: OperationWeights
  /** Sizes of the files of check-ins. Default `mixed`: one change in fifty is up to 120 kB. */
  readonly sizes?: FileSizes
  /**
   * Operations to carry out instead of drawing any, as an earlier report recorded them; any of them
   * may be left out.
   */
  readonly intentions?: readonly Intention[]
  /** Leaves log in, and the master lets nobody else do anything. Default false. */
  readonly login?: boolean
  /**
   * Makes further workloads, which start after those of the options above. Called for each run of
   * the simulation: a run that failed is repeated.
   */
  readonly workloads?: (simulator: Simulator) => readonly Workload[]
  /** Further configuration, which overrides the options above. */
  readonly config?: Partial<SimConfig>
  /**
   * The repository behind `config.upstream`, if known: it takes part in operations and is checked,
   * too.
   */
  readonly masterRepo?: Repo
  /**
   * Repeats a run that does not converge, up to its first bad event, and on a calm network. With
   * false, one run gives the verdict, three times as fast. Default true.
   */
  readonly diagnoses?: boolean
  /** Events after which a run that is settling counts as stalled. Default: no limit. */
  readonly maxSteps?: number
  /** Called now and then; must not touch the simulation. */
  readonly onProgress?: (progress: SimProgress) => void
  /** Called before the repositories are closed: the place to keep them. */
  readonly onEnd?: (simulator: Simulator) => void
}

/** The progress of a simulation. */
export interface SimProgress {
  readonly phase: RunPhase
  /** Virtual time since the beginning. */
  readonly elapsedMs: number
  /** Virtual time until faults end. */
  readonly durationMs: number
  readonly steps: number
  readonly syncs: number
  /** Operations so far. */
  readonly operations: number
}

/** @throws {FossilError} `option.invalid` for a value that makes no sense */
export function checkSimulateOptions({
  durationMs = 0,
  operationCount = 0,
  sizes = 'mixed',
}: SimulateOptions): void {
  requireInteger('durationMs', durationMs, { min: 0, max: longestMs })
  requireInteger('operationCount', operationCount, { min: 0, max: 10_000_000 })
  requireOneOf('sizes', sizes, fileSizes)
}

/**
 * The report of a run: its verdict, its violation or failure, and counts.
 * @module
 */

import type { SiteCoverage } from '../sim/activation.ts'
import type { Decision } from '../sim/decision.ts'
import { type NemesisKind, nemesisKinds } from '../sim/levels.ts'
import type { FaultKind } from '../sim/link.ts'
import type { BrokenWay, Core } from './core.ts'
import type { CheckedWorld } from './invariants.ts'
import type { MarkCounts } from './marks.ts'
import type { NodeId } from './model.ts'
import type { Intention, Operations, OutcomeCounts } from './operations.ts'
import { nemesisSite } from './nemesis.ts'
import type { Simulation } from './simulation.ts'
import { type Signature, signatureOf } from './signature.ts'
import { storyOf } from './story.ts'
import type { Diagnosis, RunOutcome } from './verdict.ts'

/** The report of a run, whatever its model. */
export interface RunReport extends RunOutcome, Diagnosis {
  readonly seed: number
  /**
   * The signature that it shares with runs that fail in the same way; undefined if it converged.
   */
  readonly signature?: Signature
  readonly traceHash: string
  readonly steps: number
  readonly checks: number
  readonly simulatedMs: number
  /**
   * Faults by kind; `lies` counts lies, `crash` crashes of nodes, `buggify` faults inside the code,
   * a kind of nemesis its episodes, and `broken` nodes that stayed broken for good.
   */
  readonly faults: Readonly<
    Record<FaultKind | NemesisKind | 'broken' | 'lies' | 'crash' | 'buggify', number>
  >
  /**
   * The nodes that healed in the end, if not all did, and the ways in which others stayed broken.
   */
  readonly core?: CoreReport
  readonly sites: readonly SiteCoverage[]
  /** Rare situations that the run reached, with counts. */
  readonly marks: MarkCounts
  readonly decisions: readonly Decision[]
  /** Outcomes of operations, by name. */
  readonly operations: Readonly<Record<string, OutcomeCounts>>
  /** Every operation, in the order they took place: a list that repeats the run. */
  readonly intentions: readonly Intention[]
  /** The last lines of the trace that touch the failure, if there was one. */
  readonly story: readonly string[]
}

/** The nodes that healed in the end, and the others. */
export interface CoreReport {
  readonly nodes: readonly NodeId[]
  /** The way in which each of the others stayed broken. */
  readonly broken: Readonly<Record<NodeId, BrokenWay>>
}

/** The report of a run that has ended. */
export function reportOf<W extends CheckedWorld>(
  { simulation, operations }: { simulation: Simulation<W>; operations: Operations<W> },
  outcome: RunOutcome,
  diagnosis: Diagnosis = {},
): RunReport {
  const sites = simulation.coverage()
  const signature = signatureOf(outcome, simulation.model.topology)
  const buggify = sites.reduce((sum, { fired }) => sum + fired, 0)
  return {
    ...outcome,
    ...diagnosis,
    ...(signature === undefined ? {} : { signature }),
    seed: simulation.options.seed,
    traceHash: simulation.traceHash(),
    steps: simulation.steps,
    checks: simulation.checks.made,
    simulatedMs: simulation.clock().elapsedMs,
    faults: {
      ...simulation.network.counts(),
      lies: simulation.lies,
      crash: simulation.crashes,
      ...episodesOf(simulation.decisions()),
      broken: simulation.core?.broken.size ?? 0,
      buggify,
    },
    ...coreOf(simulation.core),
    sites,
    marks: simulation.marks(),
    decisions: simulation.decisions(),
    operations: operations.counts(),
    intentions: operations.intentions,
    story: storyOf(simulation.recentLines(), outcome),
  }
}

function coreOf(core: Core | undefined): { core?: CoreReport } {
  if (core === undefined) return {}
  return { core: { nodes: [...core.nodes], broken: Object.fromEntries(core.broken) } }
}

/** Episodes of each kind of nemesis. */
function episodesOf(decisions: readonly Decision[]): Record<NemesisKind, number> {
  const counts = nemesisKinds.map((kind) => {
    const site = nemesisSite(kind)
    return [kind, decisions.filter((decision) => decision.site === site).length] as const
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a count for each kind
  return Object.fromEntries(counts) as Record<NemesisKind, number>
}

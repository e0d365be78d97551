/**
 * Sweeps as people and programs read them: progress, and what came of one.
 * @module
 */

import type { openCorpus, sweepSeeds } from '../dst/index.ts'
import { MarkTally } from './sim-marks.ts'
import type { SeedRange } from './sim-sweep.ts'
import { counted } from '../base/counted.ts'
import { ProgressLine } from './terminal.ts'

/** Options of a sweep. */
export type SweepOptions = Parameters<typeof sweepSeeds>[0]
/** A run of a sweep: its seed, and its plan where it is not that of all. */
export type SeedTask = NonNullable<SweepOptions['before']>[number]
/** Seeds that reach rare situations. */
export type SeedCorpus = ReturnType<typeof openCorpus>
/** A sweep that has ended. */
export type SweepReport = Awaited<ReturnType<typeof sweepSeeds>>

type SeedEnd = SweepReport['ends'][number]
type CorpusChange = ReturnType<SeedCorpus['add']>
type SweepState = Parameters<NonNullable<SweepOptions['onEnd']>>[1]

/** Facts about a sweep besides its report. */
export interface SweepFacts {
  readonly seeds: SeedRange | undefined
  /** The command that makes a run again. */
  readonly replay: (task: SeedTask) => string
  readonly marks: boolean
  readonly quiet: boolean
  /** Seeds that went into the corpus and out of it, where there is one. */
  readonly change: CorpusChange | undefined
  /** The signal that ended it, if one did. */
  readonly signal: NodeJS.Signals | undefined
  readonly journal: string | undefined
}

/** The progress of a sweep, with the time that is left. */
export class SweepProgress {
  readonly #line: ProgressLine
  readonly #startMs = performance.now()

  constructor({ isQuiet }: { isQuiet: boolean }) {
    this.#line = new ProgressLine({ isQuiet })
  }

  show({ asked, ended, resumed, failed, ways }: SweepState): void {
    const perRunMs = (performance.now() - this.#startMs) / (ended - resumed)
    const failures = failed === 0 ? 'none failed' : `${failed} failed ${inWays(ways)}`
    const left = timeLeft(perRunMs * (asked - ended))
    this.#line.show(ended / asked, `${ended} of ${counted(asked, 'run')}, ${failures}, ${left}`)
  }

  /** Takes the line away. */
  end(): void {
    this.#line.end()
  }
}

/** A guess at the time that is left: `about 3 min left`. */
export function timeLeft(ms: number): string {
  const sec = Math.round(ms / 1000)
  if (sec < 90) return `about ${sec} s left`
  const min = Math.round(sec / 60)
  return min < 90 ? `about ${min} min left` : `about ${Math.round(min / 60)} h left`
}

/** One object, for programs. Its fields are part of the command's interface. */
export function sweepJson(
  { asked, ends, resumed, twice, converged, failures, isComplete }: SweepReport,
  { seeds, replay, change, signal }: SweepFacts,
): Record<string, unknown> {
  return {
    ...seeds,
    asked,
    ended: ends.length,
    converged,
    resumed,
    twice,
    complete: isComplete,
    ...(signal === undefined ? {} : { signal }),
    failures: failures.map(({ signature, text, count, kept }) => ({
      signature,
      text,
      count,
      seeds: kept.map((end) => ({ ...failureFields(end), replay: replay(end) })),
    })),
    marks: tallyOf(ends).rows(),
    ...(change === undefined ? {} : { corpus: { added: change.added, dropped: change.dropped } }),
  }
}

function failureFields({ seed, verdict, drawn, traceHash, told }: SeedEnd): object {
  return { seed, verdict, ...(drawn === undefined ? {} : { plan: drawn }), traceHash, told }
}

/** The same for people: each way to fail, and then what came of it all. */
export function sweepText(report: SweepReport, facts: SweepFacts): string {
  return [
    ...report.failures.map((group) => groupText(group, facts)),
    summary(report),
    endText(report, facts),
    facts.quiet ? '' : twiceText(report),
    facts.change === undefined || facts.quiet ? '' : corpusText(facts.change),
    facts.marks ? tallyOf(report.ends).text() : '',
  ].join('')
}

function groupText(
  { text, count, kept }: SweepReport['failures'][number],
  { quiet, replay }: SweepFacts,
): string {
  const head = `${counted(count, 'seed')}: ${text}\n`
  const [first, ...others] = kept
  if (quiet || first === undefined) return head
  const rest = others.map((end) => `  seed ${end.seed}: ${replay(end)}\n`)
  return `${head}  seed ${first.seed}\n${first.told ?? ''}${rest.join('')}\n`
}

function summary({ ends, converged, failures }: SweepReport): string {
  const runs = counted(ends.length, 'run')
  if (ends.length === 0) return 'no run was made to its end\n'
  const failed = ends.length - converged
  return failed === 0
    ? `converged: ${runs}\n`
    : `${runs}: ${converged} converged, ${failed} did not, ${inWays(failures.length)}\n`
}

function endText(
  { asked, ends, isComplete }: SweepReport,
  { signal, journal }: SweepFacts,
): string {
  if (isComplete) return ''
  const left = counted(asked - ends.length, 'run')
  if (signal === undefined) return `ended at the first failure, with ${left} not made\n`
  const way = journal === undefined ? '' : '; the same command with --resume goes on'
  return `ended by ${signal}, with ${left} not made${way}\n`
}

function twiceText({ twice, ends, resumed }: SweepReport): string {
  const diverged = ends.filter(({ verdict }) => verdict === 'diverged').length
  const agreed = diverged === 0 ? 'all the same to the byte' : `${diverged} not the same`
  const before = resumed === 0 ? '' : `; ${resumed} of all were in the journal`
  return `${counted(twice, 'run')} made twice, ${agreed}${before}\n`
}

function corpusText({ added, dropped }: CorpusChange): string {
  return `corpus: ${counted(added.length, 'seed')} added, ${dropped.length} dropped\n`
}

function inWays(ways: number): string {
  return ways === 1 ? 'in one way' : `in ${ways} ways`
}

function tallyOf(ends: readonly SeedEnd[]): MarkTally {
  const tally = new MarkTally()
  for (const end of ends) tally.add(end)
  return tally
}

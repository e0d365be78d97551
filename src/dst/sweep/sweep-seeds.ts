/**
 * Sweeps of seeds over processes, as in `trilobite sim sweep`.
 * @module
 */

import { resolve } from 'node:path'

import { requireInteger } from '../../base/options.ts'
import { SeedCorpus } from '../../runner/sweep/corpus.ts'
import { type FailureGroup, failureGroups } from '../../runner/sweep/groups.ts'
import { type JournalHeader, SweepJournal } from '../../runner/sweep/journal.ts'
import { defaultJobs } from '../../runner/sweep/pool.ts'
import { bySeed, keyOf, type SeedEnd, type SeedTask } from '../../runner/sweep/seed-end.ts'
import { junitText } from '../../runner/sweep/junit.ts'
import { signatureText } from '../../runner/signature.ts'
import { sweepRuns } from '../../runner/sweep/sweep.ts'
import { checkSeeds, type SeedRange } from '../expect.ts'
import { fossilPlans } from '../plan.ts'
import { commitOf } from '../replay.ts'
import { loadModel } from './model-file.ts'
import type { SweepSetup } from './run-seed.ts'

/** Every n-th run is made twice. */
const twiceEvery = 20

/** Failures to keep of each signature by default. */
const defaultKeep = 3

/** A sweep, and its surroundings. */
export interface SweepOptions {
  /** Seeds from `first` to `last`, both included. Default: none but those of `before`. */
  readonly seeds?: SeedRange
  /** Runs to make first, each with a plan of its own, such as those of a corpus. */
  readonly before?: readonly SeedTask[]
  /** The fixed part of the plan. Default `''`: the seed draws everything. */
  readonly plan?: string
  /** The file of a model: its default export is a {@link SimulationModel}. Default: none. */
  readonly model?: string
  /** Runs at a time. Default: as many as there are processors. */
  readonly jobs?: number
  /** Ends at the first failure. Default false. */
  readonly stopsAtFirst?: boolean
  /** Failures to keep of each signature. Default 3. */
  readonly keep?: number
  /** The silence of a process after which its run counts as hung. Default two minutes. */
  readonly silenceMs?: number
  /**
   * A file that records the end of each seed. With `resumes` an existing journal is continued: its
   * seeds are not run again.
   */
  readonly journal?: { readonly path: string; readonly resumes: boolean }
  /** A folder for the traces of runs that differ from their repeats. Default: a temporary one. */
  readonly tracesFolder?: string
  /** Ends the sweep, which reports its results so far. */
  readonly signal?: AbortSignal
  /** The command that repeats a run. Default: a call of `simulate`. */
  readonly replay?: (task: SeedTask) => string
  /** Called with the end of each run, those of the journal left out. */
  readonly onEnd?: (end: SeedEnd, state: SweepState) => void
}

/** The progress of a sweep. */
export interface SweepState {
  /** Runs that were asked for. */
  readonly asked: number
  /** Runs that have ended, those of the journal included. */
  readonly ended: number
  /** Runs of these that the journal had. */
  readonly resumed: number
  readonly failed: number
  /** Different signatures. */
  readonly ways: number
  /** The signature in words, if this end is the first with it. */
  readonly newWay?: string
}

/** A sweep that has ended. */
export interface SweepReport {
  /** Runs that were asked for. */
  readonly asked: number
  /** All ends, those of the journal included, each run once. */
  readonly ends: readonly SeedEnd[]
  /** Runs of these that the journal had. */
  readonly resumed: number
  /** Runs of these that were made twice. */
  readonly twice: number
  readonly converged: number
  readonly failures: readonly FailureGroup[]
  /** False if it ended before all runs were made. */
  readonly isComplete: boolean
  /** The ends as JUnit XML, a test case for each seed, which CI servers read. */
  junit(suite: string): string
}

/**
 * A corpus of seeds in a file, for the code of this folder's commit; empty if there is no file.
 *
 * @example
 * ```ts
 * const corpus = openCorpus('corpus')
 * const { ends } = await sweepSeeds({ seeds: { first: 1, last: 100 } })
 * corpus.add(ends)
 * corpus.write()
 * ```
 * @throws {FossilError} `option.invalid` if the file is no corpus, or that of another model;
 *   `repo.unreadable`
 */
export function openCorpus(path: string, { model }: { readonly model?: string } = {}): SeedCorpus {
  const commit = commitOf(resolve('.'))
  return new SeedCorpus(path, {
    ...(model === undefined ? {} : { model }),
    ...(commit === undefined ? {} : { commit }),
  })
}

/**
 * Simulates every seed of a range, a few at a time, in processes, which a run may kill. Every
 * twentieth run is made twice, and both must agree to the byte.
 *
 *     const { failures } = await sweepSeeds({ seeds: { first: 1, last: 1000 }, model: 'agent.ts' })
 *
 * @example
 * ```ts
 * const report = await sweepSeeds({ seeds: { first: 1, last: 1000 }, plan: 'hostile' })
 * for (const { text, count } of report.failures) console.log(count, text)
 * writeFileSync('sweep.xml', report.junit('seeds 1 to 1000'))
 * ```
 * @throws {FossilError} `option.invalid` for invalid options, models or journals; `repo.unreadable`
 *   if the journal cannot be written
 */
export async function sweepSeeds(options: SweepOptions): Promise<SweepReport> {
  const { seeds, plan = '', model, jobs = defaultJobs(), keep = defaultKeep } = options
  const { journal: place, stopsAtFirst = false, silenceMs, onEnd } = options
  if (seeds !== undefined) checkSeeds(seeds)
  requireInteger('jobs', jobs, { min: 1, max: 1_000 })
  requireInteger('keep', keep, { min: 1 })
  fossilPlans.read(plan)
  // Each process loads it; here it is found out before there are any.
  if (model !== undefined) await loadModel(model)
  using journal = place && new SweepJournal(place.path, headerOf(options), place)
  const tasks = tasksOf(options)
  const wanted = new Set(tasks.map(keyOf))
  const had = (journal?.ends ?? []).filter((end) => wanted.has(keyOf(end)))
  const done = new Set(had.map(keyOf))
  const tally = new SweepTally(tasks.length, had)
  const isEnough = stopsAtFirst && tally.failed > 0
  const rest = isEnough ? [] : tasks.filter((task) => !done.has(keyOf(task)))
  const setup: SweepSetup = { plan, ...(model === undefined ? {} : { model: resolve(model) }) }
  await sweepRuns(rest, {
    pool: { entry: workerEntry, setup, ...(silenceMs === undefined ? {} : { silenceMs }) },
    jobs,
    isTwice: twiceOf(tasks),
    replay: options.replay ?? ((task) => replayOf(task, options)),
    ...(options.tracesFolder === undefined ? {} : { tracesFolder: options.tracesFolder }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onEnd: (end) => {
      journal?.add(end)
      const state = tally.add(end)
      onEnd?.(end, state)
      return stopsAtFirst && end.signature !== undefined
    },
  })
  return tally.report(keep)
}

/** The module of the processes: TypeScript or compiled, like this one. */
const workerEntry = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
)

function headerOf({ seeds, plan = '', model }: SweepOptions): JournalHeader {
  const commit = commitOf(resolve('.'))
  return {
    journal: 'trilobite sweep 1',
    ...(seeds === undefined ? {} : { first: seeds.first, last: seeds.last }),
    plan,
    ...(model === undefined ? {} : { model: resolve(model) }),
    ...(commit === undefined ? {} : { commit }),
  }
}

function tasksOf({ seeds, before = [] }: SweepOptions): SeedTask[] {
  const { first, last } = seeds ?? { first: 1, last: 0 }
  const range = Array.from({ length: last - first + 1 }, (_, at) => ({ seed: first + at }))
  return [...new Map([...before, ...range].map((task) => [keyOf(task), task])).values()]
}

/** Every twentieth run, the first one included: the same ones when a sweep is resumed. */
function twiceOf(tasks: readonly SeedTask[]): (task: SeedTask) => boolean {
  const twice = new Set(tasks.filter((_, at) => at % twiceEvery === 0).map(keyOf))
  return (task) => twice.has(keyOf(task))
}

function replayOf({ seed, plan }: SeedTask, options: SweepOptions): string {
  const line = plan ?? options.plan ?? ''
  const { model } = options
  const own = model === undefined ? '' : `...(await loadModel(${JSON.stringify(model)})), `
  return `simulate({ ${own}seed: ${seed}, plan: ${JSON.stringify(line)} })`
}

/** Ends of a sweep, as far as it has come. */
class SweepTally {
  readonly #asked: number
  readonly #resumed: number
  readonly #ends: SeedEnd[] = []
  readonly #ways = new Set<string>()
  #failed = 0

  constructor(asked: number, resumed: readonly SeedEnd[]) {
    this.#asked = asked
    this.#resumed = resumed.length
    for (const end of resumed) this.add(end)
  }

  get failed(): number {
    return this.#failed
  }

  add(end: SeedEnd): SweepState {
    this.#ends.push(end)
    const [asked, ended, resumed] = [this.#asked, this.#ends.length, this.#resumed]
    const ways = this.#ways.size
    const way = end.signature && signatureText(end.signature)
    if (way !== undefined) {
      this.#failed++
      this.#ways.add(way)
    }
    const state = { asked, ended, resumed, failed: this.#failed, ways: this.#ways.size }
    return way === undefined || this.#ways.size === ways ? state : { ...state, newWay: way }
  }

  report(keep: number): SweepReport {
    const ends = this.#ends.toSorted(bySeed)
    return {
      asked: this.#asked,
      ends,
      resumed: this.#resumed,
      twice: ends.filter(({ isTwice }) => isTwice === true).length,
      converged: ends.filter(({ verdict }) => verdict === 'converged').length,
      failures: failureGroups(ends, keep),
      isComplete: ends.length === this.#asked,
      junit: (suite) => junitText(ends, suite),
    }
  }
}

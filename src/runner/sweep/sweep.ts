/**
 * A sweep: many runs in a few processes, and their ends. Some are made twice, in two processes, and
 * must agree to the byte.
 *
 * Knows runs by their seeds and reports, and nothing of the simulated system.
 * @module
 */

import { WorkerPool, type PoolOptions, type TaskEnd } from './pool.ts'
import type { SeedEnd, SeedRun, SeedTask, SweepTrouble } from './seed-end.ts'
import { divergenceText, TraceFolder, type TracePair } from './trace-pair.ts'

/** A run, as requested from a process. */
export interface RunTask extends SeedTask {
  /** The command that repeats the run. */
  readonly replay: string
  /** A file for its trace. */
  readonly tracePath?: string
}

/** Options of a sweep. */
export interface SweepRunsOptions {
  readonly pool: PoolOptions
  /** Runs at a time. */
  readonly jobs: number
  /** Decides which runs are made twice. */
  readonly isTwice: (task: SeedTask) => boolean
  /** The command that repeats a run. */
  readonly replay: (task: SeedTask) => string
  /** A folder for the traces of runs that differ from their repeats. */
  readonly tracesFolder?: string
  readonly signal?: AbortSignal
  /** Called with each end as it comes; returns true to end the sweep. */
  readonly onEnd: (end: SeedEnd) => boolean
}

/**
 * Makes all runs, unless the signal or `onEnd` ends it before.
 *
 * @throws {Error} if no process can carry out runs, or one refuses
 */
export async function sweepRuns(
  tasks: readonly SeedTask[],
  options: SweepRunsOptions,
): Promise<void> {
  const { jobs, signal, onEnd } = options
  using pool = new WorkerPool<RunTask, SeedRun>(options.pool)
  using traces = new TraceFolder(options.tracesFolder)
  const waiting = [...tasks].reverse()
  const isStopped = (): boolean => signal?.aborted === true || hasEnough
  let hasEnough = false
  const workOff = async (): Promise<void> => {
    for (let task = waiting.pop(); task !== undefined && !isStopped(); task = waiting.pop()) {
      const end = await runToEnd(task, { ...options, pool, traces })
      if (end === undefined || isStopped()) return
      if (!onEnd(end)) continue
      hasEnough = true
      pool.close()
    }
  }
  const stop = (): void => pool.close()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, workOff))
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

type Surroundings = Pick<SweepRunsOptions, 'isTwice' | 'replay'> & {
  readonly pool: WorkerPool<RunTask, SeedRun>
  readonly traces: TraceFolder
}

/** Makes a run, or both if it is made twice; undefined if the sweep ended before. */
async function runToEnd(task: SeedTask, by: Surroundings): Promise<SeedEnd | undefined> {
  const run: RunTask = { ...task, replay: by.replay(task) }
  if (!by.isTwice(task)) return endOf(run, await by.pool.run(run))
  const pair = by.traces.pair(task.seed)
  const first = await by.pool.run({ ...run, tracePath: pair.first })
  if (first.type !== 'answered') {
    by.traces.drop(pair)
    return endOf(run, first)
  }
  const second = await by.pool.run({ ...run, tracePath: pair.second }, { notBy: first.pid })
  if (second.type === 'cancelled') {
    by.traces.drop(pair)
    return undefined
  }
  const end = twiceEnd(run, { first, second, pair })
  if (end.verdict === 'diverged') by.traces.keep()
  else by.traces.drop(pair)
  return end
}

type Answered = Extract<TaskEnd<SeedRun>, { type: 'answered' }>

function twiceEnd(
  run: RunTask,
  { first, second, pair }: { first: Answered; second: TaskEnd<SeedRun>; pair: TracePair },
): SeedEnd {
  const once = answeredEnd(run, first, second)
  if (second.type === 'answered' && isSame(first.answer, second.answer)) {
    return { ...once, isTwice: true }
  }
  const told = [
    `  first run        ${endText(first)}\n`,
    `  second run       ${endText(second)}\n`,
    second.type === 'answered' ? differenceText(pair) : '',
    `  replay           ${run.replay}\n`,
  ].join('')
  return { ...once, ...trouble('diverged', 'made twice, it ended otherwise'), told, isTwice: true }
}

/** Compares two runs to the byte: the hash of the trace, and the report. */
function isSame(a: SeedRun, b: SeedRun): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function differenceText(pair: TracePair): string {
  const lines = divergenceText(pair).trimEnd().split('\n')
  const indented = lines.map((line) => (line === '' ? '\n' : `    ${line}\n`))
  return [
    `  traces           ${pair.first}\n`,
    `                   ${pair.second}\n`,
    ...indented,
  ].join('')
}

function endText(end: TaskEnd<SeedRun>): string {
  if (end.type === 'answered') return `${end.answer.verdict}, trace ${end.answer.traceHash}`
  return end.type === 'cancelled' ? end.type : `${end.type}: ${end.how}`
}

function endOf(run: RunTask, end: TaskEnd<SeedRun>): SeedEnd | undefined {
  if (end.type === 'cancelled') return undefined
  if (end.type === 'answered') return answeredEnd(run, end)
  const { type, how, lastWords, wallMs } = end
  const words = lastWords.split('\n').map((line) => `    ${line}\n`)
  const told = [
    `  process          ${type === 'hung' ? how : `ended by ${how}`}\n`,
    ...(lastWords === '' ? [] : ['  its last words:\n', ...words]),
    `  replay           ${run.replay}\n`,
  ].join('')
  const cause = type === 'hung' ? '' : how
  const unknown = { traceHash: '', steps: 0, marks: {}, wallMs, cpuMs: 0 }
  return { ...taskOf(run), ...unknown, ...trouble(type, cause), told }
}

function answeredEnd(run: RunTask, first: Answered, second?: TaskEnd<SeedRun>): SeedEnd {
  const wallMs = first.wallMs + (second === undefined ? 0 : wallMsOf(second))
  const cpuMs = first.cpuMs + (second?.type === 'answered' ? second.cpuMs : 0)
  return { ...taskOf(run), ...first.answer, wallMs, cpuMs }
}

function wallMsOf(end: TaskEnd<SeedRun>): number {
  return end.type === 'cancelled' ? 0 : end.wallMs
}

function trouble(verdict: SweepTrouble, cause: string): Pick<SeedEnd, 'verdict' | 'signature'> {
  return { verdict, signature: { verdict, role: 'none', cause } }
}

function taskOf({ seed, plan }: RunTask): SeedTask {
  return { seed, ...(plan === undefined ? {} : { plan }) }
}

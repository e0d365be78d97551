/**
 * Functions that a sweep of seeds never enters: processes run the seeds under V8's coverage, and
 * what they entered is taken from all functions that there are.
 *
 * Imports nothing of the simulator: the processes load it.
 * @module
 */

import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import { readSources } from '../tools/source.ts'
import { functionsOf, type SourceFunction } from './functions.ts'
import type { Entered, EnteredRange, Message, Seeds, Task } from './messages.ts'

const root = join(import.meta.dirname, '..')

/** The folders whose functions are counted: what a sync of repositories is made of. */
export const folders = ['sync', 'repo', 'crosslink', 'write', 'admin', 'xfer', 'delta'] as const

/** A process that says nothing for so long hangs: a seed takes a second or two. */
const defaultSilenceMs = 120_000

/** The last characters of what a dying process wrote that are told. */
const maxLastWords = 2_000

/** Options of a sweep. */
export interface SweepOptions {
  readonly seeds: Seeds
  /** The part of the plan that is fixed. Default: none. */
  readonly plan?: string
  /** Processes at a time. Default: as many as there are processors. */
  readonly jobs?: number
  /** A process that says nothing for so long is ended, as hung. Default two minutes. */
  readonly silenceMs?: number
  /** Called after each run. */
  readonly onRun?: (seed: number) => void
}

/** A sweep that has ended. */
export interface Swept {
  /** All functions of the folders, in order. */
  readonly functions: readonly SourceFunction[]
  /** Those of them that no run entered, in the same order. */
  readonly missed: readonly SourceFunction[]
  /** Runs that did not converge, by seed. */
  readonly strays: readonly { readonly seed: number; readonly verdict: string }[]
}

/** All functions of the folders, as the files are now. */
export async function allFunctions(): Promise<SourceFunction[]> {
  const files = readSources(
    root,
    folders.map((folder) => `src/${folder}`),
  )
  return functionsOf(files.filter(({ path }) => !/\.(?:test|suite|vectors)\.ts$/.test(path)))
}

/**
 * Runs all seeds, and tells which functions none of them entered.
 *
 * @throws where a process dies, or says nothing for `silenceMs`
 */
export async function sweepCoverage(options: SweepOptions): Promise<Swept> {
  const { seeds, jobs = availableParallelism(), plan = '' } = options
  const count = Math.min(jobs, seeds.last - seeds.first + 1)
  const functions = await allFunctions()
  const others = new AbortController()
  const processes = Array.from({ length: count }, (_, index) => {
    const task = { first: seeds.first + index, last: seeds.last, step: count, plan }
    return runSeeds(task, others.signal, options)
  })
  // Where one fails, the others have no more to say.
  const ended = await Promise.all(processes).finally(() => others.abort())
  const strays = ended.flatMap((each) => each.strays).sort((a, b) => a.seed - b.seed)
  const entered = ended.map((each) => each.entered)
  return { functions, missed: functions.filter((each) => !isEntered(each, entered)), strays }
}

function isEntered(
  { file, from, bodyFrom, end }: SourceFunction,
  entered: readonly Entered[],
): boolean {
  const isIt = ([start, until]: EnteredRange): boolean =>
    until === end && start >= from && start < bodyFrom
  return entered.some((each) => each[file]?.some(isIt) ?? false)
}

interface Ended {
  readonly entered: Entered
  readonly strays: Swept['strays']
}

function runSeeds(
  task: Task,
  signal: AbortSignal,
  { silenceMs = defaultSilenceMs, onRun }: SweepOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(task)], {
      cwd: root,
      execArgv: ['--conditions=@trilobite/source', '--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      signal,
    })
    const strays: { seed: number; verdict: string }[] = []
    let entered: Entered | undefined
    let lastWords = ''
    const watchdog = setTimeout(() => {
      lastWords += `it said nothing for ${silenceMs / 1000} s`
      child.kill('SIGKILL')
    }, silenceMs)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-maxLastWords)
    })
    child.on('message', (message: Message) => {
      watchdog.refresh()
      if (message.type === 'entered') {
        entered = message.entered
        return
      }
      const { seed, verdict } = message
      if (verdict !== 'converged') strays.push({ seed, verdict })
      onRun?.(seed)
    })
    child.on('error', reject)
    child.on('close', (code, killedBy) => {
      clearTimeout(watchdog)
      if (code === 0 && entered !== undefined) resolve({ entered, strays })
      else reject(new Error(`a process ended with ${killedBy ?? code}: ${lastWords.trim()}`))
    })
  })
}

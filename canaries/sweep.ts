/**
 * Runs the simulator over planted bugs: a process for each, a few at a time, seed after seed until
 * one does not converge.
 *
 * Imports nothing of the project: the processes load it, with the bug in it.
 * @module
 */

import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import { eachOf } from './each-of.ts'
import type { Finding, Message, Seeds, Task } from './messages.ts'
import { type Mutation, mutated } from './mutation.ts'

const root = join(import.meta.dirname, '..')

/** A process that says nothing for so long hangs: a seed takes a second or two. */
const defaultSilenceMs = 120_000

/** The last characters of what a dying process wrote that are told. */
const maxLastWords = 2_000

/**
 * The end of one canary.
 *
 * - `caught`: by something that `caughtBy` lists
 * - `other`: by something else, which is a finding about the canary or about the simulator
 * - `shared`: as `caught`, and a second look found it, too, where one invariant alone was to see it
 * - `missed`: every seed converged
 * - `unplanted`: its text does not occur once in its file, or the simulator does not load that
 */
export interface CanaryResult {
  readonly mutation: Mutation
  readonly status: 'caught' | 'other' | 'shared' | 'missed' | 'unplanted'
  /** Runs that were made, the one that found the bug included. */
  readonly runs: number
  /** Of these, the ones in which everything happened that the bug needs. */
  readonly led: number
  /** Set where `caught`, `other` or `shared`. */
  readonly finding?: Finding
  /**
   * The second look, from that seed on and without the invariant that found it; where it has no
   * finding, that invariant alone sees the bug.
   */
  readonly second?: SecondLook
  /** The reason, in words, where `unplanted`. */
  readonly reason?: string
}

/** Runs over a bug with the invariant switched off that found it. */
export interface SecondLook {
  readonly runs: number
  readonly finding?: Finding
}

/** Options of a sweep. */
export interface SweepOptions {
  readonly seeds: Seeds
  /** Invariants that are switched off. Default: none. */
  readonly without?: readonly string[]
  /** Has a second look without the invariant that found the bug. Default false. */
  readonly goesOn?: boolean
  /** Processes at a time. Default: as many as there are processors. */
  readonly jobs?: number
  /** A process that says nothing for so long is ended, as hung. Default two minutes. */
  readonly silenceMs?: number
  /** Called after each run. */
  readonly onRun?: (mutation: Mutation, seed: number) => void
  /** Called when a canary is done, in the order in which they are. */
  readonly onEnd?: (result: CanaryResult) => void
}

/** Runs all of them. Results are in the order of `mutations`. */
export function sweepCanaries(
  mutations: readonly Mutation[],
  options: SweepOptions,
): Promise<CanaryResult[]> {
  const { jobs = availableParallelism(), onEnd } = options
  return eachOf(mutations, jobs, async (mutation) => {
    const result = await runCanary(mutation, options)
    onEnd?.(result)
    return result
  })
}

/** Runs one of them to its end. */
export function runCanary(mutation: Mutation, options: SweepOptions): Promise<CanaryResult> {
  const problem = planting(mutation)
  if (problem !== undefined) return Promise.resolve(unplanted(mutation, problem))
  const { seeds, without = [], goesOn = false, silenceMs = defaultSilenceMs, onRun } = options
  const task: Task = { mutation, ...seeds, without, goesOn }
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(task)], {
      cwd: root,
      execArgv: ['--conditions=@trilobite/source', '--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const progress = new Progress(mutation, task)
    const watchdog = setTimeout(() => {
      progress.lose('hung', `it said nothing for ${silenceMs / 1000} s`)
      child.kill('SIGKILL')
    }, silenceMs)
    let lastWords = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-maxLastWords)
    })
    child.on('message', (message: Message) => {
      watchdog.refresh()
      progress.take(message)
      if (message.type === 'seed') onRun?.(mutation, message.seed)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(watchdog)
      const end = signal ?? `exit code ${code}`
      if (code !== 0) progress.lose('died', `${end}: ${lastWords.trim()}`)
      resolve(progress.result)
    })
  })
}

/** The reason why a bug cannot be planted, or undefined where it can. */
function planting(mutation: Mutation): string | undefined {
  try {
    mutated(readFileSync(join(root, mutation.file), 'utf8'), mutation)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function unplanted(mutation: Mutation, reason: string): CanaryResult {
  return { mutation, status: 'unplanted', runs: 0, led: 0, reason }
}

/** The runs of one process, as far as they have come. */
class Progress {
  readonly #mutation: Mutation
  readonly #goesOn: boolean
  #seed: number
  #runs = 0
  #led = 0
  #finding: Finding | undefined
  #second: SecondLook | undefined
  #reason: string | undefined

  constructor(mutation: Mutation, { first, goesOn }: Pick<Task, 'first' | 'goesOn'>) {
    this.#mutation = mutation
    this.#seed = first
    this.#goesOn = goesOn
  }

  take(message: Message): void {
    if (message.type === 'unplanted') {
      this.#reason = message.reason
      return
    }
    const { seed, hadNeeds, isSecond, finding } = message
    this.#seed = seed + 1
    if (isSecond) return this.#takeSecond(finding)
    this.#runs++
    if (hadNeeds) this.#led++
    this.#finding = finding
    if (finding?.invariant === undefined || !this.#goesOn) return
    this.#seed = seed
    this.#second = { runs: 0 }
  }

  #takeSecond(finding: Finding | undefined): void {
    const runs = (this.#second?.runs ?? 0) + 1
    this.#second = { runs, ...(finding === undefined ? {} : { finding }) }
  }

  /** The process came to no end by itself: the run under way is the finding. The first counts. */
  lose(verdict: 'hung' | 'died', detail: string): void {
    const finding = { seed: this.#seed, verdict, detail, hadNeeds: false }
    if (this.#reason !== undefined) return
    if (this.#finding === undefined) {
      this.#runs++
      this.#finding = finding
    } else if (this.#second !== undefined && this.#second.finding === undefined) {
      this.#takeSecond(finding)
    }
  }

  get result(): CanaryResult {
    const mutation = this.#mutation
    if (this.#reason !== undefined) return unplanted(mutation, this.#reason)
    const counts = { mutation, runs: this.#runs, led: this.#led }
    const finding = this.#finding
    if (finding === undefined) return { ...counts, status: 'missed' }
    const second = this.#second === undefined ? {} : { second: this.#second }
    const isExpected = mutation.caughtBy.includes(finding.invariant ?? finding.verdict)
    const isShared = mutation.onlyBy !== undefined && this.#second?.finding !== undefined
    const status = !isExpected ? 'other' : isShared ? 'shared' : 'caught'
    return { ...counts, status, finding, ...second }
  }
}

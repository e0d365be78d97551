/**
 * A sweep that is killed twice, by SIGKILL, and resumed: it runs each seed once.
 *
 * Exactly: a seed that the journal has is never run again, all seeds are in it in the end, each
 * once, and what was run in vain is no more than what was under way when the sweep was killed.
 * @module
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { run, type RunResult } from '../run.ts'
import type { Check, CheckResult, Progress } from './check.ts'

const root = join(import.meta.dirname, '..', '..')

/** Tiny runs: what is looked at is the sweep. */
const plan = 'leaves=1,operations=3,durationMs=2000'

const jobs = 2

/** The exit code that `run` has for a program that a signal ended. */
const killedCode = -1

/** Parts of the seeds after which it is killed. */
const kills = [1 / 3, 2 / 3]

export const killedSweep: Check = {
  name: 'killed-sweep',
  about: 'a sweep of 2,000 seeds that is killed twice and resumed runs each seed once',
  run: async ({ seed, count = 2_000, progress }) => {
    const folder = mkdtempSync(join(tmpdir(), 'trilobite-killed-'))
    try {
      return await sweepKilled(new Sweep(folder, { seed, count }), progress)
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    }
  },
}

async function sweepKilled(sweep: Sweep, progress: Progress): Promise<CheckResult> {
  const failures: string[] = []
  const known: Set<number>[] = []
  for (const part of kills) {
    await sweep.runUntilKilled(Math.floor(part * sweep.count))
    known.push(new Set(sweep.recorded()))
    progress(`killed ${known.length} times, with ${known.at(-1)?.size} seeds recorded`)
  }
  const { ended, converged, twice, complete, resumed } = await sweep.runToEnd()
  const { count, first } = sweep
  if (ended !== count || !complete) failures.push(`${ended} of ${count} seeds ended`)
  if (converged !== count)
    failures.push(`${count - converged} seeds from ${first} did not converge`)
  if (resumed !== known.at(-1)?.size) failures.push(`${resumed} seeds were taken from the journal`)
  failures.push(...sweep.wrongIn(sweep.recorded()))
  for (const [at, seeds] of known.entries()) {
    const later = sweep.parts.slice(at + 1).flat()
    const again = later.filter((seed) => seeds.has(seed))
    if (again.length > 0) failures.push(`run again after kill ${at + 1}: ${again.join(', ')}`)
  }
  const lost = sweep.parts.flat().length - count - twice
  const most = kills.length * jobs * 2
  if (lost < 1 || lost > most) failures.push(`${lost} runs were lost, of ${most} under way at most`)
  const summary = `${count} seeds recorded once each, ${lost} runs lost by ${kills.length} kills`
  return { summary, failures }
}

/** The report of a sweep, as far as this looks. */
interface SweepJson {
  readonly ended: number
  readonly converged: number
  readonly resumed: number
  readonly twice: number
  readonly complete: boolean
}

/** A sweep as a command, its journal, and the runs that it made. */
class Sweep {
  readonly count: number
  readonly first: number
  /** Seeds of the runs that began: until the first kill, until the second, and so on. */
  readonly parts: number[][] = []
  readonly #journal: string
  readonly #runs: string
  readonly #args: readonly string[]

  constructor(folder: string, { seed, count }: { readonly seed: number; readonly count: number }) {
    this.count = count
    this.first = seed * 10_000 + 1
    this.#journal = join(folder, 'journal.jsonl')
    this.#runs = join(folder, 'runs')
    const seeds = `${this.first}..${this.first + count - 1}`
    const model = join(import.meta.dirname, 'killing-model.ts')
    const command = ['--no-warnings', join(root, 'src/cli/main.ts'), 'sim', 'sweep']
    const work = ['--seeds', seeds, '--plan', plan, '--model', model, '--jobs', String(jobs)]
    this.#args = [...command, ...work, '--journal', this.#journal, '--resume', '--json']
  }

  /** Goes on until so many runs have begun; then one of them kills it. */
  async runUntilKilled(runs: number): Promise<void> {
    const { code, stderr } = await this.#run({ SWEEP_KILL_AT: String(runs) })
    if (code !== killedCode) throw new Error(`it was not killed but ended with ${code}: ${stderr}`)
  }

  async runToEnd(): Promise<SweepJson> {
    const { code, stdout, stderr } = await this.#run({})
    if (stdout === '') throw new Error(`the sweep ended with ${code}: ${stderr}`)
    const report: SweepJson = JSON.parse(stdout)
    return report
  }

  /** Runs it, and takes the runs that began for a part of its own. */
  async #run(env: NodeJS.ProcessEnv): Promise<RunResult> {
    const own = { ...process.env, SWEEP_RUNS: this.#runs, ...env }
    const result = await run(process.execPath, this.#args, { env: own })
    this.parts.push(linesOf(this.#runs).map(Number).slice(this.parts.flat().length))
    return result
  }

  /** Seeds that the journal has. */
  recorded(): number[] {
    return linesOf(this.#journal)
      .slice(1)
      .map((line) => {
        const { seed }: { seed: number } = JSON.parse(line)
        return seed
      })
  }

  /** Problems of a journal that is to have each seed once. */
  wrongIn(seeds: readonly number[]): string[] {
    const missing = Array.from({ length: this.count }, (_, at) => this.first + at).filter(
      (seed) => !seeds.includes(seed),
    )
    const twice = seeds.filter((seed, at) => seeds.indexOf(seed) !== at)
    return [
      ...(missing.length === 0 ? [] : [`not in the journal: ${missing.join(', ')}`]),
      ...(twice.length === 0 ? [] : [`twice in the journal: ${twice.join(', ')}`]),
    ]
  }
}

/** The lines of a file that have their end. */
function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}

/**
 * A corpus: a file of seeds that reach rare situations (base/marks.ts), which a sweep runs first.
 *
 * It counts, over all sweeps that added to it, the runs that reached each mark. A mark is rare if
 * at most one run in twenty reaches it, and the few smallest runs of each are kept. Runs are stored
 * with their whole plan, so that they stay the same when plans are drawn differently.
 * @module
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

import { asError, FossilError } from '../../base/error.ts'
import type { SeedEnd, SeedTask } from './seed-end.ts'

/** At most one run in this many reaches a rare mark. */
const rareIn = 20

/** Seeds to keep for each rare mark. */
const seedsPerMark = 3

/** A seed of a corpus. */
export interface CorpusSeed {
  readonly seed: number
  /** The complete plan line of the run. */
  readonly plan: string
  /** Rare marks that it reaches, sorted. */
  readonly marks: readonly string[]
  /** Events of the run. */
  readonly steps: number
  /** The commit at which it reached them, if known. */
  readonly commit?: string
}

/** The file, as JSON. */
interface CorpusFile {
  readonly corpus: 'trilobite 1'
  /** The file of the model of these runs, relative to the corpus. */
  readonly model?: string
  /** Runs that were looked at. */
  readonly runs: number
  /** Runs of these that reached a mark, by its name. */
  readonly reached: Readonly<Record<string, number>>
  readonly seeds: readonly CorpusSeed[]
}

/** Changes of a corpus. */
export interface CorpusChange {
  readonly added: readonly CorpusSeed[]
  readonly dropped: readonly CorpusSeed[]
}

/** Surroundings of a corpus. */
export interface CorpusOptions {
  /** The file of the simulated model. */
  readonly model?: string
  readonly commit?: string
}

/** The seeds of a file. */
export class SeedCorpus {
  readonly #path: string
  readonly #model: string | undefined
  readonly #commit: string | undefined
  #runs: number
  readonly #reached: Map<string, number>
  #seeds: readonly CorpusSeed[]

  /**
   * Reads a corpus; it is empty if there is no such file.
   *
   * @throws {FossilError} `option.invalid` if it is no corpus, or that of another model;
   *   `repo.unreadable`
   */
  constructor(path: string, { model, commit }: CorpusOptions = {}) {
    const file = readCorpus(path)
    this.#path = path
    this.#model = model && relative(dirname(resolve(path)), resolve(model)).replaceAll('\\', '/')
    this.#commit = commit
    this.#runs = file?.runs ?? 0
    this.#reached = new Map(Object.entries(file?.reached ?? {}))
    this.#seeds = file?.seeds ?? []
    if (file === undefined || file.model === this.#model) return
    const [then, now] = [file.model, this.#model].map((name) => name ?? 'no model of its own')
    throw invalid(path, `has the seeds of ${then}, and this is ${now}: take another file`)
  }

  /** Sorted by the events of their runs, the smallest first. */
  get seeds(): readonly CorpusSeed[] {
    return this.#seeds
  }

  /** Runs that were looked at. */
  get runs(): number {
    return this.#runs
  }

  /** The runs to make, the smallest first. */
  get tasks(): SeedTask[] {
    return this.#seeds.map(({ seed, plan }) => ({ seed, plan }))
  }

  /** The number of examined runs that reached a mark. */
  reached(mark: string): number {
    return this.#reached.get(mark) ?? 0
  }

  /**
   * Adds the marks of a sweep's runs. Runs of the corpus itself do not count, since they say
   * nothing about rarity, nor do failed runs, which are found by their failures.
   */
  add(ends: Iterable<SeedEnd>): CorpusChange {
    const fresh = [...ends].filter((end) => end.plan === undefined && end.verdict === 'converged')
    for (const { marks } of fresh) {
      this.#runs++
      for (const mark of Object.keys(marks)) this.#reached.set(mark, this.reached(mark) + 1)
    }
    return this.#choose([...this.#seeds, ...fresh.flatMap((end) => this.#seedOf(end))])
  }

  /**
   * Drops marks that runs of the corpus no longer reach, and seeds without rare marks. A failed run
   * changes nothing, since it might have reached its marks.
   */
  prune(ends: Iterable<SeedEnd>): CorpusChange {
    const converged = [...ends].filter(({ verdict }) => verdict === 'converged')
    const marksNow = new Map(
      converged.map(({ seed, plan = '', marks }) => [idOf(seed, plan), marks]),
    )
    const kept = this.#seeds.map((each) => {
      const now = marksNow.get(idOf(each.seed, each.plan))
      if (now === undefined) return each
      return { ...each, marks: each.marks.filter((mark) => mark in now) }
    })
    return this.#choose(kept)
  }

  #seedOf({ seed, drawn: plan, marks, steps }: SeedEnd): CorpusSeed[] {
    if (plan === undefined) return []
    const commit = this.#commit === undefined ? {} : { commit: this.#commit }
    return [{ seed, plan, marks: Object.keys(marks).sort(), steps, ...commit }]
  }

  #isRare(mark: string): boolean {
    return this.reached(mark) <= Math.max(1, this.#runs / rareIn)
  }

  /** Chooses, for each rare mark, the smallest runs that reach it. */
  #choose(candidates: readonly CorpusSeed[]): CorpusChange {
    const before = this.#seeds
    const counts = new Map<string, number>()
    const chosen = new Map<string, CorpusSeed>()
    for (const each of [...candidates].sort(bySize)) {
      const rare = each.marks.filter((mark) => this.#isRare(mark))
      const isWanted = rare.some((mark) => (counts.get(mark) ?? 0) < seedsPerMark)
      const id = idOf(each.seed, each.plan)
      if (!isWanted || chosen.has(id)) continue
      for (const mark of rare) counts.set(mark, (counts.get(mark) ?? 0) + 1)
      chosen.set(id, { ...each, marks: rare })
    }
    this.#seeds = [...chosen.values()]
    const ids = new Set(before.map(({ seed, plan }) => idOf(seed, plan)))
    return {
      added: this.#seeds.filter(({ seed, plan }) => !ids.has(idOf(seed, plan))),
      dropped: before.filter(({ seed, plan }) => !chosen.has(idOf(seed, plan))),
    }
  }

  /** Writes the file: whole or not at all. @throws {FossilError} `repo.unreadable` */
  write(): void {
    const file: CorpusFile = {
      corpus: 'trilobite 1',
      ...(this.#model === undefined ? {} : { model: this.#model }),
      runs: this.#runs,
      reached: Object.fromEntries([...this.#reached].sort(([a], [b]) => (a < b ? -1 : 1))),
      seeds: this.#seeds,
    }
    try {
      mkdirSync(dirname(resolve(this.#path)), { recursive: true })
      writeFileSync(`${this.#path}.new`, `${JSON.stringify(file, undefined, 1)}\n`)
      renameSync(`${this.#path}.new`, this.#path)
    } catch (error) {
      throw unreadable(this.#path, error)
    }
  }
}

function bySize(a: CorpusSeed, b: CorpusSeed): number {
  return a.steps - b.steps || a.seed - b.seed || (a.plan < b.plan ? -1 : 1)
}

function idOf(seed: number, plan: string): string {
  return `${seed} ${plan}`
}

function readCorpus(path: string): CorpusFile | undefined {
  if (!existsSync(path)) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
  const file = parsed(text)
  if (isCorpus(file)) return file
  throw invalid(path, 'is no corpus of seeds')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isCorpus(value: unknown): value is CorpusFile {
  if (typeof value !== 'object' || value === null) return false
  const { corpus, runs, reached, seeds }: Partial<Record<keyof CorpusFile, unknown>> = value
  if (corpus !== 'trilobite 1' || !Number.isSafeInteger(runs) || !Array.isArray(seeds)) return false
  if (typeof reached !== 'object' || reached === null) return false
  return seeds.every(isCorpusSeed) && Object.values(reached).every(Number.isSafeInteger)
}

function isCorpusSeed(value: unknown): value is CorpusSeed {
  if (typeof value !== 'object' || value === null) return false
  const { seed, plan, marks, steps }: Partial<Record<keyof CorpusSeed, unknown>> = value
  const hasMarks = Array.isArray(marks) && marks.every((mark) => typeof mark === 'string')
  const hasCounts = Number.isSafeInteger(seed) && Number.isSafeInteger(steps)
  return hasMarks && hasCounts && typeof plan === 'string'
}

function invalid(path: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'corpus', reason: `${path} ${reason}` })
}

function unreadable(path: string, error: unknown): FossilError {
  return new FossilError('repo.unreadable', { path, reason: asError(error).message })
}

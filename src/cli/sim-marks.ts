/**
 * Marks of runs, added up: which rare situations were reached, and which never.
 * @module
 */

import { marks, type SimReport } from '../dst/index.ts'
import { counted } from '../base/counted.ts'
import { table } from './terminal.ts'

/** One mark over all runs. */
interface MarkRow {
  readonly name: string
  /** Runs that reached it. */
  readonly runs: number
  /** Times that it was reached in all of them. */
  readonly times: number
  readonly situation: string
}

/** Marks of any number of runs. */
export class MarkTally {
  #runs = 0
  readonly #reached = new Map<string, { runs: number; times: number }>()

  add({ marks: counts }: Pick<SimReport, 'marks'>): void {
    this.#runs++
    for (const [name, times] of Object.entries(counts)) {
      const sum = this.#reached.get(name) ?? { runs: 0, times: 0 }
      this.#reached.set(name, { runs: sum.runs + 1, times: sum.times + times })
    }
  }

  /** Every mark, those in the fewest runs first, then by name. */
  rows(): MarkRow[] {
    const none = { runs: 0, times: 0 }
    return Object.entries(marks)
      .map(([name, situation]) => ({ name, situation, ...(this.#reached.get(name) ?? none) }))
      .sort((a, b) => a.runs - b.runs || (a.name < b.name ? -1 : 1))
  }

  /** The same for people; those that were never reached with their situations. */
  text(): string {
    const rows = this.rows()
    const never = rows.filter(({ runs }) => runs === 0)
    const reached = rows.filter(({ runs }) => runs > 0)
    const runs = counted(this.#runs, 'run')
    return [
      `\nmarks: ${reached.length} of ${rows.length} reached in ${runs}\n`,
      never.length === 0 ? '' : `\nnever reached\n${situations(never)}`,
      reached.length === 0
        ? ''
        : `\nreached\n${table([['mark', 'runs', 'times'], ...reached.map(countsOf)])}`,
    ].join('')
  }
}

function situations(rows: readonly MarkRow[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  return rows.map(({ name, situation }) => `  ${name.padEnd(width)}  ${situation}\n`).join('')
}

function countsOf({ name, runs, times }: MarkRow): readonly [string, number, number] {
  return [name, runs, times]
}

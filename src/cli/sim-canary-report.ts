/**
 * Reports of `trilobite sim canary`, as people read them.
 * @module
 */

import { counted } from '../base/counted.ts'
import { table } from './terminal.ts'

/** A planted bug, as far as the command shows it. */
export interface Canary {
  readonly name: string
  readonly bug: string
  readonly file: string
  readonly needs: readonly string[]
  readonly caughtBy: readonly string[]
  readonly onlyBy?: string
  readonly plan?: string
}

/** A run that found one. */
interface CanaryFinding {
  readonly seed: number
  readonly verdict: string
  readonly invariant?: string
  readonly detail: string
  readonly hadNeeds: boolean
}

/** Its end. */
export interface CanaryResult {
  readonly mutation: Canary
  readonly status: 'caught' | 'other' | 'shared' | 'missed' | 'unplanted'
  readonly runs: number
  readonly led: number
  readonly finding?: CanaryFinding
  readonly second?: { readonly runs: number; readonly finding?: CanaryFinding }
  readonly reason?: string
}

/** True where it did not go as the canary says. */
export function isStray({ status }: CanaryResult): boolean {
  return status !== 'caught'
}

/** True where every seed converged. */
export function isSurvivor({ status }: CanaryResult): boolean {
  return status === 'missed'
}

/** The table of all of them, then a line for each that went otherwise than it has to. */
export function canaryReport(results: readonly CanaryResult[]): string {
  const strays = results.filter(isStray)
  const total = counted(results.length, 'canary', 'canaries')
  const summary =
    strays.length === 0
      ? `${total}: each was found`
      : `${total}: ${results.length - strays.length} found as they have to be, ${strays.length} not`
  const told = strays.map((result) => `${strayText(result)}\n`).join('')
  return `${table(results.map(rowOf))}${told}${summary}${seedsText(results)}\n`
}

/** The table of those that were looked for without an invariant, and the names that survive. */
export function withoutReport(results: readonly CanaryResult[], without: string): string {
  const survivors = results.filter(isSurvivor).map(({ mutation: { name } }) => name)
  const unplanted = results.filter(({ status }) => status === 'unplanted')
  const told = unplanted.map((result) => `${strayText(result)}\n`).join('')
  const total = counted(results.length, 'canary', 'canaries')
  const summary =
    survivors.length === 0
      ? `without ${without}: each of ${total} was found all the same`
      : `without ${without}: ${survivors.length} of ${total} survived: ${survivors.join(', ')}`
  return `${table(results.map(rowOf))}${told}${summary}\n`
}

/** Of each invariant how many canaries it was first to find, and which no other sees. */
export function aloneReport(
  results: readonly CanaryResult[],
  invariants: readonly string[],
): string {
  const rows = invariants.map((invariant) => {
    const found = results.filter(({ finding }) => finding?.invariant === invariant)
    const alone = found.filter(({ second }) => second !== undefined && second.finding === undefined)
    const names = alone.map(({ mutation: { name } }) => name).join(', ')
    return [invariant, `first to find ${found.length}`, `alone ${alone.length}`, names]
  })
  return table(rows)
}

function rowOf({ mutation: { name }, finding, second, runs, status }: CanaryResult): string[] {
  if (status === 'unplanted') return [name, 'not planted', '']
  if (finding === undefined) return [name, 'not found', counted(runs, 'seed')]
  const row = [name, whatFound(finding), `seed ${finding.seed}`]
  if (second === undefined) return row
  if (second.finding === undefined) return [...row, 'alone']
  return [...row, `then ${whatFound(second.finding)}, seed ${second.finding.seed}`]
}

function whatFound({ invariant, verdict }: CanaryFinding): string {
  return invariant ?? verdict
}

/** The numbers of seeds that it took: of nine in ten no more than the last one says. */
function seedsText(results: readonly CanaryResult[]): string {
  const found = results.filter(({ finding }) => finding !== undefined)
  const runs = found.map((result) => result.runs).sort((a, b) => a - b)
  const least = (part: number): number => runs[Math.ceil(part * runs.length) - 1] ?? 0
  return runs.length === 0 ? '' : `; seeds it took: median ${least(0.5)}, p90 ${least(0.9)}`
}

function strayText({ mutation, status, finding, second, runs, led, reason }: CanaryResult): string {
  const { name, bug, needs, caughtBy, onlyBy } = mutation
  if (status === 'unplanted') return reason ?? ''
  if (finding === undefined) {
    const missing = `${counted(runs, 'seed')} did not find it`
    return `${name} (${bug}): ${missing}; ${led} had all that it needs: ${needs.join(', ')}`
  }
  if (status === 'shared' && second?.finding !== undefined) {
    const { seed, detail } = second.finding
    const other = `${whatFound(second.finding)} sees it, too, not only ${onlyBy}`
    return `${name} (${bug}): ${other}, at seed ${seed}: ${detail}`
  }
  const found = `found by ${whatFound(finding)}, not by ${caughtBy.join(', ')}`
  return `${name} (${bug}): ${found}, at seed ${finding.seed}: ${finding.detail}`
}

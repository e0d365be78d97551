/**
 * Fault sites inside the code under test, behind the `Buggify` port: each run activates some of
 * them, and only those misbehave. Knows nothing of what a site does.
 * After FoundationDB's BUGGIFY (flow/Buggify.h: 25 % of the sites are active).
 * @module
 */

import { compareText } from '../base/bytes.ts'
import type { Buggify } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { FaultLog, SiteCount } from './fault.ts'
import type { Draw, RandomSource } from './random.ts'

type Activation = { readonly active: boolean; uses: number; fired: number }

/** The use of one fault site in this run. */
export type SiteCoverage = SiteCount & { readonly active: boolean }

/**
 * The fault sites inside the code under test. A run activates some of them and leaves the others
 * alone, for all nodes alike: a run where every site misbehaves a little explores less than many
 * runs where a few misbehave a lot.
 */
export class SiteActivation {
  readonly #source: RandomSource
  readonly #faults: FaultLog
  readonly #activeProbability: number
  readonly #sites = new Map<string, Activation>()

  /**
   * @param options `activeProbability` from 0 to 1: the chance that a run activates a site
   * @throws {FossilError} `option.invalid` when it is outside
   */
  constructor(
    source: RandomSource,
    faults: FaultLog,
    { activeProbability = 0.25 }: { activeProbability?: number } = {},
  ) {
    this.#source = source
    this.#faults = faults
    this.#activeProbability = activeProbability
    if (!(activeProbability >= 0 && activeProbability <= 1)) {
      const reason = 'must lie between 0 and 1'
      throw new FossilError('option.invalid', { option: 'activeProbability', reason })
    }
  }

  /**
   * The fault sites as one node sees them. Its decisions are logged under
   * `buggify/<node>/<site>`; an override fires a site that this run leaves alone, too.
   *
   * @param turn names the node's present turn: the k-th use of a site in a turn is `<turn>.<k>`,
   *   counting from 1. Without it uses are numbered
   */
  buggify(node: string, turn?: () => string): Buggify {
    const latest = new Map<string, { turn: string; uses: number }>()
    return {
      check: (name, probability) => {
        const site = this.#site(name)
        site.uses += 1
        const address = `buggify/${node}/${name}`
        const draw = (numbers: Draw): boolean => numbers.chance(probability)
        const mayFire = site.active ? draw : undefined
        const at =
          turn === undefined
            ? { site: address, use: this.#faults.usesOf(address) }
            : { site: address, use: nextUse(latest, name, turn()) }
        const fires = this.#faults.decideAt(at, mayFire, false)
        if (fires) site.fired += 1
        return fires
      },
    }
  }

  /** Every site that any node used, ordered by name. */
  coverage(): SiteCoverage[] {
    return [...this.#sites]
      .map(([site, { active, uses, fired }]) => ({ site, active, uses, fired }))
      .sort((a, b) => compareText(a.site, b.site))
  }

  #site(name: string): Activation {
    let site = this.#sites.get(name)
    if (site === undefined) {
      const numbers = this.#source.stream(`activation/${name}`).at(0)
      site = { active: numbers.chance(this.#activeProbability), uses: 0, fired: 0 }
      this.#sites.set(name, site)
    }
    return site
  }
}

/** The name of the next use of a site in a turn. */
function nextUse(
  latest: Map<string, { turn: string; uses: number }>,
  site: string,
  turn: string,
): string {
  const last = latest.get(site)
  const uses = last?.turn === turn ? last.uses + 1 : 1
  latest.set(site, { turn, uses })
  return `${turn}.${uses}`
}

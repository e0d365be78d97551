/**
 * Fault sites inside production code, decided by a seed or left alone.
 * @module
 */

import { type Buggify, noBuggify } from '../base/env.ts'
import type { Repo } from '../repo/repo.ts'
import { SiteActivation } from '../sim/activation.ts'
import { FaultLog } from '../sim/fault.ts'
import { RandomSource } from '../sim/random.ts'

/**
 * Decides fault sites from a seed alone, for code under test outside a simulator. Each site has a
 * stream of its own, and a run activates about a quarter of them.
 *
 * @example
 * ```ts
 * const env = { ...systemEnv, buggify: new SeededBuggify(7) }
 * ```
 */
export class SeededBuggify implements Buggify {
  readonly #buggify: Buggify

  /** @throws {FossilError} `option.invalid` when `seed` is not a safe integer */
  constructor(seed: number, options: { activeProbability?: number } = {}) {
    const source = new RandomSource(seed)
    this.#buggify = new SiteActivation(source, new FaultLog(source), options).buggify('node')
  }

  check(site: string, probability: number): boolean {
    return this.#buggify.check(site, probability)
  }
}

/**
 * Runs `action` without faults at the sites of `repo`: for content that a test only prepares.
 */
export function withoutBuggify<T>(repo: Repo, action: () => T): T {
  const { env } = repo
  repo.env = { ...env, buggify: noBuggify }
  try {
    return action()
  } finally {
    repo.env = env
  }
}

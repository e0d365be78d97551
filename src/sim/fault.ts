/**
 * Fault sites: named places where a simulation may take a legal but unlucky turn, the log of the
 * turns it took, and overrides that make a replay take others.
 *
 * A decision is (site, use, outcome). Its draw depends on (seed, site, use) alone, so one override
 * changes one decision and shifts no other, which makes it possible to shrink a failing log. Knows
 * nothing of the effect of a site.
 * @module
 */

import { assert } from '../base/assert.ts'
import { compareText } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { type Decision, isOutcome, type Outcome, type Override } from './decision.ts'
import type { Draw, RandomSource, RandomStream } from './random.ts'

/** Options of a fault log. */
export type FaultLogOptions = {
  /** Decisions to impose; the last one for a (site, use) wins. */
  readonly overrides?: readonly Override[]
  /**
   * The decision of a use without an override: `drawn` (the default) asks the seed, `benign` does
   * nothing, so that a replay suffers the listed faults and no others.
   */
  readonly unlisted?: 'drawn' | 'benign'
  /** Called with each decision that is not benign, as it is made. */
  readonly onDecision?: (decision: Decision) => void
}

/** The number of times that a site was asked, and that its answer was not benign. */
export type SiteCount = { readonly site: string; readonly uses: number; readonly fired: number }

type Site = {
  readonly stream: RandomStream
  readonly overrides: Map<number | string, { readonly outcome: Outcome | null; isUsed: boolean }>
  uses: number
  fired: number
}

/** Makes the decisions of every fault site of one run, and records the harmful ones. */
export class FaultLog {
  readonly #source: RandomSource
  readonly #options: FaultLogOptions
  readonly #sites = new Map<string, Site>()
  readonly #decisions: Decision[] = []
  #enabled = true

  constructor(source: RandomSource, options: FaultLogOptions = {}) {
    this.#source = source
    this.#options = options
    for (const { site, use, outcome } of options.overrides ?? []) {
      this.#site(site).overrides.set(use, { outcome, isUsed: false })
    }
  }

  /** Every decision so far that was not benign, in the order they were made. */
  get decisions(): readonly Decision[] {
    return this.#decisions
  }

  /** True while sites may decide anything but benign. */
  get enabled(): boolean {
    return this.#enabled
  }

  /** From now on every decision is benign, overrides included. Uses are still counted. */
  disable(): void {
    this.#enabled = false
  }

  enable(): void {
    this.#enabled = true
  }

  /**
   * Decides the next use of `site`.
   *
   * @param draw the outcome from the numbers of this use; it must depend on nothing that changes
   *   between runs, and it is not called when the decision is already known
   * @param benign the outcome that does nothing
   * @throws {FossilError} `option.invalid` when an override is of another type than `benign`
   */
  decide<T extends Outcome>(site: string, draw: (numbers: Draw) => T, benign: T): T {
    return this.decideAt({ site, use: this.#site(site).uses }, draw, benign)
  }

  /**
   * Decides a use that the caller numbers itself, so that even a site asked only now and then has
   * meaningful use numbers: the 8th request of a link, not the 8th that got this far. A site is
   * either numbered by its caller throughout, or by {@link decide} throughout. A name that says
   * when the use is, and that nothing else can shift, is better still.
   *
   * @param at `number` is an alternative for overrides of a named use; by default the number of
   *   times that the site was asked before
   * @param draw undefined if only an override can do harm
   */
  decideAt<T extends Outcome>(
    { site, use, number }: { site: string; use: number | string; number?: number | undefined },
    draw: ((numbers: Draw) => T) | undefined,
    benign: T,
  ): T {
    const state = this.#site(site)
    const override =
      state.overrides.get(use) ??
      (typeof use === 'string' ? state.overrides.get(number ?? state.uses) : undefined)
    state.uses += 1
    if (!this.#enabled) return benign
    if (override !== undefined) override.isUsed = true
    const outcome = override ? override.outcome : this.#drawn(state, use, draw, benign)
    if (outcome === null || outcome === benign) return benign
    if (!isLike(outcome, benign)) {
      const reason = `use ${use} decides a ${typeof benign}, not a ${typeof outcome}`
      throw new FossilError('option.invalid', { option: site, reason })
    }
    state.fired += 1
    const decision = { site, use, outcome }
    this.#decisions.push(decision)
    this.#options.onDecision?.(decision)
    return outcome
  }

  /** The number of uses of a site. */
  usesOf(site: string): number {
    return this.#site(site).uses
  }

  /** The counts of every site that was asked, ordered by name. */
  counts(): SiteCount[] {
    return [...this.#sites]
      .filter(([, { uses }]) => uses > 0)
      .map(([site, { uses, fired }]) => ({ site, uses, fired }))
      .sort((a, b) => compareText(a.site, b.site))
  }

  /** Overrides whose use never came up: a misspelt site, or a run that took another course. */
  unusedOverrides(): Override[] {
    return [...this.#sites].flatMap(([site, { overrides }]) =>
      [...overrides]
        .filter(([, { isUsed }]) => !isUsed)
        .map(([use, { outcome }]) => ({ site, use, outcome })),
    )
  }

  #drawn<T extends Outcome>(
    { stream }: Site,
    use: number | string,
    draw: ((numbers: Draw) => T) | undefined,
    benign: T,
  ): T {
    if (draw === undefined || this.#options.unlisted === 'benign') return benign
    const outcome = draw(typeof use === 'number' ? stream.at(use) : stream.named(use))
    assert(isOutcome(outcome), 'an outcome is a boolean, a safe integer or a short string')
    return outcome
  }

  #site(name: string): Site {
    let site = this.#sites.get(name)
    if (site === undefined) {
      const stream = this.#source.stream(`fault/${name}`)
      site = { stream, overrides: new Map(), uses: 0, fired: 0 }
      this.#sites.set(name, site)
    }
    return site
  }
}

function isLike<T extends Outcome>(outcome: Outcome, benign: T): outcome is T {
  return typeof outcome === typeof benign
}

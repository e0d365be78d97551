/**
 * Shrinking of scenarios: from a run that fails to the shortest that fails in the same way. It
 * leaves out faults first, then operations, nodes, options, arguments, and the digits of times and
 * amounts; and starts over, until nothing can be left out.
 *
 * Every candidate is run, and only one with the same signature is accepted: a search that accepted
 * any failure would slide from the bug at hand to another.
 * @module
 */

import type { Override } from '../sim/decision.ts'
import { shrink } from '../sim/shrink.ts'
import type { Intention } from './operations.ts'
import { effective, type Scenario } from './scenario.ts'
import { type Signature, signatureText } from './signature.ts'
import { rounder, simplerArguments } from './simpler-values.ts'

/** The model of a scenario, as shrinking sees it. */
export interface ShrinkingModel<O> {
  /**
   * Runs it, and returns the signature of its failure; undefined if it converges, or is no valid
   * scenario.
   */
  readonly run: (scenario: Scenario<O>) => Promise<Signature | undefined>
  /** The same with fewer nodes, the fewest first. */
  readonly withFewerNodes: (scenario: Scenario<O>) => Iterable<Scenario<O>>
  /** Options with one of them simpler. */
  readonly simplerOptions: (scenario: Scenario<O>) => Iterable<O>
}

/** Limits and observers of shrinking. */
export interface ShrinkingOptions<O> {
  /** Asked before each run. */
  readonly isSpent: () => boolean
  /** Called after each run. */
  readonly onRun?: ((progress: ShrinkingProgress<O>) => void) | undefined
}

/** The shortest scenario so far. */
export interface ShrinkingProgress<O> {
  readonly runs: number
  readonly shortest: Scenario<O>
}

/** The end of shrinking. */
export interface ShrunkScenario<O> {
  readonly scenario: Scenario<O>
  readonly signature: Signature
  readonly runs: number
  /** False if the budget was spent too early: more may be possible to leave out. */
  readonly isMinimal: boolean
}

/**
 * Shrinks a scenario.
 *
 * @returns undefined if it does not fail
 */
export async function shrinkScenario<O>(
  scenario: Scenario<O>,
  model: ShrinkingModel<O>,
  options: ShrinkingOptions<O>,
): Promise<ShrunkScenario<O> | undefined> {
  const signature = await model.run(scenario)
  if (signature === undefined) return undefined
  const search = new Search(scenario, signature, model, options)
  const isMinimal = await search.toTheEnd()
  return { scenario: search.shortest, signature, runs: search.runs, isMinimal }
}

/** The budget is spent. */
class Spent extends Error {}

class Search<O> {
  shortest: Scenario<O>
  runs = 1
  readonly #signature: string
  readonly #model: ShrinkingModel<O>
  readonly #options: ShrinkingOptions<O>
  readonly #known = new Map<string, boolean>()

  constructor(
    scenario: Scenario<O>,
    signature: Signature,
    model: ShrinkingModel<O>,
    options: ShrinkingOptions<O>,
  ) {
    this.shortest = scenario
    this.#signature = signatureText(signature)
    this.#model = model
    this.#options = options
    this.#known.set(JSON.stringify(scenario), true)
  }

  /** @returns false if the budget was spent on the way */
  async toTheEnd(): Promise<boolean> {
    try {
      await this.#takes({ ...this.shortest, operations: effective(this.shortest.operations) })
      for (;;) {
        const before = this.shortest
        await this.#lists()
        await this.#simplerNodes()
        await this.#simplerOptions()
        await this.#simplerOperations()
        await this.#rounderFaults()
        if (this.shortest === before) return true
      }
    } catch (error) {
      if (error instanceof Spent) return false
      throw error
    }
  }

  /** Leaves out faults, then operations, then the faults that only those operations needed. */
  async #lists(): Promise<void> {
    const withFaults = (faults: readonly Override[]): Promise<boolean> =>
      this.#takes({ ...this.shortest, faults })
    const withOperations = (operations: readonly Intention[]): Promise<boolean> =>
      this.#takes({ ...this.shortest, operations })
    await shrink(this.shortest.faults, withFaults)
    await shrink(this.shortest.operations, withOperations)
    await shrink(this.shortest.faults, withFaults)
  }

  async #simplerNodes(): Promise<void> {
    await this.#untilNone(() => this.#model.withFewerNodes(this.shortest))
  }

  async #simplerOptions(): Promise<void> {
    await this.#untilNone(() =>
      map(this.#model.simplerOptions(this.shortest), (options) => ({
        ...this.shortest,
        options,
      })),
    )
  }

  async #simplerOperations(): Promise<void> {
    for (let at = 0; at < this.shortest.operations.length; at++) {
      await this.#untilNone(() => this.#withOperation(at))
    }
  }

  async #rounderFaults(): Promise<void> {
    for (let at = 0; at < this.shortest.faults.length; at++) {
      await this.#untilNone(() => this.#withFault(at))
    }
  }

  *#withOperation(at: number): Generator<Scenario<O>> {
    const { operations } = this.shortest
    const operation = operations[at]
    if (operation === undefined) return
    const earliest = operations[at - 1]?.atMs ?? 0
    for (const atMs of rounder(operation.atMs)) {
      if (atMs < earliest) continue
      yield { ...this.shortest, operations: operations.with(at, { ...operation, atMs }) }
    }
    for (const args of simplerArguments(operation.args)) {
      yield { ...this.shortest, operations: operations.with(at, { ...operation, args }) }
    }
  }

  *#withFault(at: number): Generator<Scenario<O>> {
    const { faults } = this.shortest
    const fault = faults[at]
    if (typeof fault?.outcome !== 'number') return
    for (const outcome of rounder(fault.outcome)) {
      yield { ...this.shortest, faults: faults.with(at, { ...fault, outcome }) }
    }
  }

  /** Goes on from the first candidate that fails in the same way, until none does. */
  async #untilNone(candidates: () => Iterable<Scenario<O>>): Promise<void> {
    for (;;) if (!(await this.#takesAny(candidates()))) return
  }

  async #takesAny(candidates: Iterable<Scenario<O>>): Promise<boolean> {
    for (const candidate of candidates) {
      const isKnown = this.#known.has(JSON.stringify(candidate))
      if (!isKnown && (await this.#takes(candidate))) return true
    }
    return false
  }

  /** Tells whether a candidate fails in the same way, and then keeps it as the shortest. */
  async #takes(candidate: Scenario<O>): Promise<boolean> {
    const key = JSON.stringify(candidate)
    const known = this.#known.get(key)
    // What is known to fail is the shortest, or was it before: then it is longer.
    if (known !== undefined) return known
    if (this.#options.isSpent()) throw new Spent()
    this.runs++
    const signature = await this.#model.run(candidate)
    const isSame = signature !== undefined && signatureText(signature) === this.#signature
    this.#known.set(key, isSame)
    if (isSame) this.shortest = candidate
    this.#options.onRun?.({ runs: this.runs, shortest: this.shortest })
    return isSame
  }
}

function* map<A, B>(items: Iterable<A>, to: (item: A) => B): Generator<B> {
  for (const item of items) yield to(item)
}

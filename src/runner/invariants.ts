/**
 * Invariants as values, the error that names one which does not hold, and the checks of a run.
 * A check reads a world and changes nothing; it draws no randomness and asks no fault site.
 * @module
 */

/** Everything that invariants look at. */
export interface CheckedWorld {
  /** The nodes that can be checked, in a fixed order. */
  readonly nodes: readonly { readonly id: string }[]
}

/** A statement about one node, or about all of them together. */
export interface Invariant<W> {
  readonly name: string
  /** `always`: at every step, faults and all. `settled`: once faults have ended, at rest. */
  readonly holds: 'always' | 'settled'
  /** Whether the statement says anything about a run. Default: about any. */
  readonly appliesTo?: (world: W) => boolean
  /** A check derives everything anew, so that periodic checks make it more seldom. */
  readonly isCostly?: boolean
  /** @throws {InvariantError} at the first place where the statement is false */
  readonly check: (world: W) => void
}

/** Which invariant failed, on which node, and why. */
export class InvariantError extends Error {
  static {
    this.prototype.name = 'InvariantError'
  }
  readonly invariant: string
  readonly nodeId: string
  readonly detail: string

  constructor(invariant: string, { nodeId, detail }: { nodeId: string; detail: string }) {
    super(`${invariant} does not hold on ${nodeId}: ${detail}`)
    this.invariant = invariant
    this.nodeId = nodeId
    this.detail = detail
  }
}

/** When safety is checked while a run goes on. */
export interface CheckSchedule {
  /** After every so many steps; 0 for never. */
  readonly every: number
  /** Not before this step. */
  readonly from: number
  /** One check in so many includes the costly invariants; 0 for none of them. */
  readonly thoroughEvery: number
}

/** The checks of one run: makes them, counts them, and knows when safety last held. */
export class InvariantChecks<W extends CheckedWorld> {
  /** Checks of single invariants that were made, one for each node. */
  made = 0
  /** The step after which safety was last seen to hold, but for costly invariants. */
  lastSafeStep = 0
  /** The step after which all of it was. */
  lastThoroughStep = 0
  readonly #safety: readonly Invariant<W>[]
  readonly #cheap: readonly Invariant<W>[]
  readonly #settled: readonly Invariant<W>[]

  constructor(invariants: readonly Invariant<W>[]) {
    this.#safety = invariants.filter(({ holds }) => holds === 'always')
    this.#cheap = this.#safety.filter(({ isCostly = false }) => !isCostly)
    this.#settled = invariants.filter(({ holds }) => holds === 'settled')
  }

  /**
   * Checks everything that must always hold, on every node; costly invariants only where the check
   * is to be thorough.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  safety(world: W, { step, isThorough }: { step: number; isThorough: boolean }): void {
    this.#check(isThorough ? this.#safety : this.#cheap, world)
    this.lastSafeStep = step
    if (isThorough) this.lastThoroughStep = step
  }

  /**
   * Checks everything that must hold once the nodes are at rest.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  settled(world: W): void {
    this.#check(this.#settled, world)
  }

  #check(invariants: readonly Invariant<W>[], world: W): void {
    for (const { appliesTo, check } of invariants) {
      if (appliesTo !== undefined && !appliesTo(world)) continue
      this.made += world.nodes.length
      check(world)
    }
  }
}

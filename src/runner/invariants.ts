/**
 * Invariants as values, the error for one that does not hold, and the checks of a run. A check
 * reads a world and changes nothing; it draws no randomness and asks no fault site.
 * @module
 */

import { FossilError } from '../base/error.ts'

/** The subject of invariants. */
export interface CheckedWorld {
  /** The nodes that can be checked, in a fixed order. */
  readonly nodes: readonly { readonly id: string }[]
}

/** A statement about one node, or about all of them together. */
export interface Invariant<W extends CheckedWorld> {
  readonly name: string
  /** `always`: at every step, faults and all. `settled`: once faults have ended, at rest. */
  readonly holds: 'always' | 'settled'
  /** Selects the runs to which the statement applies. Default: all. */
  readonly appliesTo?: (world: W) => boolean
  /** True if a check derives everything anew, so that periodic checks make it more rarely. */
  readonly isCostly?: boolean
  /** @throws {InvariantError} at the first place where the statement is false */
  readonly check: (world: W) => void
  /**
   * The same for one node, if the statement is about each node by itself: then a node that has not
   * changed since its last check is skipped.
   */
  readonly checkNode?: (node: W['nodes'][number], world: W) => void
}

/**
 * The failure of an invariant: its name, the node, and the reason.
 *
 * @example
 * ```ts
 * try {
 *   simulator.checkSafety()
 * } catch (error) {
 *   if (error instanceof InvariantError) console.log(error.invariant, error.nodeId)
 * }
 * ```
 */
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

/** A version of a node's state: equal versions of one node mean that it has not changed. */
export type VersionOf<W extends CheckedWorld> = (node: W['nodes'][number]) => string

/** Everything that a node holds, a text each. */
export type HoldingsOf<W extends CheckedWorld> = (node: W['nodes'][number]) => readonly string[]

/** The checks of one run, their count, and the latest step at which safety held. */
export class InvariantChecks<W extends CheckedWorld> {
  /** The number of checks of single invariants, one for each node checked. */
  made = 0
  /** The step after which safety last held, costly invariants excluded. */
  lastSafeStep = 0
  /** The step after which safety last held, costly invariants included. */
  lastThoroughStep = 0
  readonly #safety: readonly Invariant<W>[]
  readonly #cheap: readonly Invariant<W>[]
  readonly #settled: readonly Invariant<W>[]
  readonly #watched: Invariant<W> | undefined
  readonly #versionOf: VersionOf<W> | undefined
  /** The version of each node at its last successful check. */
  readonly #good = {
    cheap: new Map<string, string>(),
    costly: new Map<string, string>(),
    watched: new Map<string, string>(),
  }

  /**
   * @param versionOf without it every check looks at every node
   * @param watched the name of the invariant that {@link watched} checks
   * @throws {FossilError} `option.invalid` for an invariant that would never be checked, and for a
   *   name of none that always holds
   */
  constructor(invariants: readonly Invariant<W>[], versionOf?: VersionOf<W>, watched?: string) {
    for (const { name, holds } of invariants) {
      if (holds === 'always' || holds === 'settled') continue
      const reason = `"${name}" holds neither "always" nor "settled"`
      throw new FossilError('option.invalid', { option: 'invariants', reason })
    }
    this.#safety = invariants.filter(({ holds }) => holds === 'always')
    this.#cheap = this.#safety.filter(({ isCostly = false }) => !isCostly)
    this.#settled = invariants.filter(({ holds }) => holds === 'settled')
    this.#watched = this.#safety.find(({ name }) => name === watched)
    if (watched !== undefined && this.#watched === undefined) {
      const reason = `none of those that always hold is called "${watched}"`
      throw new FossilError('option.invalid', { option: 'watchedInvariant', reason })
    }
    this.#versionOf = versionOf
  }

  /**
   * Checks all safety invariants on every node that has changed since its last successful check;
   * costly invariants only in a thorough check.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  safety(world: W, { step, isThorough }: { step: number; isThorough: boolean }): void {
    const { nodes } = world
    const changed = this.#changed(nodes, this.#good.cheap)
    const changedCostly = isThorough ? this.#changed(nodes, this.#good.costly) : []
    const invariants = isThorough ? this.#safety : this.#cheap
    for (const invariant of invariants) {
      this.#check(invariant, world, invariant.isCostly === true ? changedCostly : changed)
    }
    this.#remember(changed, this.#good.cheap)
    this.#remember(changedCostly, this.#good.costly)
    this.lastSafeStep = step
    if (isThorough) this.lastThoroughStep = step
  }

  /**
   * Checks the watched invariant, if there is one, on every node that has changed since it was last
   * found good here.
   *
   * @throws {InvariantError} if it does not hold
   */
  watched(world: W): void {
    if (this.#watched === undefined) return
    const changed = this.#changed(world.nodes, this.#good.watched)
    this.#check(this.#watched, world, changed)
    this.#remember(changed, this.#good.watched)
  }

  /**
   * Checks all invariants that must hold once the nodes are at rest.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  settled(world: W): void {
    for (const invariant of this.#settled) this.#check(invariant, world, world.nodes)
  }

  #check({ appliesTo, check, checkNode }: Invariant<W>, world: W, changed: W['nodes']): void {
    if (appliesTo !== undefined && !appliesTo(world)) return
    if (checkNode === undefined) {
      this.made += world.nodes.length
      check(world)
      return
    }
    for (const node of changed) {
      this.made++
      checkNode(node, world)
    }
  }

  #changed(nodes: W['nodes'], good: ReadonlyMap<string, string>): W['nodes'] {
    const versionOf = this.#versionOf
    return versionOf ? nodes.filter((node) => good.get(node.id) !== versionOf(node)) : nodes
  }

  #remember(nodes: W['nodes'], good: Map<string, string>): void {
    if (this.#versionOf) for (const node of nodes) good.set(node.id, this.#versionOf(node))
  }
}

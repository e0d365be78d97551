/**
 * Checks invariants against a running simulation, counts the checks, and notes the state that was
 * found good. Reads repositories and changes nothing.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import { sha1 } from '../hash/hash.ts'
import type { TraceValue } from '../sim/trace.ts'
import { countPhantoms, publicBlobUuidsSorted } from './holdings.ts'
import { type Invariant, isInScope, type World } from './invariant.ts'
import { safetyInvariants, settledInvariants } from './invariants/all.ts'
import { catalogueHash } from './invariants/unversioned.ts'

/** The checks of one simulation. */
export class Checks {
  /** Checks of single invariants that were made, one for each node. */
  made = 0
  /** The step after which safety was last seen to hold, but for what costs a rebuild. */
  lastSafeStep = 0
  /** The step after which all of it was. */
  lastThoroughStep = 0

  /**
   * Checks every safety invariant on every node; those that cost a rebuild only where the check is
   * to be thorough.
   *
   * @returns the state that was found good, for the trace
   * @throws {InvariantError} for the first that does not hold
   */
  safety(world: World, { step, isThorough }: { step: number; isThorough: boolean }): TraceValue {
    const cheap = safetyInvariants.filter(({ cost }) => cost === undefined)
    this.#check(isThorough ? safetyInvariants : cheap, world)
    this.lastSafeStep = step
    if (isThorough) this.lastThoroughStep = step
    return digests(world)
  }

  /**
   * Checks everything that must hold once the network has settled.
   *
   * @throws {InvariantError} for the first that does not hold
   */
  settled(world: World): void {
    this.#check(settledInvariants, world)
  }

  #check(invariants: readonly Invariant[], world: World): void {
    for (const invariant of invariants) {
      if (!isInScope(invariant, world.truth)) continue
      this.made += world.nodes.length
      invariant.check(world)
    }
  }
}

function digests({ nodes, truth }: World): TraceValue {
  return nodes.map(({ id, repo }) => {
    const held = publicBlobUuidsSorted(repo)
    const files = truth.unversioned === undefined ? [] : [catalogueHash(repo)]
    return [id, held.length, countPhantoms(repo), sha1(utf8(held.join('\n'))), ...files]
  })
}

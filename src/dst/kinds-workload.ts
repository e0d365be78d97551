/**
 * Operations beside plain check-ins during a simulation: every kind of artifact is written at every
 * node, about whatever has arrived there, as if nobody else did. Targets and times come from
 * streams named after the node.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, isPrivate } from '../repo/blob.ts'
import { scheduleOperations, type Workload } from '../runner/operations.ts'
import type { Draw } from '../sim/random.ts'
import { branch, cherrypick, merge, rename, variant } from './operations/branches.ts'
import type { Operation } from './operations/operation.ts'
import { attachment, forum, technote, ticket, wiki } from './operations/pages.ts'
import { amendment, mark, tag } from './operations/tags.ts'
import type { CheckedNode } from './world.ts'
import type { Simulator } from './simulator.ts'

/** Every operation by its kind. */
const operations = {
  branch,
  merge,
  cherrypick,
  rename,
  variant,
  tag,
  amendment,
  mark,
  wiki,
  ticket,
  technote,
  attachment,
  forum,
} as const satisfies Readonly<Record<string, Operation>>

/** A kind of operation. `variant` is a check-in of a rarer form, `mark` one on a branch. */
export type Kind = keyof typeof operations

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
export const kinds = Object.keys(operations) as readonly Kind[]

/** How busy people are. */
export interface KindsWorkloadOptions {
  /** From one operation at a node to its next, on average. */
  readonly meanIntervalMs: number
  /** Nothing is written at or after this virtual time. */
  readonly untilMs: number
  /** Some branches are private, with all that is said of them. */
  readonly privateBranches: boolean
}

/** Operations by their outcome. */
export interface KindsReport {
  /** Acknowledged operations, by kind. */
  readonly written: Readonly<Record<Kind, number>>
  /** Operations that a simulated fault refused. */
  readonly refused: number
  /** Operations that were not allowed, such as a check-in on a closed line, or came to nothing. */
  readonly declined: number
}

/** Errors that say that something cannot be written as things are. */
const declining = ['checkin.invalid', 'artifact.invalid', 'artifact.missing'] as const

/** Writes at every node, the master included where it is known. */
export class KindsWorkload implements Workload {
  readonly #simulator: Simulator
  readonly #options: KindsWorkloadOptions
  readonly #written = new Map<Kind, number>(kinds.map((kind) => [kind, 0]))
  #refused = 0
  #declined = 0

  constructor(simulator: Simulator, options: KindsWorkloadOptions) {
    this.#simulator = simulator
    this.#options = options
  }

  /** Schedules the work. */
  start(): void {
    scheduleOperations(
      this.#simulator,
      this.#simulator.nodes(),
      { ...this.#options, stream: 'kinds-workload' },
      (node, draw) => this.#operate(node, draw),
    )
  }

  report(): KindsReport {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every kind has a count
    const written = Object.fromEntries(this.#written) as Record<Kind, number>
    return { written, refused: this.#refused, declined: this.#declined }
  }

  #operate({ id, repo }: CheckedNode, draw: Draw): void {
    const kind = draw.pick(kinds)
    const mayBePrivate = this.#options.privateBranches
    try {
      const made = operations[kind]({ id, repo, draw, mayBePrivate })
      if (made === undefined) this.#declined++
      else this.#acknowledge({ id, repo }, kind, made)
    } catch (error) {
      if (FossilError.is(error, 'repo.io')) this.#refused++
      else if (FossilError.is(error) && declining.some((code) => code === error.code)) {
        this.#declined++
      } else throw error
      this.#simulator.note('kind.refused', { node: id, kind, error: error.code })
    }
  }

  #acknowledge({ id, repo }: CheckedNode, kind: Kind, made: readonly ArtifactHash[]): void {
    this.#written.set(kind, (this.#written.get(kind) ?? 0) + 1)
    for (const hash of made) {
      const rid = findHeld(repo, hash)
      const asPrivate = rid !== undefined && isPrivate(repo, rid)
      this.#simulator.acknowledge({ hash, nodeId: id, isPrivate: asPrivate })
    }
    this.#simulator.note('kind', {
      node: id,
      kind,
      artifacts: made.length,
      hash: made.at(-1) ?? '',
    })
  }
}

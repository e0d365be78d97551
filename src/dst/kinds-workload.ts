/**
 * What people write during a simulation beside plain check-ins: every kind of artifact that there
 * is, at every node, about whatever has arrived there, as if nobody else did. What is written to
 * and when comes from streams named after the node.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, isPrivate } from '../repo/blob.ts'
import type { Draw, RandomStream } from '../sim/random.ts'
import type { Deed } from './deeds/desk.ts'
import { branch, cherrypick, merge, rename, variant } from './deeds/lines.ts'
import { attachment, forum, technote, ticket, wiki } from './deeds/pages.ts'
import { amendment, mark, tag } from './deeds/tags.ts'
import type { CheckedNode } from './invariant.ts'
import type { Simulator } from './simulator.ts'

/** Everything that people do. */
const deeds = {
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
} as const satisfies Readonly<Record<string, Deed>>

/** What can be written. `variant` is a check-in of a rarer form, `mark` one on a branch. */
export type Kind = keyof typeof deeds

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
export const kinds = Object.keys(deeds) as readonly Kind[]

/** How busy people are. */
export interface KindsWorkloadOptions {
  /** From one deed at a node to its next, on average. */
  readonly meanIntervalMs: number
  /** Nothing is written at or after this virtual time. */
  readonly untilMs: number
  /** Some branches are private, with all that is said of them. */
  readonly privateBranches: boolean
}

/** What came of it. */
export interface KindsReport {
  /** What was written, by kind. */
  readonly written: Readonly<Record<Kind, number>>
  /** Deeds that a simulated fault refused. */
  readonly refused: number
  /** Deeds that were not allowed, as a check-in on a closed line is not, or came to nothing. */
  readonly declined: number
}

/** Errors that say that something cannot be written as things are. */
const declining = ['checkin.invalid', 'artifact.invalid', 'artifact.missing'] as const

/** Writes at every node, the master included where it is known. */
export class KindsWorkload {
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
    for (const node of this.#simulator.nodes()) {
      this.#scheduleNext(node, this.#simulator.stream(`kinds-workload/${node.id}`))
    }
  }

  report(): KindsReport {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every kind has a count
    const written = Object.fromEntries(this.#written) as Record<Kind, number>
    return { written, refused: this.#refused, declined: this.#declined }
  }

  #scheduleNext(node: CheckedNode, stream: RandomStream): void {
    const draw = stream.next()
    const nowMs = this.#simulator.clock().nowMs()
    const atMs = nowMs + Math.max(1, draw.exponentialMs(this.#options.meanIntervalMs))
    if (atMs >= this.#options.untilMs) return
    this.#simulator.scheduleAction(atMs, () => {
      this.#act(node, draw)
      this.#scheduleNext(node, stream)
    })
  }

  #act({ id, repo }: CheckedNode, draw: Draw): void {
    const kind = draw.pick(kinds)
    const mayBePrivate = this.#options.privateBranches
    try {
      const made = deeds[kind]({ id, repo, draw, mayBePrivate })
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

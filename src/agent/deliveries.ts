/**
 * Waits for artifacts to reach a server. A wait ends with a delivery only when the server itself
 * sent the artifact back (holding-check.ts): no table of ours says that it arrived.
 * Nothing is kept outside memory, since a program that starts again asks the server again.
 * @module
 */

import type { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import { localObstacle, pushFailed, type PushFate } from './fates.ts'

/** An artifact that a server was seen to hold. */
export interface Delivery {
  /** Name of the remote. */
  readonly remote: string
  /** Time at which that was known, by `env.clock`. */
  readonly atMs: number
}

/** Remotes that may satisfy a wait. */
export interface DeliveryTargets {
  readonly names: readonly string[]
  /** True where private artifacts travel to one of them. */
  readonly sendsPrivate: boolean
}

/**
 * Syncs to the end after which a server that does not hold an artifact is taken to refuse it, as
 * one that shuns it does. A server may well forget to ask for it, or to answer, once.
 */
const maxSilences = 8

interface Wait {
  readonly hash: ArtifactHash
  readonly targets: DeliveryTargets
  /** Syncs that ended, by remote, after which it did not hold the artifact. */
  readonly silences: Map<string, number>
  /** Reasons of the remotes that refused the artifact. */
  readonly refusals: Map<string, string>
  readonly resolve: (delivery: Delivery) => void
  readonly reject: (error: unknown) => void
}

/** All waits of one agent. */
export class Deliveries {
  readonly #repo: Repo
  readonly #waits = new Set<Wait>()
  /** The last error of each remote since it last answered. */
  readonly #errors = new Map<string, FossilError>()

  constructor(repo: Repo) {
    this.#repo = repo
  }

  /**
   * Waits until one of the remotes holds the artifact.
   *
   * @returns the promise, and a function that gives the wait up with `unreachable`
   */
  wait(
    hash: ArtifactHash,
    targets: DeliveryTargets,
  ): { readonly promise: Promise<Delivery>; readonly giveUp: (reason: string) => void } {
    const { promise, resolve, reject } = Promise.withResolvers<Delivery>()
    const silences = new Map<string, number>()
    const refusals = new Map<string, string>()
    const wait = { hash, targets, silences, refusals, resolve, reject }
    this.#waits.add(wait)
    this.#recheck(wait)
    return { promise, giveUp: (reason) => this.#fail(wait, 'unreachable', reason) }
  }

  /** Artifacts that a remote is to be asked about, each once, in the order of the waits. */
  soughtAt(remote: string): ReadonlySet<ArtifactHash> {
    const waits = [...this.#waits].filter((wait) => isOpenAt(wait, remote))
    return new Set(waits.map(({ hash }) => hash))
  }

  /** A remote was seen to hold artifacts. */
  noteHeld(held: ReadonlySet<ArtifactHash>, delivery: Delivery): void {
    for (const wait of this.#at(delivery.remote)) {
      if (!held.has(wait.hash)) continue
      if (wait.silences.has(delivery.remote)) this.#repo.env.mark?.('agent.delivered-late')
      this.#waits.delete(wait)
      wait.resolve(delivery)
    }
  }

  /** A sync ended, went as far as it could, and the remote does not hold artifacts. */
  noteSilence(remote: string, passedOver: readonly ArtifactHash[]): void {
    for (const wait of this.#at(remote)) {
      if (!passedOver.includes(wait.hash)) continue
      this.#repo.env.mark?.('agent.server-silent')
      const silences = (wait.silences.get(remote) ?? 0) + 1
      wait.silences.set(remote, silences)
      if (silences < maxSilences) continue
      this.#repo.env.mark?.('agent.delivery-refused')
      this.#refuse(wait, remote, `the server does not have it after ${silences} syncs`)
    }
  }

  /** A remote does not take artifacts. */
  noteRefusal(remote: string, refused: readonly ArtifactHash[], reason: string): void {
    for (const wait of this.#at(remote)) {
      if (refused.includes(wait.hash)) this.#refuse(wait, remote, reason)
    }
  }

  /** The last attempt at a remote failed, or with undefined, did not. */
  noteError(remote: string, error: FossilError | undefined): void {
    if (error === undefined) this.#errors.delete(remote)
    else this.#errors.set(remote, error)
  }

  /** Ends the waits for artifacts that were purged, shunned or hidden meanwhile. */
  recheckAll(): void {
    for (const wait of this.#waits) {
      if (this.#recheck(wait)) this.#repo.env.mark?.('agent.awaited-removed')
    }
  }

  /** Ends every wait with `unreachable`: nobody will try any more. */
  giveUpAll(reason: string): void {
    for (const wait of this.#waits) this.#fail(wait, 'unreachable', reason)
  }

  /** Ends every wait with a bug. */
  rejectAll(error: unknown): void {
    for (const wait of this.#waits) wait.reject(error)
    this.#waits.clear()
  }

  #at(remote: string): Wait[] {
    return [...this.#waits].filter((wait) => isOpenAt(wait, remote))
  }

  /** Ends a wait for what cannot leave, and tells whether it did. */
  #recheck(wait: Wait): boolean {
    const obstacle = localObstacle(this.#repo, wait.hash, wait.targets)
    if (obstacle !== undefined) this.#fail(wait, obstacle.fate, obstacle.reason)
    return obstacle !== undefined
  }

  #refuse(wait: Wait, remote: string, reason: string): void {
    wait.refusals.set(remote, reason)
    if (wait.targets.names.some((name) => isOpenAt(wait, name))) return
    const reasons = [...wait.refusals].map(([name, why]) => `${name}: ${why}`)
    this.#fail(wait, 'refused', reasons.join('; '))
  }

  #fail(wait: Wait, fate: PushFate, reason: string): void {
    if (!this.#waits.delete(wait)) return
    const [cause] = wait.targets.names.flatMap((name) => this.#errors.get(name) ?? [])
    wait.reject(pushFailed(wait.hash, { fate, reason, cause }))
  }
}

function isOpenAt({ targets, refusals }: Wait, remote: string): boolean {
  return targets.names.includes(remote) && !refusals.has(remote)
}

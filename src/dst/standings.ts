/**
 * Standings: what each login may do at its servers, now and before.
 *
 * A right counts at the moment a server processes a request. So whoever lost one may have used it
 * for everything that was there before, and for nothing that came after.
 * @module
 */

import type { NodeId } from '../runner/model.ts'
import type { Access } from '../sync/access.ts'

/** The moment of a change. */
export interface Moment {
  /** Artifacts that were acknowledged by then, anywhere. */
  readonly acknowledged: number
  /** True time. */
  readonly nowMs: number
}

/** A login that nobody can use: its password is another, or there is no such user. */
export const noAccess: Access = {
  read: false,
  write: false,
  clone: false,
  private: false,
  unversionedWrite: false,
  admin: false,
  setup: false,
  addresses: false,
}

/** Rights whose loss is remembered. */
export type RememberedRight = 'read' | 'write'

/** The rights of all logins of one run. */
export class Standings {
  readonly #access = new Map<NodeId, Access>()
  readonly #lost = new Map<string, Moment>()
  readonly #lackedUntilMs = new Map<NodeId, number>()

  /** The rights of each login now: changes with them. */
  get access(): ReadonlyMap<NodeId, Access> {
    return this.#access
  }

  /** A login may do something else from now on, or does for the first time. */
  set(id: NodeId, access: Access, now: Moment): void {
    const before = this.#access.get(id)
    for (const right of ['read', 'write'] as const) {
      if (before?.[right] === true && !access[right]) this.#lost.set(`${id}/${right}`, now)
    }
    if (before?.write === false) this.#lackedUntilMs.set(id, now.nowMs)
    this.#access.set(id, access)
  }

  /**
   * The artifacts for which a login may have used a right: how many of those acknowledged, from the
   * first on. Infinite for one that has it now, 0 for one that never had it.
   */
  reach(id: NodeId, right: RememberedRight): number {
    if (this.#access.get(id)?.[right] !== false) return Infinity
    return this.#lost.get(`${id}/${right}`)?.acknowledged ?? 0
  }

  /** Tells whether a login could not push at some moment since a time. */
  lackedWriteSince(id: NodeId, timeMs: number): boolean {
    const access = this.#access.get(id)
    return access?.write === false || (this.#lackedUntilMs.get(id) ?? -Infinity) >= timeMs
  }
}

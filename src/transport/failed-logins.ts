/**
 * Failed logins, by address and user: somebody who mistypes a password tries again at once, and
 * somebody who goes through a dictionary waits, twice as long each time, up to a minute.
 *
 * The simulator runs none of this: only a transport knows addresses and time.
 * @module
 */

import type { LoginGuard } from '../sync/auth.ts'
import { networkOf } from './flows.ts'
import type { Timers } from './timers.ts'

/** So many may fail without a wait. */
const freeTries = 5
const longestWaitMs = 60_000
/** Without a try for so long, the past is forgotten. */
const forgetMs = 900_000
/** Pairs of address and user that are remembered, the latest. */
const maxRemembered = 10_000

interface Record {
  failures: number
  lastMs: number
}

/** The memory of one server. */
export class FailedLogins {
  readonly #timers: Timers
  readonly #records = new Map<string, Record>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** The answer to a request from `address`. */
  of(address: string | undefined): LoginGuard {
    const from = address === undefined ? '' : networkOf(address)
    const keyOf = (user: string): string => `${from} ${user}`
    return {
      waitSec: (user) => this.#waitSec(keyOf(user)),
      failed: (user) => this.#failed(keyOf(user)),
      succeeded: (user) => void this.#records.delete(keyOf(user)),
    }
  }

  #waitSec(key: string): number {
    const record = this.#records.get(key)
    if (record === undefined || record.failures < freeTries) return 0
    const waitMs = Math.min(1000 * 2 ** (record.failures - freeTries), longestWaitMs)
    return Math.max(0, Math.ceil((record.lastMs + waitMs - this.#timers.nowMs()) / 1000))
  }

  #failed(key: string): void {
    const nowMs = this.#timers.nowMs()
    const known = this.#records.get(key)
    const isFresh = known !== undefined && nowMs - known.lastMs < forgetMs
    this.#records.delete(key)
    this.#records.set(key, { failures: isFresh ? known.failures + 1 : 1, lastMs: nowMs })
    for (const oldest of this.#records.keys()) {
      if (this.#records.size <= maxRemembered) break
      this.#records.delete(oldest)
    }
  }
}

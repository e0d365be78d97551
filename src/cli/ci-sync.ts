/**
 * A check-in beside a server, as stock's autosync does it: pull first, so as not to fork, and tell
 * the server which check-in is about to get a child; push afterwards, and give that back. Whatever
 * goes wrong in between, the lock is given back where the server still answers.
 * Source: fossil src/checkin.c:2356-2367, src/xfer.c (ci-lock, ci-unlock).
 * @module
 */

import { type ArtifactHash, FossilError, type Repo, sync } from '../index.ts'
import { type Outcome, runExchange } from './exchange.ts'
import { outcomeFields, outcomeText, skewText } from './exchange-report.ts'
import { errorText } from './error-text.ts'
import type { LoginOptions } from './login-options.ts'
import { findPeer, type Peer } from './peer.ts'
import { formatTime } from './terminal.ts'

const dayMs = 86_400_000

/** The server's side of a check-in. */
export interface CheckinSync {
  /** Sends what was written. What goes wrong is told, not thrown: the check-in stands. */
  push(): Promise<Pushed>
  /** Gives back the lock, where nothing is to be pushed after all. Never throws. */
  release(): Promise<void>
}

/** The outcome of the push. */
export interface Pushed {
  readonly isComplete: boolean
  readonly fields: Readonly<Record<string, unknown>>
  readonly text: string
}

/** The options that matter here. */
export interface CheckinSyncOptions extends LoginOptions {
  readonly sync?: boolean
  readonly allowFork?: boolean
  readonly allowFuture?: boolean
  readonly date?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/**
 * Pulls, where the options ask for it and the check-in is not private.
 *
 * @param config.parentOf the check-in to follow, which may be another one after the pull
 * @returns undefined where there is nothing to sync
 * @throws {FossilError} `checkin.invalid` where somebody else is about to check in there, the pull
 *   did not end, or this machine's clock is far ahead of the server's; as a sync does
 */
export async function syncsCheckin(
  repo: Repo,
  config: {
    parentOf: () => ArtifactHash | undefined
    isPrivate: boolean
    options: CheckinSyncOptions
  },
): Promise<CheckinSync | undefined> {
  const { parentOf, isPrivate, options } = config
  if (options.sync !== true || isPrivate) return undefined
  const peer = await findPeer(repo, undefined, options)
  const link = new ServerLink(repo, peer, options)
  for (let pulls = 0; pulls < maxPulls; pulls++) {
    const parent = parentOf()
    const holder = await link.pull(parent)
    // What came may lead on: then that is what must be nobody else's.
    if (parentOf() !== parent) continue
    if (holder !== undefined && options.allowFork !== true) {
      const since = formatTime(holder.mtimeSec)
      throw invalid(
        `${holder.login || 'somebody'} has been about to follow ${parent} since ${since}: ` +
          'try again in a minute, or --allow-fork',
      )
    }
    break
  }
  return link
}

/** Pulls in a row that each bring a new check-in to follow. */
const maxPulls = 5

/** One server, from the pull before a check-in to the push after it. */
class ServerLink implements CheckinSync {
  readonly #repo: Repo
  readonly #peer: Peer
  readonly #options: CheckinSyncOptions
  readonly #clientId: string
  #isLocking = false

  constructor(repo: Repo, peer: Peer, options: CheckinSyncOptions) {
    this.#repo = repo
    this.#peer = peer
    this.#options = options
    this.#clientId = Buffer.from(repo.env.random.bytes(20)).toString('hex')
  }

  /** Pulls, and locks `parent`. Returns who holds it already. */
  async pull(parent: ArtifactHash | undefined): Promise<Outcome['lockedBy']> {
    const { dryRun, allowFuture, date } = this.#options
    // Nobody is to wait for what is only tried out.
    this.#isLocking = parent !== undefined && dryRun !== true
    const clientId = this.#clientId
    const lock = this.#isLocking && parent ? { lock: { checkin: parent, clientId } } : {}
    const pulled = await this.#run({ push: false, ...lock }, 'nothing is checked in')
    const { lockedBy, clockSkewMs = 0 } = pulled
    if (!pulled.complete) {
      await this.release()
      const what = pulled.shortfall
      throw invalid(`the pull before it is incomplete, and nothing is written: ${what}`)
    }
    if (clockSkewMs < -dayMs && date === undefined && allowFuture !== true) {
      await this.release()
      const skew = skewText(clockSkewMs)
      throw invalid(`nothing is written: ${skew} (--allow-future writes all the same)`)
    }
    return lockedBy
  }

  async push(): Promise<Pushed> {
    try {
      const next = 'it is checked in here, and the next sync sends it'
      const what = { pull: false, unlockClientId: this.#clientId }
      return pushed(this.#peer, await this.#run(what, next))
    } catch (error) {
      if (!FossilError.is(error)) throw error
      // A server that cannot be reached would only be waited for once more.
      const isGone = FossilError.is(error, 'transport')
      return failed(this.#peer, error, isGone ? !this.#isLocking : await this.#unlock())
    }
  }

  async release(): Promise<void> {
    await this.#unlock()
  }

  /** Gives the lock back. Returns whether the server has no lock of ours, or none any more. */
  async #unlock(): Promise<boolean> {
    if (!this.#isLocking) return true
    try {
      const next = 'the server warns others for a minute'
      const what = { push: false, pull: false, unlockClientId: this.#clientId }
      const { complete, messages } = await this.#run(what, next)
      // Who may not unlock is told so, and the sync goes on.
      return complete && messages.length === 0
    } catch (error) {
      if (FossilError.is(error)) return false
      throw error
    }
  }

  #run(what: Parameters<typeof sync>[2], next: string): Promise<Outcome> {
    const isQuiet = this.#options.json === true
    return runExchange(this.#peer, { isQuiet, next }, (means) =>
      sync(this.#repo, means.transport, { ...what, ...means.options }, means.exchange),
    )
  }
}

function pushed(peer: Peer, outcome: Outcome): Pushed {
  return {
    isComplete: outcome.complete,
    fields: { url: peer.url, ...outcomeFields(outcome), error: null },
    text: `pushed to ${peer.url}\n${outcomeText(outcome)}${outcome.complete ? '' : standing}`,
  }
}

const standing = 'the check-in stands here: "trilobite sync" sends it\n'

function failed(peer: Peer, error: FossilError, isUnlocked: boolean): Pushed {
  const { code } = error
  const message = errorText(error)
  const lock = isUnlocked
    ? ''
    : 'the lock there, which warns others of a fork, ends by itself within a minute\n'
  return {
    isComplete: false,
    fields: { url: peer.url, complete: false, isUnlocked, error: { code, message } },
    text: `not pushed to ${peer.url}: ${message}\n${standing}${lock}`,
  }
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

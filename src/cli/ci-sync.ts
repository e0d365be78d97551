/**
 * A check-in beside a server, as stock's autosync does it: pull first, so as not to fork, and tell
 * the server which check-in is about to get a child; push afterwards, and give that back. Whatever
 * goes wrong in between, the lock is given back where the server still answers.
 * Source: fossil src/checkin.c:2356-2367, src/xfer.c (ci-lock, ci-unlock).
 * @module
 */

import { type ArtifactHash, FossilError, isTransportError, type Repo, sync } from '../index.ts'
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

/** What became of the push. */
export interface Pushed {
  readonly isComplete: boolean
  readonly fields: Readonly<Record<string, unknown>>
  readonly text: string
}

/**
 * Pulls, where the options ask for it and the check-in is not private.
 *
 * @returns undefined where there is nothing to sync
 * @throws {FossilError} `checkin.invalid` where somebody else is about to check in there, or the
 *   pull did not end; as a sync does
 */
export async function syncsCheckin(
  repo: Repo,
  config: {
    parent: ArtifactHash | undefined
    isPrivate: boolean
    options: LoginOptions & {
      sync?: boolean
      allowFork?: boolean
      allowFuture?: boolean
      date?: string
      dryRun?: boolean
      json?: boolean
    }
  },
): Promise<CheckinSync | undefined> {
  const { parent, isPrivate, options } = config
  if (options.sync !== true || isPrivate) return undefined
  const { allowFork, dryRun, json } = options
  const peer = await findPeer(repo, undefined, options)
  const clientId = Buffer.from(repo.env.random.bytes(20)).toString('hex')
  // Nobody is to wait for what is only tried out.
  const isLocking = parent !== undefined && dryRun !== true
  const lock = isLocking ? { lock: { checkin: parent, clientId } } : {}
  const isQuiet = json === true
  const run = (what: Parameters<typeof sync>[2], next: string): Promise<Outcome> =>
    runExchange(peer, { isQuiet, next }, (means) =>
      sync(repo, means.transport, { ...what, ...means.options }, means.exchange),
    )
  /** Whether the server has no lock of ours, or none any more. */
  const unlock = async (): Promise<boolean> => {
    if (!isLocking) return true
    try {
      const next = 'the server warns others for a minute'
      const what = { push: false, pull: false, unlockClientId: clientId }
      const { complete, messages } = await run(what, next)
      // Who may not unlock is told so, and the sync goes on.
      return complete && messages.length === 0
    } catch (error) {
      if (FossilError.is(error)) return false
      throw error
    }
  }
  const release = async (): Promise<void> => {
    await unlock()
  }
  const pulled = await run({ push: false, ...lock }, 'nothing is checked in')
  const { lockedBy } = pulled
  if (!pulled.complete) {
    await release()
    throw invalid(`the pull before it is incomplete, and nothing is written: ${pulled.shortfall}`)
  }
  const { clockSkewMs = 0 } = pulled
  if (clockSkewMs < -dayMs && options.date === undefined && options.allowFuture !== true) {
    await release()
    throw invalid(
      `nothing is written: ${skewText(clockSkewMs)} (--allow-future writes all the same)`,
    )
  }
  if (lockedBy !== undefined && allowFork !== true) {
    const since = formatTime(lockedBy.mtimeSec)
    throw invalid(
      `${lockedBy.login || 'somebody'} has been about to follow ${parent} since ${since}: ` +
        'try again in a minute, or --allow-fork',
    )
  }
  const push = async (): Promise<Pushed> => {
    try {
      const next = 'it is checked in here, and the next sync sends it'
      return pushed(peer, await run({ pull: false, unlockClientId: clientId }, next))
    } catch (error) {
      if (!FossilError.is(error)) throw error
      // A server that cannot be reached would only be waited for once more.
      const isGone = isTransportError(error)
      return failed(peer, error, isGone ? !isLocking : await unlock())
    }
  }
  return { push, release }
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

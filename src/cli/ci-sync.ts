/**
 * A check-in beside a server, as stock's autosync does it: pull first, so as not to fork, and tell
 * the server which check-in is about to get a child; push afterwards, and give that back.
 * Source: fossil src/checkin.c:2356-2367, src/xfer.c (ci-lock).
 * @module
 */

import { hex } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { type Repo, sync } from '../index.ts'
import type { NamedArtifact } from '../repo/rid.ts'
import { type Outcome, runExchange } from './exchange.ts'
import { outcomeFields, outcomeText } from './exchange-report.ts'
import { findPeer, type Peer } from './peer.ts'
import { formatTime } from './terminal.ts'

/** The server's side of a check-in. */
export interface CheckinSync {
  /** Sends what was written. */
  push(): Promise<{ isComplete: boolean; fields: Record<string, unknown>; text: string }>
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
    parent: NamedArtifact | undefined
    isPrivate: boolean
    options: { sync?: boolean; allowFork?: boolean; json?: boolean }
  },
): Promise<CheckinSync | undefined> {
  const { parent, isPrivate, options } = config
  if (options.sync !== true || isPrivate) return undefined
  const { allowFork, json } = options
  const peer = await findPeer(repo, undefined)
  const clientId = hex(repo.env.random.bytes(20))
  const lock = parent === undefined ? {} : { lock: { checkin: parent.hash, clientId } }
  const isQuiet = json === true
  const run = (what: Parameters<typeof sync>[2], next: string): Promise<Outcome> =>
    runExchange(peer, { isQuiet, next }, (means) =>
      sync(repo, means.transport, { ...what, ...means.options }, means.exchange),
    )
  const pulled = await run({ push: false, ...lock }, 'nothing is checked in')
  if (!pulled.complete) throw invalid(`the pull before it is incomplete: ${pulled.shortfall}`)
  const { lockedBy } = pulled
  if (lockedBy !== undefined && allowFork !== true) {
    const since = formatTime(lockedBy.mtimeSec)
    throw invalid(
      `${lockedBy.login || 'somebody'} has been about to follow ${parent?.hash} since ${since}: ` +
        'try again in a minute, or --allow-fork',
    )
  }
  return {
    push: async () => {
      const next = 'it is checked in here, and the next sync sends it'
      return pushed(peer, await run({ pull: false, unlockClientId: clientId }, next))
    },
  }
}

function pushed(peer: Peer, outcome: Outcome): Awaited<ReturnType<CheckinSync['push']>> {
  return {
    isComplete: outcome.complete,
    fields: { url: peer.url, ...outcomeFields(outcome) },
    text: `pushed to ${peer.url}\n${outcomeText(outcome)}`,
  }
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}

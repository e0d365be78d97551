/**
 * The loops that join a session to a transport: the only `await`s of a sync and of a clone.
 * @module
 */

import { cloneAreas } from '../admin/config-areas.ts'
import { endClone } from '../repo/clone-state.ts'
import { rebuild } from '../crosslink/rebuild.ts'
import type { Repo } from '../repo/repo.ts'
import { holdsShunned } from '../repo/shun.ts'
import { CloneSession, type CloneSessionOptions } from './clone.ts'
import type { SyncObserver, SyncTotals } from './events.ts'
import { defaultMaxRounds } from './limits.ts'
import { SyncSession } from './session.ts'
import type { SyncOptions, SyncResult } from './session-options.ts'
import type { ExchangeOptions, Transport } from './transport.ts'

/**
 * Exchanges artifacts with one peer until neither side has anything the other lacks, or no round
 * brings anything more: then the result says that it is not complete.
 *
 * @example
 * ```ts
 * const login = { user: 'ada', password: 'secret' }
 * const { complete, shortfall } = await sync(repo, httpTransport(url), { login })
 * ```
 * @param exchange `signal` ends it: the exchange under way fails
 * @throws {FossilError} `transport.failed`, `sync.refused`, `xfer.frame`, `xfer.malformed`,
 *   `hash.mismatch`, `delta.corrupt`, `repo.io`. The repository stays as the last whole round left
 *   it, and another sync goes on from there.
 */
export async function sync(
  repo: Repo,
  transport: Transport,
  options: SyncOptions = {},
  exchange: ExchangeOptions = {},
): Promise<SyncResult> {
  const session = new SyncSession(repo, options)
  while (session.result === undefined) {
    const request = session.request()
    try {
      session.receive(await transport.exchange(request, exchange))
    } catch (error) {
      session.abandon(error)
      throw error
    }
  }
  return session.result
}

/** Options of a clone: those of a sync, as far as they make sense. */
export type CloneOptions = CloneSessionOptions &
  Pick<SyncOptions, 'unversioned' | 'tables'> & {
    /** Take the server's accounts, too, where the login may see them. Default false. */
    readonly withUsers?: boolean
  }

/**
 * Brings a repository that `beginClone` prepared up to a server, from wherever an interrupted
 * clone of it stopped. Every artifact is verified. Settings come with it, except those that have
 * stock run something. The result covers this call alone. The repository is a whole clone once all
 * has come that the server has; `missing` names what it has lost.
 *
 * @example
 * ```ts
 * using repo = createClone('project.fossil', systemEnv)
 * const { complete, missing } = await clone(repo, transport)
 * ```
 * @throws {FossilError} as {@link sync}, and `sync.wrongproject` and `sync.endless`. Call again to
 *   go on.
 */
export async function clone(
  repo: Repo,
  transport: Transport,
  options: CloneOptions = {},
  exchange: ExchangeOptions = {},
): Promise<SyncResult> {
  const bulk = new CloneSession(repo, options)
  while (!bulk.isDone) bulk.receive(await transport.exchange(bulk.request(), exchange))
  const { withUsers = false, ...rounds } = options
  const pullConfig = cloneAreas({ withUsers })
  const pull: SyncOptions = {
    ...rounds,
    push: false,
    pullConfig,
    pullScripts: false,
    ...(options.observer === undefined ? {} : { observer: following(bulk, options.observer) }),
  }
  const rest = await sync(repo, transport, pull, exchange)
  // What the server was asked for and did not send it does not have: it may be gone for good, as
  // what was purged there. Later syncs go on asking.
  const isOver = rest.complete || rest.rounds < (options.maxRounds ?? defaultMaxRounds)
  if (isOver && repo.isUnfinishedClone) finish(repo)
  return {
    ...rest,
    rounds: rest.rounds + bulk.rounds,
    ...sumOf(bulk.totals, rest),
  }
}

/** An observer of the pull that follows the bulk: rounds and totals go on where those ended. */
function following({ rounds, totals }: CloneSession, observer: SyncObserver): SyncObserver {
  return (event) => {
    const isRound = event.type === 'round.sent' || event.type === 'round.received'
    if (!isRound) return observer(event)
    observer({ ...event, round: rounds + event.round, totals: sumOf(totals, event.totals) })
  }
}

function sumOf(one: SyncTotals, other: SyncTotals): SyncTotals {
  return {
    artifactsSent: one.artifactsSent + other.artifactsSent,
    artifactsReceived: one.artifactsReceived + other.artifactsReceived,
    bytesSent: one.bytesSent + other.bytesSent,
    bytesReceived: one.bytesReceived + other.bytesReceived,
  }
}

/**
 * The end of a clone. Shunned artifacts that came before their names did are removed by a rebuild,
 * with which stock ends every clone. Source: fossil src/clone.c:295 (`rebuild_db`), which calls
 * `shun_artifacts` (src/rebuild.c:421).
 */
function finish(repo: Repo): void {
  repo.transaction(() => {
    if (holdsShunned(repo)) rebuild(repo)
    endClone(repo)
  })
}

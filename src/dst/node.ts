/**
 * Sync participants: the interface that the simulator drives, and the default implementation.
 * @module
 */

import type { SyncAgent } from '../agent/agent.ts'
import type { PaceOptions } from '../agent/pace.ts'
import type { FossilError } from '../base/error.ts'
import type { ConfigArea } from '../admin/config-areas.ts'
import type { Repo } from '../repo/repo.ts'
import type { Credentials } from '../sync/login.ts'
import type { SyncResult } from '../sync/session-options.ts'
import { sync } from '../sync/sync.ts'
import type { Transport } from '../sync/transport.ts'
import type { NodeId, ReceivedDatagram, Stream, TickEvent } from '../runner/model.ts'

/** The outcome of one event. */
export type Action =
  | { readonly type: 'none' }
  | { readonly type: 'synced'; readonly result: SyncResult }
  | { readonly type: 'synced'; readonly error: FossilError | Error }

/**
 * Anything that reacts to events and owns a repository. `tick` may be async: what it awaits of its
 * transport resolves when the simulated reply arrives, and of its host when a timer fires. It must
 * await nothing else that is not already resolved, since the simulator could not replay that. While
 * one tick is under way, further events for the same node are skipped.
 */
export interface Node {
  readonly repo: Repo
  tick(event: TickEvent): Action | Promise<Action>
  /**
   * Peers that it syncs with by itself, on timers of {@link LeafParts.host}: then it is not polled,
   * and reports its findings by `host.look`.
   */
  readonly looksAt?: readonly NodeId[]
  /** Receives datagrams and notices that others send by `host`. Default: ignores them. */
  onDatagram?(datagram: ReceivedDatagram): void
  /** Accepts streams that other nodes begin by `host.connect`. Default: refuses them. */
  onStream?(stream: Stream): void
  /** Its agent, if it has one: the simulation awaits its deliveries and checks the answers. */
  readonly agent?: SyncAgent
  /** The pace that its agent promises to keep; if given, `promptness` checks it. */
  readonly pace?: PaceOptions
}

/** The actions of a default node when it ticks. Neither push nor pull means both. */
export interface DefaultNodeOpts {
  readonly push?: boolean
  readonly pull?: boolean
  /** Sync private artifacts, too. */
  readonly private?: boolean
  /** Sync unversioned files, too. */
  readonly uv?: boolean
  /** Sync synced tables, too. */
  readonly xTableSync?: boolean
  /** Log in. Default: as nobody. */
  readonly login?: Credentials | undefined
  /** Fetch settings of these areas. */
  readonly pullConfig?: readonly ConfigArea[]
  /** See `SyncOptions`; the simulator deflates less, since its links cost nothing. */
  readonly deflateOverBytes?: number
  /** See `SyncOptions`. */
  readonly budgetBytes?: number
}

/**
 * A node that syncs at every event.
 *
 * @example
 * ```ts
 * const makeNode = ({ repo, transport, login }: LeafParts): Node =>
 *   new DefaultNode(repo, transport, { login })
 * ```
 */
export class DefaultNode implements Node {
  readonly repo: Repo
  readonly #transport: Transport
  readonly #options: DefaultNodeOpts

  constructor(repo: Repo, transport: Transport, options: DefaultNodeOpts = {}) {
    this.repo = repo
    this.#transport = transport
    const neither = options.push !== true && options.pull !== true
    this.#options = neither ? { ...options, push: true, pull: true } : options
  }

  async tick({ type }: TickEvent): Promise<Action> {
    // Whoever wants a sync now gets one: only the timer may skip its turn.
    if (type === 'timer' && this.repo.env.buggify.check('node.tick.earlyReturn', 0.05))
      return { type: 'none' }
    const { push = false, pull = false, uv: unversioned = false, ...others } = this.#options
    const { xTableSync: tables = false, login, ...rest } = others
    const asked = { push, pull, unversioned, tables }
    const options = { ...rest, ...asked, ...(login === undefined ? {} : { login }) }
    return await syncAction(sync(this.repo, this.#transport, options))
  }
}

/** The action of a sync, successful or failed. */
export async function syncAction(syncing: Promise<SyncResult>): Promise<Action> {
  try {
    return { type: 'synced', result: await syncing }
  } catch (error) {
    if (error instanceof Error) return { type: 'synced', error }
    throw error
  }
}

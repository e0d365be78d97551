/**
 * Quiet syncs: those that nothing disturbed. No fault, no lie and no change by anybody else touched
 * either side from the first request to the end, so that all that came of one is its own doing.
 * @module
 */

import { unresolvedRids } from '../../repo/blob.ts'
import { sha1 } from '../../hash/hash.ts'
import { stateOf } from '../../repo/state.ts'
import type { NodeId } from '../../runner/model.ts'
import type { CheckedNode } from '../world.ts'
import { waitingIn } from '../sync-marks.ts'
import { wishesOf } from './cargo.ts'

/** A request and the reply to it. */
export interface Exchange {
  readonly request: Uint8Array
  readonly reply: Uint8Array
}

/** A sync that nothing disturbed. */
export interface QuietSync {
  readonly client: CheckedNode
  readonly server: CheckedNode
  /** In order. */
  readonly exchanges: readonly Exchange[]
  /**
   * Nobody has changed either side since the last quiet sync of the two, which was complete and
   * asked for the same.
   */
  readonly isAgain: boolean
  /** The sides at which deltas waited when it began, which are asked for whole after a while. */
  readonly hadWaiting: Waiting
}

/** Tells of each side whether deltas waited there, or more was missing. */
interface Waiting {
  readonly client: boolean
  readonly server: boolean
}

/** A sync under way, or a finished one. */
interface Running {
  readonly client: NodeId
  readonly server: NodeId
  readonly exchanges: { request: Uint8Array; digest: string; reply?: Uint8Array }[]
  /** Each side as it was at first. */
  readonly clientAtFirst: string
  readonly clientHadWaiting: boolean
  /** Deltas waited there: one that comes again is asked for whole at once. */
  serverHadWaiting: boolean
  serverAtFirst: string | undefined
  /** Each side as it was when it last did its part; undefined before that. */
  clientState: string | undefined
  serverState: string | undefined
  isDisturbed: boolean
}

/** The syncs of one run. */
export class QuietSyncs {
  readonly #running = new Map<string, Running>()
  /** Both sides as the last quiet sync left them, and what it asked for. */
  readonly #left = new Map<string, string>()
  /** Nodes that were disturbed since they began a sync last: a fault may strike a first request. */
  readonly #struck = new Set<NodeId>()
  readonly #nodeOf: (id: NodeId) => CheckedNode | undefined

  constructor(nodeOf: (id: NodeId) => CheckedNode | undefined) {
    this.#nodeOf = nodeOf
  }

  /** A client is about to send a request. */
  asks(client: CheckedNode, server: NodeId, request: Uint8Array): void {
    const link = linkOf(client.id, server)
    const running = this.#running.get(link) ?? begun(client, server, this.#struck.delete(client.id))
    this.#running.set(link, running)
    running.exchanges.push({ request, digest: sha1(request) })
    running.clientState = stateOf(client.repo)
  }

  /** A server is about to answer a request. */
  receives({ id, repo }: CheckedNode, from: NodeId): void {
    const running = this.#running.get(linkOf(from, id))
    if (running === undefined) return
    const state = stateOf(repo)
    if (running.serverAtFirst === undefined) {
      running.serverAtFirst = state
      running.serverHadWaiting = unresolvedRids(repo).size > 0
    }
    if ((running.serverState ?? state) !== state) running.isDisturbed = true
  }

  /** It has answered: to the request under way, or to a copy, or too late. */
  answers(
    { id, repo }: CheckedNode,
    { from, request }: { from: NodeId; request: Uint8Array },
  ): void {
    const running = this.#running.get(linkOf(from, id))
    if (running === undefined) return
    const latest = running.exchanges.at(-1)
    if (latest?.digest !== sha1(request)) running.isDisturbed = true
    running.serverState = stateOf(repo)
  }

  /** A reply has arrived, and is about to be received. */
  hears(client: CheckedNode, server: NodeId, reply: Uint8Array): void {
    const running = this.#running.get(linkOf(client.id, server))
    const latest = running?.exchanges.at(-1)
    if (running === undefined || latest === undefined) return
    if (latest.reply !== undefined || running.clientState !== stateOf(client.repo)) {
      running.isDisturbed = true
    }
    latest.reply = reply
  }

  /**
   * A sync has ended well: what it was, where nothing disturbed it.
   *
   * @param isComplete it said that nothing is left to do
   */
  ends(client: CheckedNode, serverId: NodeId, isComplete: boolean): QuietSync | undefined {
    const link = linkOf(client.id, serverId)
    const running = this.#running.get(link)
    this.#running.delete(link)
    const server = this.#nodeOf(serverId)
    if (running === undefined || running.isDisturbed || server === undefined) return undefined
    if (running.serverState !== stateOf(server.repo)) return undefined
    const exchanges = running.exchanges.flatMap(({ request, reply }) =>
      reply === undefined ? [] : [{ request, reply }],
    )
    if (exchanges.length < running.exchanges.length) return undefined
    const [first] = exchanges
    const wishes = first === undefined ? '' : wishesOf(first.request)
    const isAgain =
      this.#left.get(link) === `${running.clientAtFirst} ${running.serverAtFirst} ${wishes}`
    const left = `${stateOf(client.repo)} ${stateOf(server.repo)} ${wishes}`
    this.#left.set(link, isComplete ? left : '')
    const { clientHadWaiting, serverHadWaiting } = running
    const hadWaiting = { client: clientHadWaiting, server: serverHadWaiting }
    return { client, server, exchanges, isAgain, hadWaiting }
  }

  /** A node has done something else, or has failed at something. */
  disturb(id: NodeId): void {
    this.#struck.add(id)
    for (const running of this.#running.values()) {
      if (running.client === id || running.server === id) running.isDisturbed = true
    }
  }

  /** A sync is over that ended in an error, or that its client did not live to see the end of. */
  forget(client: NodeId, server?: NodeId): void {
    for (const [link, running] of this.#running) {
      const isMeant = running.client === client && (server ?? running.server) === running.server
      if (isMeant) this.#running.delete(link)
    }
  }
}

function begun(client: CheckedNode, server: NodeId, isDisturbed: boolean): Running {
  return {
    client: client.id,
    server,
    exchanges: [],
    clientAtFirst: stateOf(client.repo),
    clientHadWaiting: waitingIn(client.repo).size > 0,
    serverHadWaiting: false,
    serverAtFirst: undefined,
    clientState: undefined,
    serverState: undefined,
    isDisturbed,
  }
}

function linkOf(client: NodeId, server: NodeId): string {
  return `${client}→${server}`
}

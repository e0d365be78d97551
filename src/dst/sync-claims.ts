/**
 * Claims of syncs, held against the world: what a client says at the end of a sync is compared with
 * what both sides held when its last request left, and when that was answered.
 * @module
 */

import type { Buggify } from '../base/env.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import type { Repo } from '../repo/repo.ts'
import type { NodeId } from '../runner/model.ts'
import type { Direction } from '../sim/network.ts'
import type { SyncResult } from '../sync/session-options.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import { countStored, type Mark, markOf, type Stored, waitingIn } from './sync-marks.ts'
import { type Directions, falseClaimsOf } from './sync-verdicts.ts'
import { UnsentWatch } from './unsent-watch.ts'
import type { CheckedNode, Finding } from './world.ts'

/**
 * Sites at which one side keeps from the other something that it could have said or taken. A sync
 * that one of them strikes may well believe that all is done.
 */
const withholdingSites: ReadonlySet<string> = new Set([
  'sync.igot.truncate',
  'sync.gimme.skip',
  'sync.file.reject',
  'handler.igot.truncate',
  'handler.gimme.skip',
  'handler.gimme.ignore',
  'handler.file.reject',
])

/** Knowledge of the world that claims are held against. */
export interface ClaimFacts {
  /** True time, in milliseconds since 1970. */
  readonly nowMs: () => number
  /** Undefined if nobody knows the repository. */
  readonly repoOf: (id: NodeId) => Repo | undefined
  /**
   * The time at which the owner of a node removed an artifact there; undefined if that never
   * was.
   */
  readonly givenUpAtMs: (id: NodeId, hash: ArtifactHash) => number | undefined
  /** Nodes that a node syncs with. */
  readonly serversOf: (id: NodeId) => readonly NodeId[]
  /**
   * True if nodes are a caller's own. One may sync twice in a tick and tell of one sync: then
   * nobody knows which exchanges that was.
   */
  readonly areForeign: boolean
}

/** One request of a sync, and the answer to it. */
interface Round {
  readonly request: Uint8Array
  readonly digest: string
  readonly asked: Mark
  /** The server as it was when it first answered this request. */
  answered?: Mark
}

/** One side of a sync when it began. */
interface Stock {
  readonly stored: Stored
  /** Changes there that were none of this sync's. */
  readonly touches: number
}

/** A sync under way. */
interface Running {
  readonly client: NodeId
  readonly server: NodeId
  readonly sinceMs: number
  /** Exchanges in order: rounds, and questions after the last one. */
  readonly rounds: Round[]
  readonly before: {
    readonly client: Stock
    readonly server: Stock | undefined
    /** Deltas that waited at the client. */
    readonly waiting: number
  }
  /** One side has lied, or has forgotten or removed something since it began. */
  isVoid: boolean
}

/** The syncs of one run, and what they said that was not so. */
export class SyncClaims {
  readonly falseClaims: Finding[] = []
  readonly #facts: ClaimFacts
  readonly #unsent: UnsentWatch
  /** By client and server. */
  readonly #running = new Map<string, Running>()
  readonly #deceived = new Set<NodeId>()
  /** The time at which a fault site last had a node keep something back. */
  readonly #withheldAtMs = new Map<NodeId, number>()
  readonly #lookedAtMs = new Map<NodeId, number>()
  /** Changes at a node, by whoever made them: a link, or its owner. */
  readonly #touches = new Map<NodeId, Map<string, number>>()

  constructor(facts: ClaimFacts) {
    this.#facts = facts
    this.#unsent = new UnsentWatch(facts, this.falseClaims)
  }

  /** The fault sites of a node, watched. */
  watch(id: NodeId, buggify: Buggify): Buggify {
    return {
      check: (site, probability) => {
        const strikes = buggify.check(site, probability)
        if (strikes && withholdingSites.has(site)) this.#withheldAtMs.set(id, this.#facts.nowMs())
        return strikes
      },
    }
  }

  /**
   * A node has lied: what is said at the end of this sync is said in good faith. A circle of deltas
   * that came so may stay for long, and what takes its place is no artifact more.
   */
  lied({ from, to }: Direction): void {
    for (const id of [from, to]) this.#deceived.add(id)
    for (const link of [linkOf(from, to), linkOf(to, from)]) {
      const running = this.#running.get(link)
      if (running !== undefined) running.isVoid = true
    }
  }

  /** The owner of a node stored something there. */
  touches(id: NodeId): void {
    this.#touch(id, 'owner')
  }

  /** A person syncs at a node, beside its own syncs: nobody judges what comes of that. */
  syncsByHand(id: NodeId): void {
    this.touches(id)
    this.#unsent.forget(id)
  }

  /** The owner of a node removed an artifact there, whose row may be another's by now. */
  removes(id: NodeId, hash: ArtifactHash): void {
    this.touches(id)
    this.#unsent.removed(id, hash)
    for (const running of this.#running.values()) {
      if (running.client === id || running.server === id) running.isVoid = true
    }
  }

  /** A client is about to send a request. */
  asks(client: CheckedNode, server: NodeId, request: Uint8Array): void {
    const link = linkOf(client.id, server)
    this.#lookAtUnsent(client)
    const asked = markOf(client.repo, this.#facts.nowMs())
    const round = { request, digest: sha1(request), asked }
    const running = this.#running.get(link)
    this.#touch(client.id, link)
    if (running !== undefined) running.rounds.push(round)
    else this.#running.set(link, this.#begun(client, server, round))
  }

  #begun(client: CheckedNode, server: NodeId, round: Round): Running {
    const link = linkOf(client.id, server)
    const repo = this.#facts.repoOf(server)
    return {
      client: client.id,
      server,
      sinceMs: round.asked.atMs,
      rounds: [round],
      before: {
        client: this.#stock(client, link),
        server: repo && this.#stock({ id: server, repo }, link),
        waiting: waitingIn(client.repo).size,
      },
      isVoid: false,
    }
  }

  /** A server has answered a request. */
  answers(server: CheckedNode, request: Uint8Array): void {
    const digest = sha1(request)
    let by = 'a latecomer'
    for (const [link, { server: id, rounds }] of this.#running) {
      const round = rounds.at(-1)
      if (id !== server.id || round?.digest !== digest) continue
      round.answered ??= markOf(server.repo, this.#facts.nowMs())
      by = link
    }
    this.#touch(server.id, by)
  }

  /** A sync has ended, with a result or, where that is undefined, with an error. */
  ends(client: CheckedNode, serverId: NodeId, result: SyncResult | undefined): void {
    const link = linkOf(client.id, serverId)
    const running = this.#running.get(link)
    const repo = this.#facts.repoOf(serverId)
    this.#lookAtUnsent(client)
    this.#running.delete(link)
    this.#touch(client.id, link)
    if (running === undefined || running.isVoid || this.#hasWithheld(running)) return
    if (repo === undefined || result === undefined) return
    const server = { id: serverId, repo }
    const { rounds } = running
    if (this.#facts.areForeign && rounds.length !== result.rounds) return
    const { request, asked, answered } = rounds[result.rounds - 1] ?? {}
    if (request === undefined || asked === undefined || answered === undefined) return
    const answeredBefore = rounds[result.rounds - 2]?.answered
    const storedBefore = {
      client: this.#storedBefore(client.id, link, running.before.client),
      server: this.#storedBefore(serverId, link, running.before.server),
    }
    const waitedBefore = running.before.waiting
    const sides = { client, server, asked, answered, answeredBefore }
    const counts = { storedBefore, waitedBefore }
    const ended = { ...sides, ...counts, ...directionsOf(request), result }
    this.falseClaims.push(...falseClaimsOf(ended, this.#facts.givenUpAtMs))
  }

  /** A node is down: nobody hears the end of its syncs. */
  down(id: NodeId): void {
    for (const [link, { client }] of this.#running) if (client === id) this.#running.delete(link)
    this.#unsent.forget(id)
  }

  /** An old backup of a node was put back: what it said in syncs under way is so no more. */
  forgetServer(id: NodeId): void {
    for (const running of this.#running.values()) if (running.server === id) running.isVoid = true
    this.#unsent.forgetServer(id)
  }

  #lookAtUnsent(client: CheckedNode): void {
    const sinceMs = this.#lookedAtMs.get(client.id) ?? -Infinity
    const hasWithheld = (this.#withheldAtMs.get(client.id) ?? -Infinity) >= sinceMs
    const isVoid = [...this.#running.values()].some(
      (running) => running.client === client.id && running.isVoid,
    )
    const isExcused = hasWithheld || isVoid
    this.#lookedAtMs.set(client.id, this.#facts.nowMs())
    this.#unsent.look(client, { isExcused })
  }

  #hasWithheld({ client, server, sinceMs }: Running): boolean {
    return [client, server].some((id) => (this.#withheldAtMs.get(id) ?? -Infinity) >= sinceMs)
  }

  #stock({ id, repo }: CheckedNode, link: string): Stock {
    return { stored: countStored(repo), touches: this.#touchesOfOthers(id, link) }
  }

  #storedBefore(id: NodeId, link: string, before: Stock | undefined): Stored | undefined {
    if (this.#deceived.has(id)) return undefined
    return before?.touches === this.#touchesOfOthers(id, link) ? before.stored : undefined
  }

  #touch(id: NodeId, by: string): void {
    const touches = this.#touches.get(id) ?? new Map<string, number>()
    this.#touches.set(id, touches.set(by, (touches.get(by) ?? 0) + 1))
  }

  #touchesOfOthers(id: NodeId, link: string): number {
    const touches = [...(this.#touches.get(id) ?? [])]
    return touches.reduce((sum, [by, count]) => (by === link ? sum : sum + count), 0)
  }
}

/** The ways that artifacts go after a request. */
function directionsOf(request: Uint8Array): Directions {
  const cards = [...parseCards(decodeMessage(request, { maxBytes: 1 << 30 }))]
  return {
    pulls: cards.some(({ type }) => type === 'pull'),
    pushes: cards.some(({ type }) => type === 'push'),
    withPrivate: cards.some((card) => card.type === 'pragma' && card.name === 'send-private'),
  }
}

function linkOf(client: NodeId, server: NodeId): string {
  return `${client}→${server}`
}

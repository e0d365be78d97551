/**
 * Witness of the syncs of one run: what clones bring, what syncs say of themselves, who was lied
 * to, what messages leave behind that fail, what those that succeed change of rows, that signed
 * ones count once, whose login fails, that agents are prompt and locks held; which rare situations
 * they meet.
 * @module
 */

import type { Buggify } from '../base/env.ts'
import type { MarkName } from '../base/marks.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { Lie } from '../runner/mutation.ts'
import type { NodeId } from '../runner/model.ts'
import { type LinkConfig, noLies } from '../sim/link.ts'
import type { Access } from '../sync/access.ts'
import { CloneWitness } from './clones.ts'
import { Deceptions } from './deceptions.ts'
import { EconomyWitness } from './economy/witness.ts'
import type { Action } from './node.ts'
import { LockWitness } from './locks/witness.ts'
import { LoginWitness } from './login-witness.ts'
import { MessageWitness } from './message-witness.ts'
import { PromptnessWitness } from './promptness/witness.ts'
import { ReplayWitness } from './replay-witness.ts'
import { RowWitness } from './row-witness.ts'
import { type ClaimFacts, SyncClaims } from './sync-claims.ts'
import { WorldMarks } from './world-marks.ts'
import type { AcknowledgedArtifact, CheckedNode, Truth } from './world.ts'

/** The side of a world that a witness sees. */
export interface SyncWitnessOptions extends Omit<ClaimFacts, 'repoOf'> {
  readonly mark: (name: MarkName) => void
  /** The network. */
  readonly link: LinkConfig
  /** A node, where its repository is known. */
  readonly nodeOf: (id: NodeId) => CheckedNode | undefined
  /** The rights of each user, where people log in. */
  readonly users: ReadonlyMap<string, Access> | undefined
  /** Synced tables travel. */
  readonly hasTables: boolean
  /** Tells whether the password of a node is right now; undefined if it does not log in. */
  readonly isLoginProven: (id: NodeId) => boolean | undefined
  /** Time for which a node has been paused so far. */
  readonly pausedMs: (id: NodeId) => number
  /** Tells whether anybody waits for a delivery of a node. */
  readonly isAwaited: (id: NodeId) => boolean
}

/** The sender of a request. */
export interface Asker {
  readonly id: NodeId
  /** It may be an unfinished clone. */
  readonly isClone: boolean
  /** A person asked for the sync, with options of that person's, beside those of the node. */
  readonly isByHand?: boolean
}

/** A request that has come to a node. */
interface Asked {
  readonly from: NodeId
  readonly request: Uint8Array
  readonly answer: () => Promise<Uint8Array>
}

/** All syncs of one run. */
export class SyncWitness {
  readonly clones = new CloneWitness()
  readonly claims: SyncClaims
  readonly economy: EconomyWitness
  readonly promptness: PromptnessWitness
  readonly locks: LockWitness
  readonly marks: WorldMarks
  readonly deceptions: Deceptions
  /** Nodes lie in this run. */
  readonly mayLie: boolean
  /** Looks on where nodes lie: it takes its time. */
  readonly messages: MessageWitness | undefined
  /** Looks at whose rows servers let requests change. */
  readonly rows: RowWitness | undefined
  /** Looks at requests that come again, where people log in. */
  readonly replays: ReplayWitness | undefined
  readonly #logins: LoginWitness | undefined
  readonly #nodeOf: SyncWitnessOptions['nodeOf']

  constructor(options: SyncWitnessOptions) {
    const { link, nodeOf, mark, users, hasTables, isLoginProven, pausedMs, isAwaited } = options
    const { nowMs, givenUpAtMs, serversOf, areForeign } = options
    const facts = { nowMs, givenUpAtMs, serversOf, areForeign }
    const { lies = noLies } = link
    this.deceptions = new Deceptions(facts.nowMs)
    this.marks = new WorldMarks(mark)
    this.claims = new SyncClaims({ ...facts, repoOf: (id) => nodeOf(id)?.repo })
    this.economy = new EconomyWitness({ nodeOf })
    this.promptness = new PromptnessWitness({ nowMs, pausedMs, isAwaited })
    this.locks = new LockWitness({ hasLogins: users !== undefined })
    this.mayLie = lies.requests + lies.replies > 0
    this.messages = this.mayLie ? new MessageWitness() : undefined
    this.rows = users && hasTables ? new RowWitness(users) : undefined
    this.replays = users && new ReplayWitness()
    // A node of a caller's own logs in as whoever it likes.
    const watchesLogins = users !== undefined && !facts.areForeign
    this.#logins = watchesLogins
      ? new LoginWitness(this.claims.falseClaims, isLoginProven)
      : undefined
    this.#nodeOf = nodeOf
  }

  /** All that was found, which grows; undefined if nobody looks. */
  get findings(): Partial<Truth> {
    return {
      cloneGaps: this.clones.gaps,
      wastes: this.economy.wastes,
      brokenPromise: () => this.promptness.broken,
      falseClaims: this.claims.falseClaims,
      lockFaults: this.locks.faults,
      trespasses: this.rows?.trespasses,
      leftovers: this.messages?.leftovers,
      replays: this.replays?.replays,
    }
  }

  /** The fault sites of a node, watched. */
  watch(id: NodeId, buggify: Buggify): Buggify {
    return this.economy.watch(id, this.claims.watch(id, buggify))
  }

  /** A node has lied: what others say because of it, they say in good faith. */
  lied(lie: Lie): void {
    this.deceptions.lied(lie)
    this.clones.lied(lie.from)
    this.clones.lied(lie.to)
    this.claims.lied(lie)
    this.economy.syncs.disturb(lie.from)
    this.economy.syncs.disturb(lie.to)
  }

  /** A node sends a request, and gets a reply. */
  asks(
    { id, isClone, isByHand = false }: Asker,
    peer: NodeId,
    { request, send }: { request: Uint8Array; send: () => Promise<Uint8Array> },
  ): Promise<Uint8Array> {
    const node = this.#nodeOf(id)
    if (isClone && node !== undefined) this.clones.sends(node, this.#nodeOf(peer), request)
    this.deceptions.asks(id, peer)
    if (isByHand) this.locks.asks(request)
    if (isByHand) this.claims.syncsByHand(id)
    else if (node !== undefined) this.claims.asks(node, peer, request)
    if (!isByHand) this.#logins?.asks(id, peer)
    if (!isByHand) this.promptness.asks(id, peer)
    if (!isByHand && node !== undefined) this.economy.syncs.asks(node, peer, request)
    if (node !== undefined) this.marks.looks(node)
    return send().then((reply) => {
      if (!isByHand) this.#logins?.hears(id, peer, reply)
      const now = this.#nodeOf(id)
      if (now !== undefined) this.marks.hears(now, peer)
      if (isClone && now !== undefined) this.clones.hears(now, reply)
      if (!isByHand && now !== undefined) this.economy.syncs.hears(now, peer, reply)
      if (now !== undefined) this.messages?.arrives(now, peer)
      return reply
    })
  }

  /** Lets a node answer a request. */
  async answers(node: CheckedNode, { from, request, answer }: Asked): Promise<Uint8Array> {
    const locked = (): Promise<Uint8Array> => this.locks.answers(node, request, answer)
    const once = (): Promise<Uint8Array> => this.replays?.answers(node, request, locked) ?? locked()
    const watched = (): Promise<Uint8Array> => this.rows?.watch(node, request, once) ?? once()
    this.marks.hears(node, from)
    this.economy.syncs.receives(node, from)
    const reply = await (this.messages?.answers(node, watched) ?? watched())
    this.claims.answers(node, request)
    this.economy.syncs.answers(node, { from, request })
    this.marks.looks(node)
    return reply
  }

  /** The owner of a node made an artifact there. */
  made(artifact: AcknowledgedArtifact): void {
    this.claims.touches(artifact.nodeId)
    this.marks.makes(artifact, (id) => this.#nodeOf(id)?.repo)
  }

  /** A node is down. */
  down(id: NodeId): void {
    this.claims.down(id)
    this.replays?.down(id)
    this.#logins?.down(id)
    this.promptness.ended(id)
    this.economy.syncs.forget(id)
  }

  /** An old backup of a node was put back. */
  restored(id: NodeId): void {
    this.clones.forgetServer(id)
    this.claims.forgetServer(id)
    this.replays?.restored(id)
    this.locks.restored(id)
  }

  /** The user of a node was changed on its servers. */
  userChanged(id: NodeId): void {
    this.#logins?.changed(id)
  }

  /** The owner of a node removed an artifact there. */
  removed(id: NodeId, hash: ArtifactHash): void {
    this.clones.forget(id, hash)
    this.claims.removes(id, hash)
  }

  /**
   * A sync has ended, well or not.
   *
   * @param sync.isByHand it went beside those that the node makes by itself, which go on
   */
  ends(
    id: NodeId,
    peer: NodeId,
    { action, isByHand = false }: { action: Action; isByHand?: boolean },
  ): void {
    if (!isByHand) {
      const isDeceived = this.deceptions.isDeceived(id, peer)
      this.#logins?.ends(id, peer, action, { isDeceived })
      this.deceptions.ends(id, peer)
      this.promptness.ends(id, peer, action)
    }
    const node = this.#nodeOf(id)
    const result = 'result' in action ? action.result : undefined
    if (isByHand) this.claims.syncsByHand(id)
    else if (node !== undefined) this.claims.ends(node, peer, result)
    if (!isByHand && node !== undefined) this.economy.ends(node, peer, result)
    if (node !== undefined) this.messages?.ends(node, peer, action)
  }
}

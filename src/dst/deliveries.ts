/**
 * Programs that wait until a server holds what they made, and whether they were told the truth.
 * Whoever loses its memory asks again in its next life.
 * @module
 */

import type { SyncAgent } from '../agent/agent.ts'
import type { Delivery } from '../agent/deliveries.ts'
import { asError, FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { NodeHost, NodeId } from '../runner/model.ts'
import type { Finding } from './world.ts'

/** Knowledge of the world that answers are compared with. */
export interface DeliveryFacts {
  /** Tells whether a node holds an artifact now; undefined if nobody knows. */
  readonly holds: (id: NodeId, hash: ArtifactHash) => boolean | undefined
  /** Tells whether the owner of a node removed an artifact there. */
  readonly isGivenUp: (id: NodeId, hash: ArtifactHash) => boolean
  /** Tells whether that was so lately that news of before may still be on the way. */
  readonly isNewlyGivenUp: (id: NodeId, hash: ArtifactHash) => boolean
  /** Tells whether an artifact was made at a node in private. */
  readonly isPrivate: (id: NodeId, hash: ArtifactHash) => boolean
  /** The agent of a node was told that something was written there. */
  readonly onChange: (id: NodeId) => void
  /** Tells whether a node could not make others take its artifacts at some moment since a time. */
  readonly lackedWriteSince: (id: NodeId, timeMs: number) => boolean
  /** Tells whether a node stays broken for good, or is reached by way of such nodes alone. */
  readonly isOutOfReach: (id: NodeId) => boolean
  /**
   * Tells whether one of two nodes has lied to the other since the agent of the first began its
   * latest attempt at the second: what it then says of the second is said in good faith.
   */
  readonly isDeceived: (id: NodeId, peer: NodeId) => boolean
  /** Tells whether a node has told or heard a lie at or after a time. */
  readonly wasDeceivedSince: (id: NodeId, timeMs: number) => boolean
}

/** An agent that runs, and the nodes that it may deliver to. */
interface Running {
  readonly agent: SyncAgent
  readonly host: NodeHost
  readonly peers: readonly NodeId[]
}

/** All that is waited for in one run. */
export class PushWaits {
  readonly falseAnswers: Finding[] = []
  readonly #facts: DeliveryFacts
  readonly #running = new Map<NodeId, Running>()
  /**
   * Artifacts that were asked about and not answered, by node, in the order they were asked, and
   * when they first were (true time).
   */
  readonly #open = new Map<NodeId, Map<ArtifactHash, number>>()

  constructor(facts: DeliveryFacts) {
    this.#facts = facts
  }

  /** The agent of a node has started; whatever was not answered in its last life is asked again. */
  begin(host: NodeHost, agent: SyncAgent, peers: readonly NodeId[]): void {
    const running = { agent, host, peers }
    this.#running.set(host.id, running)
    for (const hash of this.#openAt(host.id).keys()) this.#ask(running, hash)
  }

  /** A node has crashed. */
  forget(id: NodeId): void {
    this.#running.delete(id)
  }

  /** Lets somebody at a node wait for an artifact; nobody does where no agent runs. */
  wait(id: NodeId, hash: ArtifactHash): void {
    const running = this.#running.get(id)
    if (running === undefined) return
    const open = this.#openAt(id)
    if (!open.has(hash)) open.set(hash, running.host.clock.nowMs())
    this.#ask(running, hash)
  }

  /** Something was written at a node, and its agent is told. */
  changed(id: NodeId): void {
    const running = this.#running.get(id)
    if (running === undefined) return
    running.agent.changed()
    this.#facts.onChange(id)
  }

  /** Tells whether anybody at a node has asked and was not answered, whoever could. */
  isAsked(id: NodeId): boolean {
    return this.#openAt(id).size > 0
  }

  /** Tells whether anybody at a node waits for an answer that somebody could give. */
  isAwaited(id: NodeId): boolean {
    return this.openAt(id).length > 0
  }

  /** Artifacts that were asked about at a node and not answered, although somebody could. */
  openAt(id: NodeId): readonly ArtifactHash[] {
    const peers = this.#running.get(id)?.peers ?? []
    const { isOutOfReach, holds } = this.#facts
    const reached = peers.filter((peer) => !isOutOfReach(peer))
    const all = [...this.#openAt(id).keys()]
    if (reached.length === peers.length) return all
    // The others may be waited for, for ever, where none of these holds it.
    return all.filter((hash) => reached.some((peer) => holds(peer, hash) === true))
  }

  #openAt(id: NodeId): Map<ArtifactHash, number> {
    const open = this.#open.get(id) ?? new Map<ArtifactHash, number>()
    this.#open.set(id, open)
    return open
  }

  #ask(running: Running, hash: ArtifactHash): void {
    running.agent.pushed(hash).then(
      (delivery) => this.#judgeDelivery(running, hash, delivery),
      (error: unknown) => this.#judgeFailure(running, hash, error),
    )
  }

  #judgeDelivery({ host }: Running, hash: ArtifactHash, { remote }: Delivery): void {
    const { holds, isNewlyGivenUp, isDeceived } = this.#facts
    this.#openAt(host.id).delete(hash)
    host.note('pushed', { node: host.id, hash, peer: remote })
    if (holds(remote, hash) !== false || isNewlyGivenUp(remote, hash)) return
    if (isDeceived(host.id, remote)) return
    const detail = `${hash} was said to be held by ${remote}, and is not there`
    this.falseAnswers.push({ nodeId: host.id, detail })
  }

  #judgeFailure({ host, peers }: Running, hash: ArtifactHash, error: unknown): void {
    if (!FossilError.is(error, 'push.failed')) {
      host.fail(asError(error))
      return
    }
    const { fate } = error.detail
    // The agent was stopped: whoever waits asks its next life.
    if (fate === 'unreachable') return
    const sinceMs = this.#openAt(host.id).get(hash) ?? -Infinity
    this.#openAt(host.id).delete(hash)
    host.note('pushed', { node: host.id, hash, fate })
    if (fate === 'refused' && this.#facts.lackedWriteSince(host.id, sinceMs)) return
    if (this.#isTrue(fate, host.id, peers, hash)) return
    if (fate === 'refused' && this.#facts.wasDeceivedSince(host.id, sinceMs)) return
    const detail = `${hash} was said to be ${fate}: ${error.message}`
    this.falseAnswers.push({ nodeId: host.id, detail })
  }

  #isTrue(fate: string, id: NodeId, peers: readonly NodeId[], hash: ArtifactHash): boolean {
    const { isGivenUp, isPrivate } = this.#facts
    // Whoever lacks it, or shuns it, has had it removed.
    if (fate === 'missing' || fate === 'shunned') return isGivenUp(id, hash)
    // What was published and removed may come back from somebody who still holds it in private.
    if (fate !== 'refused')
      return fate === 'private' && (isPrivate(id, hash) || isGivenUp(id, hash))
    return peers.every((peer) => isGivenUp(peer, hash))
  }
}

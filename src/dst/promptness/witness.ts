/**
 * Witness of promptness: agents look when they promised to, and say of themselves what is so. An
 * agent that is late, or forgets a change, heals at the next poll, so that it shows nowhere else.
 *
 * The promise, for each remote: the first look as the agent starts; after a sync that settled
 * everything `interval`, and after one that did not at most that; after the n-th failure in a row
 * `min(longest, first * 2^(n-1))`, where n is 1 again after a success; each of these shortened by
 * no more than the share `jitter`. After a change that no sync carries `debounce`, counted from the
 * end of a sync under way; after failures their delay, whatever changes. Only time in which the
 * node is up and not paused counts.
 * @module
 */

import type { SyncAgent } from '../../agent/agent.ts'
import type { PaceOptions } from '../../agent/pace.ts'
import { FossilError } from '../../base/error.ts'
import type { Repo } from '../../repo/repo.ts'
import type { NodeId } from '../../runner/model.ts'
import type { Action, Node } from '../node.ts'
import type { Finding } from '../world.ts'
import { promisedPace } from './promise.ts'
import { type Moment, RemoteWatch } from './remote-watch.ts'

/** Facts of the world that promises depend on. */
export interface PromptnessFacts {
  /** True time, in milliseconds since 1970. */
  readonly nowMs: () => number
  /** Time for which a node has been paused so far. */
  readonly pausedMs: (id: NodeId) => number
  /** Tells whether anybody waits for a delivery of a node. */
  readonly isAwaited: (id: NodeId) => boolean
}

/** An agent that runs. */
interface Watched {
  readonly agent: Pick<SyncAgent, 'remotes'>
  readonly repo: Repo
  readonly pace: PaceOptions
  /** By name; undefined as long as the repository is an unfinished clone. */
  remotes: ReadonlyMap<string, RemoteWatch> | undefined
}

/** The agents of one run. */
export class PromptnessWitness {
  readonly #facts: PromptnessFacts
  readonly #agents = new Map<NodeId, Watched>()
  #found: Finding | undefined

  constructor(facts: PromptnessFacts) {
    this.#facts = facts
  }

  /** The first promise that was broken, by now. */
  get broken(): Finding | undefined {
    for (const [id, { agent, remotes }] of this.#agents) {
      for (const state of remotes === undefined ? [] : agent.remotes) {
        const watch = remotes?.get(state.name)
        this.#find(id, state.name, watch?.late(this.#now(id)) ?? watch?.statusProblem(state))
      }
    }
    return this.#found
  }

  /** A node begins its life; one that has no agent, or says nothing of its pace, is passed over. */
  starts(id: NodeId, { repo, agent, pace }: Omit<Node, 'tick'>): void {
    if (agent === undefined || pace === undefined) return
    this.#agents.set(id, { repo, agent, pace, remotes: undefined })
    this.#mayGoOn(id)
  }

  /** An agent is down, or is being stopped. */
  ended(id: NodeId): void {
    this.#agents.delete(id)
  }

  /** An agent is told of a change. */
  changes(id: NodeId): void {
    const now = this.#now(id)
    for (const watch of this.#agents.get(id)?.remotes?.values() ?? []) watch.changes(now)
  }

  /** Somebody wants a node to sync now. */
  asked(id: NodeId): void {
    const now = this.#now(id)
    for (const watch of this.#agents.get(id)?.remotes?.values() ?? []) watch.asked(now)
  }

  /** A request of the agent's own leaves. */
  asks(id: NodeId, peer: NodeId): void {
    const watch = this.#agents.get(id)?.remotes?.get(peer)
    this.#find(id, peer, watch?.begins(this.#now(id)))
  }

  /** A sync of its own has ended, and the agent has heard of that. */
  ends(id: NodeId, peer: NodeId, action: Action): void {
    const { remotes, agent } = this.#agents.get(id) ?? {}
    if (action.type === 'none') return
    if (remotes === undefined) return this.#mayGoOn(id)
    const state = agent?.remotes.find(({ name }) => name === peer)
    const watch = remotes.get(peer)
    if (state === undefined || watch === undefined) return
    const { isAwaited } = this.#facts
    const look = 'error' in action ? action : { ...action, isAwaited: isAwaited(id) }
    // Only the end of its agent gives a sync up.
    if ('error' in look && FossilError.is(look.error, 'transport.aborted')) return
    this.#find(id, peer, watch.ends(this.#now(id), look, state))
  }

  /** A clone that is whole becomes an agent. */
  #mayGoOn(id: NodeId): void {
    const watched = this.#agents.get(id)
    if (watched === undefined || watched.repo.isUnfinishedClone) return
    const [pace, now] = [promisedPace(watched.pace), this.#now(id)]
    const names = watched.agent.remotes.map(({ name }) => name)
    watched.remotes = new Map(names.map((name) => [name, new RemoteWatch(pace, now)]))
  }

  #now(id: NodeId): Moment {
    const nowMs = this.#facts.nowMs()
    const clockMs = this.#agents.get(id)?.repo.env.clock.nowMs() ?? nowMs
    return { nowMs, activeMs: nowMs - this.#facts.pausedMs(id), clockMs }
  }

  #find(id: NodeId, peer: NodeId, problem: string | undefined): void {
    if (problem === undefined) return
    this.#found ??= { nodeId: id, detail: `the agent ${problem} (${peer})` }
  }
}

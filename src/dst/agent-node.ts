/**
 * A node that syncs in the background, by a {@link SyncAgent}: several remotes, back-off, timers of
 * its own, and deliveries that somebody waits for.
 * @module
 */

import { SyncAgent } from '../agent/agent.ts'
import type { AgentRemote } from '../agent/attempt.ts'
import type { AgentEvent } from '../agent/events.ts'
import type { PaceOptions } from '../agent/pace.ts'
import { asError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import type { NodeHost, NodeId, TickEvent, TickOutcome } from '../runner/model.ts'
import type { Action, Node } from './node.ts'

/** The surroundings of an agent, and the pace that it keeps. */
export interface AgentNodeOptions {
  readonly host: NodeHost
  /** Named after the nodes that they lead to. */
  readonly remotes: readonly AgentRemote[]
  readonly pace: PaceOptions
  /** Brings a repository that is an unfinished clone further. */
  readonly clone: () => Promise<Action>
  /** Records a sync that has ended, and tells what it means for the run. */
  readonly onSync: (action: Action, peer: NodeId) => TickOutcome
}

/** A node over an agent. It looks at its remotes by itself. */
export class AgentNode implements Node {
  readonly repo: Repo
  readonly agent: SyncAgent
  readonly looksAt: readonly NodeId[]
  readonly pace: PaceOptions
  readonly #options: AgentNodeOptions
  /** Looks under way, by remote. */
  readonly #looks = new Map<NodeId, (outcome: TickOutcome) => void>()

  constructor(repo: Repo, options: AgentNodeOptions) {
    const { host, remotes, pace } = options
    this.repo = repo
    this.#options = options
    this.pace = pace
    this.looksAt = remotes.map(({ name }) => name)
    this.agent = new SyncAgent(repo, {
      ...pace,
      remotes,
      timers: host,
      onEvent: (event) => this.#heed(event),
    })
    if (!repo.isUnfinishedClone) this.agent.start()
    else host.after(0, () => void this.#finishClone())
  }

  /** Syncs with all remotes where somebody wants that now; its own timers do the rest. */
  async tick({ type }: TickEvent): Promise<Action> {
    if (type === 'syncNow') await this.agent.syncNow()
    return { type: 'none' }
  }

  /** Clones until that is done, and is an agent from then on. */
  async #finishClone(): Promise<void> {
    const { host, clone, pace, onSync } = this.#options
    const [peer = ''] = this.looksAt
    try {
      const told = host.look(peer)
      const action = await clone()
      onSync(action, peer)
      told('moved')
      if (!this.repo.isUnfinishedClone) this.agent.start()
      else host.after(pace.backoff?.minMs ?? 1000, () => void this.#finishClone())
    } catch (error) {
      host.fail(asError(error))
    }
  }

  #heed(event: AgentEvent): void {
    const { host } = this.#options
    if (event.type === 'sync.begun') this.#looks.set(event.remote, host.look(event.remote))
    if (event.type === 'sync.ended') this.#end(event.remote, actionOf(event))
    if (event.type === 'sync.failed') this.#end(event.remote, actionOf(event))
    if (event.type === 'crashed') host.fail(asError(event.error))
  }

  #end(peer: NodeId, action: Action): void {
    const outcome = this.#options.onSync(action, peer)
    this.#looks.get(peer)?.(outcome)
    this.#looks.delete(peer)
  }
}

function actionOf(event: AgentEvent & { type: 'sync.ended' | 'sync.failed' }): Action {
  return event.type === 'sync.ended'
    ? { type: 'synced', result: event.result }
    : { type: 'synced', error: event.error }
}

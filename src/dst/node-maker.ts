/**
 * Makes the nodes of a simulation that sync with others: a caller's own, one agent for all ways, or
 * a default node for each. One that joins late is a clone before it is anything else.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import type { NodeHost, NodeId, TickEvent, TickOutcome } from '../runner/model.ts'
import type { Credentials } from '../sync/login.ts'
import type { SyncOptions } from '../sync/session-options.ts'
import { clone } from '../sync/sync.ts'
import { AgentNode } from './agent-node.ts'
import type { LeafParts, ResolvedConfig, SimConfig } from './config.ts'
import { type Action, DefaultNode, type DefaultNodeOpts, type Node, syncAction } from './node.ts'

/** The longest that an agent waits after failures. */
export const longestBackoffMs = 60_000

/** The side of a simulation that its nodes are made for. */
export interface NodeRecords {
  /** Tells whether a node syncs private artifacts. */
  readonly asksPrivate: (id: NodeId) => boolean
  /** Records a sync of an agent that has ended, and tells what it means for the run. */
  readonly onSync: (host: NodeHost, action: Action, peer: NodeId) => TickOutcome
}

/** Options of every sync of a node. */
type NodeSyncOptions = Omit<DefaultNodeOpts, 'login'> & {
  readonly uv: boolean
  readonly login?: Credentials
}

/** Makes nodes, all by one configuration. */
export class NodeMaker {
  readonly #config: ResolvedConfig
  readonly #records: NodeRecords

  constructor(config: ResolvedConfig, records: NodeRecords) {
    this.#config = config
    this.#records = records
  }

  /** The node of a leaf, or several that tick one after another. */
  make(parts: LeafParts): readonly Node[] {
    const { makeNode, node } = this.#config
    const { repo, transports } = parts
    if (makeNode !== undefined) return [checkedNode(makeNode(parts))]
    if (node === 'agent') return [this.#agentNode(parts)]
    const options = this.#syncOptions(parts)
    const nodes = [...transports.values()].map((way) => new DefaultNode(repo, way, options))
    if (!repo.isUnfinishedClone) return nodes
    // The first remote is the one that it is a clone of.
    return nodes.map(
      (each, at) => new AfterClone(each, at > 0 ? doNothing : () => this.#clone(parts, options)),
    )
  }

  /** Options of every sync of a node. */
  syncOptions(parts: LeafParts): SyncOptions {
    const { uv: unversioned, xTableSync: tables = false, ...options } = this.#syncOptions(parts)
    return { ...options, unversioned, tables }
  }

  /** Sizes that both sides of a sync keep to. */
  limits(): Pick<SimConfig, 'budgetBytes' | 'clusterAtLeast' | 'deflateOverBytes'> {
    const { budgetBytes, clusterAtLeast, deflateOverBytes } = this.#config
    return {
      deflateOverBytes,
      ...(budgetBytes === undefined ? {} : { budgetBytes }),
      ...(clusterAtLeast === undefined ? {} : { clusterAtLeast }),
    }
  }

  #agentNode(parts: LeafParts): AgentNode {
    const { host, repo, transports } = parts
    const options = this.syncOptions(parts)
    const remotes = [...transports].map(([name, way]) => ({ name, transport: way, options }))
    const { pollIntervalMs: intervalMs } = this.#config
    return new AgentNode(repo, {
      host,
      remotes,
      pace: { intervalMs, backoff: { minMs: Math.min(1000, intervalMs), maxMs: longestBackoffMs } },
      clone: () => this.#clone(parts, this.#syncOptions(parts)),
      onSync: (action, peer) => this.#records.onSync(host, action, peer),
    })
  }

  /** Clones, from wherever an earlier attempt stopped. */
  #clone(
    { repo, transport }: LeafParts,
    { uv, login, private: isPrivate, deflateOverBytes }: NodeSyncOptions,
  ): Promise<Action> {
    const { cloneProtocol: protocol } = this.#config
    const options = {
      unversioned: uv,
      ...(protocol === undefined ? {} : { protocol }),
      ...(login === undefined ? {} : { login }),
      ...(isPrivate === undefined ? {} : { private: isPrivate }),
      ...(deflateOverBytes === undefined ? {} : { deflateOverBytes }),
    }
    return syncAction(clone(repo, transport, options))
  }

  #syncOptions({ id, login }: LeafParts): NodeSyncOptions {
    const { uv, settings, tables: xTableSync } = this.#config
    const fetched = settings ? ({ pullConfig: ['project', 'skin'] } as const) : {}
    const asksPrivate = this.#records.asksPrivate(id)
    const asked = { private: asksPrivate, uv, xTableSync, ...this.limits(), ...fetched }
    return login === undefined ? asked : { ...asked, login }
  }
}

const doNothing = (): Promise<Action> => Promise.resolve({ type: 'none' })

/** A node over a repository that may still be an unfinished clone: that is finished first. */
class AfterClone implements Node {
  readonly repo: Repo
  readonly #node: Node
  readonly #clone: () => Promise<Action>

  constructor(node: Node, cloneFirst: () => Promise<Action>) {
    this.repo = node.repo
    this.#node = node
    this.#clone = cloneFirst
  }

  async tick(event: TickEvent): Promise<Action> {
    if (!this.repo.isUnfinishedClone) return await this.#node.tick(event)
    const action = await this.#clone()
    // It has not looked yet at what a clone leaves out.
    return 'result' in action ? { type: 'none' } : action
  }
}

/** @throws {FossilError} `option.invalid` for what is no node: a `return` may be missing */
function checkedNode(node: Node | undefined): Node {
  if (typeof node?.tick === 'function') return node
  throw new FossilError('option.invalid', { option: 'makeNode', reason: 'must return a node' })
}

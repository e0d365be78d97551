/**
 * Planting of bugs: a node that syncs as it should and then makes a mistake, the way a real bug of
 * that kind would show.
 * @module
 */

import { cacheOf, dbOf, type Repo } from '../../repo/repo.ts'
import type { LeafParts, SimConfig } from '../config.ts'
import type { TickEvent } from '../../runner/model.ts'
import { type Action, DefaultNode, type DefaultNodeOpts, type Node } from '../node.ts'
import type { SimulateOptions } from '../simulate-options.ts'

/** A bug and the invariant that must notice it. */
export interface Canary {
  /** The bug, as a sentence about the node that has it. */
  readonly bug: string
  /** Name of the invariant. */
  readonly invariant: string
  /** The node with the bug. */
  readonly plant: (parts: LeafParts) => Node
  /** The world that goes with it, where the bug is not in the nodes. */
  readonly config?: () => Partial<SimConfig>
  /** Other things that go on there. */
  readonly options?: Partial<SimulateOptions>
}

/** The behaviour of every node in the canaries' world. */
export function soundNode(
  { repo, transport, login }: LeafParts,
  options: DefaultNodeOpts = {},
): DefaultNode {
  return new DefaultNode(repo, transport, { uv: true, login, ...options })
}

/** Syncs as it should, then makes its mistake. */
class MistakenNode implements Node {
  readonly repo: Repo
  readonly #inner: Node
  readonly #mistake: (repo: Repo) => void

  constructor(inner: Node, mistake: (repo: Repo) => void) {
    this.repo = inner.repo
    this.#inner = inner
    this.#mistake = mistake
  }

  async tick(event: TickEvent): Promise<Action> {
    const action = await this.#inner.tick(event)
    this.#mistake(this.repo)
    cacheOf(this.repo).clear()
    return action
  }
}

/** A node that makes a mistake at the end of every tick. */
export function afterSync(mistake: (repo: Repo) => void): Canary['plant'] {
  return (parts) => new MistakenNode(soundNode(parts), mistake)
}

/** The same, where the mistake is SQL. */
export function sql(statement: string): Canary['plant'] {
  return afterSync((repo) => dbOf(repo).exec(statement))
}

/**
 * Planted bugs of agents: what they say of deliveries, and how late they are.
 * @module
 */

import { SyncAgent } from '../../agent/agent.ts'
import type { Delivery } from '../../agent/deliveries.ts'
import type { LeafParts } from '../config.ts'
import { type Canary, soundNode } from './plant.ts'
import type { Node } from '../node.ts'

/** Tells how a delivery ended. */
type Telling = (parts: LeafParts) => Promise<Delivery>

/** An agent that says of every delivery what it likes. */
class TellingAgent extends SyncAgent {
  readonly #tell: () => Promise<Delivery>

  constructor(parts: LeafParts, tell: Telling) {
    const { repo, host, transport } = parts
    super(repo, { remotes: [{ name: 'master', transport }], timers: host })
    this.#tell = () => tell(parts)
  }

  override pushed(): Promise<Delivery> {
    return this.#tell()
  }
}

/** Syncs as it should, and tells something of its own. */
function telling(tell: Telling): Canary['plant'] {
  return (parts): Node => {
    const inner = soundNode(parts)
    const agent = new TellingAgent(parts, tell)
    return { repo: parts.repo, agent, tick: (event) => inner.tick(event) }
  }
}

/** Says that an agent keeps it in sync, and waits until it is polled. */
function unhurried(parts: LeafParts): Node {
  const { repo, host, transport } = parts
  const agent = new SyncAgent(repo, { remotes: [{ name: 'master', transport }], timers: host })
  const inner = soundNode(parts)
  return { repo, agent, pace: {}, tick: (event) => inner.tick(event) }
}

export const pushCanaries: readonly Canary[] = [
  {
    bug: 'says that the server holds what it has only queued',
    invariant: 'pushed',
    plant: telling(({ host }) => Promise.resolve({ remote: 'master', atMs: host.clock.nowMs() })),
  },
  {
    bug: 'forgets who waits for a delivery',
    invariant: 'pushed-answered',
    plant: telling(() => new Promise(() => {})),
  },
  {
    bug: 'has an agent and syncs only when it is polled',
    invariant: 'promptness',
    plant: unhurried,
  },
]

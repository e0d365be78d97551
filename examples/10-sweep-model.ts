/**
 * An own agent as a model in a file, which a sweep simulates in several processes:
 * `npx trilobite sim sweep --model examples/10-sweep-model.ts --seeds 1..200`.
 *
 * The agent has the bug of 06-own-agent.ts: what it sent counts as delivered, whatever becomes of
 * the message.
 * @module
 */

import { type Repo, sync, type Transport } from 'trilobite'
import { type Action, countBlobs, type Node, type SimulationModel } from 'trilobite/dst'

class HastyAgent implements Node {
  readonly repo: Repo
  readonly #transport: Transport
  #pushed = 0

  constructor(repo: Repo, transport: Transport) {
    this.repo = repo
    this.#transport = transport
  }

  async tick(): Promise<Action> {
    const held = countBlobs(this.repo)
    const push = held > this.#pushed
    this.#pushed = held
    try {
      const result = await sync(this.repo, this.#transport, { push, pull: true })
      this.#pushed += result.artifactsReceived
      return { type: 'synced', result }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return { type: 'synced', error }
    }
  }
}

export default {
  leaves: 2,
  durationMs: 60_000,
  operationCount: 20,
  // It neither logs in nor begins as a clone.
  login: false,
  config: { late: 0, makeNode: ({ repo, transport }) => new HastyAgent(repo, transport) },
} satisfies SimulationModel

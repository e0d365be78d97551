/**
 * An own sync agent, with a pause that grows with each failure, and a bug that the simulator finds:
 * `node examples/06-own-agent.ts`.
 * @module
 */

import { FossilError, type Repo, sync, type Transport } from 'trilobite'
import { type Action, countBlobs, expectConverges, type Node } from 'trilobite/dst'

/** An agent that pushes only when it has something new. */
class ThriftyAgent implements Node {
  readonly repo: Repo
  readonly #transport: Transport
  /** The planted bug: what was sent counts as delivered, whatever becomes of the message. */
  readonly #isHasty: boolean
  #failures = 0
  #turnsToWait = 0
  /** Count of the artifacts here that the server has, as far as the agent knows. */
  #pushed = 0

  constructor(repo: Repo, transport: Transport, { isHasty }: { isHasty: boolean }) {
    this.repo = repo
    this.#transport = transport
    this.#isHasty = isHasty
  }

  async tick(): Promise<Action> {
    if (this.#turnsToWait > 0) {
      this.#turnsToWait--
      return { type: 'none' }
    }
    const held = countBlobs(this.repo)
    const push = held > this.#pushed
    if (this.#isHasty) this.#pushed = held
    try {
      const result = await sync(this.repo, this.#transport, { push, pull: true })
      if (result.complete) this.#pushed = held + result.artifactsReceived
      this.#failures = 0
      return { type: 'synced', result }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#turnsToWait = Math.min(2 ** this.#failures, 8)
      if (FossilError.is(error, 'transport')) this.#failures++
      return { type: 'synced', error }
    }
  }
}

/** Twenty runs of a minute on a hostile network, as a test of the agent would make them. */
async function sweep(isHasty: boolean): Promise<string> {
  try {
    await expectConverges({
      seeds: { first: 1, last: 20 },
      leaves: 3,
      durationMs: 60_000,
      operationCount: 30,
      config: {
        makeNode: ({ repo, transport }) => new ThriftyAgent(repo, transport, { isHasty }),
      },
    })
    return '20 seeds converge'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

console.log(`careful: ${await sweep(false)}`)
console.log(`hasty: ${await sweep(true)}`)

/**
 * An agent that knows nothing of simulations: it polls by `setTimeout`, sends by `fetch`, gives up
 * after a while, and waits longer after each failure, with jitter. With the global forms routed it
 * runs in virtual time, and replays:
 * `node --import trilobite/sim/world examples/09-unpatched-agent.ts`.
 * @module
 */

import { type Repo, sync, type SyncResult } from 'trilobite'
import { type LeafParts, type Node, simulate } from 'trilobite/dst'

/** The agent as it runs in production. */
class PollingAgent {
  /** Called when a sync begins; returns a function that takes its result, where there is one. */
  onSync: () => (result?: SyncResult) => void = () => () => {}
  readonly #repo: Repo
  readonly #url: string
  #failures = 0
  #running: Promise<void> | undefined

  constructor(repo: Repo, url: string) {
    this.#repo = repo
    this.#url = url
  }

  /** Begins to poll. */
  start(): void {
    const pauseMs = 5_000 * 2 ** Math.min(this.#failures, 5) * (0.75 + Math.random() / 2)
    setTimeout(() => void this.syncNow().then(() => this.start()), pauseMs)
  }

  /** Syncs, unless it does so already. */
  syncNow(): Promise<void> {
    this.#running ??= this.#sync().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #sync(): Promise<void> {
    const ended = this.onSync()
    try {
      ended(await sync(this.#repo, { exchange: (request) => this.#send(request) }))
      this.#failures = 0
    } catch {
      ended()
      this.#failures++
    }
  }

  async #send(request: Uint8Array): Promise<Uint8Array> {
    const body = Uint8Array.from(request)
    const signal = AbortSignal.timeout(20_000)
    const response = await fetch(this.#url, { method: 'POST', body, signal })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  }
}

/** The agent as a node, which tells the simulator when it looks, and what it finds. */
function makeNode({ repo, host }: LeafParts): Node {
  const agent = new PollingAgent(repo, 'http://master/')
  agent.onSync = () => {
    const told = host.look('master')
    return (result) => told(result !== undefined && isQuiet(result) ? 'quiet' : 'moved')
  }
  agent.start()
  return {
    repo,
    looksAt: ['master'],
    tick: async () => {
      await agent.syncNow()
      return { type: 'none' }
    },
  }
}

function isQuiet({ complete, artifactsSent, artifactsReceived }: SyncResult): boolean {
  return complete && artifactsSent + artifactsReceived === 0
}

if (!/sim\/world/.test([...process.execArgv, process.env['NODE_OPTIONS']].join(' '))) {
  console.error('Its timers and its fetch would be real ones: add --import trilobite/sim/world')
  process.exit(2)
}

for (const seed of [1, 2, 1]) {
  const report = await simulate({
    seed,
    leaves: 2,
    durationMs: 600_000,
    operationCount: 40,
    config: { makeNode },
  })
  const { verdict, faults, traceHash } = report
  const lost = (faults.requestLost ?? 0) + (faults.replyLost ?? 0)
  console.log(
    `seed ${seed}: ${verdict}, with ${lost} messages lost, trace ${traceHash.slice(0, 8)}`,
  )
}

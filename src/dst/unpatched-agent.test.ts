/**
 * An agent that knows nothing of simulations: it polls by `setTimeout`, sends by `fetch`, gives up
 * after a time, waits longer after each failure, with jitter. In a simulation it replays.
 * @module
 */

import '../sim/world.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import { storeLocal } from '../repo/store.ts'
import { sync } from '../sync/sync.ts'
import type { Transport } from '../sync/transport.ts'
import type { SimConfig } from './config.ts'
import { hasBlob } from './holdings.ts'
import { Simulator } from './simulator.ts'

/** The agent as somebody wrote it for production. */
class FetchingAgent {
  readonly log: string[] = []
  readonly #repo: Repo
  readonly #url: string
  #failures = 0

  constructor(repo: Repo, url: string) {
    this.#repo = repo
    this.#url = url
    void this.#poll()
  }

  async #poll(): Promise<void> {
    try {
      const { rounds } = await sync(this.#repo, { exchange: (request) => this.#send(request) })
      this.#failures = 0
      this.#note(`${rounds} rounds`)
    } catch (error) {
      this.#failures++
      this.#note(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    }
    const pauseMs = 5_000 * 2 ** Math.min(this.#failures, 4) * (0.5 + Math.random())
    setTimeout(() => void this.#poll(), pauseMs)
  }

  async #send(bytes: Uint8Array): ReturnType<Transport['exchange']> {
    const body = Uint8Array.from(bytes)
    const digest = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', body)))
    this.#note(`sends ${digest} as ${crypto.randomUUID()}`)
    const headers = { 'content-type': 'application/x-fossil', digest }
    const signal = AbortSignal.timeout(4_000)
    const response = await fetch(this.#url, { method: 'POST', body, headers, signal })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  }

  #note(text: string): void {
    this.log.push(`${new Date().toISOString()} ${text}`)
  }
}

/** A simulation whose only leaf is such an agent. */
function simulate(config: Partial<SimConfig> = {}): {
  readonly simulator: Simulator
  readonly agents: FetchingAgent[]
} {
  const agents: FetchingAgent[] = []
  const simulator = Simulator.create({
    seed: 1,
    numLeaves: 1,
    level: 'hostile',
    maxSkewMs: 60_000,
    ...config,
    makeNode: ({ repo }) => {
      agents.push(new FetchingAgent(repo, 'http://master/project'))
      return { repo, looksAt: ['master'], tick: () => ({ type: 'none' }) }
    },
  })
  return { simulator, agents }
}

const tenMinutesMs = 600_000

async function traceOf(seed: number): Promise<{ hash: string; log: string }> {
  const { simulator, agents } = simulate({ seed })
  using run = simulator
  await run.runUntil(run.clock().startMs + tenMinutesMs)
  return { hash: run.traceHash(), log: agents.flatMap(({ log }) => log).join('\n') }
}

test('the same seed gives the same trace, another one another', async () => {
  const [first, again, other] = [await traceOf(1), await traceOf(1), await traceOf(2)]
  assert.deepEqual(again, first)
  assert.notEqual(other.hash, first.hash)
  for (const seen of [/ rounds$/m, /TimeoutError/, /TypeError: fetch failed/]) {
    assert.match(first.log, seen)
  }
})

test('it syncs what is stored, and a crash ends all of it', async () => {
  const { simulator, agents } = simulate({ level: 'normal' })
  using run = simulator
  const endMs = run.clock().startMs + tenMinutesMs
  await run.runUntil(endMs)
  const { hash } = storeLocal(run.repo('leaf-0'), utf8('made here'))
  await run.runUntil(endMs + 20_000)
  assert.ok(hasBlob(run.repo('master'), hash))
  run.crash('leaf-0')
  const before = agents[0]?.log.length ?? 0
  await run.runUntil(endMs + 100_000)
  run.restart('leaf-0')
  await run.runUntil(endMs + 200_000)
  assert.equal(agents[0]?.log.length, before)
  assert.ok((agents[1]?.log.length ?? 0) > 2)
})

test('a fetch that leads to no node ends the run, and its caller is named', async () => {
  const agents: FetchingAgent[] = []
  using simulator = Simulator.create({
    seed: 1,
    makeNode: ({ repo }) => {
      agents.push(new FetchingAgent(repo, 'https://fossil.example/project'))
      return { repo, tick: () => ({ type: 'none' }) }
    },
  })
  await assert.rejects(
    simulator.run(10),
    (error) =>
      FossilError.is(error, 'sim.unsimulated') &&
      error.detail.node === 'leaf-0' &&
      /unpatched-agent\.test\.ts:\d+$/.test(error.detail.at ?? ''),
  )
  assert.equal(agents.length, 2)
})

test('the body of a form is the same again', async () => {
  const bodies = [1, 1, 2].map(async (seed) => {
    const form = new FormData()
    form.set('name', 'value')
    const made: Request[] = []
    using simulator = Simulator.create({
      seed,
      numLeaves: 1,
      makeNode: ({ repo }) => {
        made.push(new Request('http://master/', { method: 'POST', body: form }))
        return { repo, tick: () => ({ type: 'none' }) }
      },
    })
    assert.ok(simulator)
    return made[0]?.text()
  })
  const [first, again, other] = await Promise.all(bodies)
  assert.equal(again, first)
  assert.notEqual(other, first)
})

/**
 * Virtual time, repositories and links for the tests of this folder. Everything happens in the
 * order of (time, sequence), and between two events every promise callback runs that can.
 * @module
 */

import assert from 'node:assert/strict'

import { type Clock, quiesce } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import { type Access, fullAccess } from '../sync/access.ts'
import { handleXfer } from '../sync/handler.ts'
import { makeRepo } from '../sync/pair.suite.ts'
import type { SyncOptions } from '../sync/session-options.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'
import { type AgentOptions, SyncAgent } from './agent.ts'
import type { AgentEvent } from './events.ts'
import type { Timers } from './timers.ts'

/** A queue of timers over a clock that moves only with it. */
export class World implements Timers {
  /** Milliseconds since the world began. */
  nowMs = 0
  readonly clock: Clock = { nowMs: () => 1_700_000_000_000 + this.nowMs }
  #sequence = 0
  readonly #queue = new Set<{ atMs: number; sequence: number; action: () => void }>()

  after(ms: number, action: () => void): () => void {
    assert.ok(Number.isInteger(ms) && ms >= 0, `a delay of ${ms}`)
    const entry = { atMs: this.nowMs + ms, sequence: this.#sequence++, action }
    this.#queue.add(entry)
    return () => void this.#queue.delete(entry)
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#queue.size
  }

  /** Lets time pass. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms
    for (;;) {
      await quiesce()
      const [next] = [...this.#queue]
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs || a.sequence - b.sequence)
      if (next === undefined) break
      this.#queue.delete(next)
      this.nowMs = next.atMs
      next.action()
    }
    this.nowMs = untilMs
  }

  /** An empty repository of the tests' project, under this clock. */
  repo(name: string): Repo {
    const repo = makeRepo(name)
    repo.env = { ...repo.env, clock: this.clock }
    return repo
  }
}

/** Fate of the exchanges of a link. */
export type LinkFault = 'none' | 'loseRequest' | 'loseReply'

const latencyMs = 100

/** A transport to a server in memory: an exchange takes 100 ms, a lost one as long. */
export class Link implements Transport {
  fault: LinkFault = 'none'
  access: Access = fullAccess
  exchanges = 0
  /** The most exchanges that were ever under way at a time. */
  mostAtOnce = 0
  underWay = 0
  readonly #world: World
  readonly #server: Repo

  constructor(world: World, server: Repo) {
    this.#world = world
    this.#server = server
  }

  exchange(request: Uint8Array, { signal }: ExchangeOptions = {}): Promise<Uint8Array> {
    this.exchanges++
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay)
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    const fail = (code: 'transport.failed' | 'transport.aborted'): void =>
      reject(new FossilError(code, { reason: 'of the test' }))
    const cancel = this.#world.after(latencyMs, () => {
      if (this.fault === 'loseRequest') return fail('transport.failed')
      const reply = handleXfer(this.#server, request, { access: this.access })
      return this.fault === 'loseReply' ? fail('transport.failed') : resolve(reply)
    })
    signal?.addEventListener('abort', () => {
      cancel()
      fail('transport.aborted')
    })
    return promise.finally(() => void this.underWay--)
  }
}

/** An agent over a client, and two servers, each with a link to it. */
export interface Setup {
  readonly world: World
  readonly client: Repo
  readonly servers: readonly [Repo, Repo]
  readonly links: readonly [Link, Link]
  readonly events: AgentEvent[]
  readonly agent: SyncAgent
}

/**
 * Makes an agent with the remotes `r0` and, if asked for, `r1`; without jitter, unless told
 * otherwise.
 *
 * @param options `remote`: options of every sync
 */
export function setUp({
  remotes = 1,
  remote = {},
  ...options
}: Partial<Omit<AgentOptions, 'remotes'>> & {
  remotes?: 1 | 2
  remote?: SyncOptions
} = {}): Setup {
  const world = new World()
  const client = world.repo('client')
  const servers = [world.repo('server 0'), world.repo('server 1')] as const
  const links = [new Link(world, servers[0]), new Link(world, servers[1])] as const
  const events: AgentEvent[] = []
  const named = links.map((transport, i) => ({ name: `r${i}`, transport, options: remote }))
  const agent = new SyncAgent(client, {
    remotes: named.slice(0, remotes),
    timers: world,
    jitter: 0,
    onEvent: (event) => void events.push(event),
    ...options,
  })
  return { world, client, servers, links, events, agent }
}

/** The outcome of a promise, looked at without waiting for it. */
export function outcomeOf<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const outcome: { value?: T; error?: unknown } = {}
  promise.then(
    (value) => (outcome.value = value),
    (error: unknown) => (outcome.error = error),
  )
  return outcome
}

/**
 * Deliveries in a hostile world: lost requests and replies, legal but unlucky turns on both sides,
 * bans, clusters, offline times and restarts, all from a seed. A delivery is never a lie, and once
 * the faults end everything is delivered that may be.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Buggify } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact, isShunned } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import { shun } from '../repo/shun.ts'
import { type Draw, RandomSource } from '../sim/random.ts'
import { ask, contentOf, nameOf, pullCard } from '../sync/pair.suite.ts'
import { storeLocal } from '../repo/store.ts'
import { SyncAgent } from './agent.ts'
import type { Delivery } from './deliveries.ts'
import type { AgentEvent } from './events.ts'
import { Link, World } from './world.suite.ts'

/** Tallies over all runs, so that a test that met nothing does not pass. */
interface Tally {
  delivered: number
  refused: number
  /** Deliveries that a complete sync would have claimed, and that had not happened. */
  naiveLies: number
}

/** Two servers and a client, whose agent is stopped and made anew at times. */
class HostileRun {
  readonly #world = new World()
  readonly #draw: Draw
  readonly #tally: Tally
  readonly #client: Repo
  readonly #links: readonly { readonly name: string; readonly server: Repo; readonly link: Link }[]
  #isHostile = true
  #agent: SyncAgent
  #made = 0
  /** Artifacts that are to be delivered, and the remote that is to have them. */
  readonly #owed = new Map<ArtifactHash, string | undefined>()
  /** Those that were owed when the latest sync of a remote began. */
  readonly #owedAtBegin = new Map<string, readonly ArtifactHash[]>()

  constructor(seed: number, tally: Tally) {
    const source = new RandomSource(seed)
    this.#draw = source.stream('test').next()
    this.#tally = tally
    const turns = source.stream('buggify').next()
    const buggify: Buggify = {
      check: (_site, probability) => this.#isHostile && turns.chance(probability),
    }
    const make = (name: string): Repo => {
      const repo = this.#world.repo(name)
      repo.env = { ...repo.env, buggify }
      return repo
    }
    this.#client = make('client')
    this.#links = ['one', 'two'].map((name) => {
      const server = make(name)
      return { name, server, link: new Link(this.#world, server) }
    })
    this.#agent = this.#start()
  }

  /** Lets the world be hostile for a while, then kind until nothing is owed. */
  async run(): Promise<void> {
    for (let step = 0; step < 40; step++) {
      // What the owner does is done, or the test would not know what is owed.
      this.#isHostile = false
      this.#act()
      this.#isHostile = true
      await this.#world.advance(this.#draw.int(0, 1500))
    }
    this.#isHostile = false
    for (const { link } of this.#links) link.fault = 'none'
    this.#agent.goOnline()
    for (let i = 0; i < 60 && this.#owed.size > 0; i++) await this.#world.advance(10_000)
    assert.deepEqual([...this.#owed.keys()], [], 'everything was delivered or refused')
    await this.#agent.stop()
  }

  #act(): void {
    const { server, link } = this.#draw.pick(this.#links)
    const action = this.#draw.int(0, 9)
    if (action <= 3) this.#make(this.#draw.pick([1, 1, 3, 120]))
    else if (action === 4)
      link.fault = this.#draw.pick(['none', 'none', 'loseRequest', 'loseReply'])
    else if (action === 5) this.#ban(server)
    else if (action === 6) pullFrom(this.#draw.pick([server, this.#client]))
    else if (action === 7) this.#agent.goOffline()
    else if (action === 8) this.#agent.goOnline()
    else this.#restart()
  }

  #make(count: number): void {
    for (let i = 0; i < count; i++) {
      const { hash } = storeLocal(this.#client, contentOf(this.#made++))
      if (i === 0) this.#expect(hash, this.#draw.pick(['one', 'two', undefined]))
    }
  }

  /** Bans an artifact before it comes: a server that held it once has not lied. */
  #ban(server: Repo): void {
    const next = nameOf(contentOf(this.#made + this.#draw.int(0, 2)))
    if (!hasArtifact(server, next)) shun(server, [next])
  }

  #restart(): void {
    void this.#agent.stop()
    this.#agent = this.#start()
    for (const [hash, remote] of this.#owed) this.#expect(hash, remote)
  }

  #start(): SyncAgent {
    const agent = new SyncAgent(this.#client, {
      remotes: this.#links.map(({ name, link }) => ({ name, transport: link })),
      timers: this.#world,
      intervalMs: 2000,
      backoff: { minMs: 200, maxMs: 2000 },
      onEvent: (event) => {
        assert.notEqual(event.type, 'crashed', JSON.stringify(event))
        if (event.type === 'sync.begun') {
          this.#owedAtBegin.set(event.remote, [...this.#owed.keys()])
        }
        if (event.type === 'sync.ended') this.#countNaive(event)
      },
    })
    agent.start()
    return agent
  }

  /** Counts artifacts that a sync which began with them, and ends complete, has not delivered. */
  #countNaive({ remote, result }: AgentEvent & { type: 'sync.ended' }): void {
    const server = this.#serverOf(remote)
    const carried = this.#owedAtBegin.get(remote) ?? []
    const lacked = carried.filter((hash) => !hasArtifact(server, hash))
    if (result.complete) this.#tally.naiveLies += lacked.length
  }

  #expect(hash: ArtifactHash, remote: string | undefined): void {
    this.#owed.set(hash, remote)
    void this.#follow(hash, remote, this.#agent)
  }

  async #follow(hash: ArtifactHash, remote: string | undefined, agent: SyncAgent): Promise<void> {
    let delivery: Delivery
    try {
      delivery = await agent.pushed(hash, remote === undefined ? {} : { remote })
    } catch (error) {
      return this.#failed(hash, error)
    }
    assert.ok(remote === undefined || delivery.remote === remote)
    this.#delivered(hash, delivery.remote)
  }

  #delivered(hash: ArtifactHash, remote: string): void {
    assert.ok(hasArtifact(this.#serverOf(remote), hash), `${remote} has ${hash}`)
    this.#owed.delete(hash)
    this.#tally.delivered++
  }

  #failed(hash: ArtifactHash, error: unknown): void {
    assert.ok(FossilError.is(error, 'push.failed'), String(error))
    if (error.detail.fate === 'unreachable') return
    assert.equal(error.detail.fate, 'refused')
    const remote = this.#owed.get(hash)
    const asked = this.#links.filter(({ name }) => remote === undefined || name === remote)
    assert.ok(
      asked.every(({ server }) => isShunned(server, hash)),
      'refused by a ban',
    )
    this.#owed.delete(hash)
    this.#tally.refused++
  }

  #serverOf(remote: string): Repo {
    return this.#links.find(({ name }) => name === remote)?.server ?? assert.fail(remote)
  }
}

/** Somebody pulls, so that clusters are formed. */
function pullFrom(server: Repo): void {
  ask(server, [pullCard])
}

test('a delivery is never a lie, and what may be delivered is in the end', async () => {
  const tally: Tally = { delivered: 0, refused: 0, naiveLies: 0 }
  for (let seed = 1; seed <= 20; seed++) await new HostileRun(seed, tally).run()
  assert.ok(tally.delivered > 200, `${tally.delivered} delivered`)
  assert.ok(tally.refused > 10, `${tally.refused} refused`)
  assert.ok(tally.naiveLies > 50, `${tally.naiveLies} would have been lies`)
})

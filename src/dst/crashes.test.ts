/**
 * Crashes of Fossil nodes: a repository is as it was last committed, and dead code does nothing
 * that anybody sees.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { parseArtifactHash } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { storeLocal } from '../repo/store.ts'
import type { Repo } from '../repo/repo.ts'
import { hasBlob } from './holdings.ts'
import type { LeafParts } from './config.ts'
import { DefaultNode, type Node } from './node.ts'
import { simulate } from './simulate.ts'
import { Simulator } from './simulator.ts'
import { TraceLines } from './trace-lines.suite.ts'

test('networks whose nodes crash converge, and nothing acknowledged is lost', async () => {
  const trace = new TraceLines()
  const { onTraceLine } = trace
  const plan = 'hostile,leaves=3,topology=ring,mix=checkin+kinds+uv+upkeep,operations=40'
  for (let seed = 1; seed <= 4; seed++) {
    const { verdict, violation } = await simulate({ seed, plan, config: { onTraceLine } })
    assert.deepEqual([verdict, violation], ['converged', undefined], `seed ${seed}`)
  }
  const crashed = new Set(trace.events('crash').map(({ node }) => JSON.stringify(node)))
  assert.ok(crashed.size > 2, [...crashed].join(' '))
  assert.equal(trace.events('crash', 'stop').length, trace.events('restart').length)
})

suite('code of a node that has crashed', () => {
  /** The surroundings of a node that acknowledges. */
  interface StubbornParts {
    readonly attempt: () => Promise<unknown>
    readonly host: LeafParts['host']
    readonly acknowledge: () => void
  }

  /** Syncs, and whatever happens tries once more, writes, and says that it has stored it. */
  class Stubborn implements Node {
    readonly repo: Repo
    readonly seen: string[] = []
    readonly #attempt: () => Promise<unknown>
    readonly #host: LeafParts['host']
    readonly #acknowledge: () => void

    constructor(repo: Repo, { attempt, host, acknowledge }: StubbornParts) {
      this.repo = repo
      this.#attempt = attempt
      this.#host = host
      this.#acknowledge = acknowledge
    }

    async tick(): Promise<{ type: 'none' }> {
      try {
        await this.#attempt()
      } catch (error) {
        this.seen.push(FossilError.is(error) ? error.code : String(error))
      } finally {
        try {
          storeLocal(this.repo, utf8('written by the dead'))
          this.seen.push('written')
        } catch (error) {
          assert.ok(error instanceof Error)
          this.seen.push('closed')
        }
        this.#host.emit(this.#acknowledge)
        this.#host.note('stored', { node: this.#host.id })
        this.#host.store.set('stored', utf8('yes'))
        this.#host.after(1_000, () => this.seen.push('timer'))
        void this.#attempt().then(
          () => this.seen.push('answered'),
          () => this.seen.push('failed'),
        )
      }
      return { type: 'none' }
    }
  }

  test('is seen by no link, database, trace or oracle, though something wakes it', async () => {
    const trace = new TraceLines()
    const nodes: Stubborn[] = []
    const wakers: (() => void)[] = []
    const acknowledged: string[] = []
    const acknowledge = (): void => void acknowledged.push('written by the dead')
    using simulator = Simulator.create({
      seed: 1,
      numLeaves: 1,
      onTraceLine: trace.onTraceLine,
      makeNode: ({ repo, transport, login, host }) => {
        if (nodes.length > 0) return new DefaultNode(repo, transport, { login })
        const woken = new Promise<void>((resolve) => void wakers.push(resolve))
        const request = utf8('nothing that a server understands')
        const attempt = (): Promise<unknown> => Promise.race([transport.exchange(request), woken])
        const node = new Stubborn(repo, { attempt, host, acknowledge })
        nodes.push(node)
        return node
      },
    })
    while (trace.events('request').length === 0) await simulator.step()
    simulator.crash('leaf-0')
    const sent = trace.events('request').length
    simulator.restart('leaf-0')
    for (const wake of wakers) wake()
    await simulator.runUntil(simulator.clock().nowMs() + 60_000)
    const [dead] = nodes
    assert.ok(dead)
    // The repository that it knew is closed; its second attempt reaches nobody.
    assert.deepEqual(dead.seen, ['closed', 'answered'])
    assert.deepEqual([acknowledged, trace.events('stored')], [[], []])
    assert.ok(trace.events('request').length > sent, 'the next life syncs')
    const written = parseArtifactHash(sha1(utf8('written by the dead')))
    assert.ok(written)
    for (const { repo } of simulator.nodes()) assert.ok(!hasBlob(repo, written))
    assert.ok(await simulator.settle(600_000))
    simulator.checkSafety()
    simulator.checkSettled()
  })
})

test('a repository is as it was last committed, and the node another', () => {
  using simulator = Simulator.create({ seed: 1, numLeaves: 1 })
  const before = simulator.repo('leaf-0')
  const { hash } = storeLocal(before, utf8('committed'))
  simulator.crash('leaf-0')
  const after = simulator.repo('leaf-0')
  assert.notEqual(after, before)
  assert.ok(hasBlob(after, hash))
  assert.ok(!simulator.isUp('leaf-0'))
  simulator.restart('leaf-0')
  assert.equal(simulator.repo('leaf-0'), after)
})

test('a node that there is not cannot crash', () => {
  using simulator = Simulator.create({ seed: 1, numLeaves: 1 })
  for (const act of [() => simulator.crash('leaf-9'), () => simulator.restart('leaf-9')]) {
    assert.throws(act, { code: 'option.invalid' })
  }
})

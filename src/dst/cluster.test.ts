/**
 * Nodes that come and go: late ones join as clones, old backups are put back, and nothing is lost.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { cloneState } from '../repo/clone-state.ts'
import { storeLocal } from '../repo/store.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { lostBy, Backups } from './backups.ts'
import { nodeKinds } from './config.ts'
import { countBlobs, hasBlob } from './holdings.ts'
import { simulate } from './simulate.ts'
import { Simulator } from './simulator.ts'
import { lateNodes, topologyNames, topologyOf } from './topology.ts'
import { RandomSource } from '../sim/random.ts'
import { TraceLines } from './trace-lines.suite.ts'
import type { Truth } from './world.ts'

function write(simulator: Simulator, nodeId: string, text: string): ArtifactHash {
  const { hash } = storeLocal(simulator.repo(nodeId), utf8(text))
  simulator.acknowledge({ hash, nodeId, isPrivate: false })
  return hash
}

async function runFor(simulator: Simulator, ms: number): Promise<void> {
  await simulator.runUntil(simulator.clock().nowMs() + ms)
}

suite('a leaf that joins late', () => {
  for (const node of nodeKinds) {
    test(`as a node of kind ${node} is not there before, then clones, then syncs`, async () => {
      using simulator = Simulator.create({ seed: 1, numLeaves: 2, late: 1, node, login: {} })
      for (let n = 0; n < 10; n++) write(simulator, 'master', `early ${n}`)
      await runFor(simulator, 10_000)
      assert.deepEqual(simulator.leafIds(), ['leaf-0'])
      assert.throws(() => simulator.crash('leaf-1'), { code: 'option.invalid' })
      simulator.restart('leaf-1')
      assert.equal(cloneState(simulator.repo('leaf-1'))?.sequence, 1)
      await runFor(simulator, 20_000)
      assert.equal(simulator.repo('leaf-1').isUnfinishedClone, false)
      const late = write(simulator, 'leaf-1', 'late')
      assert.ok(await simulator.settle(600_000))
      simulator.checkSafety()
      simulator.checkSettled()
      assert.ok(hasBlob(simulator.repo('leaf-0'), late))
    })
  }

  test('goes on with its clone after a crash', async () => {
    const config = { seed: 3, numLeaves: 2, late: 1, budgetBytes: 200 }
    using simulator = Simulator.create({ ...config, node: 'agent' })
    for (let n = 0; n < 40; n++) write(simulator, 'master', `early ${n}`.repeat(20))
    simulator.restart('leaf-1')
    while (countBlobs(simulator.repo('leaf-1')) < 20) await simulator.step()
    simulator.crash('leaf-1')
    assert.equal(simulator.repo('leaf-1').isUnfinishedClone, true)
    simulator.restart('leaf-1')
    assert.ok(countBlobs(simulator.repo('leaf-1')) >= 20)
    assert.ok(await simulator.settle(600_000))
    simulator.checkSettled()
  })

  test('is none that others depend on', () => {
    for (const name of topologyNames) {
      const topology = topologyOf(name, 5, new RandomSource(1).stream('topology').at(0))
      for (const id of lateNodes(topology, 4)) {
        assert.ok(
          topology.links.every(({ to }) => to !== id),
          `${name}: ${id}`,
        )
      }
    }
    const star = topologyOf('star', 5, new RandomSource(1).stream('topology').at(0))
    assert.deepEqual(lateNodes(star, 2), ['leaf-3', 'leaf-4'])
  })
})

suite('an old backup', () => {
  const truth: Truth = { acknowledged: [], asksPrivate: new Set() }

  test('is put back where others have all that is newer', async () => {
    using simulator = Simulator.create({ seed: 1, numLeaves: 1 })
    const backups = new Backups()
    const [master] = simulator.nodes()
    assert.ok(master)
    write(simulator, 'leaf-0', 'before')
    await runFor(simulator, 20_000)
    const [, leaf] = simulator.nodes()
    assert.ok(leaf)
    backups.keep(leaf, truth)
    const backup = backups.of('leaf-0')
    assert.ok(backup)
    const hash = write(simulator, 'leaf-0', 'after')
    assert.equal(lostBy(backup, leaf, [master], truth), undefined)
    await runFor(simulator, 20_000)
    assert.deepEqual(lostBy(backup, leaf, [master], truth), [hash])
  })

  test('is put back in runs, which converge and lose nothing', async () => {
    const trace = new TraceLines()
    const { onTraceLine } = trace
    const plan = 'hostile,leaves=2,operations=60,mix=checkin+uvWrite+backups,late=1,topology=star'
    for (let seed = 1; seed <= 6; seed++) {
      const { verdict, violation } = await simulate({ seed, plan, config: { onTraceLine } })
      assert.deepEqual([verdict, violation], ['converged', undefined], `seed ${seed}`)
    }
    const done = trace.events('operation').filter(({ outcome }) => outcome === 'acknowledged')
    for (const op of ['backup', 'restore', 'join']) {
      assert.ok(
        done.some((operation) => operation['op'] === op),
        op,
      )
    }
  })
})

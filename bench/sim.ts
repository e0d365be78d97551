/**
 * The simulator: the standard scenario over ten seeds, and how the cost of a sync grows with the
 * number of leaves.
 *
 * Standard scenario: a master with 50 random blobs of 200-1000 bytes, 3 leaves, 5 s poll, 10 % of
 * requests dropped, 300 syncs, then 30 without faults, then convergence and safety checked. All in
 * memory, on one core.
 * @module
 */

import { storeLocal } from 'trilobite'
import { Simulator } from 'trilobite/dst'
import { noFaults } from 'trilobite/sim'
import { type BenchOptions, type BenchResult, benchRow } from './report.ts'

const blobs = 50
const faultySyncs = 300
const calmSyncs = 30

/** Runs the standard scenario and the growth of cost. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  const seeds = quick ? 2 : 10
  await runSeeds(quick ? 1 : seeds) // Warms the code up.
  const standard = await runSeeds(seeds)
  const rows = [
    benchRow('seeds', seeds / standard.wallSec, 'seeds/s'),
    benchRow('syncs', standard.syncs / standard.wallSec, 'syncs/s'),
    benchRow('simulated time', standard.simulatedSec / standard.wallSec, 's/s'),
  ]
  for (const leaves of quick ? [10] : [10, 100, 300]) {
    const { idleUs, firstUs } = await growth(leaves)
    rows.push(benchRow(`first sync of each of ${leaves} leaves`, firstUs, 'us/sync'))
    rows.push(benchRow(`idle sync, ${leaves} leaves`, idleUs, 'us/sync'))
  }
  const notes = ['a sync is a session of one or more exchanges; an idle one has one exchange']
  return { name: 'sim', rows, notes }
}

async function runSeeds(
  seeds: number,
): Promise<{ wallSec: number; syncs: number; simulatedSec: number }> {
  const startMs = performance.now()
  let syncs = 0
  let simulatedMs = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const sim = await runStandard(seed)
    syncs += sim.totalSyncs
    simulatedMs += sim.clock().elapsedMs
  }
  const wallSec = (performance.now() - startMs) / 1000
  return { wallSec, syncs, simulatedSec: simulatedMs / 1000 }
}

async function runStandard(seed: number): Promise<Simulator> {
  using sim = Simulator.create({ seed, numLeaves: 3, pollIntervalMs: 5_000 })
  const master = fillMaster(sim)
  sim.network().setRates({ ...noFaults, requestLost: 100_000 })
  await runSyncs(sim, faultySyncs)
  sim.endFaults()
  await runSyncs(sim, calmSyncs)
  sim.checkSafety()
  sim.checkAllConverged(master)
  return sim
}

/** Cost of a leaf's first sync, which brings everything, and of one that finds nothing to do. */
async function growth(leaves: number): Promise<{ firstUs: number; idleUs: number }> {
  using sim = Simulator.create({ seed: 1, numLeaves: leaves, pollIntervalMs: 5_000 })
  const master = fillMaster(sim)
  const firstUs = await timeSyncs(sim, leaves)
  const idleUs = await timeSyncs(sim, Math.max(1000, leaves * 3))
  sim.checkAllConverged(master)
  return { firstUs, idleUs }
}

async function timeSyncs(sim: Simulator, syncs: number): Promise<number> {
  const startMs = performance.now()
  await runSyncs(sim, syncs)
  return ((performance.now() - startMs) * 1000) / syncs
}

async function runSyncs(sim: Simulator, syncs: number): Promise<void> {
  for (const target = sim.totalSyncs + syncs; sim.totalSyncs < target;) await sim.step()
}

function fillMaster(sim: Simulator): Parameters<Simulator['checkAllConverged']>[0] {
  const master = sim.masterRepo()
  if (master === undefined) throw new Error('the simulator made no master')
  const stream = sim.stream('blobs')
  for (let blob = 0; blob < blobs; blob++) {
    const draw = stream.next()
    storeLocal(master, draw.bytes(draw.int(200, 1000)))
  }
  return master
}

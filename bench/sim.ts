/**
 * The simulator: the standard scenario over ten seeds, and how the cost of a sync grows with the
 * number of leaves. All in memory, on one core.
 * @module
 */

import { Simulator } from 'trilobite/dst'
import { type BenchOptions, type BenchResult, benchRow } from './report.ts'
import { fillMaster, runStandardSeeds, runSyncs } from './standard-scenario.ts'

/** Runs the standard scenario and the growth of cost. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  const seeds = quick ? 2 : 10
  await runStandardSeeds(1, quick ? 1 : seeds) // Warms the code up.
  const startMs = performance.now()
  const { syncs, simulatedMs } = await runStandardSeeds(1, seeds)
  const wallSec = (performance.now() - startMs) / 1000
  const rows = [
    benchRow('seeds', seeds / wallSec, 'seeds/s'),
    benchRow('syncs', syncs / wallSec, 'syncs/s'),
    benchRow('simulated time', simulatedMs / 1000 / wallSec, 's/s'),
  ]
  for (const leaves of quick ? [10] : [10, 100, 300]) {
    const { idleUs, firstUs } = await growth(leaves)
    rows.push(benchRow(`first sync of each of ${leaves} leaves`, firstUs, 'us/sync'))
    rows.push(benchRow(`idle sync, ${leaves} leaves`, idleUs, 'us/sync'))
  }
  const notes = ['a sync is a session of one or more exchanges; an idle one has one exchange']
  return { name: 'sim', rows, notes }
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

/**
 * The standard scenario of simulators: a master with 50 random blobs of 200-1000 bytes, 3 leaves,
 * 5 s poll, 10 % of requests lost, 300 syncs, then 30 without faults, then convergence and safety
 * checked. `go-peer/main.go` is the same for the simulator of the Go library.
 * @module
 */

import { type Repo, storeLocal } from 'trilobite'
import { countBlobs, Simulator } from 'trilobite/dst'

const blobs = 50
const faultySyncs = 300
const calmSyncs = 30

/** The work of one run, or the sum over several. */
export interface StandardWork {
  readonly syncs: number
  readonly failedSyncs: number
  /** Artifacts that all repositories hold at the end. */
  readonly artifacts: number
  readonly simulatedMs: number
}

/** Runs seeds `first` to `last`, both included, one after the other. */
export async function runStandardSeeds(first: number, last: number): Promise<StandardWork> {
  let sum: StandardWork = { syncs: 0, failedSyncs: 0, artifacts: 0, simulatedMs: 0 }
  for (let seed = first; seed <= last; seed++) {
    const work = await runStandard(seed)
    sum = {
      syncs: sum.syncs + work.syncs,
      failedSyncs: sum.failedSyncs + work.failedSyncs,
      artifacts: sum.artifacts + work.artifacts,
      simulatedMs: sum.simulatedMs + work.simulatedMs,
    }
  }
  return sum
}

async function runStandard(seed: number): Promise<StandardWork> {
  using sim = Simulator.create({ seed, numLeaves: 3, pollIntervalMs: 5_000 })
  const master = fillMaster(sim)
  sim.network().setRates({ requestLost: 100_000 })
  await runSyncs(sim, faultySyncs)
  sim.endFaults()
  await runSyncs(sim, calmSyncs)
  sim.checkSafety()
  sim.checkAllConverged(master)
  return {
    syncs: sim.totalSyncs,
    failedSyncs: sim.totalErrors,
    artifacts: sim.nodes().reduce((sum, { repo }) => sum + countBlobs(repo), 0),
    simulatedMs: sim.clock().elapsedMs,
  }
}

/** Lets events happen until `syncs` more syncs have ended. */
export async function runSyncs(sim: Simulator, syncs: number): Promise<void> {
  for (const target = sim.totalSyncs + syncs; sim.totalSyncs < target;) await sim.step()
}

/** Stores the blobs of the standard scenario in the master, and returns it. */
export function fillMaster(sim: Simulator): Repo {
  const master = sim.masterRepo()
  if (master === undefined) throw new Error('the simulator made no master')
  const stream = sim.stream('blobs')
  for (let blob = 0; blob < blobs; blob++) {
    const draw = stream.next()
    storeLocal(master, draw.bytes(draw.int(200, 1000)))
  }
  return master
}

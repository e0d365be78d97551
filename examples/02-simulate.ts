/**
 * Put a network of repositories through a bad minute: `node examples/02-simulate.ts`.
 * @module
 */

import { checkin } from 'trilobite'
import { Simulator } from 'trilobite/dst'

using sim = Simulator.create({ seed: 42, numLeaves: 3, level: 'hostile', safetyCheckInterval: 50 })
sim.network().partition('leaf-1')

const { repo } = sim.leaf('leaf-1')
checkin(repo, {
  comment: 'made while cut off',
  user: 'leaf-1',
  changes: [{ name: 'a.txt', content: new TextEncoder().encode('nobody has seen this yet\n') }],
})

await sim.runUntil(sim.clock().startMs + 60_000)
sim.endFaults()
const isSettled = await sim.settle(600_000)
sim.checkSafety()
sim.checkSettled()
console.log(
  isSettled ? 'settled' : 'stalled',
  sim.totalSyncs,
  'syncs',
  sim.traceHash().slice(0, 16),
)

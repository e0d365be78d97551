/**
 * `node standard-process.ts WARMUP FIRST LAST`: runs the standard scenario for seeds FIRST to LAST,
 * after WARMUP seeds before them, and prints `{ "seeds": n, "cpuMs": n, "syncs": n,
 * "failedSyncs": n, "artifacts": n }`, the processor time with that of the garbage collector.
 * @module
 */

import { runStandardSeeds } from './standard-scenario.ts'

const [warmup = 0, first = 1, last = 0] = process.argv.slice(2).map(Number)
await runStandardSeeds(first - warmup, first - 1)
const before = process.cpuUsage()
const { syncs, failedSyncs, artifacts } = await runStandardSeeds(first, last)
const { user, system } = process.cpuUsage(before)
const cpuMs = (user + system) / 1000
console.log(JSON.stringify({ seeds: last - first + 1, cpuMs, syncs, failedSyncs, artifacts }))

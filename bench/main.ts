/**
 * Runs benchmarks: `npm run bench -- [NAME …] [--quick]`. Prints a table for each and keeps its
 * figures in `bench/results/NAME.json`; `--quick` keeps nothing. No name runs them all.
 * @module
 */

import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { type BenchModule, describeMachine, formatResult, writeResult } from './report.ts'

/** Every benchmark by name. Loaded when asked for: one must not warm or slow another's code. */
const benches = new Map<string, () => Promise<BenchModule>>([
  ['delta', () => import('./delta.ts')],
  ['hash', () => import('./hash.ts')],
  ['sim', () => import('./sim.ts')],
  ['runs', () => import('./runs.ts')],
  ['sweep', () => import('./sweep.ts')],
  ['clone', () => import('./clone.ts')],
  ['server', () => import('./server.ts')],
  ['rebuild', () => import('./rebuild.ts')],
  ['ci', () => import('./ci.ts')],
  ['strangers', () => import('./strangers.ts')],
  ['tables', () => import('./tables.ts')],
])

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
})

const unknown = positionals.filter((name) => !benches.has(name))
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${names().join(', ')}`)
  process.exitCode = 2
} else {
  const { cpu, cores, node } = describeMachine()
  console.log(`${cpu}, ${cores} cores, node ${node}`)
  for (const name of positionals.length > 0 ? positionals : names()) await bench(name)
}

async function bench(name: string): Promise<void> {
  const load = benches.get(name)
  if (load === undefined) return
  const { run } = await load()
  const result = await run(values)
  console.log(`\n${formatResult(result)}`)
  if (!values.quick) writeResult(join(import.meta.dirname, 'results'), result)
}

function names(): string[] {
  return [...benches.keys()]
}

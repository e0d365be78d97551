/**
 * Every fault that a hostile world knows does happen: those of the network and those inside the
 * code. A fault that never strikes tests nothing.
 * @module
 */

import { simulate, type SimReport } from 'trilobite/dst'

import type { Check } from './check.ts'

/** Faults that a report counts and this world does not have. */
const others: readonly string[] = ['lies', 'crash', 'broken']

/** Sites inside production code. One that this list does not name has to strike as well. */
const sites = [
  'handler.cluster.early',
  'handler.file.reject',
  'handler.gimme.ignore',
  'handler.gimme.skip',
  'handler.igot.truncate',
  'handler.reply.minBudget',
  'handler.uvfile.reject',
  'handler.uvgimme.ignore',
  'node.tick.earlyReturn',
  'repo.commit.fail',
  'sync.file.reject',
  'sync.gimme.skip',
  'sync.igot.truncate',
  'sync.request.minBudget',
  'sync.uvfile.minBudget',
]

/** A hostile world in which people do much. */
function hostile(seed: number): Promise<SimReport> {
  return simulate({
    seed,
    leaves: 3,
    durationMs: 60_000,
    operationCount: 200,
    privateCheckins: true,
    uv: seed % 2 === 0,
    login: seed % 4 === 0,
  })
}

/** Everything of a run that may strike, by name, and how often it did. */
function countsOf({ faults, sites: passed }: SimReport): ReadonlyMap<string, number> {
  const kinds = Object.entries(faults).filter(([name]) => !others.includes(name))
  return new Map([...kinds, ...passed.map(({ site, fired }) => [site, fired] as const)])
}

/** Sites that claim to have struck more often than the run came by. */
function overcounted({ sites: passed }: SimReport): string[] {
  return passed.flatMap(({ site, uses, fired }) => (fired > uses ? site : []))
}

export const faults: Check = {
  name: 'faults',
  about: '60 hostile simulations meet every fault of network and code, and converge',
  run: async ({ seed, count = 60, progress }) => {
    const missing = new Set<string>(sites)
    const struck = new Set<string>()
    const failures: string[] = []
    let runs = 0
    for (; runs < count && missing.size > 0; runs++) {
      const report = await hostile(seed + runs)
      if (report.verdict !== 'converged') failures.push(`seed ${seed + runs}: ${report.verdict}`)
      failures.push(...overcounted(report).map((site) => `seed ${seed + runs}: ${site} overcounts`))
      for (const [name, times] of countsOf(report)) {
        if (times > 0) struck.add(name)
        if (struck.has(name)) missing.delete(name)
        else missing.add(name)
      }
      progress(`${runs + 1} of ${count} seeds, ${missing.size} faults to be seen`)
    }
    failures.push(...[...missing].map((name) => `${name} never strikes`))
    return { summary: `${struck.size} faults struck within ${runs} seeds`, failures }
  },
}

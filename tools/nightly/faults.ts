/**
 * Every fault that a hostile world knows does happen: those of the network and those inside the
 * code. A fault that never strikes tests nothing.
 * @module
 */

import { simulate, type SimReport } from 'trilobite/dst'

import type { Check } from './check.ts'

/** Faults of the network. */
const kinds = [
  'refused',
  'requestLost',
  'replyLost',
  'requestCut',
  'replyCut',
  'delayed',
  'duplicated',
  'requestCorrupted',
  'replyCorrupted',
  'stale',
  'partitioned',
] as const

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

/** The faults that struck in a run, and the sites that it passed. */
function facesOf({ faults, sites: passed }: SimReport): { struck: string[]; met: string[] } {
  const happened = kinds.filter((kind) => faults[kind] > 0)
  const fired = passed.filter(({ fired: count }) => count > 0).map(({ site }) => site)
  return { struck: [...happened, ...fired], met: passed.map(({ site }) => site) }
}

export const faults: Check = {
  name: 'faults',
  about: '60 hostile simulations meet every fault of network and code, and converge',
  run: async ({ seed, count = 60, progress }) => {
    const missing = new Set<string>([...kinds, ...sites])
    const struck = new Set<string>()
    const failures: string[] = []
    let runs = 0
    for (; runs < count && missing.size > 0; runs++) {
      const report = await hostile(seed + runs)
      if (report.verdict !== 'converged') failures.push(`seed ${seed + runs}: ${report.verdict}`)
      const { struck: now, met } = facesOf(report)
      for (const name of now) struck.add(name)
      for (const name of met) missing.add(name)
      for (const name of struck) missing.delete(name)
      progress(`${runs + 1} of ${count} seeds, ${missing.size} faults to be seen`)
    }
    failures.push(...[...missing].map((name) => `${name} never strikes`))
    return { summary: `${struck.size} faults struck within ${runs} seeds`, failures }
  },
}

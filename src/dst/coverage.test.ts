/**
 * Every fault that a hostile world knows does happen: those of the network and those inside the
 * code. A fault that never strikes tests nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultKinds } from '../sim/link.ts'
import { simulate } from './simulate.ts'

/** Sites inside production code. */
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

test('a few hostile runs meet every fault of network and code, and converge', async () => {
  const wanted = new Set<string>([...faultKinds, ...sites])
  const struck = new Set<string>()
  const missing = (): string[] => [...wanted].filter((name) => !struck.has(name))
  const mostSeeds = 60
  let seed = 1
  for (; seed <= mostSeeds && missing().length > 0; seed++) {
    const report = await simulate({
      seed,
      leaves: 3,
      durationMs: 60_000,
      operationCount: 200,
      privateCheckins: true,
      uv: seed % 2 === 0,
      login: seed % 4 === 0,
    })
    assert.equal(report.verdict, 'converged', `seed ${seed}`)
    for (const kind of faultKinds) if (report.faults[kind] > 0) struck.add(kind)
    for (const { site, uses, fired } of report.sites) {
      assert.ok(uses >= fired)
      // A site that this list does not name yet has to strike as well.
      wanted.add(site)
      if (fired > 0) struck.add(site)
    }
  }
  assert.deepEqual(missing(), [], `after ${seed - 1} seeds`)
})

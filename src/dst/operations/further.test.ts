/**
 * Operations that lead to what ordinary work seldom does: long chains of deltas, messages of many
 * cards, locks, graveyards, repositories that name artifacts in several ways.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Simulator } from '../simulator.ts'
import { simulate } from '../simulate.ts'
import type { SimReport } from '../sim-report.ts'

const quiet =
  'normal,topology=star,leaves=2,late=0,node=poll,pollIntervalMs=5000,private=no,login=no,' +
  'hashPolicy=sha1,durationMs=60000,budgetBytes=0,clusterAtLeast=100,sizes=small'

async function work(
  plan: string,
  look: (simulator: Simulator) => void = () => {},
): Promise<SimReport> {
  const report = await simulate({ seed: 5, plan: `${quiet},${plan}`, onEnd: look })
  assert.equal(report.verdict, 'converged')
  return report
}

function numbers(repo: Repo, sql: string): number[] {
  return dbOf(repo)
    .prepare<[number]>(sql)
    .all()
    .map(([number]) => number)
}

function done({ operations }: SimReport, name: string): number {
  return operations[name]?.acknowledged ?? 0
}

suite('operations lead', () => {
  test('to chains of eight deltas and more, on every node', async () => {
    await work('operations=6,mix=series', (simulator) => {
      for (const { repo } of simulator.nodes()) {
        const [longest = 0] = numbers(
          repo,
          `WITH RECURSIVE chain(rid, length) AS (
             SELECT rid, 1 FROM delta
             UNION ALL SELECT delta.rid, length + 1 FROM chain JOIN delta ON delta.srcid = chain.rid
           ) SELECT max(length) FROM chain`,
        )
        assert.ok(longest >= 8, `${longest}`)
      }
    })
  })

  test('to messages of more than a hundred cards, and to clusters', async () => {
    const most = { artifacts: 0 }
    const report = await simulate({
      seed: 5,
      plan: `${quiet},operations=3,mix=burst`,
      config: {
        onTraceLine: (line) => {
          const sent = /"artifactsSent":(\d+)/.exec(line)
          if (sent !== null) most.artifacts = Math.max(most.artifacts, Number(sent[1]))
        },
      },
    })
    assert.equal(report.verdict, 'converged')
    assert.ok(most.artifacts > 100, `${most.artifacts}`)
  })

  test('to locks, which the server keeps and gives back', async () => {
    const report = await work('operations=40,mix=checkin+lock', (simulator) => {
      const [locks = 0] = numbers(
        simulator.repo('master'),
        `SELECT count(*) FROM config WHERE name GLOB 'ci-lock-*'`,
      )
      assert.ok(locks > 0)
    })
    assert.ok(done(report, 'lock') > 0)
  })

  test('to the graveyard and back', async () => {
    const report = await work('operations=60,mix=checkin+graveyard+shun')
    for (const name of ['purgeLine', 'purgeFile', 'exhume', 'unshun']) {
      assert.ok(done(report, name) > 0, name)
    }
  })

  test('to repositories that begin with one algorithm and go on with the other', async () => {
    const before = new Map<string, string>()
    await work('operations=30,mix=checkin,leaves=6,hashPolicy=mixed', (simulator) => {
      for (const { id, repo } of simulator.nodes()) {
        const [, names = 0] = numbers(
          repo,
          'SELECT count(*) FROM blob WHERE size >= 0 GROUP BY length(uuid) ORDER BY 1',
        )
        assert.ok(names > 0, `${id} holds names of both algorithms`)
        before.set(id, repo.hashPolicy)
      }
    })
    const policies = new Set(before.values())
    assert.ok(policies.has('sha1') && policies.has('sha3') && !policies.has('auto'))
  })

  test('to syncs that a person asks for, of every kind', async () => {
    const report = await work('operations=80,mix=byHand+rowPut+browse')
    for (const name of ['lock', 'unlock', 'repair', 'sendSettings', 'plainTables', 'browse']) {
      assert.ok(done(report, name) > 0, name)
    }
  })
})

test('what was done is done again from its list, with any third of it left out', async () => {
  const plan =
    `${quiet},faults=requestLost+replyLost+crash+code,operations=60,` +
    'mix=checkin+graveyard+local+guarded+bulk+byHand+browse+shun'
  const { intentions, traceHash } = await simulate({ seed: 8, plan })
  assert.equal((await simulate({ seed: 8, plan, intentions })).traceHash, traceHash)
  for (const left of [0, 1, 2]) {
    const kept = intentions.filter((_, index) => index % 3 !== left)
    const { verdict } = await simulate({ seed: 8, plan, intentions: kept })
    assert.equal(verdict, 'converged')
  }
})

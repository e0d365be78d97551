/**
 * Runs in which nodes lie: they replay, and whatever is said, what is held in the end is right.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { faultLevels } from '../sim/levels.ts'
import { calmLink, type LieRates } from '../sim/link.ts'
import { names } from './lies/lies.suite.ts'
import { drawFossilPlan, fossilPlans, optionsOfPlan } from './plan.ts'
import type { SimReport } from './sim-report.ts'
import { simulate } from './simulate.ts'

/** A small run in which one message in five is a lie. */
const plan = 'faults=lies,lies=0.2,leaves=2,durationMs=60000,operations=30,sizes=small'

/** The lies of a run. */
function liesOf({ decisions }: SimReport): SimReport['decisions'] {
  return decisions.filter(({ site }) => /\/(?:lied|replyLied)$/.test(site))
}

async function traceOf(options: Parameters<typeof simulate>[0]): Promise<string[]> {
  let lines: string[] = []
  const { verdict } = await simulate({
    ...options,
    config: {
      ...options.config,
      onTraceStart: () => (lines = []),
      onTraceLine: (line) => void lines.push(line),
    },
  })
  assert.equal(verdict, 'converged')
  return lines
}

function ratesOf(line: string): LieRates | undefined {
  const drawn = fossilPlans.draw(1, fossilPlans.read(line))
  return optionsOfPlan(1, drawn).config?.network?.link.lies
}

suite('a plan', () => {
  test('has lies where they are drawn, at a rate for both directions, and else none', () => {
    assert.deepEqual(ratesOf('faults=lies,lies=0.05'), { requests: 50_000, replies: 50_000 })
    assert.deepEqual(ratesOf('faults=refused,lies=0.05'), { requests: 0, replies: 0 })
    for (const preset of ['normal', 'adversarial', 'hostile', 'golden']) {
      assert.deepEqual(ratesOf(preset), { requests: 0, replies: 0 })
    }
  })

  test('draws them for one seed in four, and moves nothing else that was drawn', () => {
    const plans = Array.from({ length: 400 }, (_, seed) => drawFossilPlan(seed, {}))
    const lying = plans.filter(({ faults }) => faults.includes('lies'))
    assert.ok(lying.length > 70 && lying.length < 130, `${lying.length} of 400`)
    // Seed 1, of which nothing moves where another kind of fault comes behind the others.
    const { faults } = drawFossilPlan(1, {})
    assert.deepEqual(faults.filter((name) => name !== 'lies').slice(0, 7), [
      'replyLost',
      'replyCut',
      'delayed',
      'partition',
      'code',
      'stop',
      'stale',
    ])
  })

  test('has none for a server of the caller’s own, unless it says so', async () => {
    const seed = Array.from({ length: 40 }, (_, each) => each).find((each) =>
      drawFossilPlan(each, {}).faults.includes('lies'),
    )
    assert.ok(seed !== undefined)
    const upstream = { exchange: () => Promise.reject(new Error('never asked')) }
    const options = { seed, durationMs: 0, operationCount: 0, leaves: 1, config: { upstream } }
    const faultsOf = async (line: string): Promise<string> =>
      /faults=([^,]*)/.exec((await simulate({ ...options, plan: line })).plan ?? '')?.[1] ?? ''
    assert.doesNotMatch(await faultsOf('topology=star'), /lies/)
    assert.equal(await faultsOf('topology=star,faults=lies'), 'lies')
  })
})

suite('a run with lies', () => {
  test('repeats to the byte, and so does a replay of its decisions alone', async () => {
    const first = await simulate({ seed: 1, plan })
    const lies = liesOf(first)
    assert.ok(lies.length > 10 && lies.length >= first.faults.lies)
    const config = { overrides: first.decisions, unlisted: 'benign' } as const
    const [once, again, replayed] = [
      await traceOf({ seed: 1, plan }),
      await traceOf({ seed: 1, plan }),
      await traceOf({ seed: 1, plan, config }),
    ]
    assert.deepEqual(again, once)
    assert.deepEqual(replayed, once)
  })

  test('tells every lie that there is, and converges', async () => {
    const told = new Set<unknown>()
    for (const seed of [18, 20]) {
      const report = await simulate({ seed, plan: `${plan},mix=checkin+branch+uvWrite+rowPut` })
      assert.equal(report.verdict, 'converged', `seed ${seed}`)
      for (const { outcome } of liesOf(report)) told.add(outcome)
    }
    assert.deepEqual(told, new Set(names))
  })

  test('has lies that are signed by who tells them', async () => {
    const lines = await traceOf({
      seed: 2,
      plan: `${plan},login=yes,node=poll`,
      config: { describesMessages: true },
    })
    // Of two login cards neither is over what follows it.
    const lied = new Set(
      lines
        .map((line) => JSON.parse(line))
        .filter(({ type, site, outcome }) => {
          return type === 'fault' && site.endsWith('/lied') && outcome !== 'card-doubled'
        })
        .map(({ site, use }) => `${site.split(/[/→]/)[1]} ${use}`),
    )
    const refused = lines
      .map((line) => JSON.parse(line))
      .filter(({ type, message, peer, exchange }) => {
        return type === 'message' && message === 'reply' && lied.has(`${peer} ${exchange}`)
      })
      .filter(({ content }) => /error login/.test(content.cards.join('\n')))
    assert.ok(lied.size > 5)
    assert.deepEqual(refused, [])
  })

  test('is calm where the network is', async () => {
    const network = { ...faultLevels.normal, link: calmLink }
    const { faults } = await simulate({ seed: 1, plan, config: { network } })
    assert.equal(faults.lies, 0)
  })
})

suite('a world of the kind that found', () => {
  const waiting = 'topology=chain,node=poll,leaves=3,clusterAtLeast=5,sizes=small,private=no'
  const joining = 'leaves=2,late=1,topology=star,node=agent,durationMs=30000,operations=15,login=no'
  const found: readonly { what: string; seeds: readonly number[]; plan: string }[] = [
    {
      what: 'an artifact that came as a delta of nothing, and that a cluster named',
      seeds: [8, 29],
      plan: `faults=lies,lies=0.2,${waiting}`,
    },
    {
      what: 'a clone that ended before it was told whose project it is',
      seeds: [6],
      plan: `faults=lies,lies=0.2,${joining}`,
    },
  ]
  for (const { what, seeds, plan: line } of found) {
    for (const seed of seeds) {
      test(`${what}, converges (seed ${seed})`, async () => {
        const report = await simulate({ seed, plan: line })
        assert.equal(report.violation, undefined)
        assert.equal(report.verdict, 'converged')
      })
    }
  }
})

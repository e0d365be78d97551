/**
 * Replays: decisions of a first run, imposed on a second one.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FossilError } from '../base/error.ts'
import type { Decision, Override } from '../sim/decision.ts'
import { firstDivergence } from '../sim/trace.ts'
import type { SimConfig } from './config.ts'
import type { SimReport } from './sim-report.ts'
import { simulate } from './simulate.ts'
import { Simulator } from './simulator.ts'
import { TraceLines } from './trace-lines.suite.ts'

interface Run {
  readonly report: SimReport
  readonly lines: readonly string[]
}

async function run(config: Partial<SimConfig> = {}): Promise<Run> {
  const { lines, onTraceLine } = new TraceLines()
  const report = await simulate({
    seed: 21,
    leaves: 3,
    durationMs: 150_000,
    operationCount: 90,
    config: { ...config, onTraceLine },
  })
  return { report, lines }
}

function key({ site, use }: Pick<Decision, 'site' | 'use'>): string {
  return `${site}#${use}`
}

/** The place of a decision in a trace. */
function indexOf({ site, use }: Decision, lines: readonly string[]): number {
  return lines.findIndex((line) => {
    return line.includes(`"site":${JSON.stringify(site)},"use":${JSON.stringify(use)},`)
  })
}

const first = await run()
const { decisions } = first.report

test('the run to replay met faults of the network and of the code', () => {
  assert.ok(decisions.some(({ site }) => site.startsWith('net/')))
  assert.ok(decisions.some(({ site }) => site.startsWith('buggify/')))
})

test('one fault made benign is gone, and up to it the run is the same', async () => {
  for (const decision of [decisions[4], decisions.at(-5)]) {
    assert.ok(decision)
    const { report, lines } = await run({ overrides: [{ ...decision, outcome: null }] })
    const parted = firstDivergence(first.lines, lines)
    assert.equal(parted?.index, indexOf(decision, first.lines))
    assert.ok(!report.decisions.map(key).includes(key(decision)))
  }
})

test('every other decision of the two runs is the same wherever both made it', async () => {
  const [decision] = decisions
  assert.ok(decision)
  const { report } = await run({ overrides: [{ ...decision, outcome: null }] })
  const outcomes = new Map(decisions.map((made) => [key(made), made.outcome]))
  const shared = report.decisions.filter((made) => outcomes.has(key(made)))
  assert.ok(shared.length > 10, String(shared.length))
  for (const made of shared) assert.equal(outcomes.get(key(made)), made.outcome)
})

test('a fault forced on a calm world is the only one', async () => {
  const forced: Decision = {
    site: 'net/leaf-1→master/requestLost',
    use: 'poll#3.round#1',
    outcome: true,
  }
  const { report } = await run({ level: 'normal', overrides: [forced] })
  assert.deepEqual(report.decisions, [forced])
  assert.equal(report.faults.requestLost, 1)
  assert.deepEqual(
    report.nodes.map(({ errors }) => errors),
    [0, 0, 1, 0],
  )
})

test('a fault site in the code can be forced in a run that would leave it alone', async () => {
  const forced: Decision = {
    site: 'buggify/leaf-2/node.tick.earlyReturn',
    use: 'poll#1.1',
    outcome: true,
  }
  const { report } = await run({ level: 'normal', buggify: true, overrides: [forced] })
  assert.ok(report.decisions.some((made) => key(made) === key(forced)))
})

suite('only what is listed', () => {
  test('all the faults of a run make the run again', async () => {
    const again = await run({ overrides: decisions, unlisted: 'benign' })
    assert.equal(firstDivergence(first.lines, again.lines), undefined)
    assert.deepEqual(again.report.decisions, decisions)
  })

  test('some of the faults are all that is met', async () => {
    const listed = decisions.filter((_, index) => index % 3 === 0)
    const { report } = await run({ overrides: listed, unlisted: 'benign' })
    const keys = new Set(listed.map(key))
    assert.deepEqual(
      report.decisions.map(key).filter((made) => !keys.has(made)),
      [],
    )
    assert.ok(report.decisions.length > 0 && report.decisions.length <= listed.length)
  })

  test('nothing listed is a calm run', async () => {
    const { report } = await run({ unlisted: 'benign' })
    assert.deepEqual(report.decisions, [])
  })
})

test('an override that its site cannot follow ends the run', async () => {
  const overrides: Override[] = [{ site: 'net/leaf-0→master/refused', use: 0, outcome: 7 }]
  using simulator = Simulator.create({ seed: 1, overrides })
  await assert.rejects(simulator.run(100), (error) => FossilError.is(error, 'option.invalid'))
})

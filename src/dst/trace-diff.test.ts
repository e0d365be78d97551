/**
 * Traces of real runs that differ in one thing: the first divergence is that thing.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Intention } from '../runner/operations.ts'
import { comparisonOf, type TraceComparison } from '../runner/trace-diff.ts'
import type { SimReport } from './sim-report.ts'
import { simulate } from './simulate.ts'
import type { SimulateOptions } from './simulate-options.ts'
import { TraceLines } from './trace-lines.suite.ts'

interface Run {
  readonly report: SimReport
  readonly lines: readonly string[]
}

async function run(options: Partial<SimulateOptions> = {}): Promise<Run> {
  const { lines, onTraceLine } = new TraceLines()
  const report = await simulate({
    seed: 3,
    plan: 'hostile,leaves=2,operations=10,durationMs=20000,mix=checkin',
    ...options,
    config: { ...options.config, onTraceLine },
  })
  return { report, lines }
}

function compare(a: Run, b: Run): TraceComparison {
  return comparisonOf({ name: 'a', lines: () => a.lines }, { name: 'b', lines: () => b.lines })
}

const first = await run()

suite('traces of two runs', () => {
  test('with the same seed are equal, whatever else one of them tells', async () => {
    const again = await run({ config: { describesMessages: true } })
    assert.equal(compare(first, first).verdict, 'equal')
    assert.equal(compare(first, again).verdict, 'equal')
    assert.ok(again.lines.length > first.lines.length)
  })

  test('part where a fault of one is cancelled in the other, at each of its faults', async () => {
    const { decisions } = first.report
    assert.ok(decisions.length > 2)
    for (const decision of decisions) {
      const other = await run({ config: { overrides: [{ ...decision, outcome: null }] } })
      const { divergence } = compare(first, other)
      const line = divergence?.a?.line
      assert.deepEqual([line?.type, line?.site, line?.use], ['fault', decision.site, decision.use])
      assert.equal(divergence?.b, undefined)
    }
  })

  test('part where one of them has one operation more', async () => {
    const { intentions } = first.report
    const [last] = intentions.filter(({ op }) => op === 'checkin').slice(-1)
    assert.ok(last)
    const more: Intention = { ...last, id: 'leaf-0#99', node: 'leaf-0', atMs: last.atMs + 1 }
    const [fewer, longer] = [
      await run({ intentions }),
      await run({ intentions: [...intentions, more] }),
    ]
    const { divergence, common } = compare(fewer, longer)
    assert.ok(common.lines > 10)
    assert.deepEqual([divergence?.a, divergence?.b?.line.id], [undefined, 'leaf-0#99'])
  })
})

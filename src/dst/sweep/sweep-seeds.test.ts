/**
 * Sweeps of whole simulations: runs that fail, die, or are not the same twice; the journal.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { TestFolder } from '../../runner/sweep/ends.suite.ts'
import type { SeedEnd } from '../../runner/sweep/seed-end.ts'
import { simulate } from '../simulate.ts'
import { sweepSeeds } from './sweep-seeds.ts'

const plan = 'leaves=1,operations=3,durationMs=2000'
const model = join(import.meta.dirname, 'trouble-model.suite.ts')

suite('a sweep', () => {
  test('tells trouble by its signature, and goes on behind it', async () => {
    using folder = new TestFolder()
    const tracesFolder = folder.file('traces')
    const seeds = { first: 1, last: 5 }
    const report = await sweepSeeds({ seeds, plan, model, jobs: 2, tracesFolder })
    assert.deepEqual(
      report.failures.map(({ text, kept }) => [text, kept.map(({ seed }) => seed)]),
      [
        ['diverged: made twice, it ended otherwise', [1]],
        ['failed: TypeError: no such thing as <n>', [3]],
        ['killed: exit code 7', [2]],
        ['threw: RangeError: no work at all', [4]],
      ],
    )
    assert.deepEqual([report.converged, report.ends.length, report.isComplete], [1, 5, true])
    const [diverged, failed, killed, threw] = report.failures.map(({ kept }) => kept[0]?.told ?? '')
    assert.match(diverged ?? '', /the first divergence\n {6}A +0\.000 s +process, pid \d+\n/)
    assert.match(diverged ?? '', new RegExp(`traces +${tracesFolder}/seed-1-first.jsonl`))
    assert.match(failed ?? '', /TypeError: no such thing as 3/)
    assert.match(killed ?? '', /process +ended by exit code 7/)
    assert.match(threw ?? '', /replay +simulate\(\{ \.\.\.\(await loadModel\(.*seed: 4, plan:/)
  })

  test('makes the runs that simulate makes, and one in twenty twice', async () => {
    using folder = new TestFolder()
    const path = folder.file('journal')
    const ends: SeedEnd[] = []
    const before = [{ seed: 40, plan: `${plan},topology=star` }]
    const options = { seeds: { first: 10, last: 12 }, plan, before, jobs: 2 }
    const report = await sweepSeeds({
      ...options,
      journal: { path, resumes: false },
      onEnd: (end) => ends.push(end),
    })
    assert.deepEqual(
      report.ends.map(({ seed, isTwice }) => [seed, isTwice === true]),
      [
        [40, true],
        [10, false],
        [11, false],
        [12, false],
      ],
    )
    const { traceHash, marks, plan: drawn } = await simulate({ seed: 11, plan })
    const end = report.ends.find(({ seed }) => seed === 11)
    assert.deepEqual([end?.traceHash, end?.marks, end?.drawn], [traceHash, marks, drawn])
    // Everything was recorded: nothing is left to run.
    const again = await sweepSeeds({ ...options, journal: { path, resumes: true } })
    assert.deepEqual([again.resumed, again.ends], [4, report.ends])
    assert.equal(readFileSync(path, 'utf8').split('\n').length, 6)
    assert.equal(ends.length, 4)
  })

  test('ends at the first failure where it is to, and at a signal', async () => {
    const seeds = { first: 3, last: 400 }
    const first = await sweepSeeds({ seeds, plan, model, jobs: 1, stopsAtFirst: true })
    assert.deepEqual([first.ends.map(({ seed }) => seed), first.isComplete], [[3], false])
    const aborter = new AbortController()
    const onEnd = (): void => aborter.abort()
    const { signal } = aborter
    const aborted = await sweepSeeds({ seeds, plan, model, jobs: 1, signal, onEnd })
    assert.deepEqual([aborted.ends.length, aborted.isComplete], [1, false])
  })

  test('has options that make sense, or makes no run', async () => {
    const seeds = { first: 1, last: 2 }
    for (const [options, message] of [
      [{ seeds: { first: 2, last: 1 } }, /no range of seeds/],
      [{ seeds, jobs: 0 }, /must be an integer/],
      [{ seeds, plan: 'leaves=none' }, /leaves/],
      [{ seeds, model: '/no/such/model.ts' }, /is no file/],
    ] as const) {
      await assert.rejects(sweepSeeds(options), { code: 'option.invalid', message })
    }
  })
})

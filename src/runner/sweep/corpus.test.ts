/**
 * A corpus: which seeds it keeps, and which files are none.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'

import { SeedCorpus } from './corpus.ts'
import { endOf, failureOf, TestFolder } from './ends.suite.ts'
import type { SeedEnd } from './seed-end.ts'

/** A hundred runs, of which all reach one mark, and some a rare one. */
function hundred(rare: readonly number[]): SeedEnd[] {
  return Array.from({ length: 100 }, (_, at) => {
    const seed = at + 1
    const isRare = rare.includes(seed)
    return endOf(seed, {
      marks: { 'runner.reply-lost': 3, ...(isRare ? { 'repo.delta-lied': 1 } : {}) },
    })
  })
}

/** The run of a seed of a corpus. */
function run(seed: number, marks: SeedEnd['marks']): SeedEnd {
  return endOf(seed, { plan: `leaves=${seed}`, marks })
}

function seedsOf(corpus: SeedCorpus): [number, readonly string[]][] {
  return corpus.seeds.map(({ seed, marks }) => [seed, marks])
}

suite('a corpus', () => {
  test('keeps the smallest runs that reach what few reach, and says so in its file', () => {
    using folder = new TestFolder()
    const path = folder.file('deep/corpus.json')
    const corpus = new SeedCorpus(path, { commit: 'c0ffee' })
    const { added } = corpus.add(hundred([80, 20, 60, 40]))
    assert.equal(added.length, 3)
    corpus.write()
    const again = new SeedCorpus(path)
    assert.deepEqual(again.seeds, corpus.seeds)
    assert.deepEqual(
      [again.runs, again.reached('repo.delta-lied'), again.reached('runner.reply-lost')],
      [100, 4, 100],
    )
    assert.deepEqual(again.seeds[0], {
      seed: 20,
      plan: 'leaves=20',
      marks: ['repo.delta-lied'],
      steps: 200,
      commit: 'c0ffee',
    })
    assert.deepEqual(
      again.tasks.map(({ seed }) => seed),
      [20, 40, 60],
    )
  })

  test('gives up a seed for a smaller one, and a mark that is rare no more', () => {
    using folder = new TestFolder()
    const corpus = new SeedCorpus(folder.file('corpus.json'))
    corpus.add(hundred([20, 40, 60]))
    const smaller = endOf(7, { steps: 1, marks: { 'repo.delta-lied': 1 } })
    const { added, dropped } = corpus.add([smaller])
    assert.deepEqual([added[0]?.seed, dropped[0]?.seed], [7, 60])
    assert.deepEqual(seedsOf(corpus), [
      [7, ['repo.delta-lied']],
      [20, ['repo.delta-lied']],
      [40, ['repo.delta-lied']],
    ])
    corpus.add([1, 2, 3, 4, 5].map((seed) => endOf(seed, { marks: { 'repo.delta-lied': 1 } })))
    assert.deepEqual(seedsOf(corpus), [])
  })

  test('counts neither its own runs nor those that failed', () => {
    using folder = new TestFolder()
    const corpus = new SeedCorpus(folder.file('corpus.json'))
    corpus.add([{ ...failureOf(1, ''), marks: { 'repo.delta-lied': 1 } }])
    corpus.add([endOf(2, { plan: 'leaves=2', marks: { 'repo.delta-lied': 1 } })])
    assert.deepEqual([corpus.runs, corpus.seeds], [0, []])
  })

  test('drops by a prune what its runs no longer reach', () => {
    using folder = new TestFolder()
    const corpus = new SeedCorpus(folder.file('corpus.json'))
    corpus.add([
      endOf(1, { marks: { 'tables.tie': 1, 'sync.uv-tie': 1 } }),
      endOf(2, { marks: { 'admin.lock-held': 1 } }),
    ])
    const failed = { ...run(1, {}), verdict: 'killed' } as const
    assert.deepEqual(corpus.prune([failed]).dropped, [])
    const { dropped } = corpus.prune([run(1, { 'sync.uv-tie': 2 }), run(2, {})])
    assert.deepEqual(seedsOf(corpus), [[1, ['sync.uv-tie']]])
    assert.deepEqual(
      dropped.map(({ seed }) => seed),
      [2],
    )
  })

  test('of one model takes no runs of another', () => {
    using folder = new TestFolder()
    const path = folder.file('corpus.json')
    new SeedCorpus(path, { model: folder.file('agents/mine.ts') }).write()
    new SeedCorpus(path, { model: folder.file('agents/mine.ts') }).write()
    assert.throws(() => new SeedCorpus(path), {
      code: 'option.invalid',
      message: /has the seeds of agents\/mine\.ts, and this is no model of its own/,
    })
  })

  test('is no other file', () => {
    using folder = new TestFolder()
    const path = folder.file('corpus.json')
    for (const text of [
      '',
      '{}',
      '[]',
      '{"corpus":"trilobite 1","runs":1,"reached":{},"seeds":[1]}',
    ]) {
      writeFileSync(path, text)
      assert.throws(() => new SeedCorpus(path), { message: /is no corpus of seeds/ }, text)
    }
    assert.throws(() => new SeedCorpus(folder.path), { code: 'repo.unreadable' })
  })
})

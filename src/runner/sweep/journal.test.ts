/**
 * The journal of a sweep: what a killed one leaves, and what it does not go on with.
 * @module
 */

import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'

import { endOf, failureOf, TestFolder } from './ends.suite.ts'
import { type JournalHeader, SweepJournal } from './journal.ts'

const header: JournalHeader = {
  journal: 'trilobite sweep 1',
  first: 1,
  last: 9,
  plan: 'leaves=1',
  commit: 'c0ffee',
}

function reopened(path: string, changes: Partial<JournalHeader> = {}): SweepJournal {
  return new SweepJournal(path, { ...header, ...changes }, { resumes: true })
}

suite('a journal', () => {
  test('gives back each end that it was told of, when it is resumed', () => {
    using folder = new TestFolder()
    const path = folder.file('journal')
    const ends = [endOf(1), failureOf(2, 'lost'), endOf(2, { plan: 'leaves=2' })]
    {
      using journal = new SweepJournal(path, header, { resumes: false })
      assert.deepEqual(journal.ends, [])
      for (const end of ends) journal.add(end)
      // Nobody has to close it: each line is there at once.
      assert.equal(readFileSync(path, 'utf8').split('\n').length, 5)
    }
    using journal = reopened(path)
    assert.deepEqual(journal.ends, ends)
  })

  test('counts a seed once, the first time', () => {
    using folder = new TestFolder()
    const path = folder.file('journal')
    {
      using journal = reopened(path)
      journal.add(endOf(1))
      journal.add(endOf(1, { traceHash: 'other' }))
    }
    // As two sweeps would leave it that write at once.
    appendFileSync(path, `${JSON.stringify(endOf(1, { traceHash: 'third' }))}\n`)
    using journal = reopened(path)
    assert.deepEqual(journal.ends, [endOf(1)])
  })

  test('takes a line without its end for a seed that did not run', () => {
    using folder = new TestFolder()
    const path = folder.file('journal')
    {
      using journal = reopened(path)
      journal.add(endOf(1))
    }
    appendFileSync(path, '{"seed":2,"verdict":"converged"')
    {
      using journal = reopened(path)
      assert.deepEqual(journal.ends, [endOf(1)])
      journal.add(endOf(2))
    }
    using journal = reopened(path)
    assert.deepEqual(journal.ends, [endOf(1), endOf(2)])
  })

  test('that is there is not begun again', () => {
    using folder = new TestFolder()
    const path = folder.file('journal')
    reopened(path).close()
    const again = (): unknown => new SweepJournal(path, header, { resumes: false })
    assert.throws(again, { code: 'option.invalid', message: /is there already: resume it/ })
  })

  test('of another sweep, or of other code, is not gone on with', () => {
    using folder = new TestFolder()
    const path = folder.file('journal')
    reopened(path).close()
    for (const [changes, message] of [
      [{ last: 10 }, /last is 9 there, 10 here/],
      [{ plan: '' }, /plan is "leaves=1" there, "" here/],
      [{ model: '/my-agent.ts' }, /model is none there, "\/my-agent\.ts" here/],
      [{ commit: 'decade' }, /commit is "c0ffee" there, "decade" here/],
    ] as const) {
      assert.throws(() => reopened(path, changes), { code: 'option.invalid', message })
    }
  })

  test('that is none, is damaged, or cannot be written, is refused', () => {
    using folder = new TestFolder()
    const path = folder.file('journal')
    writeFileSync(path, 'no journal\n')
    assert.throws(() => reopened(path), { message: /is no journal of a sweep/ })
    writeFileSync(path, `${JSON.stringify(header)}\n{"seed":1}\n`)
    assert.throws(() => reopened(path), { message: /line 2 is no end of a seed/ })
    assert.throws(() => reopened(folder.file('no/journal')), { code: 'repo.unreadable' })
  })
})

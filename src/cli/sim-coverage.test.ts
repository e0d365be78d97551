/**
 * `trilobite sim coverage` as a command. That entered functions are told from others is shown by
 * coverage/sweep.test.ts.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { Scratch } from './command.suite.ts'
import { type Coverage, coverageReport, loadCoverage } from './sim-coverage.ts'

const scratch = new Scratch()
const quick = 'normal,topology=star,leaves=1,durationMs=10000,operations=6,mix=checkin'

suite('sim coverage', { concurrency: true }, () => {
  test('names what its seeds never enter, and exits 1 where that has no reason', async () => {
    const args = ['sim', 'coverage', '--seeds', '1', '--jobs', '1', '--plan', quick]
    const { code, stdout } = await scratch.run(args)
    assert.equal(code, 1)
    assert.match(
      stdout,
      /^write\n(?: {2}.*\n)* {2}src\/write\/wiki\.ts:\d+ writeWiki: NO REASON\n/m,
    )
    assert.match(stdout, /^ {2}sync +\d+ functions +\d+ never entered +[\d.]+ %\n/m)
    assert.match(
      stdout,
      /1 seed never entered \d+ of \d+ functions \([\d.]+ %\); \d+ of these have/,
    )
  })

  test('refuses a plan that makes no sense', async () => {
    const args = ['sim', 'coverage', '--seeds', '1', '--plan', 'leaves=many']
    const { code, stdout, stderr } = await scratch.run(args)
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /option.*leaves/)
  })
})

test('says that it needs a checkout, where it is none', async () => {
  const refusal = {
    code: 'option.invalid',
    message: /needs a checkout.*npx trilobite sim coverage/,
  }
  await assert.rejects(loadCoverage(scratch.folder), refusal)
})

test('the report tells folders, reasons, and all that is wrong', () => {
  const missed = [
    { file: 'src/repo/a.ts', line: 3, name: 'a', reason: 'reads a file of the disk' },
    { file: 'src/repo/b.ts', line: 9, name: 'B.b' },
  ]
  const coverage: Coverage = {
    folders: [
      { folder: 'sync', functions: 30, missed: [] },
      { folder: 'repo', functions: 10, missed },
    ],
    voidReasons: [{ of: 'src/repo/c.ts c', problem: 'is entered after all' }],
    strays: [{ seed: 4, verdict: 'stalled' }],
  }
  assert.equal(
    coverageReport(coverage, 20),
    'repo\n' +
      '  src/repo/a.ts:3 a: reads a file of the disk\n' +
      '  src/repo/b.ts:9 B.b: NO REASON\n\n' +
      '  sync  30 functions  0 never entered   0.0 %\n' +
      '  repo  10 functions  2 never entered  20.0 %\n' +
      'void reason: src/repo/c.ts c is entered after all\n' +
      'seed 4 stalled\n' +
      '20 seeds never entered 2 of 40 functions (5.0 %); 1 of these have no reason\n',
  )
})

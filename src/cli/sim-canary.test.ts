/**
 * `trilobite sim canary` as a command. That canaries are found is shown by canaries/sweep.test.ts
 * and `npm run nightly -- canaries`.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { Scratch } from './command.suite.ts'
import { canaryReport, type CanaryResult, loadCanaries } from './sim-canary.ts'

const scratch = new Scratch()

const mutation = {
  name: 'loses-all',
  bug: 'loses everything',
  file: 'src/repo/repo.ts',
  needs: ['op:checkin'],
  caughtBy: ['nothing-lost'],
}
const finding = {
  seed: 4,
  verdict: 'violated',
  invariant: 'nothing-lost',
  detail: 'leaf-0: it is gone',
  hadNeeds: true,
}
const caught: CanaryResult = { mutation, status: 'caught', runs: 4, led: 3, finding }

suite('sim canary', { concurrency: true }, () => {
  test('lists the canaries that are named, and what each needs', async () => {
    const { code, stdout } = await scratch.run(['sim', 'canary', '--list', 'date-tag-unseen'])
    assert.equal(code, 0)
    assert.match(stdout, /^date-tag-unseen: does not .*\n {4}in src\/crosslink\/tag\.ts\n/)
    assert.match(stdout, /^ {4}needs op:tag\|amendment\n {4}caught by event, derived, moments\n/m)
    assert.match(stdout, /^ {4}plan mix=checkin\+tag\+amendment\n$/m)
  })

  test('runs the one that is named, and tells what found it', async () => {
    const args = ['sim', 'canary', 'phantom-stays-listed', '--seeds', '1', '--jobs', '1']
    const told = await scratch.json(args)
    assert.deepEqual([told['first'], told['last'], told['caught']], [1, 1, 1])
    assert.match(JSON.stringify(told['canaries']), /"status":"caught".*"invariant":"phantoms"/)
  })

  test('refuses a name that there is not', async () => {
    const { code, stdout, stderr } = await scratch.run(['sim', 'canary', 'nosuch'])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /there is no canary "nosuch": --list names them/)
  })
})

test('says that it needs a checkout, where it is none', async () => {
  const other = join(scratch.folder, 'other')
  mkdirSync(join(other, 'canaries'), { recursive: true })
  writeFileSync(join(other, 'canaries', 'all.ts'), '')
  writeFileSync(join(other, 'package.json'), '{"name":"other"}')
  for (const root of [scratch.folder, other]) {
    await assert.rejects(loadCanaries(root), {
      code: 'option.invalid',
      message: /needs a checkout/,
    })
  }
})

test('the report is a table, and a line for each canary that is not found as it has to be', () => {
  assert.equal(
    canaryReport([caught]),
    '  loses-all  nothing-lost  seed 4\n1 canary: each was found\n',
  )
  const { finding: _finding, ...rest } = caught
  const strays: CanaryResult[] = [
    { ...rest, status: 'missed', runs: 20 },
    { ...caught, status: 'other', finding: { ...finding, invariant: 'leaf' } },
    { ...rest, status: 'unplanted', reason: 'the canary loses-all cannot be planted' },
  ]
  assert.deepEqual(
    canaryReport([caught, ...strays])
      .split('\n')
      .slice(4),
    [
      'loses-all (loses everything): 20 seeds did not find it; 3 had all that it needs: op:checkin',
      'loses-all (loses everything): found by leaf, not by nothing-lost, at seed 4: ' +
        'leaf-0: it is gone',
      'the canary loses-all cannot be planted',
      '4 canaries: 1 found as they have to be, 3 not',
      '',
    ],
  )
})

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
import { loadCanaries } from './sim-canary.ts'
import { aloneReport, canaryReport, type CanaryResult, withoutReport } from './sim-canary-report.ts'

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
    assert.match(
      stdout,
      /^ {4}needs op:tag\|amendment\n {4}caught by event, derived, moments, .*\n/m,
    )
    assert.match(stdout, /^ {4}plan mix=checkin\+tag\+amendment\n$/m)
  })

  test('runs the one that is named, and tells what found it', async () => {
    const args = ['sim', 'canary', 'phantom-stays-listed', '--seeds', '1', '--jobs', '1']
    const told = await scratch.json(args)
    assert.deepEqual([told['first'], told['last'], told['caught']], [1, 1, 1])
    assert.match(JSON.stringify(told['canaries']), /"status":"caught".*"invariant":"phantoms"/)
  })

  test('tells which survive an invariant that is switched off', async () => {
    const args = ['canary', 'range-digest-half-kept', '--seeds', '1', '--jobs', '1']
    const told = await scratch.json(['sim', ...args, '--without', 'table-integrity'])
    assert.deepEqual([told['without'], told['survived']], ['table-integrity', 1])
  })

  test('refuses an invariant that there is not, and --alone beside --without', async () => {
    for (const [args, reason] of [
      [['--without', 'nosuch'], /there is no invariant "nosuch"; there are delta-chains, /],
      [['--without', 'phantoms', '--alone'], /does not go with --alone/],
    ] as const) {
      const { code, stderr } = await scratch.run(['sim', 'canary', ...args])
      assert.equal(code, 2)
      assert.match(stderr, reason)
    }
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
    '  loses-all  nothing-lost  seed 4\n' +
      '1 canary: each was found; seeds it took: median 4, p90 4\n',
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
      '4 canaries: 1 found as they have to be, 3 not; seeds it took: median 4, p90 4',
      '',
    ],
  )
})

test('half of the canaries took no more seeds than the median, nine in ten than p90', () => {
  const took = [1, 1, 1, 1, 20, 1, 1, 1, 1, 7]
  const text = canaryReport(took.map((runs) => ({ ...caught, runs })))
  assert.match(text, /median 1, p90 7\n$/)
})

suite('without an invariant', () => {
  const alone: CanaryResult = { ...caught, second: { runs: 17 } }
  const shared: CanaryResult = {
    ...caught,
    second: { runs: 2, finding: { ...finding, invariant: 'phantoms', seed: 5 } },
  }

  test('the report tells for each invariant what no other sees', () => {
    assert.equal(
      aloneReport([alone, shared], ['nothing-lost', 'phantoms']),
      '  nothing-lost  first to find 2  alone 1  loses-all\n' +
        '  phantoms      first to find 0  alone 0\n',
    )
    assert.match(canaryReport([alone]), /seed 4 {2}alone\n/)
    assert.match(canaryReport([shared]), /seed 4 {2}then phantoms, seed 5\n/)
  })

  test('a bug that one alone was to see, and another sees, is told', () => {
    const only = { ...mutation, onlyBy: 'nothing-lost' }
    const text = canaryReport([{ ...shared, mutation: only, status: 'shared' }])
    assert.match(text, /phantoms sees it, too, not only nothing-lost, at seed 5: leaf-0/)
    assert.match(text, /1 canary: 0 found as they have to be, 1 not/)
  })

  test('those that survive are named', () => {
    const { finding: _finding, ...rest } = caught
    const survivor: CanaryResult = { ...rest, status: 'missed', runs: 20 }
    const found = 'without leaf: each of 1 canary was found all the same\n'
    assert.ok(withoutReport([caught], 'leaf').endsWith(found))
    const survived = 'without leaf: 1 of 2 canaries survived: loses-all\n'
    assert.ok(withoutReport([survivor, caught], 'leaf').endsWith(survived))
  })
})

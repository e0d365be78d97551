/**
 * `trilobite sim run --seeds` and `trilobite sim plan`, as commands.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { run, type RunResult } from '../../tools/run.ts'
import { createRepo, systemEnv } from '../index.ts'
import { dbOf } from '../repo/repo.ts'
import { Scratch } from './command.suite.ts'
import { seedsFrom } from './sim-sweep.ts'

const scratch = new Scratch()
const small = 'hostile,leaves=1,durationMs=20000,operations=15,mix=checkin'

function sim(...args: string[]): Promise<RunResult> {
  const main = join(import.meta.dirname, 'main.ts')
  return run(process.execPath, ['--no-warnings', main, 'sim', ...args], { cwd: scratch.folder })
}

/** A repository that stops announcing what it holds: an invariant does not hold from then on. */
function brokenRepository(): string {
  const name = 'broken.fossil'
  using repo = createRepo(join(scratch.folder, name), systemEnv)
  dbOf(repo).exec(`CREATE TRIGGER forget AFTER INSERT ON unclustered
                   BEGIN DELETE FROM unclustered WHERE rid = new.rid; END`)
  return name
}

suite('--seeds', () => {
  test('says that all seeds converged, and exits with 0', async () => {
    const { code, stdout, stderr } = await sim('run', '--seeds', '1..3', '--plan', small)
    assert.deepEqual([code, stdout, stderr], [0, 'converged: 3 seeds\n', ''])
  })

  test('tells with --marks which situations no seed reached, and counts the others', async () => {
    const args = ['run', '--seeds', '1..2', '--plan', small]
    const { code, stdout } = await sim(...args, '--marks')
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^converged: 2 seeds\n\nmarks: \d+ of \d+ reached in 2 runs\n\nnever reached\n/,
    )
    const json = await sim(...args, '--json')
    const { marks }: { marks: { name: string; runs: number }[] } = JSON.parse(json.stdout)
    const reached = marks.filter(({ runs }) => runs > 0).map(({ name, runs }) => `${name} ${runs}`)
    assert.ok(reached.length > 0)
    const lines = stdout.split('\nreached\n')[1]?.matchAll(/^ {2}(\S+\.\S+) +(\d+) +\d+$/gm) ?? []
    assert.deepEqual(
      [...lines].map(([, name, runs]) => `${name} ${runs}`),
      reached,
    )
  })

  test('tells the first failure whole, the others by a line each, and exits with 1', async () => {
    const from = ['--from', brokenRepository()]
    const { code, stdout } = await sim('run', '--seeds', '1..3', '--plan', small, ...from)
    assert.equal(code, 1)
    const heads = stdout.match(/^seed \d violated: announced on master, at event \d+$/gm)
    assert.equal(heads?.length, 3)
    assert.equal(stdout.match(/^ {2}invariant {8}announced$/gm)?.length, 1)
    assert.match(stdout, /^ {2}replay +npx trilobite sim run --seed 1 --plan \S+ --from broken/m)
    assert.match(stdout, /\n3 seeds: 0 converged, 3 did not\n$/)
  })

  test('prints one object with every failure', async () => {
    const options = ['--plan', small, '--from', 'broken.fossil', '--json']
    const { code, stdout } = await sim('run', '--seeds', '-1..0', ...options)
    assert.equal(code, 1)
    const told: {
      first: number
      last: number
      converged: number
      failures: { seed: number; violation: { invariant: string } }[]
    } = JSON.parse(stdout)
    assert.deepEqual([told.first, told.last, told.converged], [-1, 0, 0])
    assert.deepEqual(
      told.failures.map(({ seed, violation }) => [seed, violation.invariant]),
      [
        [-1, 'announced'],
        [0, 'announced'],
      ],
    )
  })

  test('goes with nothing that is for one run', async () => {
    for (const option of ['--keep', '--trace']) {
      const { code, stderr } = await sim('run', '--seeds', '1..2', option, 'there')
      assert.equal(code, 2)
      assert.match(stderr, new RegExp(`${option}|one run`))
    }
  })

  test('reads ranges, one seed, and nothing else', () => {
    assert.deepEqual(seedsFrom('1..100'), { first: 1, last: 100 })
    assert.deepEqual(seedsFrom('-3..-1'), { first: -3, last: -1 })
    assert.deepEqual(seedsFrom('7'), { first: 7, last: 7 })
    for (const wrong of ['', '2..1', '1..', '..3', '1...3', '1-3', 'a..b', '1..9007199254740993']) {
      assert.throws(() => seedsFrom(wrong), { code: 'option.invalid' }, wrong)
    }
  })
})

suite('sim plan', () => {
  test('shows what a seed draws, in words and as a line', async () => {
    const { code, stdout } = await sim('plan', '--seed', '3', '--plan', 'hostile,leaves=2')
    assert.equal(code, 0)
    assert.match(stdout, /^ {2}leaves +repositories beside the master: 2$/m)
    assert.match(stdout, /^presets: normal, adversarial, hostile, calm, golden$/m)
    const [, line = ''] = /--seed 3 --plan '(.*)'\n$/.exec(stdout) ?? []
    const again = await sim('plan', '--seed', '99', '--plan', line, '--json')
    const told: { plan: string; leaves: string } = JSON.parse(again.stdout)
    assert.deepEqual([told.plan, told.leaves], [line, '2'])
  })
})

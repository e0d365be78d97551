/**
 * `trilobite sim sweep` and `trilobite sim corpus`, as commands.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { run, type RunResult } from '../../tools/run.ts'
import { Scratch } from './command.suite.ts'
import { timeLeft } from './sim-sweep-report.ts'

const scratch = new Scratch()
const tiny = 'leaves=1,operations=3,durationMs=2000'
const trouble = join(import.meta.dirname, '../dst/sweep/trouble-model.suite.ts')

function sim(...args: string[]): Promise<RunResult> {
  const main = join(import.meta.dirname, 'main.ts')
  return run(process.execPath, ['--no-warnings', main, 'sim', ...args], { cwd: scratch.folder })
}

/** One object, as far as this looks. */
interface SweepJson {
  readonly asked: number
  readonly ended: number
  readonly converged: number
  readonly twice: number
  readonly complete: boolean
  readonly signal?: string
  readonly failures: readonly {
    readonly text: string
    readonly count: number
    readonly seeds: readonly { readonly seed: number }[]
  }[]
}

/** A model that at seed 3 interrupts whoever runs it, and never comes to an end there. */
const interrupting = `
export default {
  workloads: ({ config: { seed } }) => {
    if (seed === 2) throw new Error('not 2')
    if (seed !== 3) return []
    process.kill(process.ppid, 'SIGINT')
    for (;;);
  },
}
`

suite('sim sweep', { concurrency: 2 }, () => {
  test('tells each way to fail, and the command that makes it again; exits with 1', async () => {
    const args = ['--seeds', '2..4', '--plan', tiny, '--model', trouble, '--junit', 'junit.xml']
    const { code, stdout, stderr } = await sim('sweep', ...args)
    assert.equal(code, 1)
    assert.match(stdout, /^1 seed: killed: exit code 7\n {2}seed 2\n/m)
    assert.match(stdout, /^1 seed: failed: TypeError: no such thing as <n>\n {2}seed 3\n/m)
    assert.match(stdout, /^ {2}replay +npx trilobite sim run --seed 3 --plan \S+ --model \S+$/m)
    assert.match(stdout, /^3 runs: 0 converged, 3 did not, in 3 ways\n0 runs made twice/m)
    assert.match(stderr, /^seed 3: failed: TypeError: no such thing as <n>$/m)
    const xml = readFileSync(join(scratch.folder, 'junit.xml'), 'utf8')
    assert.match(xml, /<testsuites tests="3" failures="3" /)
  })

  test('that is interrupted says what had failed, and exits with 130', async () => {
    writeFileSync(join(scratch.folder, 'interrupting.ts'), interrupting)
    const model = ['--model', 'interrupting.ts', '--jobs', '1', '--journal', 'journal']
    const { code, stdout } = await sim(
      'sweep',
      '--seeds',
      '1..4',
      '--plan',
      tiny,
      ...model,
      '--json',
    )
    assert.equal(code, 130)
    const told: SweepJson = JSON.parse(stdout)
    assert.deepEqual(
      [told.signal, told.asked, told.ended, told.converged, told.twice, told.complete],
      ['SIGINT', 4, 2, 1, 1, false],
    )
    assert.deepEqual(
      told.failures.map(({ text, count, seeds }) => [text, count, seeds[0]?.seed]),
      [['threw: Error: not 2', 1, 2]],
    )
    const lines = readFileSync(join(scratch.folder, 'journal'), 'utf8').split('\n')
    assert.deepEqual(
      lines.slice(1, -1).map((line) => line.slice(0, 9)),
      ['{"seed":1', '{"seed":2'],
    )
  })

  test('has what it needs, or does nothing and exits with 2', async () => {
    const { code, stdout, stderr } = await sim('sweep', '--resume')
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /needs --journal/)
  })

  test('adds seeds of rare situations to a corpus, which sim corpus lists', async () => {
    const { code, stdout } = await sim('corpus', 'add', '--seeds', '1..8', '--plan', tiny)
    assert.equal(code, 0)
    const [, added = ''] = /^corpus: (\d+) seeds? added, 0 dropped$/m.exec(stdout) ?? []
    assert.ok(Number(added) > 0)
    const listed = await sim('corpus')
    assert.match(listed.stdout, /^seed \d, \d+ events.*\n(?: {2}[a-z]+\.[a-z-]+: 1 run\n)+/)
    assert.match(listed.stdout, new RegExp(`^${added} seeds?, chosen of 8 runs$`, 'm'))
  })
})

test('the time that is left is told in the unit that fits', () => {
  assert.deepEqual([80_000, 100_000, 3_600_000, 36_000_000].map(timeLeft), [
    'about 80 s left',
    'about 2 min left',
    'about 60 min left',
    'about 10 h left',
  ])
})

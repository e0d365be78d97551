/**
 * Capsules of failures in which a model took part, as commands make and read them.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { run, type RunResult } from '../../tools/run.ts'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()

/** A model whose nodes fail at once, and whose options fix what the plan has, too. */
const failing = `
export default {
  durationMs: 4000,
  workloads: () => [],
  config: { makeNode: ({ repo }) => ({ repo, tick: () => { throw new RangeError('at once') } }) },
}
`

function sim(...args: string[]): Promise<RunResult> {
  const main = join(import.meta.dirname, 'main.ts')
  return run(process.execPath, ['--no-warnings', main, 'sim', ...args], { cwd: scratch.folder })
}

suite('a failure in which a model took part', () => {
  test('is replayed with it, and refused without it', async () => {
    writeFileSync(join(scratch.folder, 'failing.ts'), failing)
    const model = ['--model', 'failing.ts']
    const shrunk = await sim('shrink', '1', '--plan', 'leaves=1,operations=2', ...model)
    assert.equal(shrunk.code, 1, shrunk.stderr)
    const capsule = 'failed-1.capsule.json'
    const text = readFileSync(join(scratch.folder, 'failed-1.test.ts'), 'utf8')
    assert.match(text, /import model from '\.\/failing\.ts'\n/)
    assert.match(text, /\{\n {4}workloads: model\.workloads,\n {4}seeds: /)
    for (const command of ['replay', 'why', 'shrink']) {
      const { code, stdout, stderr } = await sim(command, capsule)
      assert.deepEqual([code, stdout], [2, ''], command)
      assert.match(stderr, /has to name the model that took part in this failure/)
    }
    const { code, stdout } = await sim('replay', capsule, ...model)
    assert.equal(code, 1)
    assert.match(stdout, /the trace is the same$/m)
  })
})

/**
 * Capsules of failures in which a model took part, as commands make and read them.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

/** A folder of the checkout: what lies there finds the package by its name. */
function folderInside(t: { after(action: () => void): void }): string {
  const cache = join(import.meta.dirname, '../../.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'failure-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

/** The line of a report of a run that says its length. */
function lengthIn(text: string): string | undefined {
  return /\bdurationMs=\d+/.exec(text)?.[0]
}

function sim(...args: string[]): Promise<RunResult> {
  const main = join(import.meta.dirname, 'main.ts')
  return run(process.execPath, ['--no-warnings', main, 'sim', ...args], { cwd: scratch.folder })
}

suite('a failure in which a model took part', () => {
  test('fails in its test file with the options that it was shrunk to', async (t) => {
    const folder = folderInside(t)
    const path = join(folder, 'failing.ts')
    writeFileSync(path, failing)
    const shrunk = await sim('shrink', '1', '--model', path, '--out', folder)
    assert.equal(shrunk.code, 1, shrunk.stderr)
    const own = lengthIn(shrunk.stdout)
    assert.notEqual(own ?? 'durationMs=4000', 'durationMs=4000', 'the model fixes the same')
    const args = ['--conditions=@trilobite/source', '--test', join(folder, 'failed-1.test.ts')]
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { code, stdout } = await run(process.execPath, ['--no-warnings', ...args], { env })
    assert.equal(code, 1)
    assert.equal(lengthIn(stdout), own)
  })

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

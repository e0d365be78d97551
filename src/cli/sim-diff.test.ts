/**
 * `trilobite sim diff` as a command: what it prints, and how it exits.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { simulate } from '../dst/index.ts'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()

async function writeTrace(name: string, seed: number): Promise<string> {
  const lines: string[] = []
  const plan = 'normal,leaves=1,operations=4,durationMs=10000,mix=checkin'
  await simulate({ seed, plan, config: { onTraceLine: (line) => void lines.push(`${line}\n`) } })
  writeFileSync(join(scratch.folder, name), lines.join(''))
  return lines.join('')
}

const input = await writeTrace('one.jsonl', 1)
await writeTrace('two.jsonl', 2)
writeFileSync(join(scratch.folder, 'other.txt'), 'no trace\n')

suite('sim diff', { concurrency: true }, () => {
  test('exits 0 where a trace is that of standard input', async () => {
    const { code, stdout } = await scratch.run(['sim', 'diff', 'one.jsonl', '-'], { input })
    assert.equal(code, 0)
    assert.match(stdout, /^equal: \d+ lines, \d+\.\d{3} s of virtual time\n$/)
  })

  test('exits 1 where they differ, and says first that they are of different seeds', async () => {
    const { code, stdout } = await scratch.run(['sim', 'diff', 'one.jsonl', 'two.jsonl'])
    assert.equal(code, 1)
    assert.match(stdout, /^the traces are of different runs\n {2}seed: 1 in A, 2 in B\n/)
    assert.match(stdout, /\nthe first divergence\n {2}A {2}.*\n {2}B {2}/)
  })

  test('prints one object with --json, as much of what is common as asked for', async () => {
    const args = ['sim', 'diff', 'one.jsonl', 'two.jsonl', '--context', '1']
    const { verdict, runs, common } = await scratch.json(args, { code: 1 })
    assert.deepEqual([verdict, runs], ['different', [{ field: 'seed', a: 1, b: 2 }]])
    assert.ok(typeof common === 'object' && common !== null && 'last' in common)
    assert.ok(Array.isArray(common.last) && common.last.length <= 1)
  })

  test('exits 2 for what is no trace, what is not there, and standard input twice', async () => {
    for (const [other, reason] of [
      ['other.txt', /trace\.invalid: not a trace/],
      ['nowhere.jsonl', /repo\.unreadable: ENOENT/],
      ['.', /repo\.unreadable: it is a folder/],
    ] as const) {
      const { code, stdout, stderr } = await scratch.run(['sim', 'diff', 'one.jsonl', other])
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, reason)
    }
    const { code, stderr } = await scratch.run(['sim', 'diff', '-', '-'], { input })
    assert.equal(code, 2)
    assert.match(stderr, /only one trace can be standard input/)
  })
})

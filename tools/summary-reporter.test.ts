/**
 * The reporter shows what a person must read, and a run without tests fails.
 * @module
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { run, type RunResult } from './run.ts'

const reporter = join(import.meta.dirname, 'summary-reporter.ts')

/** Runs a test file of this content under the reporter. */
async function runTests(body: string, pattern = '*.test.ts'): Promise<RunResult> {
  const cwd = mkdtempSync(join(tmpdir(), 'trilobite-reporter-'))
  try {
    writeFileSync(join(cwd, 'a.test.ts'), `import { suite, test } from 'node:test'\n${body}`)
    const args = ['--test', '--test-isolation=none', `--test-reporter=${reporter}`, pattern]
    // Under a test runner node would talk to that one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    return await run(process.execPath, args, { cwd, env })
  } finally {
    rmSync(cwd, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** The counts that close the report, without the time. */
function counts(stdout: string): string[] {
  return stdout.split('\n').filter((line) => /^ℹ (?!duration_ms)/.test(line))
}

test('a run that passes ends with the counts of the spec reporter', async () => {
  const { code, stdout } = await runTests("test('a', () => {})\ntest('b', () => {})\n")
  assert.equal(code, 0)
  assert.deepEqual(counts(stdout), [
    'ℹ tests 2',
    'ℹ suites 0',
    'ℹ pass 2',
    'ℹ fail 0',
    'ℹ cancelled 0',
    'ℹ skipped 0',
    'ℹ todo 0',
  ])
  assert.match(stdout, /^ℹ duration_ms [\d.]+\n$/m)
  assert.ok(stdout.startsWith('..\n'))
})

test('a failure is shown with its suite, its place and its error', async () => {
  const failing = "suite('outer', () => { test('inner', () => { throw new Error('bad day') }) })\n"
  const { code, stdout } = await runTests(failing)
  assert.equal(code, 1)
  assert.match(stdout, /^X\n\nFailed:\n {2}outer > inner \(a\.test\.ts:2\)\n {4}Error: bad day\n/m)
  assert.ok(counts(stdout).includes('ℹ fail 1'))
})

test('a file that does not load is a failure', async () => {
  const { code, stdout } = await runTests("import './missing.ts'\n")
  assert.equal(code, 1)
  assert.match(stdout, /Failed:\n {2}a\.test\.ts.*\n.*Cannot find module/)
})

test('skipped tests are shown with their reasons', async () => {
  const { code, stdout } = await runTests(`
    test('first', { skip: 'no fossil here' }, () => {})
    test('second', (t) => t.skip('no network'))
    test('third', { todo: 'next week' }, () => {})
    test('fourth', () => {})\n`)
  assert.equal(code, 0)
  assert.match(stdout, /first \(a\.test\.ts:3\): no fossil here$/m)
  assert.match(stdout, /second \(a\.test\.ts:4\): no network$/m)
  assert.match(stdout, /third \(a\.test\.ts:5\): to do, next week$/m)
  assert.match(stdout, /^,,,\.$/m)
})

test('a run in which no test ran fails', async () => {
  const unmatched = await runTests("test('a', () => {})\n", 'elsewhere/*.test.ts')
  assert.match(unmatched.stdout, /^No test ran\.\nℹ tests 0$/m)
  assert.equal(unmatched.code, 1)

  const allSkipped = await runTests("test('a', { skip: 'off' }, () => {})\n")
  assert.match(allSkipped.stdout, /^No test ran\.\nℹ tests 1$/m)
  assert.equal(allSkipped.code, 1)
})

const hanging = "test('hangs', () => new Promise((go) => setInterval(go, 2 ** 30)))\n"

test('a run that is interrupted names what failed so far, in files of any order', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows has no such signals')
  const cwd = mkdtempSync(join(tmpdir(), 'trilobite-reporter-'))
  t.after(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 10 }))
  const failing = "test('fails', () => { throw new Error('bad day') })\n"
  for (const [name, body] of Object.entries({ a: hanging, b: failing + hanging })) {
    writeFileSync(join(cwd, `${name}.test.ts`), `import { test } from 'node:test'\n${body}`)
  }
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--test', '--test-concurrency=2', `--test-reporter=${reporter}`, '*.test.ts']
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  let isInterrupted = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (!isInterrupted && said.includes('X')) isInterrupted = child.kill('SIGINT')
  })
  const [code] = await once(child, 'close')
  assert.equal(code, 1)
  assert.match(said, /Interrupted after 1 test, 1 failed\.\n/)
  assert.match(said, /Failed so far:\n {2}fails \(b\.test\.ts:2\)\n {4}Error: bad day\n/)
  assert.match(said, /Running:\n(?: {2}.\.test\.ts\n)+/)
})

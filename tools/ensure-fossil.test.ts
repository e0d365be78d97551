/**
 * Stock Fossil is found, runs apart from the developer's settings, and is missed with a reason.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'

import { fossilEnv, requireFossilOrSkip, runFossil } from './ensure-fossil.ts'
import { run } from './run.ts'

const tool = join(import.meta.dirname, 'ensure-fossil.ts')
const withoutFossil = { ...process.env, FOSSIL_BIN: 'none' }

test('a run of Fossil sees a scratch home and none of our variables', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const env = fossilEnv()
  const names = ['FOSSIL_HOME', 'HOME', 'LC_ALL', 'PATH', 'TZ', 'USER']
  assert.deepEqual(Object.keys(env).sort(), names)
  assert.notEqual(env['HOME'], process.env['HOME'])
  const { stdout } = await runFossil(['info', '--verbose'])
  assert.match(stdout, /^config-db: .*trilobite-fossil-/m)
})

test('the version is that of the program', async (t) => {
  const fossil = requireFossilOrSkip(t)
  if (fossil === undefined) return
  const { stdout } = await runFossil(['version'])
  assert.ok(stdout.startsWith(`This is fossil version ${fossil.version} `))
})

test('Fossil reads the bytes it is given', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const input = Uint8Array.from({ length: 256 }, (_, i) => i)
  const { stdout } = await runFossil(['sha1sum', '-'], { input })
  assert.match(stdout, /^4916d6bdb7f78e6803698cab32d1586ea457dfc8 /)
})

test('without Fossil a test is skipped and the reason says what to do', async () => {
  const script = `
    const { requireFossilOrSkip } = await import(${JSON.stringify(tool)})
    const fossil = requireFossilOrSkip({ skip: (reason) => console.log(reason) })
    console.log(fossil)`
  const args = ['--input-type=module', '--eval', script]
  const { stdout } = await run(process.execPath, args, { env: withoutFossil })
  assert.match(stdout, /^stock fossil is not installed .*FOSSIL_BIN.*skipped\nundefined\n$/)
})

test('as a program it says in one line what is missing, and fails nothing', async () => {
  const { code, stdout } = await run(process.execPath, [tool], { env: withoutFossil })
  assert.equal(code, 0)
  assert.match(stdout, /^stock fossil is not installed .*\n$/)
})

/**
 * The launcher tells an old Node what is wrong.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'

import { run } from './run.ts'

const launcher = join(import.meta.dirname, '..', 'bin', 'trilobite.mjs')

test('a Node before 24 gets one sentence and exit code 2', async () => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`
  const preload = `data:text/javascript,${encodeURIComponent(pretend)}`
  const { code, stdout, stderr } = await run(process.execPath, ['--import', preload, launcher])
  assert.equal(stderr, 'trilobite needs Node 24 or later; this is Node 20.20.2.\n')
  assert.equal(stdout, '')
  assert.equal(code, 2)
})

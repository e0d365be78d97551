/**
 * Programs get their input and give back all that they write.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { run, runOrThrow } from './run.ts'

const node = process.execPath

test('bytes go in and come out unchanged', async () => {
  const input = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256)
  const { bytes } = await run(node, ['-e', 'process.stdin.pipe(process.stdout)'], { input })
  assert.deepEqual(new Uint8Array(bytes), input)
})

test('a failing program is a result with its code and its words', async () => {
  const script = 'console.log("out"); console.error("err"); process.exit(3)'
  const { code, stdout, stderr } = await run(node, ['-e', script])
  assert.deepEqual([code, stdout, stderr], [3, 'out\n', 'err\n'])
  await assert.rejects(runOrThrow(node, ['-e', script]), /ended with 3:\nerr\n/)
})

test('a program may leave its input unread', async () => {
  const { code } = await run(node, ['-e', 'process.exit(0)'], { input: new Uint8Array(1 << 20) })
  assert.equal(code, 0)
})

test('a program that a signal ends has code -1', async () => {
  const { code } = await run(node, ['-e', 'process.kill(process.pid, "SIGKILL")'])
  assert.equal(code, -1)
})

test('a program that does not exist is an error', async () => {
  await assert.rejects(run('no-such-program', []), { code: 'ENOENT' })
})

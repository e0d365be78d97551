/**
 * Annotations of a real history are stock's, line by line. `npm run nightly -- annotations` does
 * the same with a larger one.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import { compareAnnotations } from '../tools/nightly/annotations.ts'

test('lines of a real history come from where stock says they come from', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { files, lines, failures } = await compareAnnotations('npm-history', 10)
  assert.deepEqual(failures, [])
  assert.ok(files === 10 && lines > 500, `${lines} lines of ${files} files`)
})

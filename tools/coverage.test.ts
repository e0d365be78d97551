/**
 * Reasons why no run enters a function are about functions that there are, and stay out of the
 * package.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { unknownReasons } from '../coverage/judge.ts'
import { reasons } from '../coverage/reasons.ts'
import { allFunctions } from '../coverage/sweep.ts'

const root = join(import.meta.dirname, '..')

test('every reason is about functions that exist, each once', async () => {
  assert.deepEqual(unknownReasons(await allFunctions(), reasons), [])
  const named = reasons.flatMap(({ file, functions }) => functions.map((name) => `${file} ${name}`))
  assert.deepEqual(named, [...new Set(named)])
})

test('less than five in a hundred functions are excused', async () => {
  const { length } = await allFunctions()
  const excused = reasons.reduce((sum, { functions }) => sum + functions.length, 0)
  assert.ok(excused < length / 20, `${excused} of ${length}`)
})

test('nothing of coverage/ is in the package', () => {
  const manifest: { files: string[] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const shipped of manifest.files) assert.doesNotMatch(shipped, /coverage|\*/)
})

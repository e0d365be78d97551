/**
 * Models in files: what is one, and what is said where it is none.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'

import { TestFolder } from '../../runner/sweep/ends.suite.ts'
import { FossilError } from '../../base/error.ts'
import { simulate } from '../simulate.ts'
import { loadModel } from './model-file.ts'

let files = 0

/** Loads a module of this text, from a folder far from the project. */
async function loaded(text: string): ReturnType<typeof loadModel> {
  using folder = new TestFolder()
  const path = folder.file(`model-${files++}.ts`)
  writeFileSync(path, text)
  return await loadModel(path)
}

suite('a model', () => {
  test('is the default export of a module, types and all', async () => {
    const model = await loaded(`
      import type { SimulationModel } from 'trilobite/dst'
      export default { leaves: 1, durationMs: 2_000 } satisfies SimulationModel`)
    assert.deepEqual(model, { leaves: 1, durationMs: 2_000 })
    const { verdict, nodes } = await simulate({ ...model, seed: 1, plan: '' })
    assert.deepEqual([verdict, nodes.length], ['converged', 2])
  })

  test('shares the package with whoever loads it, wherever it is', async () => {
    const model = await loaded(`
      import { FossilError } from 'trilobite'
      export default { workloads: () => { throw new FossilError('option.invalid', {
        option: 'mine', reason: 'is wrong' }) } }`)
    await assert.rejects(simulate({ ...model, seed: 1, plan: 'leaves=1' }), FossilError)
  })

  const wrong: readonly (readonly [text: string, message: RegExp])[] = [
    ['export const model = {}', /model-\d+\.ts has no default export/],
    ['export default () => ({})', /the default export is no object/],
    ['export default { opertions: [] }', /"opertions", which is none of leaves, level/],
    ['export default { leaves: "3" }', /leaves is no number but string/],
    ['export default { workloads: [] }', /workloads is no function but object/],
    ['export default { config: { makeNode: {} } }', /config\.makeNode is no function/],
    ['export default { config: { seed: 1 } }', /fixes config\.seed/],
    ['export default {', /cannot be loaded: SyntaxError/],
    ['throw new TypeError("not today")', /cannot be loaded: TypeError: not today/],
    ['import "no-such-package"', /cannot be loaded: Error: Cannot find package/],
  ]
  for (const [text, message] of wrong) {
    test(`is not ${JSON.stringify(text)}`, async () => {
      await assert.rejects(loaded(text), { code: 'option.invalid', message })
    })
  }

  test('is in a file that is there', async () => {
    const message = /^option\.invalid: no\/model\.ts is no file/
    await assert.rejects(loadModel('no/model.ts'), { code: 'option.invalid', message })
  })
})

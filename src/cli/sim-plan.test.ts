/**
 * Commands that make a run again.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { replayCommand, replayFileCommand } from './sim-plan.ts'

test('the command for a run has its seed, its plan and its files', () => {
  assert.equal(replayCommand({ seed: 1 }), 'npx trilobite sim run --seed 1')
  assert.equal(
    replayCommand({ seed: 7, plan: 'hostile', from: "amy's.fossil", model: 'a.ts' }),
    String.raw`npx trilobite sim run --seed 7 --plan hostile --from 'amy'\''s.fossil' --model a.ts`,
  )
})

test('the command for a capsule has the file of its model, which is not in it', () => {
  const capsule = 'failures/claims-1.capsule.json'
  assert.equal(replayFileCommand(capsule, undefined), `npx trilobite sim replay ${capsule}`)
  assert.equal(
    replayFileCommand(capsule, 'my agent.ts'),
    `npx trilobite sim replay ${capsule} --model 'my agent.ts'`,
  )
})

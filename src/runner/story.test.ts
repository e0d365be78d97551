/**
 * Stories: of all the lines of a trace, those that touch what went wrong.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunOutcome } from './verdict.ts'
import { storyOf } from './story.ts'

const hash = 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2'

function line(event: number, facts: Record<string, unknown>): string {
  return JSON.stringify({ event, cause: 0, lamport: event, atMs: event, type: 'thing', ...facts })
}

const violated: RunOutcome = {
  verdict: 'violated',
  violation: { invariant: 'i', node: 'left', detail: `${hash} is gone`, step: 99, simulatedMs: 99 },
}

test('a run that converged has none', () => {
  assert.deepEqual(storyOf([line(1, { node: 'left' })], { verdict: 'converged' }), [])
})

test('lines that mention the thing come first, then those of the node, in their order', () => {
  const about = [line(1, { hash, node: 'right' }), line(40, { hash, node: 'left' })]
  const ofNode = Array.from({ length: 30 }, (_, at) => line(2 + at, { node: 'left' }))
  const others = Array.from({ length: 30 }, (_, at) => line(50 + at, { node: 'right' }))
  const [first = '', second = ''] = about
  const story = storyOf([first, ...ofNode, second, ...others], violated)
  assert.equal(story.length, 10)
  assert.ok(story.includes(first) && story.includes(second))
  assert.deepEqual(story, [first, ...ofNode.slice(-8), second])
})

test('states and described messages are left out', () => {
  const state = line(1, { type: 'state', nodes: [['left', hash]] })
  const message = line(2, { type: 'message', node: 'left', content: hash })
  assert.deepEqual(storyOf([state, message], violated), [])
})

test('names in quotes are things, too', () => {
  const outcome: RunOutcome = {
    verdict: 'violated',
    violation: { invariant: 'i', node: 'x', detail: 'file "a b" is lost', step: 9, simulatedMs: 9 },
  }
  const told = line(1, { name: 'a b', node: 'right' })
  assert.deepEqual(storyOf([told, line(2, { name: 'c', node: 'right' })], outcome), [told])
})

test('where nothing is named the story is the end of the run', () => {
  const lines = Array.from({ length: 30 }, (_, at) => line(at, {}))
  const outcome: RunOutcome = { verdict: 'stalled', restless: [] }
  assert.deepEqual(storyOf(lines, outcome), lines.slice(-10))
})

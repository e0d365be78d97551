/**
 * Tests of the names of turns.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('a tick is named by its event, and its requests to each peer are counted', () => {
  const turns = new Turns()
  assert.equal(turns.of('left'), 'start')
  turns.begin('left', 'poll#3')
  assert.equal(turns.of('left'), 'poll#3')
  assert.equal(turns.send({ from: 'left', to: 'right' }), 'poll#3.round#1')
  assert.equal(turns.send({ from: 'left', to: 'right' }), 'poll#3.round#2')
  assert.equal(turns.send({ from: 'left', to: 'top' }), 'poll#3.round#1')
  assert.equal(turns.of('left'), 'poll#3.round#1')
  assert.equal(turns.of('right'), 'start')
})

test('requests outside a tick are counted by themselves', () => {
  const turns = new Turns()
  turns.begin('left', 'syncNow#1')
  turns.end('left')
  assert.equal(turns.send({ from: 'left', to: 'right' }), 'call#1')
  assert.equal(turns.send({ from: 'right', to: 'left' }), 'call#1')
  assert.equal(turns.send({ from: 'left', to: 'right' }), 'call#2')
})

test('operations and answers have their own names, while they last', async () => {
  const turns = new Turns()
  turns.begin('left', 'poll#3')
  turns.act('work/left#2', () => assert.equal(turns.of('left'), 'work/left#2'))
  const answer = (): Promise<string> => Promise.resolve(turns.of('right'))
  assert.equal(await turns.answer('left/poll#3.round#1', answer), 'left/poll#3.round#1')
  assert.equal(turns.of('left'), 'poll#3')
})

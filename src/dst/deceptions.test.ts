/**
 * Deceptions between nodes: what an agent says after a lie counts again from its next attempt on.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deceptions } from './deceptions.ts'

const lie = { mutation: 'claim', from: 'master', to: 'leaf-0', isReply: true }

test('a lie deceives both sides about each other, until the next attempt', () => {
  const deceptions = new Deceptions(() => 5)
  deceptions.asks('leaf-0', 'master')
  deceptions.lied(lie)
  assert.ok(deceptions.isDeceived('leaf-0', 'master') && deceptions.isDeceived('master', 'leaf-0'))
  assert.ok(!deceptions.isDeceived('leaf-0', 'leaf-1'))
  // Another round of the same attempt, and its end.
  deceptions.asks('leaf-0', 'master')
  deceptions.ends('leaf-0', 'master')
  assert.ok(deceptions.isDeceived('leaf-0', 'master'))
  deceptions.asks('leaf-0', 'leaf-1')
  assert.ok(deceptions.isDeceived('leaf-0', 'master'))
  deceptions.asks('leaf-0', 'master')
  assert.ok(!deceptions.isDeceived('leaf-0', 'master'))
})

test('a lie is remembered by its time', () => {
  let nowMs = 5
  const deceptions = new Deceptions(() => nowMs)
  deceptions.lied(lie)
  nowMs = 6
  assert.ok(deceptions.wasDeceivedSince('leaf-0', 5) && deceptions.wasDeceivedSince('master', 5))
  assert.ok(!deceptions.wasDeceivedSince('leaf-0', 6) && !deceptions.wasDeceivedSince('leaf-1', 0))
})

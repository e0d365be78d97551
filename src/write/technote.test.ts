/**
 * Technotes: ids, dates, marks, versions.
 * What stock writes for the same: `stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { failsWith, startMs } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { editTechnote, newTechnote } from './technote.ts'
import { ada, cardsOf, dateCard, dateCardAfter } from './written.suite.ts'

test('a technote has an id, a place on the timeline, and marks that stay until changed', () => {
  using repo = memoryRepo()
  const note = { content: 'x', eventMs: startMs - 1, comment: ' shown ', color: '#abc' }
  const more = { tags: ['b', 'a', 'b'], mimetype: 'text/x-fossil-wiki' }
  const first = newTechnote(repo, { ...note, ...more }, ada)
  const { technoteId } = first
  assert.match(technoteId, /^[0-9a-f]{40}$/)
  assert.deepEqual(cardsOf(repo, first), [
    'C shown',
    dateCard,
    `E 2023-11-14T22:13:19 ${technoteId}`,
    'N text/x-fossil-wiki',
    'T +bgcolor * #abc',
    'T +sym-a *',
    'T +sym-b *',
    'U ada',
    'W 1',
    'x',
  ])
  const second = editTechnote(repo, technoteId, { content: 'y', color: '', tags: ['c'] }, ada)
  assert.deepEqual(cardsOf(repo, second), [
    'C shown',
    dateCardAfter(1),
    `E 2023-11-14T22:13:19 ${technoteId}`,
    'N text/x-fossil-wiki',
    `P ${first.hash}`,
    'T +sym-c *',
    'U ada',
    'W 1',
    'y',
  ])
  const moved = editTechnote(repo, technoteId, { eventMs: startMs, comment: '', mimetype: '' }, ada)
  assert.deepEqual(cardsOf(repo, moved), [
    dateCardAfter(2),
    `E 2023-11-14T22:13:20 ${technoteId}`,
    `P ${second.hash}`,
    'T +sym-c *',
    'U ada',
    'W 1',
    'y',
  ])
  assert.notEqual(newTechnote(repo, note, ada).technoteId, technoteId)
})

test('a technote that is not here cannot be edited, nor one written that says nonsense', () => {
  using repo = memoryRepo()
  const gone = (): unknown => editTechnote(repo, '0'.repeat(40), { content: 'x' }, ada)
  assert.throws(gone, failsWith('artifact.missing'))
  const refused = [{ tags: [''] }, { eventMs: Number.NaN }, { content: 'a\0b' }, { eventMs: 1e300 }]
  for (const change of refused) {
    const write = (): unknown => newTechnote(repo, { content: 'x', ...change }, ada)
    assert.throws(write, failsWith('artifact.invalid', /technote/), JSON.stringify(change))
  }
})

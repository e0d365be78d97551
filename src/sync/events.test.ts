/**
 * The events of a sync: what goes is told as what comes, and the totals are those of the result.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { setConfig } from '../repo/config.ts'
import { writeUnversioned } from '../repo/unversioned.ts'
import { defineTable, putRow } from '../tables/tables.ts'
import type { Column } from '../tables/definition.ts'
import type { SyncEvent, SyncTotals } from './events.ts'
import { addArtifacts, makeRepo, syncPair } from './pair.suite.ts'
import type { SyncOptions } from './session-options.ts'

const columns: Column[] = [{ name: 'id', type: 'text', key: true }]

/** Events of a client, in a sync in which all that there is belongs to one side. */
function heard(holder: 'client' | 'server', options: SyncOptions): SyncEvent[] {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const repo = holder === 'client' ? client : server
  addArtifacts(repo, { to: 1 })
  writeUnversioned(repo, { name: 'notes.txt', content: utf8('notes') })
  for (const each of [client, server]) {
    defineTable(each, { name: 'notes', columns, conflict: 'mtime-wins' })
  }
  putRow(repo, 'notes', { id: '7' })
  setConfig(repo, 'project-name', 'Trilobites')
  const events: SyncEvent[] = []
  const observer = (event: SyncEvent): void => void events.push(event)
  const { result } = syncPair(client, server, {
    ...options,
    unversioned: true,
    tables: true,
    observer,
  })
  const last = events.findLast((event) => event.type === 'round.received')
  const { artifactsSent, artifactsReceived, bytesSent, bytesReceived } = result
  const totals: SyncTotals = { artifactsSent, artifactsReceived, bytesSent, bytesReceived }
  assert.deepEqual(last?.totals, totals)
  return events
}

/** Events of one direction but for rounds, as `kind of what`, sorted. */
function moved(events: readonly SyncEvent[], direction: 'sent' | 'received'): string[] {
  const told: string[] = []
  for (const event of events) {
    const [kind, way] = event.type.split('.')
    if (way !== direction || kind === 'round') continue
    const facts = { ...event, type: kind, outcome: undefined }
    told.push(`${kind} ${JSON.stringify(facts, Object.keys(facts).sort())}`)
  }
  return told.sort()
}

test('what a client sends is told as what another receives', () => {
  const sent = heard('client', { pushConfig: ['project'] })
  const received = heard('server', { pullConfig: ['project'] })
  assert.deepEqual(moved(sent, 'sent'), moved(received, 'received'))
  const kinds = new Set(moved(sent, 'sent').map((line) => line.split(' ')[0]))
  assert.deepEqual([...kinds], ['artifact', 'config', 'row', 'unversioned'])
  assert.deepEqual([moved(sent, 'received'), moved(received, 'sent')], [[], []])
})

test('rounds come in pairs, with all their cards, and totals that grow by what they moved', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 2 })
  addArtifacts(server, { from: 2, to: 5 })
  const events: SyncEvent[] = []
  const { requests, replies } = syncPair(client, server, { observer: (e) => events.push(e) })
  const rounds = events.filter((e) => e.type === 'round.sent' || e.type === 'round.received')
  const cards = requests.flatMap((request, i) => [
    ['round.sent', i + 1, request.length],
    ['round.received', i + 1, replies[i]?.length],
  ])
  assert.deepEqual(
    rounds.map((event) => [event.type, event.round, event.cards]),
    cards,
  )
  const totals = { artifactsSent: 0, artifactsReceived: 0, bytesSent: 0, bytesReceived: 0 }
  for (const { type, artifacts, bytes, totals: told } of rounds) {
    const way = type === 'round.sent' ? 'Sent' : 'Received'
    totals[`artifacts${way}`] += artifacts
    totals[`bytes${way}`] += bytes
    assert.deepEqual(told, totals)
  }
  assert.deepEqual([totals.artifactsSent, totals.artifactsReceived], [2, 3])
})

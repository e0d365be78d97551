/**
 * Ticket tables that read the clock and draw randomness.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { openDatabase } from '../db/node.ts'
import { setConfig } from '../repo/config.ts'
import { scratchPath, TestEnv } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { createRepo, openRepo } from './open.ts'
import { type Artifact, artifact, first, minute, store } from './order.suite.ts'
import { ticketTables } from './ticket-table.ts'
import { verify } from './verify.ts'
import { dbOf } from '../repo/repo.ts'

/** 2031-05-06T07:08:09Z. */
const nowMs = 1_935_817_689_000

function change(at: number, title: string): Artifact {
  const fields = [{ name: 'title', value: title }]
  const ticketId = 'ad'.repeat(20)
  return artifact({ kind: 'ticket', dateMs: minute(at), user: 'ann', ticketId, fields })
}

test('what a table asks of the clock and of chance comes from the world', async (t) => {
  const sql = `CREATE TABLE ticket(tkt_id INTEGER PRIMARY KEY, tkt_uuid, tkt_mtime, title, status,
      came DATE DEFAULT CURRENT_TIMESTAMP, day DEFAULT (date('NOW', 'localtime')),
      lot INTEGER DEFAULT (random()), code DEFAULT (hex(randomblob(8))));
    CREATE TABLE ticketchng(tkt_id, tkt_mtime, title, noted DEFAULT (unixepoch()))`
  const changes = [change(1, 'one'), change(2, 'two')]
  const read = (): unknown[] => {
    const env = new TestEnv()
    env.nowMs = nowMs
    using repo = memoryRepo({}, env)
    setConfig(repo, 'ticket-table', sql)
    repo.transaction(() => ticketTables(repo))
    store(repo, changes)
    env.nowMs += 90_000_000
    assert.deepEqual(verify(repo).differences, [], 'the artifacts do not tell')
    dbOf(repo).exec(`UPDATE ticket SET title = 'x'`)
    assert.equal(verify(repo).total, 2, 'what the artifacts tell is still compared')
    const ofTicket = 'SELECT came, day, lot <> 0, length(code), code FROM ticket'
    return [
      ...dbOf(repo).prepare(ofTicket).all(),
      ...dbOf(repo).prepare('SELECT noted FROM ticketchng').all(),
    ]
  }
  const kept = read()
  const code = kept.flat()[4]
  const noted = nowMs / 1000
  assert.deepEqual(kept, [['2031-05-06 07:08:09', '2031-05-06', 1, 16, code], [noted], [noted]])
  assert.deepEqual(read(), kept)
  if (requireFossilOrSkip(t) === undefined) return
  const path = scratchPath(t)
  {
    using repo = createRepo(openDatabase(path, { create: true }), new TestEnv(), {
      adminUser: 'tester',
    })
    setConfig(repo, 'ticket-table', sql)
    store(repo, [first, ...changes])
  }
  await runFossil(['rebuild', path])
  using theirs = openRepo(openDatabase(path), new TestEnv())
  const sizes = dbOf(theirs)
    .prepare('SELECT length(came), lot <> 0, length(code) FROM ticket')
    .all()
  assert.deepEqual(sizes, [[19, 1, 16]], 'stock keeps such a ticket')
})

test('a mistake of ours while a ticket is played again is no refusal of the table', () => {
  const mistake = new TypeError('ours')
  const { clock, random, buggify } = new TestEnv()
  let isBroken = false
  const brokenClock = {
    nowMs: () => {
      if (isBroken) throw mistake
      return clock.nowMs()
    },
  }
  using repo = memoryRepo({}, { clock: brokenClock, random, buggify })
  setConfig(
    repo,
    'ticket-table',
    'CREATE TABLE ticket(tkt_id INTEGER PRIMARY KEY, tkt_uuid, tkt_mtime, x DEFAULT CURRENT_DATE)',
  )
  repo.transaction(() => ticketTables(repo))
  isBroken = true
  assert.throws(
    () => store(repo, [change(1, 'one')]),
    (error) => error === mistake,
  )
})

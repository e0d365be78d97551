/**
 * The conversations of a session besides artifacts, all at once and through real replies.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { config, setConfig } from '../repo/config.ts'
import { readUnversioned, writeUnversioned } from '../repo/unversioned.ts'
import { accessOf } from './access.ts'
import { SideConversations } from './side-conversations.ts'
import {
  addArtifacts,
  type Said,
  errorOf,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  pragma,
  syncPair,
  verifyRepo,
} from './pair.suite.ts'

const checkin = nameOf(utf8('a check-in'))
const [mine, yours] = ['1'.repeat(40), '2'.repeat(40)]

function pragmas({ requests }: Said, name: string): string[][] {
  return requests.map((cards) =>
    ofType(cards, 'pragma')
      .filter((card) => card.name === name)
      .map(({ args }) => args.join(' ')),
  )
}

test('a session asks once for a lock, in its first request, and is told who has it', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(server, { to: 3 })
  const said = syncPair(client, server, { lock: { checkin, clientId: mine } })
  assert.equal(said.result.lockedBy, undefined)
  const [first, ...later] = pragmas(said, 'ci-lock')
  assert.deepEqual(first, [`${checkin} ${mine}`])
  assert.ok(later.length > 0 && later.every(({ length }) => length === 0))

  const { result } = syncPair(client, server, { lock: { checkin, clientId: yours } })
  assert.deepEqual(result.lockedBy, { login: 'nobody', mtimeSec: 1_700_000_000 })
  assert.ok(result.complete)
  const unlock = { push: false, pull: false, unlockClientId: mine }
  const unlocked = syncPair(client, server, unlock)
  assert.deepEqual(pragmas(unlocked, 'ci-unlock'), [[mine]])
  const again = syncPair(client, server, { lock: { checkin, clientId: yours } })
  assert.equal(again.result.lockedBy, undefined)
})

test('the name of a holder may hold anything, and the time that stands there may be none', () => {
  using repo = makeRepo('client')
  const side = new SideConversations(repo, { lock: { checkin, clientId: mine } })
  assert.ok(side.receive(pragma('ci-lock-fail', 'Ann\\sLee', '17')))
  assert.deepEqual(side.summary.lockedBy, { login: 'Ann Lee', mtimeSec: 17 })
  assert.ok(side.receive(pragma('ci-lock-fail', 'ann', 'yesterday')))
  assert.deepEqual(side.summary.lockedBy, { login: 'ann', mtimeSec: 0 })
  assert.ok(side.receive(pragma('ci-lock-fail')))
  assert.deepEqual(side.summary.lockedBy, { login: '', mtimeSec: 0 })
})

test('a session that has nothing to do is refused, and one with a lock is not', () => {
  using repo = makeRepo('client')
  const isEmpty = (options: ConstructorParameters<typeof SideConversations>[1]): boolean =>
    new SideConversations(repo, options).isEmpty
  assert.ok(isEmpty({}))
  assert.ok(isEmpty({ unversioned: false, pullConfig: [], pushConfig: [] }))
  assert.ok(!isEmpty({ unversioned: true }))
  assert.ok(!isEmpty({ pullConfig: ['project'] }))
  assert.ok(!isEmpty({ pushConfig: ['project'] }))
  assert.ok(!isEmpty({ lock: { checkin, clientId: mine } }))
  assert.ok(!isEmpty({ unlockClientId: mine }))
})

test('artifacts, unversioned files, settings and a lock cross in one session', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 2 })
  addArtifacts(server, { from: 2, to: 5 })
  writeUnversioned(client, { name: 'ours.txt', content: utf8('ours'), mtimeSec: 1 })
  writeUnversioned(server, { name: 'theirs.txt', content: utf8('theirs'), mtimeSec: 1 })
  setConfig(server, 'project-name', 'A project')
  const { result } = syncPair(client, server, {
    unversioned: true,
    pullConfig: ['project'],
    lock: { checkin, clientId: mine },
  })
  assert.equal(result.shortfall, undefined)
  assert.deepEqual(heldNames(client), heldNames(server))
  assert.deepEqual(readUnversioned(server, 'ours.txt'), utf8('ours'))
  assert.deepEqual(readUnversioned(client, 'theirs.txt'), utf8('theirs'))
  assert.equal(config(client, 'project-name'), 'A project')
  verifyRepo(client)
  verifyRepo(server)
})

test('a push that is refused as a whole leaves the rest to be had', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  addArtifacts(client, { to: 2 })
  writeUnversioned(server, { name: 'theirs.txt', content: utf8('theirs'), mtimeSec: 1 })
  const said = syncPair(client, server, {
    access: accessOf('o'),
    unversioned: true,
    unlockClientId: mine,
  })
  assert.equal(errorOf(said.replies[0] ?? []), 'not authorized to write')
  assert.deepEqual(pragmas(said, 'ci-unlock').slice(0, 2), [[mine], [mine]])
  assert.ok(said.result.pushRefused && !said.result.complete)
  assert.deepEqual(readUnversioned(client, 'theirs.txt'), utf8('theirs'))
})

/**
 * The push after one that a server failed on.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setPushTrouble } from '../repo/unsent.ts'
import { checkin } from '../write/checkin.ts'
import { makeRepo, ofType, syncPair } from './pair.suite.ts'

test('a server that failed on a push gets no deltas until one is settled', () => {
  using client = makeRepo('client')
  using server = makeRepo('server')
  const text = 'a line of every version\n'.repeat(40)
  const write = (version: number): void => {
    const changes = [{ name: 'notes.txt', content: Buffer.from(`${version}\n${text}`) }]
    checkin(client, { comment: `version ${version}`, user: 'us', changes })
  }
  const deltasOfPush = (): number => {
    const { result, requests } = syncPair(client, server)
    assert.ok(result.complete)
    return ofType(requests.flat(), 'file').filter(({ deltaSource }) => deltaSource).length
  }
  write(1)
  deltasOfPush()
  write(2)
  setPushTrouble(client, 'failed')
  assert.equal(deltasOfPush(), 0)
  write(3)
  assert.ok(deltasOfPush() > 0)
})

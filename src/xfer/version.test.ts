/**
 * Versions: what we announce and what peers' numbers mean.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromUtf8 } from '../base/bytes.ts'
import { CardWriter } from './format.ts'
import {
  type PeerVersion,
  ourVersion,
  parseVersion,
  supportsClusterRequest,
  supportsPrivateIgot,
  supportsSha3,
  unknownVersion,
  versionPragma,
} from './version.ts'

test('we announce a version that gets logins in the message', () => {
  const { version, date, time } = ourVersion
  const movesLoginToCookie =
    version >= 22700 && (date > 20250727 || (date === 20250727 && time >= 110500))
  assert.equal(movesLoginToCookie, false)
  assert.ok(supportsSha3(ourVersion) && supportsPrivateIgot(ourVersion))
})

test('an announcement is three numbers', () => {
  const writer = new CardWriter()
  writer.add(versionPragma('client-version', ourVersion))
  assert.equal(fromUtf8(writer.finish()), 'pragma client-version 22600 20250101 0\n')
})

test('reading undoes announcing', () => {
  const stock = { version: 22100, date: 20230226, time: 192424 }
  for (const version of [ourVersion, stock, unknownVersion]) {
    assert.deepEqual(parseVersion(versionPragma('server-version', version).args), version)
  }
})

test('what a peer leaves out or garbles counts as 0', () => {
  assert.deepEqual(parseVersion([]), unknownVersion)
  assert.deepEqual(parseVersion(['20000']), { version: 20000, date: 0, time: 0 })
  assert.deepEqual(parseVersion(['2x', '-5', '']), { version: 2, date: 0, time: 0 })
  assert.deepEqual(parseVersion(['9'.repeat(400)]).version, 999_999_999)
})

function peer(version: number, date = 0): PeerVersion {
  return { version, date, time: 0 }
}

test('abilities come with versions', () => {
  assert.deepEqual(
    [10000, 19999, 20000].map((n) => supportsSha3(peer(n))),
    [false, false, true],
  )
  assert.deepEqual(
    [22500, 22600].map((n) => supportsClusterRequest(peer(n))),
    [false, true],
  )
  const dates = [20200412, 20200413]
  assert.deepEqual(
    dates.map((d) => supportsPrivateIgot(peer(21100, d))),
    [false, true],
  )
})

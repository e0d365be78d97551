/**
 * The witness of logins: it tells a client that says something else than its server told it, and
 * nothing where the password changed meanwhile.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { FossilError, type FossilErrorCode } from '../base/error.ts'
import { bodyOf } from '../sync/pair.suite.ts'
import type { SyncResult } from '../sync/session-options.ts'
import { LoginWitness } from './login-witness.ts'
import type { Action } from './node.ts'
import type { Finding } from './world.ts'

const refusal = bodyOf({ type: 'error', text: 'login failed' })
const damaged = utf8('no message')
const fine = bodyOf({ type: 'comment', text: 'timestamp' })

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody looks into it
const well: Action = { type: 'synced', result: {} as SyncResult }

function failed(code: 'login.failed' | 'sync.refused' | 'transport.failed'): Action {
  const detail = { message: 'no', reason: 'no' }
  return { type: 'synced', error: new FossilError<FossilErrorCode>(code, detail) }
}

interface Told {
  /** The password when the sync begins, and after its reply; undefined for nobody. */
  readonly isProven: readonly (boolean | undefined)[]
  readonly reply?: Uint8Array
  readonly action: Action
  readonly isDeceived?: boolean
}

/** The finding about one sync of one exchange. */
function told({ isProven, reply = refusal, action, isDeceived = false }: Told): string | undefined {
  const findings: Finding[] = []
  let at = 0
  const witness = new LoginWitness(findings, () => isProven[at])
  witness.asks('leaf-0', 'master')
  at = isProven.length - 1
  witness.changed('leaf-0')
  witness.hears('leaf-0', 'master', reply)
  witness.ends('leaf-0', 'master', action, { isDeceived })
  witness.ends('leaf-0', 'master', action, { isDeceived })
  assert.ok(findings.length <= 1)
  return findings[0]?.detail
}

suite('with a wrong password', () => {
  test('a sync ends in the error that its server told of', () => {
    const isProven = [false]
    assert.equal(told({ isProven, action: failed('login.failed') }), undefined)
    assert.equal(
      told({ isProven, action: failed('sync.refused') }),
      'a sync with master was told that its login failed, and said sync.refused',
    )
  })

  test('no sync ends well', () => {
    assert.equal(
      told({ isProven: [false], reply: fine, action: well }),
      'a sync with master ended well, and its password is wrong',
    )
  })

  test('a sync ends in any error where the reply was damaged', () => {
    assert.equal(
      told({ isProven: [false], reply: damaged, action: failed('transport.failed') }),
      undefined,
    )
  })
})

test('with the right password no login fails', () => {
  assert.equal(
    told({ isProven: [true], action: failed('login.failed') }),
    'a sync with master was refused for its login, which is right',
  )
  assert.equal(told({ isProven: [true], action: failed('sync.refused') }), undefined)
  assert.equal(told({ isProven: [true], reply: fine, action: well }), undefined)
})

test('nobody judges a sync whose password changed, that was lied to, or of nobody', () => {
  for (const action of [well, failed('login.failed'), failed('sync.refused')]) {
    assert.equal(told({ isProven: [false, true], action }), undefined)
    assert.equal(told({ isProven: [true, false], action }), undefined)
    assert.equal(told({ isProven: [undefined], action }), undefined)
    for (const isProven of [true, false]) {
      assert.equal(told({ isProven: [isProven], action, isDeceived: true }), undefined)
    }
  }
})

test('a node that went down ends no sync', () => {
  const findings: Finding[] = []
  const witness = new LoginWitness(findings, () => false)
  witness.asks('leaf-0', 'master')
  witness.down('leaf-0')
  witness.ends('leaf-0', 'master', well, { isDeceived: false })
  assert.deepEqual(findings, [])
})

/**
 * A string where bytes belong is an error that says so, in every public function that takes bytes.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { runInNewContext } from 'node:vm'

import { FossilError } from 'trilobite'
import { httpTransport } from 'trilobite/transport/http'
import { stdioTransport } from 'trilobite/transport/stdio'

import { callers, type Instead, takingPaths } from './bytes-arguments.suite.ts'

/** The value as the compiler would not let it through. */
function unchecked(value: unknown): Instead {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as callers in JavaScript do
  return value as Instead
}

function saysSo(error: unknown, what: RegExp): boolean {
  assert.ok(FossilError.is(error, 'option.invalid'), String(error))
  assert.match(error.detail.reason, what)
  return true
}

suite('a caller whom no compiler checks', () => {
  for (const [name, call] of Object.entries(callers)) {
    const what = takingPaths.has(name) ? 'an array and null' : 'a string, an array and null'
    test(`gets an error of ${name} for ${what}`, () => {
      const text = /^needs bytes, a Uint8Array, not a string: new TextEncoder/
      if (!takingPaths.has(name)) {
        assert.throws(
          () => call(unchecked('text')),
          (error) => saysSo(error, text),
        )
      }
      assert.throws(
        () => call(unchecked([1, 2])),
        (error) => saysSo(error, /not a value of type/),
      )
      assert.throws(
        () => call(unchecked(null)),
        (error) => saysSo(error, /not null$/),
      )
    })
  }

  test('gets an error of a transport for a string', async () => {
    using http = httpTransport('http://127.0.0.1:1/')
    for (const transport of [http, stdioTransport({ command: 'false' })]) {
      const exchange = transport.exchange(unchecked('text'))
      await assert.rejects(exchange, (error) => saysSo(error, /^needs bytes/))
    }
  })

  test('may give a Buffer, and bytes of another realm', () => {
    const foreign: unknown = runInNewContext('new Uint8Array([0x61])')
    assert.equal(
      callers['sha1']?.(unchecked(foreign)),
      callers['sha1']?.(unchecked(Buffer.from('a'))),
    )
  })
})

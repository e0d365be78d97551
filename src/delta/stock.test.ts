/**
 * Deltas beside stock's, through the SQL functions of `fossil sql`: the same bytes made, and the
 * same deltas accepted. Skipped where stock Fossil is not installed; `golden.test.ts` holds some
 * of what it makes for good.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { hex } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { applyDelta } from './apply.ts'
import { createDelta } from './create.ts'
import { arbitraryPair } from './pairs.suite.ts'

test('createDelta gives the bytes that stock gives', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pairs = fc.sample(arbitraryPair, { seed: 5, numRuns: 800 })
  const stock = await evaluate(pairs.map(({ from, to }) => `delta_create(${sql(from)},${sql(to)})`))
  for (const [i, { from, to }] of pairs.entries()) {
    assert.equal(hex(createDelta(from, to)), stock.get(i), `pair ${i}`)
  }
})

test('applyDelta takes the damaged deltas that stock takes, to the same output', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const place = fc.oneof(fc.nat(12), fc.nat())
  const digitOrMark = fc.constantFrom(...Buffer.from('0123~@,:;\n'))
  const damaged = fc
    .record({ pair: arbitraryPair, place, byte: digitOrMark })
    .map(({ pair: { from, to }, place: at, byte }) => {
      const delta = createDelta(from, to)
      delta[at % delta.length] = byte
      return { from, delta }
    })
  const cases = fc.sample(damaged, { seed: 6, numRuns: 800 })
  const stock = await evaluate(
    cases.map(({ from, delta }) => `delta_apply(${sql(from)},${sql(delta)})`),
  )
  assert.ok(stock.size > 100 && stock.size < 700, `stock takes ${stock.size}`)
  for (const [i, { from, delta }] of cases.entries()) {
    assert.equal(outputOf(from, delta), stock.get(i), `delta ${i}`)
  }
})

/** The results of SQL expressions in stock, in hexadecimal, by index; none where one failed. */
async function evaluate(expressions: readonly string[]): Promise<Map<number, string>> {
  const lines = expressions.map((each, i) => `SELECT '${i} ' || hex(${each});\n`)
  const { stdout } = await runFossil(['sql', '--no-repository'], { input: lines.join('') })
  const results = stdout.matchAll(/^'(\d+) ([0-9A-F]*)'$/gm)
  return new Map(results.map(([, i, bytes = '']) => [Number(i), bytes.toLowerCase()]))
}

function sql(bytes: Uint8Array): string {
  return `x'${hex(bytes)}'`
}

/** Ignores the checksum, as stock does. */
function outputOf(from: Uint8Array, delta: Uint8Array): string | undefined {
  try {
    return hex(applyDelta(from, delta, { verifyChecksum: false }))
  } catch (error) {
    if (FossilError.is(error, 'delta.corrupt')) return undefined
    throw error
  }
}

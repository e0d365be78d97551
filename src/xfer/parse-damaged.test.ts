/**
 * Messages damaged at random: the parser gives cards or an operating error, and nothing else.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { concat } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import type { Card } from './card.ts'
import { parseCards } from './parse.ts'
import { cloneReply, stockMessages } from './stock.vectors.ts'

const seed = 20240104
const names = Object.keys(stockMessages)
const edit = fc.record({
  kind: fc.constantFrom('set', 'flip', 'insert', 'delete', 'cut', 'repeat'),
  at: fc.nat(4000),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0x0a, 0x20, 0x23, 0x2d, 0x30, 0x39, 0xff)),
  length: fc.nat(40),
})

type Edit = { kind: string; at: number; byte: number; length: number }

function edited(message: Uint8Array, { kind, at, byte, length }: Edit): Uint8Array {
  const from = message.length === 0 ? 0 : at % message.length
  const [before, after] = [message.subarray(0, from), message.subarray(from)]
  switch (kind) {
    case 'set':
      return concat([before, Uint8Array.of(byte), after.subarray(1)])
    case 'flip':
      return concat([before, Uint8Array.of((after[0] ?? 0) ^ (1 << (byte % 8))), after.subarray(1)])
    case 'insert':
      return concat([before, Uint8Array.of(byte), after])
    case 'delete':
      return concat([before, after.subarray(length)])
    case 'cut':
      return before
    default:
      return concat([before, after.subarray(0, length), after])
  }
}

/** Reads what can be read; the text of all cards and the bytes of all payloads are bounded. */
function readAll(message: Uint8Array): { cards: Card[]; failure: string | undefined } {
  const cards: Card[] = []
  try {
    for (const card of parseCards(message)) cards.push(card)
    return { cards, failure: undefined }
  } catch (error) {
    assert.ok(FossilError.is(error, 'xfer.malformed'), String(error))
    assert.ok(error.detail.reason.length < 600)
    return { cards, failure: error.message }
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, part) => sum + sizeOf(part), 0)
}

test('they give cards or an error, never more than they hold, and the same each time', () => {
  const edits = fc.array(edit, { minLength: 1, maxLength: 6 })
  const property = fc.property(fc.constantFrom(...names), edits, (name, changes) => {
    let message = stockMessages[name] ?? assert.fail(name)
    for (const change of changes) message = edited(message, change)
    const first = readAll(message)
    assert.ok(first.cards.length <= message.length)
    for (const card of first.cards) assert.ok(sizeOf(card) <= 2 * message.length + 16)
    assert.deepEqual(readAll(message), first)
  })
  fc.assert(property, { seed, numRuns: 1500 })
})

test('any bytes at all give cards or an error', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 400 }), (message) => {
    readAll(message)
  })
  fc.assert(property, { seed, numRuns: 500 })
})

test('a cut message never passes for a whole one that ends in a card with an end', () => {
  const whole = parseCards(cloneReply).toArray()
  for (let length = 0; length < cloneReply.length; length++) {
    const { cards, failure } = readAll(cloneReply.subarray(0, length))
    const known = cards.filter(({ type }) => type !== 'unknown' && type !== 'comment')
    assert.deepEqual(known, whole.slice(0, known.length), `${length} bytes: ${failure ?? ''}`)
  }
})

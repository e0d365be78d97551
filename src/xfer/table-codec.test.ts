/**
 * Cards about synced tables: what go-libfossil put on the wire is read and written byte for byte,
 * and what follows no form is an error.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { CardWriter } from './format.ts'
import * as conversations from './go.vectors.ts'
import { parseCards } from './parse.ts'

suite('messages of go-libfossil are read and written byte for byte', () => {
  for (const [name, rounds] of Object.entries(conversations)) {
    test(name, () => {
      for (const text of rounds.flatMap(({ request, reply }) => [request, reply])) {
        const cards = parseCards(utf8(text)).toArray()
        assert.ok(cards.every(({ type }) => type !== 'unknown'))
        const writer = new CardWriter()
        for (const card of cards) writer.add(card)
        assert.equal(fromUtf8(writer.finish()), text)
      }
    })
  }
})

suite('what follows no form is an error', () => {
  const hash = 'ab'.repeat(20)
  const bad: readonly [line: string, reason: RegExp][] = [
    ['schema t 1 h 7\n', /takes 5 arguments and has 4/],
    ['schema t x h 7 2\n{}\n', /not an integer/],
    ['schema t 1 h -7 2\n{}\n', /not an integer/],
    ['schema t 1 h 7 3\n{}\n', /no newline|cut off/],
    [`xigot t ${hash}\n`, /takes 3 arguments/],
    [`xigot t ${hash} 99999999999999999999\n`, /not an integer/],
    [`xgimme t\n`, /takes 2 arguments/],
    [`xrow t ${hash} 7\n`, /takes 4 to 5 arguments/],
    [`xrow t ${hash} 7 5\n{}\n`, /cut off/],
    [`xrow t ${hash} 7 2\n{}}\n`, /no newline/],
    [`xrow t ${hash} 7 2147483648\n{}\n`, /not an integer/],
    [`xdelete t ${hash} x 2\n{}\n`, /not an integer/],
    ['xrange t - 5\n', /takes 4 arguments/],
    ['xlist t - 99\nx\n', /cut off/],
    ['xask t -\n', /takes 3 arguments/],
    ['xmore t\n', /takes 3 arguments/],
  ]
  for (const [line, reason] of bad) {
    test(JSON.stringify(line.slice(0, 30)), () => {
      assert.throws(
        () => parseCards(utf8(line)).toArray(),
        (error) => FossilError.is(error, 'xfer.malformed') && reason.test(error.message),
      )
    })
  }
})

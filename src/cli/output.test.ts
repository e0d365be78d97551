/**
 * Output comes out whole, a little at a time, and does not drive a terminal.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { decodeText } from '../base/text.ts'
import { type Chunk, jsonLine, type Output, printChunks, visible, visibleLine } from './output.ts'

/** Keeps what is written, until a reader who wants so many writes has had enough. */
class Sink implements Output {
  readonly isTTY: boolean
  readonly writes: Uint8Array[] = []
  readonly #most: number

  constructor({ isTTY = false, most = Infinity }: { isTTY?: boolean; most?: number } = {}) {
    this.isTTY = isTTY
    this.#most = most
  }

  write(chunk: Uint8Array, done: (error?: Error | null) => void): boolean {
    if (this.writes.length >= this.#most) done(new Error('EPIPE'))
    else {
      this.writes.push(chunk)
      done(null)
    }
    return true
  }

  get bytes(): Buffer {
    return Buffer.concat(this.writes)
  }
}

const escape = String.fromCharCode(27)

suite('chunks', () => {
  test('are written in order, byte for byte', async () => {
    const raw = Uint8Array.of(0, 255, 27, 10)
    const sink = new Sink()
    await printChunks(['a', 'ü\n', raw, decodeText(raw)], sink)
    const bytes = Buffer.concat([Buffer.from('aü\n'), raw, raw])
    assert.deepEqual(sink.bytes, bytes)
  })

  test('are neither written one by one nor all at once', async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`)
    const sink = new Sink()
    await printChunks([...lines, new Uint8Array(1_000_000)], sink)
    assert.equal(sink.bytes.length, lines.join('').length + 1_000_000)
    for (const { length } of sink.writes) assert.ok(length <= 70_000, `${length} bytes`)
    assert.ok(sink.writes.length < 100)
  })

  test('are not even made when nobody reads them any longer', async () => {
    let made = 0
    function* endless(): Generator<Chunk> {
      for (;;) {
        made++
        yield 'x'.repeat(65_536)
      }
    }
    const sink = new Sink({ most: 3 })
    await printChunks(endless(), sink)
    assert.deepEqual([sink.writes.length, made], [3, 4])
  })

  test('show on a terminal what would drive it', async () => {
    const sink = new Sink({ isTTY: true })
    const bytes = Buffer.from(`${escape}[2J\tß\r\n`)
    await printChunks([`a${escape}[31m\n`, bytes, Uint8Array.of(0xff)], sink)
    assert.equal(sink.bytes.toString(), 'a\\x1b[31m\n\\x1b[2J\tß\r\n\ufffd')
  })
})

suite('text on a terminal', () => {
  test('keeps its newlines and tabs, and nothing else that moves the cursor', () => {
    assert.equal(visible('a\tb\r\nc\rd\n'), 'a\tb\r\nc\\x0dd\n')
    assert.equal(visible('\u0000\u0007\u009b\u007f'), '\\x00\\x07\\x9b\\x7f')
    assert.equal(visibleLine('a\nb\tc\r\n'), 'a\\x0ab\\x09c\\x0d\\x0a')
  })

  test('reads in the order in which it is written', () => {
    assert.equal(visible('a\u202eb\u2066c\u200f\u2028'), 'a\\u202eb\\u2066c\\u200f\\u2028')
  })

  test('tells bytes that are not UTF-8 from characters', () => {
    assert.equal(visible(decodeText(Uint8Array.of(0x61, 0xe9, 0xff))), 'a\\xe9\\xff')
    assert.equal(visible('\ud800 \u{1f41e}'), '\\ud800 \u{1f41e}')
  })

  test('has no control character left, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(visible(text).replaceAll(/\r?\n|\t/g, ''), /[\p{Cc}\p{Cs}]/u)
        assert.doesNotMatch(visibleLine(text), /[\p{Cc}\p{Cs}]/u)
      }),
      { seed: 12, numRuns: 300 },
    )
  })
})

suite('JSON', () => {
  test('is that of JSON.stringify, on one line', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue())
    fc.assert(
      fc.property(value, (fields) => {
        const text = [...jsonLine(fields)].join('')
        assert.equal(text, `${JSON.stringify(fields)}\n`)
      }),
      { seed: 13, numRuns: 200 },
    )
  })

  test('has lists for what is iterated, base64 for bytes, and nothing for undefined', () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => i % 251)
    function* items(): Generator {
      yield { bytes }
      yield 'two'
    }
    const none = [].values()
    const text = [...jsonLine({ items: items(), none, gone: undefined, nil: null })].join('')
    const base64 = Buffer.from(bytes).toString('base64')
    assert.deepEqual(JSON.parse(text), { items: [{ bytes: base64 }, 'two'], none: [], nil: null })
  })

  test('of a long list is made one item at a time', () => {
    let made = 0
    function* endless(): Generator<number> {
      for (;;) yield made++
    }
    const chunks = jsonLine({ list: endless() })
    for (let i = 0; i < 20; i++) chunks.next()
    assert.ok(made < 20)
  })
})

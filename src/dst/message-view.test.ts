/**
 * Messages in a trace: what is shown of their cards, what is not, and bytes that are no message.
 * @module
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { concat, utf8 } from '../base/bytes.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { describeMessage } from './message-view.ts'
import { simulate } from './simulate.ts'
import { TraceLines } from './trace-lines.suite.ts'

const hash = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'

/** The view of a message with these bytes. */
function shown(text: string | Uint8Array): unknown {
  return describeMessage(encodeMessage(typeof text === 'string' ? utf8(text) : text))
}

suite('a message in brief', () => {
  test('has each card as on the wire, with the size of its payload alone', () => {
    const cards = [
      'pragma client-version 22800 20251010 123456',
      `pull ${hash} ${hash}`,
      `igot ${hash} 1`,
      `gimme ${hash}`,
      `file ${hash} 7\nsecret\n`,
      `config /user 7\nsecret\n`,
      `uvfile a.txt 99 ${hash} 6 0\nsecret`,
      'message an\\sanswer',
      'hello world',
      '# 1234',
    ]
    assert.deepEqual(shown(`${cards.join('\n')}\n`), {
      cards: cards.map((card) => card.replace(/\n[^]*/, '')),
    })
  })

  test('has no signature of a login', () => {
    const text = `login amy ${'ab'.repeat(20)} ${'cd'.repeat(20)}\ngimme ${hash}\n`
    assert.deepEqual(shown(text), {
      cards: [`login amy ${'ab'.repeat(20)} …`, `gimme ${hash}`],
    })
  })

  test('has no time of a server', () => {
    const text = `igot ${hash}\n# timestamp 2026-01-02T03:04:05 errors 0\n`
    assert.deepEqual(shown(text), { cards: [`igot ${hash}`, '# timestamp …'] })
  })

  test('counts the cards beyond the first 200, and cuts long ones', () => {
    assert.deepEqual(shown(`igot ${hash}\n`.repeat(1234)), {
      cards: Array<string>(200).fill(`igot ${hash}`),
      more: 1034,
    })
    assert.deepEqual(shown(`cookie ${'x'.repeat(1000)}\n`), {
      cards: [`cookie ${'x'.repeat(193)}…`],
    })
  })

  test('says what is wrong with a card, after those before it', () => {
    assert.deepEqual(shown(`gimme ${hash}\nfile ${hash} 99\nshort`), {
      cards: [`gimme ${hash}`],
      error: 'xfer.malformed: its payload of 99 bytes is cut off after 5 (card file)',
    })
  })

  test('says what is wrong with bytes that are no message', () => {
    assert.deepEqual(describeMessage(utf8('')), {
      cards: [],
      error: 'xfer.frame: 0 bytes are too few for a frame',
    })
    assert.match(JSON.stringify(describeMessage(utf8('nonsense'))), /"error":"xfer\.frame: /)
  })

  test('is bounded, whatever the bytes are', () => {
    const words = ['file', 'igot', 'login', 'uvfile', 'config', '-', '0', '7', hash, '\n', ' ', 'ü']
    const text = fc.array(fc.constantFrom(...words).map(utf8)).map((parts) => concat(parts))
    const bytes = fc.oneof(text, fc.uint8Array())
    fc.assert(
      fc.property(bytes, fc.boolean(), (message, isFramed) => {
        const body = isFramed && message.length > 0 ? encodeMessage(message) : message
        assert.ok(JSON.stringify(describeMessage(body)).length < 100_000)
      }),
      { seed: 1 },
    )
  })
})

test('without its lines of messages a trace has the hash of the run', async () => {
  const { lines, onTraceLine } = new TraceLines()
  const options = { seed: 8, leaves: 2, durationMs: 30_000, login: true, uv: true }
  const config = { onTraceLine, describesMessages: true }
  const { traceHash } = await simulate({ ...options, config })
  assert.equal(traceHash, (await simulate(options)).traceHash)
  const messages = lines.filter((line) => line.includes('"type":"message"'))
  assert.ok(messages.length > 20 && messages.some((line) => line.includes('login leaf-1')))
  assert.ok(messages.every((line) => !line.includes('"error"')))
  const digest = createHash('sha256')
  for (const line of lines) if (!messages.includes(line)) digest.update(`${line}\n`)
  assert.equal(digest.digest('hex'), traceHash)
})

/**
 * Passwords: typed at a terminal that shows nothing, or piped in.
 * @module
 */

import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { FossilError } from '../base/error.ts'
import { askNewSecret, askSecret, readSecret } from './password.ts'

/** A terminal where somebody types `lines`, one after each question. */
function terminalWith(...lines: string[]) {
  const rawModes: boolean[] = []
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void rawModes.push(isRaw),
  })
  let shown = ''
  const output = {
    write: (text: string) => {
      shown += text
      if (!text.endsWith(': ')) return
      assert.equal(rawModes.at(-1), true, 'nothing that is typed after the question shows')
      input.write(lines.shift() ?? '\u0004')
    },
  }
  return { source: { input, output }, shown: () => shown, rawModes }
}

const refused = (error: unknown): boolean => FossilError.is(error, 'option.invalid')

suite('a password that is typed', () => {
  test('is not shown, and the terminal is as before', async () => {
    const { source, shown, rawModes } = terminalWith('geheim ö\r')
    assert.equal(await askSecret('Password: ', source), 'geheim ö')
    assert.equal(shown(), 'Password: \n')
    assert.deepEqual(rawModes, [true, false])
  })

  test('may be corrected, and control keys are none of it', async () => {
    const { source } = terminalWith('\u007fab\u007f\u007fc\u001bd\b\n')
    assert.equal(await askSecret('Password: ', source), 'c')
  })

  for (const [what, keys] of [
    ['Ctrl-C', 'abc\u0003'],
    ['Ctrl-D', '\u0004'],
    ['an empty line', '\r'],
  ] as const) {
    test(`is none after ${what}`, async () => {
      const { source, rawModes } = terminalWith(keys)
      await assert.rejects(askSecret('Password: ', source), refused)
      assert.deepEqual(rawModes, [true, false])
    })
  }

  test('is typed twice when it is new', async () => {
    const { source, shown } = terminalWith('x\r', 'x\r')
    assert.equal(await askNewSecret('amy', source), 'x')
    assert.equal(shown(), 'New password for amy: \nRetype password: \n')
    await assert.rejects(askNewSecret('amy', terminalWith('x\r', 'y\r').source), /passwords differ/)
  })

  test('needs a terminal', async () => {
    const { source } = terminalWith('x\r')
    source.input.isTTY = false
    await assert.rejects(askSecret('Password: ', source), /no terminal to ask/)
  })
})

suite('a password that is piped in', () => {
  test('is the first line', async () => {
    const parts = [Buffer.from([0x70, 0xc3]), Buffer.from([0xb6, 0x0a, 0x71])]
    assert.equal(await readSecret(Readable.from(parts)), 'pö')
    assert.equal(await readSecret(Readable.from(['no end'])), 'no end')
  })

  test('is not empty', async () => {
    await assert.rejects(readSecret(Readable.from([])), refused)
    await assert.rejects(readSecret(Readable.from(['\nx'])), refused)
  })
})

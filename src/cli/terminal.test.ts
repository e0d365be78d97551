/**
 * Tables, and a progress line that stays out of the way where nobody looks.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { counted } from '../base/counted.ts'
import { formatBytes, formatTime, ProgressLine, table } from './terminal.ts'

suite('a table', () => {
  test('has its first column to the left and the others to the right', () => {
    const rows = [
      ['node', 'artifacts', 'errors'],
      ['master', 120, '-'],
      ['leaf-10', 7, 12345678],
    ]
    assert.equal(
      table(rows),
      [
        '  node     artifacts    errors',
        '  master         120         -',
        '  leaf-10          7  12345678',
        '',
      ].join('\n'),
    )
  })

  test('may have rows of different lengths, and none at all', () => {
    assert.equal(table([['a'], ['b', 1], ['c', 22, 3]]), '  a\n  b   1\n  c  22  3\n')
    assert.equal(table([]), '')
  })
})

/** The character with which control sequences begin. */
const escape = String.fromCharCode(27)

/** Runs `action` while standard error is a terminal of 20 columns; returns what was written. */
function onTerminal(action: () => void): string {
  const { stderr } = process
  const before = Object.getOwnPropertyDescriptors(stderr)
  let written = ''
  Object.defineProperties(stderr, {
    isTTY: { value: true, configurable: true },
    columns: { value: 20, configurable: true },
    write: { value: (text: string) => ((written += text), true), configurable: true },
  })
  try {
    action()
  } finally {
    for (const name of ['isTTY', 'columns', 'write'] as const) {
      const descriptor = before[name]
      Reflect.deleteProperty(stderr, name)
      if (descriptor !== undefined) Object.defineProperty(stderr, name, descriptor)
    }
  }
  return written
}

suite('a progress line', () => {
  test('fits the terminal and is taken away at the end', () => {
    const written = onTerminal(() => {
      const line = new ProgressLine({ isQuiet: false })
      line.show(0.5, 'a long text about what is going on')
      line.end()
    })
    const shown =
      written
        .split(escape)
        .find((part) => part.includes('█'))
        ?.replace(/^.*G/, '') ?? ''
    assert.equal(shown.length, 20)
    assert.match(shown, /^█{12}░{8}$/)
    assert.ok(written.endsWith(`${escape}[2K`), 'the line is cleared')
  })

  test('is not rewritten at every turn', () => {
    const written = onTerminal(() => {
      const line = new ProgressLine({ isQuiet: false })
      for (let turn = 0; turn < 1000; turn++) line.show(turn / 1000, 'x')
    })
    assert.ok(written.split('█').length < 400)
  })

  test('is not shown to those who want quiet', () => {
    const written = onTerminal(() => {
      const line = new ProgressLine({ isQuiet: true })
      line.show(1, 'x')
      line.end()
    })
    assert.equal(written, '')
  })

  test('has no bar where nobody knows how much there is', () => {
    const written = onTerminal(() => new ProgressLine({ isQuiet: false }).show(undefined, 'on'))
    assert.match(written, /Gon/)
    assert.doesNotMatch(written, /[█░]/)
  })

  test('bounds its fraction', () => {
    for (const [fraction, bar] of [
      [-1, '░'.repeat(20)],
      [7, '█'.repeat(20)],
    ] as const) {
      const written = onTerminal(() => new ProgressLine({ isQuiet: false }).show(fraction, ''))
      assert.ok(written.includes(bar))
    }
  })
})

suite('for people', () => {
  test('sizes have the largest unit that leaves a digit before the point', () => {
    const texts = {
      0: '0 B',
      999: '999 B',
      1000: '1.0 kB',
      999_949: '999.9 kB',
      999_950: '1.0 MB',
      1_234_567_890: '1.2 GB',
      5e12: '5000.0 GB',
    }
    for (const [bytes, text] of Object.entries(texts))
      assert.equal(formatBytes(Number(bytes)), text)
  })

  test('one of a thing is one thing', () => {
    assert.deepEqual([counted(1, 'file'), counted(0, 'file')], ['1 file', '0 files'])
    assert.equal(counted(2, 'copy', 'copies'), '2 copies')
  })

  test('times are UTC to the second, or seconds where there is no such date', () => {
    assert.equal(formatTime(0), '1970-01-01T00:00:00Z')
    assert.equal(formatTime(9_007_199_254_740_991), '9007199254740991 s')
  })
})

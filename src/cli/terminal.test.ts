/**
 * Tables, and a progress line that stays out of the way where nobody looks.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProgressLine, table } from './terminal.ts'

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

/** What control sequences begin with. */
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

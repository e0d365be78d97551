/**
 * Reading commands: the wiki's example, sizes, and what breaks the syntax.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FossilError } from '../base/error.ts'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { deltaCommands, deltaOutputSize } from './parse.ts'

/** delta_format.wiki §4.2. */
const wikiExample =
  '1Xb\n4E@0,2:thFN@4C,6:scenda1B@Jd,6:scenda5x@Kt,6:pieces79@Qt,F: Example: eskil~E@Y0,2zMM3E;'

test('the example of delta_format.wiki §4.2 reads as the wiki says', () => {
  assert.equal(deltaOutputSize(utf8(wikiExample)), 6246)
  assert.deepEqual(read(wikiExample), [
    '270 @ 0',
    'th',
    '983 @ 268',
    'scenda',
    '75 @ 1256',
    'scenda',
    '380 @ 1336',
    'pieces',
    '457 @ 1720',
    ' Example: eskil',
    '4046 @ 2176',
    `checksum ${-1101438770 >>> 0}`,
  ])
})

test('bytes after the checksum are ignored', () => {
  assert.deepEqual(read('1\n1:a1X0000;2:bc and more'), ['a', 'checksum 1627389952'])
})

test('an inserted command, header or checksum is only bytes', () => {
  assert.deepEqual(read('6\n6:\n1@0,;0;'), ['\n1@0,;', 'checksum 0'])
})

test('an absent number is 0 and high bits are lost, as in stock', () => {
  assert.deepEqual(read('\n@,:;'), ['0 @ 0', '', 'checksum 0'])
  assert.deepEqual(read('1\n4000001:a3~~~~~~;'), ['a', 'checksum 4294967295'])
})

test('an insert is a view of the delta', () => {
  const delta = utf8('3\n3:abc0;')
  const [insert] = deltaCommands(delta)
  assert.ok(insert?.kind === 'insert')
  assert.equal(insert.bytes.buffer, delta.buffer)
})

test('commands before a fault are yielded', () => {
  const seen: string[] = []
  assert.throws(
    () => {
      for (const command of deltaCommands(utf8('5\n1@2,2:ab!'))) seen.push(command.kind)
    },
    corrupt(10, 'neither a copy nor an insert nor the end'),
  )
  assert.deepEqual(seen, ['copy', 'insert'])
})

test('a delta without a header, or with one that promises 2 GiB, has no size', () => {
  assert.throws(() => deltaOutputSize(utf8('')), corrupt(0, 'no newline after the size'))
  assert.throws(() => deltaOutputSize(utf8('1Xb')), corrupt(0, 'no newline after the size'))
  assert.throws(() => deltaOutputSize(utf8('1 \n')), corrupt(0, 'no newline after the size'))
  assert.equal(deltaOutputSize(utf8('1~~~~~\n')), 2 ** 31 - 1)
  assert.throws(() => deltaOutputSize(utf8('200000\n')), corrupt(0, 'promises 2147483648 bytes'))
})

test('a command that breaks the syntax is located', () => {
  const faults: [delta: string, offset: number, reason: string][] = [
    ['0\n', 2, 'ends without a checksum'],
    ['5\n5', 2, 'ends without a checksum'],
    ['5\n1@0,', 6, 'ends without a checksum'],
    ['5\n5@0', 2, 'no comma after the offset of a copy'],
    ['5\n5@0;', 2, 'no comma after the offset of a copy'],
    ['5\n5:fives', 9, 'ends without a checksum'],
    ['5\n5:four', 2, 'an insert passes the end'],
    ['5\n3~~~~~:five;', 2, 'an insert passes the end'],
    ['5\n5\0', 2, 'neither a copy nor an insert nor the end'],
    ['5\n\0', 2, 'neither a copy nor an insert nor the end'],
    ['5\n-5@0,0;', 2, 'neither a copy nor an insert nor the end'],
  ]
  for (const [delta, offset, reason] of faults) {
    assert.throws(() => read(delta), corrupt(offset, reason), JSON.stringify(delta))
  }
})

function read(delta: string): string[] {
  return Array.from(deltaCommands(utf8(delta)), (command) => {
    if (command.kind === 'copy') return `${command.length} @ ${command.offset}`
    return command.kind === 'insert' ? fromUtf8(command.bytes) : `checksum ${command.checksum}`
  })
}

function corrupt(offset: number, reason: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(FossilError.is(error, 'delta.corrupt'), String(error))
    assert.deepEqual(error.detail, { offset, reason })
    return true
  }
}

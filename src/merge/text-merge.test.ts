/**
 * Texts merge line by line as in stock; newlines at the end, and encodings, are lost in no merge.
 * `interop/merge-stock.test.ts` asks stock about merges of whole check-ins.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { noBytes, utf8 } from '../base/bytes.ts'
import { hasMergeMarks, mergeTexts, type TextMerge } from './text-merge.ts'

type Bytes = string | Uint8Array

function mergeOf(pivot: Bytes, target: Bytes, source: Bytes): TextMerge {
  const bytes = (text: Bytes): Uint8Array => (typeof text === 'string' ? utf8(text) : text)
  const contents = { pivot: bytes(pivot), target: bytes(target), source: bytes(source) }
  return mergeTexts(contents) ?? assert.fail('not text')
}

function merged(pivot: string, target: string, source: string): string {
  const { content, hunks } = mergeOf(pivot, target, source)
  assert.deepEqual(hunks, [])
  return Buffer.from(content).toString()
}

const base = 'one\ntwo\nthree\nfour\nfive\nsix\n'

test('changes of both sides are in the result', () => {
  const target = base.replace('two', 'TWO')
  const source = base.replace('five', 'FIVE\nand a half')
  assert.equal(merged(base, target, source), 'one\nTWO\nthree\nfour\nFIVE\nand a half\nsix\n')
  assert.equal(merged(base, source, target), merged(base, target, source))
  assert.equal(merged(base, `zero\n${base}`, `${base}seven\n`), `zero\n${base}seven\n`)
  assert.equal(merged(base, '', base), '')
  assert.equal(merged('', base, ''), base)
})

test('a change that both made alike is made once', () => {
  const both = base.replace('three\n', 'THREE\nmore\n')
  const source = both.replace('six', 'SIX')
  assert.equal(merged(base, both, source), source)
})

/** Golden: `fossil 3-way-merge` of 2.21. */
const conflict = [
  'one',
  '<<<<<<< BEGIN MERGE CONFLICT: local copy shown first <<<<<<<<<<<< (line 2)',
  'TWO',
  'extra',
  '||||||| COMMON ANCESTOR content follows ||||||||||||||||||||||||| (line 2)',
  'two',
  '======= MERGED IN content follows =============================== (line 2)',
  'zwei',
  '>>>>>>> END MERGE CONFLICT >>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>',
  'three',
  'four',
  'five',
  'SIX',
  '',
]

test('what both changed in different ways stands between marks, and its lines are told', () => {
  const target = base.replace('two', 'TWO\nextra')
  const source = base.replace('two', 'zwei').replace('six', 'SIX')
  const { content, hunks } = mergeOf(base, target, source)
  assert.equal(Buffer.from(content).toString(), conflict.join('\n'))
  assert.ok(hasMergeMarks(content))
  assert.ok(!hasMergeMarks(utf8(base)))
  const pivot = { pivotStart: 2, pivotCount: 1 }
  const counts = { targetStart: 2, targetCount: 2, sourceStart: 2, sourceCount: 1 }
  assert.deepEqual(hunks, [{ ...pivot, ...counts }])
})

test('marks end as the lines of the texts do', () => {
  const { content } = mergeOf('a\r\n', 'b\r\n', 'c')
  const lines = Buffer.from(content).toString().split('\n')
  // The source has no line that ends in CR and LF, so neither have the marks.
  assert.deepEqual(
    lines.map((line) => line.endsWith('\r')),
    [false, true, false, true, false, false, false, false],
  )
  const { content: more } = mergeOf('a\r\n', 'b\r\n', 'c\r\nd')
  const all = Buffer.from(more).toString().split('\r\n')
  assert.equal(all.length, 9)
  assert.ok(all.every((line) => !line.includes('\n')))
})

test('a newline at the end is a change like any other, and joins no lines', () => {
  assert.equal(merged('a\nb', 'a\nb\n', 'A\nb'), 'A\nb\n')
  assert.equal(merged('a\nb\n', 'a\nb', 'A\nb\n'), 'A\nb')
  // Stock makes "A", newline, "bc" of this.
  assert.equal(merged('a\nb', 'a\nb\nc', 'A\nb'), 'A\nb\nc')
  assert.equal(merged('a\nb', 'A\nb', 'a\nb\nc\n'), 'A\nb\nc\n')
  assert.equal(mergeOf('a\n', 'a\nx', 'a\nx\n').hunks.length, 1)
})

function wide(text: string): Buffer {
  return Buffer.from(`\ufeff${text}`, 'utf16le')
}

function swapped(text: string): Buffer {
  return wide(text).swap16()
}

test('an encoding is kept, and a change of it counts', () => {
  const result = mergeOf(wide('a\nb\nc\n'), wide('A\nb\nc\n'), wide('a\nb\nñ\n'))
  assert.deepEqual(Buffer.from(result.content), wide('A\nb\nñ\n'))
  const big = mergeOf(swapped('a\nb\n'), swapped('A\nb\n'), swapped('a\nb\nc\n'))
  assert.deepEqual(Buffer.from(big.content), swapped('A\nb\nc\n'))
  assert.equal(merged('a\nb\nc\n', '\ufeffa\nb\nc\n', 'a\nb\nC\n'), '\ufeffa\nb\nC\n')
  assert.equal(merged('\ufeffa\nb\nc\n', '\ufeffA\nb\nc\n', 'a\nb\nc\n'), 'A\nb\nc\n')
  const contents = { pivot: wide('a\n'), target: utf8('a\n'), source: utf8('\ufeffa\n') }
  assert.equal(mergeTexts(contents), undefined)
})

test('what is not text is not merged', () => {
  const [text, binary] = [utf8('a\n'), new Uint8Array([1, 0, 2])]
  const long = utf8('x'.repeat(40_000))
  const unpaired = new Uint8Array([0xff, 0xfe, 0x00, 0xd8])
  for (const other of [binary, long, unpaired]) {
    assert.equal(mergeTexts({ pivot: other, target: text, source: text }), undefined)
    assert.equal(mergeTexts({ pivot: text, target: other, source: text }), undefined)
    assert.equal(mergeTexts({ pivot: text, target: text, source: other }), undefined)
  }
})

const someText = fc
  .array(fc.constantFrom('a', 'b', 'c\r', '', '\u00e9', '\xff', 'long line', '\ufeff'), {
    maxLength: 12,
  })
  .map((lines) => Buffer.from(lines.join('\n'), 'latin1'))

test('a side that changed nothing leaves the other as it is, byte for byte', () => {
  fc.assert(
    fc.property(someText, someText, (pivot, other) => {
      for (const [target, source] of [
        [pivot, other],
        [other, pivot],
        [other, other],
      ] as const) {
        const { content, hunks } = mergeOf(pivot, target, source)
        assert.deepEqual([Buffer.from(content), hunks], [other, []])
      }
    }),
    { seed: 5, numRuns: 300 },
  )
})

function places({ hunks }: TextMerge): number[][] {
  return hunks.map(({ pivotStart, pivotCount }) => [pivotStart, pivotCount])
}

test('sides may be swapped where there is no conflict, and conflicts stay where they are', () => {
  fc.assert(
    fc.property(someText, someText, someText, (pivot, one, two) => {
      const [here, there] = [mergeOf(pivot, one, two), mergeOf(pivot, two, one)]
      assert.deepEqual(places(here), places(there))
      if (here.hunks.length === 0) assert.deepEqual(here.content, there.content)
    }),
    { seed: 6, numRuns: 500 },
  )
})

test('any bytes are merged or refused', () => {
  const bytes = fc.uint8Array({ maxLength: 40 })
  fc.assert(
    fc.property(bytes, bytes, bytes, (pivot, target, source) => {
      const merge = mergeTexts({ pivot, target, source })
      assert.ok(merge === undefined || merge.content instanceof Uint8Array)
    }),
    { seed: 7, numRuns: 300 },
  )
})

test('two sides that only add merge as in stock', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-merge-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const cases: [string, string, string][] = [
    [base, `${base}x\n`, `${base}y\n`],
    ['', 'a\nb\n', 'a\nc\n'],
    ['a\r\nb\r\n', 'a\r\nB\r\n', 'a\r\nBB\r\n'],
    ['}\n\n}\n\n}\n', '}\n\n}\nnew\n\n}\n', '}\n\n}\n\n}\n\nold\n}\n'],
    [base, base.replace('two\nthree\n', ''), base.replace('three', 'THREE')],
    [base, base.replace('two\n', ''), base.replace('three', 'THREE')],
  ]
  for (const [at, texts] of cases.entries()) {
    const [pivot = '', target = '', source = '', out = ''] = ['p', 't', 's', 'o'].map((name) =>
      join(folder, `${name}${at}`),
    )
    for (const [i, path] of [pivot, target, source].entries()) writeFileSync(path, texts[i] ?? '')
    const said = await runFossil(['3-way-merge', pivot, target, source, out])
    const count = Number(/(\d+) merge conflicts/.exec(said.stdout + said.stderr)?.[1] ?? 0)
    const { content, hunks } = mergeOf(...texts)
    assert.equal(Buffer.from(content).toString(), readFileSync(out, 'utf8'), `case ${at}`)
    assert.equal(hunks.length, count)
  }
  assert.deepEqual(mergeOf('', '', '').content, Buffer.from(noBytes))
})

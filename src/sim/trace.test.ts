/**
 * The trace: what a line looks like, what the hash covers, where two traces part.
 * @module
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { firstDivergence, Trace, type TraceEvent } from './trace.ts'

const stamp = { event: 9, cause: 4, lamport: 2 }

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

test('a line is the event as JSON, keys in the order of the emitter', () => {
  const lines: string[] = []
  const trace = new Trace({ onLine: (line) => lines.push(line) })
  trace.emit({ ...stamp, atMs: 7, type: 'reply.left', to: 'leaf-2', from: 'hub' })
  trace.emit({ ...stamp, atMs: 8, type: 'x', nested: [1, { b: null, a: true }], text: 'a→b\n' })
  const start = '{"event":9,"cause":4,"lamport":2,'
  assert.deepEqual(lines, [
    start + '"atMs":7,"type":"reply.left","to":"leaf-2","from":"hub"}',
    start + '"atMs":8,"type":"x","nested":[1,{"b":null,"a":true}],"text":"a→b\\n"}',
  ])
  assert.equal(trace.events, 2)
  assert.equal(trace.hash(), sha256(lines.map((line) => line + '\n').join('')))
})

test('the hash can be read at any time and covers every line', () => {
  const lines: string[] = []
  const trace = new Trace({ onLine: (line) => lines.push(line) })
  assert.equal(trace.hash(), sha256(''))
  for (let n = 0; n < 5000; n++) {
    trace.emit({ ...stamp, atMs: n, type: 'tick', text: '→'.repeat(n % 50) })
    if (n % 1000 === 500) assert.equal(trace.hash(), sha256(lines.join('\n') + '\n'))
  }
  assert.equal(trace.hash(), sha256(lines.join('\n') + '\n'))
  assert.equal(trace.hash(), trace.hash())
})

test('an explanation reaches the sink and is no event', () => {
  const lines: string[] = []
  const trace = new Trace({ onLine: (line) => lines.push(line) })
  trace.emit({ ...stamp, atMs: 0, type: 'tick' })
  const hash = trace.hash()
  trace.explain({ ...stamp, atMs: 0, type: 'why' })
  assert.deepEqual([lines.length, trace.events, trace.hash()], [2, 1, hash])
  assert.ok(lines[1]?.endsWith('"type":"why"}'))
  new Trace().explain({ ...stamp, atMs: 0, type: 'why' })
})

test('one changed value among many changes the hash', () => {
  const hashes = [-1, 0, 250, 499].map((changed) => {
    const trace = new Trace()
    for (let n = 0; n < 500; n++) {
      trace.emit({ ...stamp, atMs: n, type: 'tick', odd: n === changed })
    }
    return trace.hash()
  })
  assert.equal(new Set(hashes).size, hashes.length)
})

test('a value that does not print alike everywhere is a bug of the emitter', () => {
  const values: unknown[] = [
    0.5,
    Number.NaN,
    2 ** 53,
    undefined,
    1n,
    () => 1,
    [[0.1]],
    { a: { b: 1.5 } },
  ]
  for (const value of values) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the type forbids
    const event = { ...stamp, atMs: 0, type: 'bad', value } as TraceEvent
    assert.throws(() => new Trace().emit(event), { name: 'AssertionError' })
  }
})

test('the first divergence is the first line that differs', () => {
  assert.equal(firstDivergence(['a', 'b'], ['a', 'b']), undefined)
  assert.deepEqual(firstDivergence(['a', 'b', 'c'], ['a', 'x', 'y']), { index: 1, a: 'b', b: 'x' })
  assert.deepEqual(firstDivergence(['a'], ['a', 'b']), { index: 1, a: undefined, b: 'b' })
  assert.deepEqual(firstDivergence(['a'], []), { index: 0, a: 'a', b: undefined })
})

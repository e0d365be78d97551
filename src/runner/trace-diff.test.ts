/**
 * Two traces of the toy network: where they part, and what led there.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TraceEvent } from '../sim/trace.ts'
import { comparisonOf, type TraceComparison } from './trace-diff.ts'
import { comparisonText } from './trace-diff-text.ts'
import type { TraceSource } from './trace-reader.ts'

type Facts = Record<string, string | number | readonly string[]>

/** A trace written by hand: event, cause, time, type, facts. */
function written(
  ...lines: readonly (readonly [number, number, number, string, Facts?])[]
): string[] {
  const run = { format: 1, model: 'toy', seed: 1, nodes: ['a', 'b'] }
  const all = [[0, 0, 0, 'run', run] as const, ...lines]
  return all.map(([event, cause, atMs, type, facts = {}]) =>
    JSON.stringify({ event, cause, lamport: event, atMs, type, ...facts }),
  )
}

function source(lines: readonly string[], name = 'trace'): TraceSource {
  return { name, lines: () => lines }
}

function compare(a: readonly string[], b: readonly string[]): TraceComparison {
  return comparisonOf(source(a), source(b))
}

const ask = { node: 'a', peer: 'b', exchange: 'poll#1.round#1' }
const answer = { node: 'b', peer: 'a', exchange: 'poll#1.round#1' }
const calm = written(
  [1, 0, 0, 'tick', { node: 'a', trigger: 'timer' }],
  [1, 0, 0, 'request', { ...ask, bytes: 4, sha1: '00' }],
  [2, 1, 10, 'arrival', { ...answer, message: 'request' }],
  [2, 1, 10, 'reply', { ...answer, bytes: 9, sha1: '01' }],
  [3, 2, 20, 'arrival', { ...ask, message: 'reply' }],
  [4, 1, 5000, 'tick', { node: 'a', trigger: 'timer' }],
)

/** The same with every event behind another `by` places later. */
function renumbered(lines: readonly string[], by: number): string[] {
  const moved = (event: number): number => (event > 1 ? event + by : event)
  return lines.map((text) => {
    const line: TraceEvent = JSON.parse(text)
    const numbers = { event: moved(line.event), cause: moved(line.cause), lamport: 7 }
    return JSON.stringify({ ...line, ...numbers })
  })
}

function crashesOf(node: string): string[] {
  return written(
    ...Array.from({ length: 9 }, (_, at) => [at + 1, 0, at, 'crash', { node }] as const),
  )
}

suite('two traces', () => {
  test('that are equal to the byte are equal', () => {
    const { verdict, common, after } = compare(calm, [...calm])
    assert.deepEqual([verdict, common.lines, common.untilMs, after], ['equal', 7, 5000, []])
  })

  test('are the same but for numbers where one has more events that it tells nothing of', () => {
    const { verdict, divergence, after } = compare(calm, renumbered(calm, 5))
    assert.deepEqual([verdict, divergence, after], ['renumbered', undefined, []])
  })

  test('part at the one line that one of them has, and at nothing behind it', () => {
    const operation = { node: 'b', id: 'b#1', op: 'set', args: '', outcome: 'acknowledged' }
    const more = renumbered(calm, 1)
    more.splice(3, 0, ...written([2, 0, 5, 'operation', operation]).slice(1))
    const { divergence, after } = compare(calm, more)
    assert.equal(divergence?.a, undefined)
    assert.deepEqual([divergence?.b?.line.type, divergence?.b?.number], ['operation', 4])
    assert.deepEqual(
      after.map(({ type, node, onlyA, onlyB, changed }) => [type, node, onlyA, onlyB, changed]),
      [['operation', 'b', 0, 1, 0]],
    )
  })

  test('part at a fault before the message that it strikes', () => {
    const site = { site: 'net/a→b/replyLost', use: 'poll#1.round#1', outcome: 'yes' }
    const faulty = written(
      [1, 0, 0, 'tick', { node: 'a', trigger: 'timer' }],
      [1, 0, 0, 'request', { ...ask, bytes: 4, sha1: '00' }],
      [2, 1, 10, 'arrival', { ...answer, message: 'request' }],
      [2, 1, 10, 'fault', site],
      [2, 1, 10, 'reply', { ...answer, bytes: 9, sha1: '01', faults: ['replyLost'] }],
      [4, 1, 5000, 'tick', { node: 'a', trigger: 'timer' }],
    )
    const { divergence, after } = compare(calm, faulty)
    assert.equal(divergence?.b?.line.type, 'fault')
    assert.equal(divergence.instead?.line.type, 'reply')
    assert.deepEqual(
      divergence.b.chain.map(({ event, lines }) => [event, ...lines.map(({ type }) => type)]),
      [
        [2, 'arrival', 'fault', 'reply'],
        [1, 'tick', 'request'],
      ],
    )
    assert.deepEqual(
      after.map(({ type, onlyA, onlyB, changed }) => [type, onlyA, onlyB, changed]),
      [
        ['arrival', 1, 0, 0],
        ['fault', 0, 1, 0],
        ['reply', 0, 0, 1],
      ],
    )
  })

  test('differ in the time of a line that both have', () => {
    const late = calm.map((line) => line.replace('"atMs":20,', '"atMs":30,'))
    const { divergence, after } = compare(calm, late)
    assert.deepEqual(divergence?.fields, [{ field: 'atMs', a: 20, b: 30 }])
    assert.deepEqual([divergence.a?.line.event, divergence.b?.line.event], [3, 3])
    assert.deepEqual([after.length, after[0]?.changed], [1, 1])
  })

  test('in another order within one moment are told apart', () => {
    const first = written([1, 0, 5, 'crash', { node: 'a' }], [2, 0, 5, 'crash', { node: 'b' }])
    const other = written([1, 0, 5, 'crash', { node: 'b' }], [2, 0, 5, 'crash', { node: 'a' }])
    const { verdict, divergence } = compare(first, other)
    assert.equal(verdict, 'reordered')
    assert.deepEqual([divergence?.a?.line.node, divergence?.b?.line.node], ['a', 'b'])
  })

  test('of different seeds say so before anything else', () => {
    const other = calm.map((line) => line.replace('"seed":1', '"seed":2'))
    const comparison = compare(calm, other)
    assert.deepEqual(comparison.runs, [{ field: 'seed', a: 1, b: 2 }])
    assert.equal(comparison.verdict, 'different')
    const text = comparisonText(comparison, { a: 'a.jsonl', b: 'b.jsonl' })
    assert.ok(text.startsWith('the traces are of different runs\n  seed: 1 in A, 2 in B\n'))
  })

  test('are compared without descriptions of messages', () => {
    const told = [...calm]
    const message = { ...ask, message: 'request', content: 'hello' }
    told.splice(3, 0, ...written([1, 0, 0, 'message', message]).slice(1))
    assert.equal(compare(calm, told).verdict, 'equal')
  })

  test('with more differences than are kept say so', () => {
    const [a, b] = [source(crashesOf('a')), source(crashesOf('b'))]
    const { isPartial, after } = comparisonOf(a, b, { mostUnmatched: 3 })
    assert.ok(isPartial)
    assert.deepEqual(
      after.map(({ onlyA, onlyB }) => [onlyA, onlyB]),
      [
        [9, 0],
        [0, 9],
      ],
    )
  })
})

suite('a file that is no trace', () => {
  const reasons: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
    'of nothing': [[], /it is empty/],
    'of other text': [['hello'], /not a trace/],
    'without its beginning': [calm.slice(1), /does not begin with a line of type run/],
    'of another format': [
      calm.map((line) => line.replace('"format":1', '"format":2')),
      /its format is 2, and 1 is read here/,
    ],
    'that was cut short': [[...calm.slice(0, 3), calm[3]?.slice(0, 40) ?? ''], /cut short/],
    'of two runs': [[...calm, ...calm], /a second run begins here/],
    'whose time runs backwards': [[...calm, calm[1] ?? ''], /time runs backwards/],
  }
  for (const [name, [lines, reason]] of Object.entries(reasons)) {
    test(`${name} is an error that names the line`, () => {
      const refusal = { code: 'trace.invalid', message: reason }
      assert.throws(() => compare(lines, calm), refusal)
      assert.throws(() => compare(calm, lines), refusal)
    })
  }
})

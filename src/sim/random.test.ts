/**
 * Streams: independence of uses and names, distributions over fixed seeds, and the numbers that
 * every recorded seed relies on.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { hex } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { type Draw, RandomSource, type RandomStream } from './random.ts'

const samples = 1 << 15

function stream(name = 'test', seed = 20240601): RandomStream {
  return new RandomSource(seed).stream(name)
}

/** `samples` results of `sample`, each from the next use of one stream. */
function sampled(sample: (draw: Draw) => number, source = stream()): number[] {
  return Array.from({ length: samples }, () => sample(source.next()))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Standard deviations between the chi-square of `values` over `bins` equal bins and its mean. */
function chiSquareDeviation(values: readonly number[], bins: number): number {
  const expected = values.length / bins
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  assert.equal(counts.length, bins)
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  return Math.abs(chiSquare - (bins - 1)) / Math.sqrt(2 * (bins - 1))
}

test('a seed yields the same numbers for ever', () => {
  const golden = [0, 1, 2, 0xffffffff].map((k) => {
    const draw = stream('net/leaf-2→master', 42).at(k)
    return [draw.uint32(), draw.uint32(), draw.int(1, 1_000_000), draw.exponentialMs(1000)]
  })
  assert.deepEqual(golden, [
    [1895745150, 1491514912, 7096, 375],
    [3839202700, 2333596061, 188366, 1086],
    [2538830120, 3375666736, 166251, 77],
    [1175689898, 2497849085, 296150, 773],
  ])
  assert.equal(hex(stream('bytes', -7).next().bytes(11)), '07e06e795ea036b61d6bde')
})

test('a name names one stream, which counts its uses', () => {
  const source = new RandomSource(1)
  const first = source.stream('a')
  first.next()
  first.at(9)
  assert.equal(source.stream('a'), first)
  assert.equal(source.stream('a').uses, 1)
  assert.notEqual(source.stream('b'), first)
})

test('a seed that is not a safe integer is refused', () => {
  for (const seed of [0.5, Number.NaN, Infinity, 2 ** 53]) {
    assert.throws(
      () => new RandomSource(seed),
      (error) => FossilError.is(error, 'option.invalid') && error.detail.option === 'seed',
    )
  }
})

test('how much one use draws shifts no other use', () => {
  const [thrifty, greedy] = [stream(), stream()]
  for (let use = 0; use < 100; use++) {
    const draw = greedy.next()
    assert.equal(draw.uint32(), thrifty.next().uint32())
    draw.bytes(use)
  }
})

test('a use can be drawn again, out of order', () => {
  const inOrder = stream()
  const values = Array.from({ length: 50 }, () => inOrder.next().uint32())
  for (const k of [49, 0, 7, 7]) assert.equal(stream().at(k).uint32(), values[k])
})

test('other streams, used or not, shift nothing', () => {
  const [quiet, busy] = [new RandomSource(3), new RandomSource(3)]
  for (let i = 0; i < 20; i++) busy.stream(`other-${i}`).next().uint32()
  assert.equal(quiet.stream('mine').next().uint32(), busy.stream('mine').next().uint32())
})

test('neighbouring uses, names and seeds are unrelated', () => {
  const length = { length: samples }
  const rows: Record<string, number[]> = {
    uses: sampled((draw) => draw.uint32()),
    names: Array.from(length, (_, i) => stream(`leaf-${i}`).next().uint32()),
    seeds: Array.from(length, (_, i) => stream('test', i).next().uint32()),
    farUses: Array.from(length, (_, i) =>
      stream('far', 5)
        .at((i << 17) >>> 0)
        .uint32(),
    ),
  }
  for (const [row, values] of Object.entries(rows)) {
    for (const shift of [0, 8, 16, 24]) {
      const octets = values.map((value) => (value >>> shift) & 0xff)
      assert.ok(chiSquareDeviation(octets, 256) < 4, `${row}: bits from ${shift} are uniform`)
    }
    for (const lag of [1, 2, 3]) {
      const pairs = values.slice(lag).map((value, i) => ((value ^ (values[i] ?? 0)) >>> 0) & 0xfff)
      assert.ok(chiSquareDeviation(pairs, 4096) < 4, `${row}: low bits at lag ${lag} are unrelated`)
      const tops = values
        .slice(lag)
        .map((value, i) => (value >>> 28) * 16 + ((values[i] ?? 0) >>> 28))
      assert.ok(chiSquareDeviation(tops, 256) < 4, `${row}: high bits at lag ${lag} are unrelated`)
    }
    for (let bit = 0; bit < 32; bit++) {
      const flips = values.slice(1).map((value, i) => ((value ^ (values[i] ?? 0)) >>> bit) & 1)
      assert.ok(Math.abs(mean(flips) - 0.5) < 0.012, `${row}: bit ${bit} flips half the time`)
    }
  }
})

test('successive numbers of one use are unrelated', () => {
  const pairs = sampled((draw) => (draw.uint32() >>> 28) * 16 + (draw.uint32() >>> 28))
  assert.ok(chiSquareDeviation(pairs, 256) < 4)
})

test('a chance comes true as often as it says', () => {
  for (const probability of [0.01, 0.25, 0.5, 0.99]) {
    const frequency = mean(sampled((draw) => Number(draw.chance(probability))))
    const deviation = Math.sqrt((probability * (1 - probability)) / samples)
    assert.ok(Math.abs(frequency - probability) < 4 * deviation, `${probability}: ${frequency}`)
  }
  assert.equal(mean(sampled((draw) => Number(draw.chance(0)))), 0)
  assert.equal(mean(sampled((draw) => Number(draw.chance(1)))), 1)
})

test('an integer lies between its bounds, both included', () => {
  const bound = fc.maxSafeInteger()
  fc.assert(
    fc.property(bound, bound, fc.nat(), (a, b, k) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)]
      const value = stream().at(k).int(min, max)
      assert.ok(Number.isSafeInteger(value) && value >= min && value <= max)
    }),
    { seed: 1 },
  )
  const dice = sampled((draw) => draw.int(-3, 3) + 3)
  assert.ok(chiSquareDeviation(dice, 7) < 4)
  assert.equal(stream().next().int(5, 5), 5)
})

test('a uniform fraction covers [0, 1) evenly', () => {
  const tenths = sampled((draw) => Math.floor(draw.uniform() * 10))
  assert.ok(chiSquareDeviation(tenths, 10) < 4)
})

test('bytes are fresh, uniform, and a longer string begins with the shorter', () => {
  const source = stream()
  assert.deepEqual(source.at(0).bytes(5), source.at(0).bytes(64).subarray(0, 5))
  assert.equal(source.at(0).bytes(0).length, 0)
  assert.ok(chiSquareDeviation([...source.at(1).bytes(samples)], 256) < 4)
})

test('a pick takes each element alike', () => {
  const words = ['igot', 'gimme', 'file']
  const picks = sampled((draw) => words.indexOf(draw.pick(words)))
  assert.ok(chiSquareDeviation(picks, 3) < 4)
})

test('an exponential delay has the mean and the tail of its distribution', () => {
  const meanMs = 10_000
  const delays = sampled((draw) => draw.exponentialMs(meanMs))
  assert.ok(delays.every((ms) => Number.isSafeInteger(ms) && ms >= 0))
  assert.ok(Math.abs(mean(delays) / meanMs - 1) < 4 / Math.sqrt(samples))
  for (const [times, expected] of [
    [0.1, 0.904837],
    [1, 0.367879],
    [2, 0.135335],
    [5, 0.006738],
  ] as const) {
    const beyond = mean(delays.map((ms) => Number(ms > times * meanMs)))
    const deviation = Math.sqrt((expected * (1 - expected)) / samples)
    assert.ok(Math.abs(beyond - expected) < 4 * deviation, `${beyond} lie beyond ${times} means`)
  }
  assert.equal(stream().next().exponentialMs(0), 0)
})

test('a question without an answer is a bug of the asker', () => {
  const draw = stream().next()
  const questions = [
    () => draw.int(2, 1),
    () => draw.int(0.5, 1),
    () => draw.chance(1.1),
    () => draw.chance(Number.NaN),
    () => draw.pick([]),
    () => draw.exponentialMs(-1),
    () => stream().at(-1),
    () => stream().at(2 ** 32),
  ]
  for (const question of questions) assert.throws(question, { name: 'AssertionError' })
})

test('a use can have a name: its draws are its own, and even over many names', () => {
  const faults = new RandomSource(3).stream('faults')
  const names = Array.from({ length: 4_000 }, (_, n) => `poll#${n >> 2}.round#${n & 3}`)
  const first = names.map((name) => faults.named(name).uniform())
  assert.deepEqual(
    names.toReversed().map((name) => faults.named(name).uniform()),
    first.toReversed(),
  )
  assert.equal(new Set(first).size, names.length)
  assert.equal(faults.uses, 0)
  const average = first.reduce((sum, each) => sum + each, 0) / names.length
  assert.ok(Math.abs(average - 0.5) < 0.02, `${average}`)
  const below = first.filter((each) => each < 0.1).length / names.length
  assert.ok(Math.abs(below - 0.1) < 0.02, `${below}`)
  assert.notEqual(new RandomSource(4).stream('faults').named('poll#1').uniform(), first[4])
})

/**
 * Randomness of a simulation: named, counter-based streams of one seed.
 *
 * Every use of a stream has a generator of its own, a function of (seed, name, use) alone. So how
 * many numbers one use draws never shifts the next use, and a new stream never shifts another:
 * a run can be edited one decision at a time. No function here depends on the platform: the
 * arithmetic is integer, or IEEE operations that every engine rounds alike.
 *
 * Knows nothing of the simulated system. Generator: xoroshiro128+ of the pure-rand library.
 * @module
 */

import { createHash } from 'node:crypto'

import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'

const two32 = 0x1_0000_0000

/**
 * All the randomness of one run.
 *
 * @example
 * ```ts
 * const dice = new RandomSource(7).stream('dice').next().int(1, 6)
 * ```
 */
export class RandomSource {
  #seed: number
  readonly #streams = new Map<string, RandomStream>()

  /**
   * @param seed a safe integer, negative ones included
   * @throws {FossilError} `option.invalid` when the seed is not a safe integer
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new FossilError('option.invalid', { option: 'seed', reason: 'must be a safe integer' })
    }
    this.#seed = seed
  }

  get seed(): number {
    return this.#seed
  }

  /** The stream called `name`: the same object each time, so that its uses are counted once. */
  stream(name: string): RandomStream {
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = new RandomStream(this.#seed, name)
      this.#streams.set(name, stream)
    }
    return stream
  }

  /**
   * Replaces every stream by that of another seed, which goes on with the next use: all later draws
   * change.
   */
  reseed(seed: number): void {
    this.#seed = seed
    for (const stream of this.#streams.values()) stream.reseed(seed)
  }
}

/** A series of independent draws, numbered from 0. */
export class RandomStream {
  readonly name: string
  #key: Int32Array
  #uses = 0

  /** Use {@link RandomSource.stream}, which keeps one object per name. */
  constructor(seed: number, name: string) {
    this.name = name
    this.#key = keyOf(seed, name)
  }

  /** See {@link RandomSource.reseed}. */
  reseed(seed: number): void {
    this.#key = keyOf(seed, this.name)
  }

  /** The number of times that {@link next} was called: the number of the next use. */
  get uses(): number {
    return this.#uses
  }

  /** The draws of the next use. */
  next(): Draw {
    return this.at(this.#uses++)
  }

  /**
   * The draws of the use called `name`, whatever was drawn before. Counts no use, and is unrelated
   * to the numbered ones.
   */
  named(name: string): Draw {
    // FNV-1a, twice from different beginnings: 64 bits, so that no two names of a run meet.
    let [low, high] = [0x811c9dc5, 0x9e3779b9]
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at)
      low = Math.imul(low ^ code, 0x01000193)
      high = Math.imul(high ^ code, 0x85ebca6b)
    }
    const [a = 0, b = 0, c = 0, d = 0] = this.#key
    return new Draw(
      xoroshiro128plusFromState([
        mix(a ^ mix(low)),
        mix(b ^ mix(high)),
        mix(c + low),
        mix(d + high),
      ]),
    )
  }

  /**
   * The draws of use `k`, from its first number, whatever was drawn before. Counts no use.
   *
   * @param k from 0 to 2^32 - 1
   */
  at(k: number): Draw {
    assert(k >>> 0 === k, 'a use is numbered by an unsigned 32-bit integer')
    const [a = 0, b = 0, c = 0, d = 0] = this.#key
    // Each state word walks its own Weyl sequence, whose neighbours the mix makes unrelated.
    const step = Math.imul(k, 0x9e3779b9)
    return new Draw(
      xoroshiro128plusFromState([mix(a + step), mix(b + step), mix(c + step), mix(d + step)]),
    )
  }
}

/** The key of a stream. A decimal seed holds no slash: no two (seed, name) pairs read the same. */
function keyOf(seed: number, name: string): Int32Array {
  const digest = createHash('sha256').update(`${seed}/${name}`, 'utf8').digest()
  return Int32Array.from([0, 4, 8, 12], (offset) => digest.readInt32LE(offset))
}

/** The numbers of one use. Draw as many as needed: the next use does not notice. */
export class Draw {
  readonly #generator: RandomGenerator

  /** Use {@link RandomStream.next} or {@link RandomStream.at}. */
  constructor(generator: RandomGenerator) {
    this.#generator = generator
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    return this.#generator.next() >>> 0
  }

  /** An integer from `min` to `max`, both included and both safe integers. Unbiased. */
  int(min: number, max: number): number {
    assert(Number.isSafeInteger(min) && Number.isSafeInteger(max), 'bounds are safe integers')
    assert(min <= max, 'a range holds at least one integer')
    return uniformInt(this.#generator, min, max)
  }

  /** True with `probability`, from 0 (never) to 1 (always), resolved to 1 in 2^32. */
  chance(probability: number): boolean {
    assert(probability >= 0 && probability <= 1, 'a probability lies between 0 and 1')
    return this.uint32() < probability * two32
  }

  /** A multiple of 2^-32 from 0 (included) to 1 (excluded). */
  uniform(): number {
    return this.uint32() / two32
  }

  /** `length` fresh bytes that the caller owns. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    let word = 0
    for (let i = 0; i < length; i++) {
      word = i % 4 === 0 ? this.uint32() : word >>> 8
      bytes[i] = word & 0xff
    }
    return bytes
  }

  /** One element of `items`, which holds at least one. */
  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'a pick needs something to pick from')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the index is within the list
    return items[this.int(0, items.length - 1)] as T
  }

  /**
   * A whole number of milliseconds, exponentially distributed around `meanMs` (an integer >= 0).
   *
   * Von Neumann's comparison method, because `Math.log` differs between engines: a run of falling
   * uniforms that starts at x has odd length with probability e^-x; each run of even length adds
   * one mean. It takes 4.3 numbers on average.
   * Source: J. von Neumann, "Various techniques used in connection with random digits", 1951.
   */
  exponentialMs(meanMs: number): number {
    assert(Number.isSafeInteger(meanMs) && meanMs >= 0, 'a mean is a non-negative integer')
    for (let means = 0; ; means++) {
      const first = this.uint32()
      let isOdd = true
      for (let last = first, next = this.uint32(); next < last; next = this.uint32()) {
        last = next
        isOdd = !isOdd
      }
      if (isOdd) return Math.round((means + first / two32) * meanMs)
    }
  }
}

/** The finaliser of MurmurHash3 (32 bits): every input bit flips about half of the output bits. */
function mix(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

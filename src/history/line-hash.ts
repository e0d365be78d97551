/**
 * The lines of two texts for comparing them: numbered, and found by the hash that stock gives them.
 * The chains of equal hashes decide which of several places of a line is looked at first.
 *
 * Source: fossil src/diff.c break_into_lines, likelyNotIndentChngArtifact.
 * @module
 */

const multiplier = 9_000_000_000_000_000_041n
const modulus = 281_474_976_710_597n
/** The low bits of a hash are the length of the line. */
const lengthBits = 15n

/** Both texts. Lines are equal where their numbers are. */
export class Lines {
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly #texts: string[] = []
  readonly #trimmed: (string | undefined)[] = []
  #chains: Chains | undefined

  constructor(before: readonly string[], after: readonly string[]) {
    const numbers = new Map<string, number>()
    const numberOf = (line: string): number => {
      const known = numbers.get(line)
      if (known !== undefined) return known
      numbers.set(line, this.#texts.length)
      return this.#texts.push(line) - 1
    }
    this.a = before.map(numberOf)
    this.b = after.map(numberOf)
  }

  /** The line of `b` to look at first for line `i` of `a`; -1 for none. */
  firstInB(i: number): number {
    // Where one side only has changes, no line is ever looked for.
    this.#chains ??= chainsOf(this.#texts, this.b)
    const { chainOf, heads } = this.#chains
    return heads[chainOf[this.a[i] ?? 0] ?? 0] ?? -1
  }

  /** The line of `b` to look at after `j`; -1 for none. */
  nextInB(j: number): number {
    return this.#chains?.nexts[j] ?? -1
  }

  /**
   * Tells whether a short common block divides a range of `a` well: it is a seventh of it, or has a
   * line of more than one letter that is nowhere else in the range, but for its indentation.
   */
  isDistinct(range: { a: number; endA: number }, run: { a: number; endA: number }): boolean {
    if ((run.endA - run.a) * 7 >= range.endA - range.a) return true
    const own = new Set<string>()
    for (let i = run.a; i < run.endA; i++) {
      const text = this.#trimmedLine(i)
      if (text.length > 1) own.add(text)
    }
    for (let i = range.a; i < range.endA && own.size > 0; i++) {
      if (i < run.a || i >= run.endA) own.delete(this.#trimmedLine(i))
    }
    return own.size > 0
  }

  #trimmedLine(i: number): string {
    const number = this.a[i] ?? 0
    return (this.#trimmed[number] ??= trimmed(this.#texts[number] ?? ''))
  }
}

/** The lines of `b`, chained where they have the same remainder of their hash. */
interface Chains {
  /** For each line number, its chain. */
  readonly chainOf: readonly number[]
  /** For each chain the last line of `b` in it, or -1. */
  readonly heads: Int32Array
  /** For each line of `b` the one before it in its chain, or -1. */
  readonly nexts: Int32Array
}

function chainsOf(texts: readonly string[], b: readonly number[]): Chains {
  const count = BigInt(b.length)
  const chainOf = texts.map((line) => Number(hashOf(line) % count))
  const heads = new Int32Array(b.length).fill(-1)
  const nexts = new Int32Array(b.length).fill(-1)
  for (const [at, number] of b.entries()) {
    const chain = chainOf[number] ?? 0
    nexts[at] = heads[chain] ?? -1
    heads[chain] = at
  }
  return { chainOf, heads, nexts }
}

/** Without backspaces, tabs, line ends, form feeds and spaces around it. */
function trimmed(line: string): string {
  let [start, end] = [0, line.length]
  while (start < end && spaces.includes(line[start] ?? '')) start++
  while (end > start && spaces.includes(line[end - 1] ?? '')) end--
  return line.slice(start, end)
}

const spaces = '\b\t\n\f\r '

function hashOf(line: string): bigint {
  const length = line.endsWith('\n') ? line.length - 1 : line.length
  const bytes = Buffer.from(line.slice(0, length), 'latin1')
  const whole = length - (length % 8)
  let hash = 0n
  for (let at = 0; at < whole; at += 8) {
    hash = BigInt.asUintN(64, (hash ^ bytes.readBigUInt64LE(at)) * multiplier)
  }
  let rest = 0n
  for (let at = length - 1; at >= whole; at--) rest = (rest << 8n) | BigInt(bytes[at] ?? 0)
  return BigInt.asUintN(64, ((hash ^ rest) % modulus) << lengthBits) | BigInt(length)
}

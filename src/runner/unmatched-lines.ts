/**
 * Lines of two traces that have not been found in the other one: a digest of each until it is, and
 * counts of those that never are.
 * @module
 */

import type { TraceEvent } from '../sim/trace.ts'
import { factsText } from './line-facts.ts'
import { digestOf, type KeyedLine } from './line-keys.ts'
import { textOf } from './trace-reader.ts'

/** The number of lines of a type that differ at a node. */
export interface DifferenceCount {
  readonly type: string
  /** Empty for lines of no node. */
  readonly node: string
  /** Lines that the first trace alone has. */
  readonly onlyA: number
  readonly onlyB: number
  /** Lines that both have with other facts. */
  readonly changed: number
}

interface Waiting {
  readonly type: string
  readonly node: string
  readonly facts: string
}

type Kind = 'onlyA' | 'onlyB' | 'changed'

/** One trace of two. */
export type Side = 'a' | 'b'

/** The lines of two traces as they come. */
export class UnmatchedLines {
  readonly #waiting = { a: new Map<string, Waiting>(), b: new Map<string, Waiting>() }
  readonly #most: number
  readonly #counts = new Map<string, DifferenceCount>()
  /** Of each trace the line that has the key which is looked for. */
  readonly #found = new Map<Side, KeyedLine>()
  #wanted: string | undefined
  #isPartial = false

  /** @param most lines of each trace that wait, at most */
  constructor(most: number) {
    this.#most = most
  }

  /** Tells whether lines were counted as missing because too many waited. */
  get isPartial(): boolean {
    return this.#isPartial
  }

  /** From now on keeps the line with this key, of either trace. */
  lookFor(key: string): void {
    this.#wanted = key
  }

  /** The line that was looked for, where that trace has it. */
  found(side: Side): KeyedLine | undefined {
    return this.#found.get(side)
  }

  /** Takes the next lines of a trace. */
  add(side: Side, lines: readonly KeyedLine[]): void {
    const other = this.#waiting[side === 'a' ? 'b' : 'a']
    for (const keyed of lines) {
      if (keyed.key === this.#wanted) this.#found.set(side, keyed)
      const key = digestOf(keyed.key)
      const facts = digestOf(factsText(keyed.line))
      const counterpart = other.get(key)
      if (counterpart === undefined) {
        const node = textOf(keyed.line, 'node')
        this.#wait(side, key, { type: keyed.line.type, node, facts })
        continue
      }
      other.delete(key)
      if (counterpart.facts !== facts) this.#count('changed', counterpart)
    }
  }

  /** Every type and node with a difference, the most differences first. */
  counts(): DifferenceCount[] {
    for (const line of this.#waiting.a.values()) this.#count('onlyA', line)
    for (const line of this.#waiting.b.values()) this.#count('onlyB', line)
    this.#waiting.a.clear()
    this.#waiting.b.clear()
    const total = (row: DifferenceCount): number => row.onlyA + row.onlyB + row.changed
    return [...this.#counts.values()].sort(
      (a, b) => total(b) - total(a) || (`${a.type} ${a.node}` < `${b.type} ${b.node}` ? -1 : 1),
    )
  }

  #wait(side: Side, key: string, line: Waiting): void {
    const waiting = this.#waiting[side]
    waiting.set(key, line)
    if (waiting.size <= this.#most) return
    this.#isPartial = true
    for (const [oldest, given] of waiting) {
      waiting.delete(oldest)
      this.#count(side === 'a' ? 'onlyA' : 'onlyB', given)
      break
    }
  }

  #count(kind: Kind, { type, node }: Pick<TraceEvent, 'type'> & { readonly node: string }): void {
    const name = `${type} ${node}`
    const row = this.#counts.get(name) ?? { type, node, onlyA: 0, onlyB: 0, changed: 0 }
    this.#counts.set(name, { ...row, [kind]: row[kind] + 1 })
  }
}

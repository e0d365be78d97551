/**
 * Simpler values that a shrinker tries instead of an argument, a time or an amount. Each is
 * shorter, rounder or closer to zero than the one that it replaces, so that the search ends.
 * @module
 */

import type { TraceValue } from '../sim/trace.ts'
import { type ArgumentValues, isGroup } from './arguments.ts'

/**
 * Arguments with one thing less: a key left out, a list shortened, a number rounded, a text of one
 * word. The simplest come first. References to operations, which have a `#`, stay as they are.
 */
export function* simplerArguments(values: ArgumentValues): Generator<ArgumentValues> {
  for (const key of Object.keys(values)) {
    const { [key]: _, ...rest } = values
    yield rest
  }
  for (const [key, value] of Object.entries(values)) {
    for (const simpler of simplerValues(value)) yield { ...values, [key]: simpler }
  }
}

function* simplerValues(value: TraceValue): Generator<TraceValue> {
  if (typeof value === 'number') yield* rounder(value)
  else if (typeof value === 'string') yield* shorterTexts(value)
  else if (isList(value)) yield* shorterLists(value)
  else if (isGroup(value)) yield* simplerArguments(value)
}

function* shorterTexts(text: string): Generator<string> {
  if (text.includes('#')) return
  const [word = '', ...others] = text.trim().split(/\s+/)
  if (others.length > 0 && word !== '') yield word
}

function* shorterLists(list: readonly TraceValue[]): Generator<TraceValue> {
  if (list.length > 1) {
    yield list.slice(0, 1)
    yield list.slice(-1)
  }
  for (const [at, value] of list.entries()) {
    if (list.length > 2) yield list.toSpliced(at, 1)
    for (const simpler of simplerValues(value)) yield list.with(at, simpler)
  }
}

/**
 * Numbers closer to zero or with fewer digits, the simplest first: for 12345 they are 0, 1, 10000,
 * 12000, 12300.
 */
export function* rounder(value: number): Generator<number> {
  const size = Math.abs(value)
  const sign = Math.sign(value)
  for (const small of [0, 1]) if (size > small) yield small
  for (let unit = 10 ** (String(size).length - 1); unit > 1; unit /= 10) {
    const round = Math.floor(size / unit) * unit
    if (round < size && round > 1) yield sign * round
  }
}

function isList(value: TraceValue): value is readonly TraceValue[] {
  return Array.isArray(value)
}

/**
 * Reads option values that people type.
 * @module
 */

import { FossilError } from '../index.ts'

/** Some 31 years, as much as a simulation takes. */
const longestMs = 1_000_000_000_000
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * Reads a whole number.
 *
 * @throws {FossilError} `option.invalid`
 */
export function integer(option: string, range: { min: number; max?: number }) {
  const { min, max = Number.MAX_SAFE_INTEGER } = range
  return (text: string): number => {
    const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value
    const limits = max === Number.MAX_SAFE_INTEGER ? '' : ` from ${min} to ${max}`
    throw new FossilError('option.invalid', {
      option,
      reason: `"${text}" is not a whole number${limits}`,
    })
  }
}

/**
 * Reads a length of time such as `90s`, `10m` or `1h`, up to some 31 years; a number alone means
 * seconds.
 *
 * @returns milliseconds
 * @throws {FossilError} `option.invalid`
 */
export function duration(option: string) {
  return (text: string): number => {
    const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? []
    const ms = amount === undefined ? Number.NaN : Math.round(Number(amount) * (unitMs[unit] ?? 0))
    if (ms <= longestMs) return ms
    const problem = Number.isNaN(ms) ? 'not a length of time such as 90s, 10m or 1h' : 'too long'
    throw new FossilError('option.invalid', { option, reason: `"${text}" is ${problem}` })
  }
}

/** Writes a length of time the way {@link duration} reads it. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    const size = unitMs[unit] ?? 1
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${ms}ms`
}

const mimetypes: Readonly<Record<string, string>> = {
  fossil: 'text/x-fossil-wiki',
  markdown: 'text/x-markdown',
  plain: 'text/plain',
}

/** A mimetype, or the short name that stock has for it. wiki.c wiki_filter_mimetypes. */
export function mimetypeFrom(text: string): string {
  const known = Object.values(mimetypes)
  const mimetype = mimetypes[text] ?? text
  if (known.includes(mimetype)) return mimetype
  const names = [...Object.keys(mimetypes), ...known].join(', ')
  const reason = `${JSON.stringify(text)} is not one of ${names}`
  throw new FossilError('option.invalid', { option: '--mimetype', reason })
}

/** For options that may be given several times. */
export function collected(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/**
 * Options that the commands about the past share.
 * @module
 */

import { FossilError } from '../index.ts'
import { integer } from './option-values.ts'

/** The option that every command has. */
export const jsonOption = ['--json', 'print one JSON object and nothing else'] as const

/**
 * Reads the columns of a line: 0 for lines without end, or more than `above`.
 *
 * @throws {FossilError} `option.invalid`
 */
export function width({ above }: { readonly above: number }): (text: string) => number {
  const read = integer('--width', { min: 0 })
  return (text) => {
    const columns = read(text)
    if (columns === 0 || columns > above) return columns
    const reason = `"${text}" is neither 0 nor more than ${above}`
    throw new FossilError('option.invalid', { option: '--width', reason })
  }
}

/** The columns of a line: as asked for, else those of the terminal; undefined: no end. */
export function outputWidth(asked: number | undefined): number | undefined {
  if (asked !== undefined) return asked === 0 ? undefined : asked
  return process.stdout.isTTY ? process.stdout.columns : undefined
}

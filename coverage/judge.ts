/**
 * The verdict on a sweep: functions that no run entered, by folder, beside the reasons for them.
 * @module
 */

import type { SourceFunction } from './functions.ts'
import type { Reason } from './reason.ts'
import { folders, type Swept } from './sweep.ts'

/** A function that no run entered. */
export interface MissedFunction extends Pick<SourceFunction, 'file' | 'name' | 'line'> {
  /** Left out where nobody has given one. */
  readonly reason?: string
}

/** The coverage of a sweep. */
export interface Coverage {
  readonly folders: readonly {
    readonly folder: string
    /** All that there are. */
    readonly functions: number
    readonly missed: readonly MissedFunction[]
  }[]
  /** Reasons for what is not so: `of` is the file and the name of a function. */
  readonly voidReasons: readonly { readonly of: string; readonly problem: string }[]
  /** Runs that did not converge. */
  readonly strays: Swept['strays']
}

/** Lays what a sweep never entered beside the reasons. */
export function judge({ functions, missed, strays }: Swept, reasons: readonly Reason[]): Coverage {
  const given = new Map<string, string>()
  for (const { file, functions: names, reason } of reasons) {
    for (const name of names) given.set(`${file} ${name}`, reason)
  }
  const rare = new Set(namesIn(reasons.filter(({ isRare }) => isRare === true)))
  const missing = new Set(missed.map(keyOf))
  return {
    folders: folders.map((folder) => {
      const isIn = ({ file }: SourceFunction): boolean => file.startsWith(`src/${folder}/`)
      const told = missed.filter(isIn).map((each) => explained(each, given.get(keyOf(each))))
      return { folder, functions: functions.filter(isIn).length, missed: told }
    }),
    voidReasons: [
      ...unknownReasons(functions, reasons),
      ...functions
        .map(keyOf)
        .filter((key) => given.has(key) && !missing.has(key) && !rare.has(key))
        .map((of) => ({ of, problem: 'is entered after all' })),
    ],
    strays,
  }
}

/** Reasons for functions that there are not. */
export function unknownReasons(
  functions: readonly SourceFunction[],
  reasons: readonly Reason[],
): Coverage['voidReasons'] {
  const known = new Set(functions.map(keyOf))
  return namesIn(reasons)
    .filter((key) => !known.has(key))
    .map((of) => ({ of, problem: 'does not exist' }))
}

function namesIn(reasons: readonly Reason[]): string[] {
  return reasons.flatMap(({ file, functions }) => functions.map((name) => `${file} ${name}`))
}

function keyOf({ file, name }: SourceFunction): string {
  return `${file} ${name}`
}

function explained(
  { file, name, line }: SourceFunction,
  reason: string | undefined,
): MissedFunction {
  return { file, name, line, ...(reason === undefined ? {} : { reason }) }
}

/**
 * Tidiness rules: pure functions from parsed files to findings.
 * @module
 */

import type { Source } from '../source.ts'

/** One broken rule at one place. */
export interface Finding {
  readonly path: string
  /** Counted from 1. */
  readonly line: number
  readonly rule: string
  /** The fault, and what to do instead. */
  readonly advice: string
}

/** The parts of `package.json` that the rules know. */
export interface Manifest {
  /** Public names (`trilobite`, `trilobite/sim`) and the source file behind each. */
  readonly publicFiles: ReadonlyMap<string, string>
  /** Packages that the product may import: they are installed with it. */
  readonly dependencies: ReadonlySet<string>
}

/** A rule that looks at one file at a time. */
export type FileRule = (source: Source) => readonly Finding[]

/** `path:line rule: advice`, the form that editors and terminals make clickable. */
export function describeFinding({ path, line, rule, advice }: Finding): string {
  return `${path}:${line} ${rule}: ${advice}`
}

/**
 * Canaries: bugs that a developer could make, each a replacement in one file of the source, planted
 * as that file is loaded. The simulator must find every one of them; where it finds one no more,
 * either nothing leads there any longer, or nothing looks.
 *
 * Nothing of this folder is in the package, and no production code knows of it.
 * @module
 */

/**
 * Something that must happen in a run before the bug can show, decided before the first run:
 *
 * - `op:NAME`: an operation of that name, acknowledged
 * - `fault:KIND`: a fault of that kind, `crash`, or `buggify` for one inside the code
 * - `site:NAME`: a fault at that very site of the code
 * - `plan:NAME=VALUE`: an option of the plan, as `sim plan` shows it
 *
 * `op:shun|purge`: one of several.
 */
export type Need =
  `op:${string}` | `fault:${string}` | `site:${string}` | `plan:${string}=${string}`

/** One planted bug. */
export interface Mutation {
  /** Words joined by hyphens; unique. */
  readonly name: string
  /** The bug in one sentence, without a subject: `stores content without …`. */
  readonly bug: string
  /** Relative to the root of the project, with forward slashes. */
  readonly file: string
  /** Text that occurs once in that file. */
  readonly find: string
  readonly replace: string
  /** Empty: any run shows it. */
  readonly needs: readonly Need[]
  /** Every invariant that may notice it, or the verdicts `failed` and `stalled`. */
  readonly caughtBy: readonly string[]
  /** The invariant that alone sees it: with that one switched off every run converges. */
  readonly onlyBy?: string
  /** The part of the plan that has to be fixed for the needs to be met. Default: none. */
  readonly plan?: string
}

/** A bug that cannot be planted: the source has changed since it was written down. */
export class PlantingError extends Error {}

/**
 * The text of a mutation's file with the bug in it.
 *
 * @throws {PlantingError} where `find` does not occur exactly once
 */
export function mutated(text: string, { name, file, find, replace }: Mutation): string {
  const [before = '', after, ...further] = text.split(find)
  if (after === undefined || further.length > 0) {
    const count = after === undefined ? 'nowhere' : `${further.length + 1} times`
    throw new PlantingError(
      `the canary ${name} cannot be planted: its text occurs ${count} in ${file}`,
    )
  }
  return `${before}${replace}${after}`
}

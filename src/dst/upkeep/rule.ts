/**
 * Rules of upkeep: the form that they have, and the sentences that they share.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { Repo } from '../../repo/repo.ts'
import type { Arguments } from '../../runner/arguments.ts'
import { changeOf, namesFrom, type Snapshot } from './snapshot.ts'

/** An operation that is about to be carried out. */
export interface Deed {
  readonly repo: Repo
  readonly args: Arguments
  readonly before: Snapshot
  /** The clock of the node, in seconds since 1970. */
  readonly nowSec: number
  /** The artifact that an argument refers to. */
  readonly artifact: (argument: string) => ArtifactHash | undefined
}

/** The rest of a check, once the operation was acknowledged: what is wrong, in words. */
export type Judge = (after: Snapshot) => string | undefined

/** The effect that an acknowledged operation must have. */
export interface Rule {
  /** Tables that it may change, besides those that are derived from the artifacts. */
  readonly touches: readonly string[]
  /** Reads what it needs before anything happens. */
  readonly begin: (deed: Deed) => Judge
}

/** The first artifact that should be in a table and is not. */
export function lackOf(
  after: Snapshot,
  table: string,
  names: Iterable<string>,
): string | undefined {
  const there = namesFrom(after, table)
  for (const name of names) if (!there.has(name)) return `${name} is not in ${table}`
  return undefined
}

/** The first artifact that a table lost, or got, though it is none of those named. */
export function excessOf(
  before: Snapshot,
  after: Snapshot,
  { table, names }: { readonly table: string; readonly names: ReadonlySet<string> },
): string | undefined {
  const { gone, came } = changeOf(before, after, table)
  const isStray = ([name]: readonly unknown[]): boolean => !names.has(String(name))
  const [lost, made] = [gone.find(isStray), came.find(isStray)]
  if (lost !== undefined) return `${String(lost[0])} went from ${table}`
  return made && `${String(made[0])} came to ${table}`
}

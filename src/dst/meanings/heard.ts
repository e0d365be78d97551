/**
 * The ground on which an operation says something: the sayings that its node has heard, and when.
 * @module
 */

import { type ArtifactHash, nameFor } from '../../hash/artifact-hash.ts'
import type { SaidHistory } from '../history-sayings.ts'
import type { Carried, SaidContent } from '../said.ts'

/** The sayings that a node has heard, and what follows from them. */
export interface Heard {
  readonly sayings: readonly Carried[]
  /** By the clock of the node, in milliseconds since 1970. */
  readonly nowMs: number
  history(): SaidHistory
  /** Tells whether a name is kept from others. */
  isSecret(hash: ArtifactHash): boolean
}

/** The date of a saying: as given, or now, or just after what it follows. */
export function datedAfter(
  { nowMs }: Pick<Heard, 'nowMs'>,
  dateMs: number | undefined,
  lastMs = -Infinity,
): number {
  return dateMs ?? Math.max(nowMs, lastMs + 1)
}

/** The names of content. */
export function contentSaid(content: Uint8Array): SaidContent {
  return { sha1: nameFor(content, 'sha1'), sha3: nameFor(content, 'sha3') }
}

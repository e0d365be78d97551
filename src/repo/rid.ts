/**
 * The two names of an artifact.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'

declare const ridBrand: unique symbol
/** Row id of an artifact in one repository: local, never sent, never reused while it lives. */
export type Rid = number & { readonly [ridBrand]: 'rid' }

/** The rid that SQLite gave a new row. */
export function ridOfRow(rowid: number): Rid {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- here the brand is put on
  return rowid as Rid
}

/** An artifact under both of its names. */
export interface NamedArtifact {
  readonly rid: Rid
  readonly hash: ArtifactHash
}

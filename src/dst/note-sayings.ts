/**
 * The last word on technotes, attachments and posts. Knows nothing of artifacts but their names.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import {
  type AttachmentSaying,
  byAge,
  type Carried,
  ofKind,
  type PostSaying,
  type TechnoteSaying,
} from './said.ts'

/** The latest version of each technote, by its id. */
export function lastNotes(sayings: readonly Carried[]): Map<string, Carried<TechnoteSaying>> {
  const versions = ofKind(sayings, 'technote').sort(byAge)
  return new Map(versions.map((version) => [version.says.technoteId, version]))
}

/**
 * The latest of each file name at each target, those that take a file away, too: all of them where
 * several are of one moment.
 */
export function lastAttachments(sayings: readonly Carried[]): Carried<AttachmentSaying>[] {
  const places = Map.groupBy(ofKind(sayings, 'attachment').sort(byAge), ({ says }) => placeOf(says))
  return [...places.values()].flatMap((all) =>
    all.filter(({ says }) => says.dateMs === all.at(-1)?.says.dateMs),
  )
}

/** A name for a file name at a target. */
export function placeOf({
  target,
  fileName,
}: Pick<AttachmentSaying, 'target' | 'fileName'>): string {
  return `${target}\0${fileName}`
}

/** A post as its versions have it. */
export interface PostWord {
  /** The post that opens the thread, which need not be here. */
  readonly root: ArtifactHash
  /** Its first version that is here. */
  readonly first: Carried<PostSaying>
  readonly last: Carried<PostSaying>
  /** The first version of the post that it answers. */
  readonly answered: ArtifactHash | undefined
}

/** Each post once. */
export function lastPosts(sayings: readonly Carried[]): PostWord[] {
  const versions = ofKind(sayings, 'post').sort(byAge)
  const known = new Map(versions.map((version) => [version.hash, version]))
  const firstOf = (hash: ArtifactHash): ArtifactHash => {
    const replaced = known.get(hash)?.says.replaced
    return replaced === undefined || !known.has(replaced) ? hash : firstOf(replaced)
  }
  const posts = Map.groupBy(versions, ({ hash }) => firstOf(hash))
  return [...posts].flatMap(([name, all]) => {
    const [first, last] = [known.get(name), all.at(-1)]
    if (first === undefined || last === undefined) return []
    const { root, answered } = last.says
    const to = answered && firstOf(answered)
    return [{ root: root ?? last.hash, first, last, answered: to }]
  })
}

/**
 * Sayings: the meaning of single operations, by their arguments. Shapes only; what follows for
 * whoever has heard several is in sayings.ts, history-sayings.ts and note-sayings.ts.
 * @module
 */

import type { Cherrypick, DeckTag } from '../deck/deck.ts'
import type { FilePermission } from '../deck/file-name.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'

/** The maker of a saying, and when it was made. */
interface Said {
  readonly user: string
  /** Milliseconds since 1970. */
  readonly dateMs: number
}

/** Fields of a ticket took values: by name, `+` before it where they are appended. */
export interface TicketSaying extends Said {
  readonly kind: 'ticket'
  readonly ticketId: string
  readonly fields: ReadonlyMap<string, string>
}

/** A page took a text, and another mimetype, or its own. */
export interface WikiSaying extends Said {
  readonly kind: 'wiki'
  readonly title: string
  readonly content: string
  readonly mimetype: string
}

/** Content, by both names that it may have. */
export interface SaidContent {
  readonly sha1: ArtifactHash
  readonly sha3: ArtifactHash
}

/** A file as a check-in has it. */
export interface SaidFile extends SaidContent {
  readonly permission: FilePermission
  /** The name that this very check-in took it from. */
  readonly priorName?: string
}

/** A state of the project was recorded, with all its files. */
export interface CheckinSaying extends Said {
  readonly kind: 'checkin'
  readonly comment: string
  /** The primary one first. */
  readonly parents: readonly ArtifactHash[]
  readonly cherrypicks: readonly Cherrypick[]
  readonly tags: readonly DeckTag[]
  readonly files: ReadonlyMap<string, SaidFile>
  /** The check-in without which this one cannot be read. */
  readonly baseline: ArtifactHash | undefined
}

/** Tags were given to artifacts, or cancelled. */
export interface ControlSaying extends Said {
  readonly kind: 'control'
  readonly tags: readonly (DeckTag & { readonly target: ArtifactHash })[]
}

/** A technote took a text, and a place on the timeline. */
export interface TechnoteSaying extends Said {
  readonly kind: 'technote'
  readonly technoteId: string
  /** Milliseconds since 1970. */
  readonly eventMs: number
  readonly content: string
  readonly comment: string
  readonly color: string
  readonly tags: readonly string[]
}

/** A file was attached under a name, or taken away. */
export interface AttachmentSaying extends Said {
  readonly kind: 'attachment'
  /** The title of a page, or the id of a ticket or technote. */
  readonly target: string
  readonly fileName: string
  /** Undefined if it was taken away. */
  readonly content: SaidContent | undefined
  readonly comment: string
}

/** A post was written, or written anew. */
export interface PostSaying extends Said {
  readonly kind: 'post'
  /** The post that opens its thread; undefined for that one. */
  readonly root: ArtifactHash | undefined
  readonly answered: ArtifactHash | undefined
  /** The version that this one replaces. */
  readonly replaced: ArtifactHash | undefined
  readonly title: string | undefined
  readonly content: string
}

/** The meaning of one operation. */
export type Saying =
  | TicketSaying
  | WikiSaying
  | CheckinSaying
  | ControlSaying
  | TechnoteSaying
  | AttachmentSaying
  | PostSaying

/** A saying, and the artifact that carries it. */
export interface Carried<S extends Saying = Saying> {
  readonly hash: ArtifactHash
  readonly says: S
}

/** Those of one kind. */
export function ofKind<K extends Saying['kind']>(
  sayings: readonly Carried[],
  kind: K,
): Carried<Extract<Saying, { kind: K }>>[] {
  return sayings.filter((carried): carried is Carried<Extract<Saying, { kind: K }>> => {
    return carried.says.kind === kind
  })
}

/** The order in which things were said; of two of one moment, the smaller name is the older. */
export function byAge(a: Carried, b: Carried): number {
  return a.says.dateMs - b.says.dateMs || (a.hash < b.hash ? -1 : 1)
}

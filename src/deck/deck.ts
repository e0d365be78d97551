/**
 * Decks: structural artifacts as values, one type for each kind.
 *
 * Text fields hold artifact text as `text.ts` decodes it, unescaped. Dates are milliseconds since
 * 1970-01-01T00:00Z (`date.ts`). Lists are in the order of the artifact, which is sorted except
 * for parents; {@link formatDeck} sorts what it writes. A field that is absent is a card that is
 * absent. Specification: fossil www/fileformat.wiki §2 and §3; where the code of manifest.c
 * accepts more, these types hold what it accepts (docs/divergences.md).
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'

/** A structural artifact. `kind` tells which. */
export type Deck =
  | CheckinDeck
  | ClusterDeck
  | ControlDeck
  | WikiDeck
  | TicketDeck
  | AttachmentDeck
  | TechnoteDeck
  | ForumDeck

export type DeckKind = Deck['kind']

/** D and U cards. Every kind but the cluster has a date. */
interface Stamped {
  /** D card: when the artifact was made, by the clock of its maker. */
  readonly dateMs: number
  /** `seconds` where the D card shows no fraction, as importers and Fossil before 2011 wrote it. */
  readonly datePrecision?: 'seconds'
  /** U card: a login. A U card without one means `anonymous`; no card means nobody said. */
  readonly user?: string
}

/** A check-in: the document calls its artifact the manifest. fileformat.wiki §2.1. */
export interface CheckinDeck extends Stamped {
  readonly kind: 'checkin'
  /** B card: this is a delta manifest, and `files` are the differences from that check-in's. */
  readonly baseline?: ArtifactHash
  /** C card. The document requires it, the code does not. */
  readonly comment?: string
  /** F cards, by name. Files with names reserved for Fossil's own databases are left out. */
  readonly files: readonly DeckFile[]
  /** N card: the mimetype of the comment. */
  readonly mimetype?: string
  /** P card: the first is the parent, the others were merged in. */
  readonly parents: readonly ArtifactHash[]
  /** Q cards. */
  readonly cherrypicks: readonly Cherrypick[]
  /** R card: MD5 over all files, 32 hexadecimal digits. See `repoChecksum`. */
  readonly repoChecksum?: string
  /** T cards, on this check-in or on others. */
  readonly tags: readonly DeckTag[]
}

/** An F card: one file of a check-in. */
export interface DeckFile {
  /** Path from the root of the check-in, with `/` between directories. */
  readonly name: string
  /** The content. Absent only in a delta manifest: the baseline's file is gone. */
  readonly hash?: ArtifactHash
  /** Letters: `x`, `l` or `w`; others may come. `filePermission` reads them. Never empty. */
  readonly permissions?: string
  /** The file's name in the parent, where this check-in renames it. */
  readonly priorName?: string
}

/** A Q card: changes brought in or backed out without making their check-in a parent. */
export interface Cherrypick {
  /** `+` brings the changes in, `-` backs them out. */
  readonly direction: '+' | '-'
  readonly target: ArtifactHash
  /** The check-in at which the changes start, exclusive; by default the target's parent. */
  readonly base?: ArtifactHash
}

/** A T card: a tag, or a property where it has a value. */
export interface DeckTag {
  /** `+` adds to one artifact, `*` also to its descendants, `-` cancels. */
  readonly action: '+' | '*' | '-'
  /** Such as `sym-release` or `bgcolor`. Neither empty nor made of hexadecimal digits alone. */
  readonly name: string
  /** The artifact to tag; `*` is the one that holds this card. */
  readonly target: ArtifactHash | '*'
  readonly value?: string
}

/** A list of artifacts that exist, to shorten sync. fileformat.wiki §2.2. */
export interface ClusterDeck {
  readonly kind: 'cluster'
  /** M cards, sorted. At least one. */
  readonly members: readonly ArtifactHash[]
}

/** Tags for other artifacts. fileformat.wiki §2.3. */
export interface ControlDeck extends Stamped {
  readonly kind: 'control'
  /** At least one; never on the artifact itself. */
  readonly tags: readonly (DeckTag & { readonly target: ArtifactHash })[]
  readonly user: string
}

/** One version of a wiki page. fileformat.wiki §2.4. */
export interface WikiDeck extends Stamped {
  readonly kind: 'wiki'
  readonly comment?: string
  /** L card: 1 to 100 bytes, no control characters, spaces only one by one and inside. */
  readonly wikiTitle: string
  /** N card: the mimetype of the content, by default text/x-fossil-wiki. */
  readonly mimetype?: string
  /** P card: the versions this one replaces. */
  readonly parents: readonly ArtifactHash[]
  readonly user: string
  /** W card: the text of the page. */
  readonly content: string
}

/** A change to a ticket. fileformat.wiki §2.5. */
export interface TicketDeck extends Stamped {
  readonly kind: 'ticket'
  /** J cards, by name. At least one. */
  readonly fields: readonly TicketField[]
  /** K card: 40 hexadecimal digits. Not the name of an artifact. */
  readonly ticketId: string
  readonly user: string
}

/** A J card: one field of a ticket takes or gains a value. */
export interface TicketField {
  /** Starts with `+` where the value is appended. As written: the code does not unescape it. */
  readonly name: string
  /** Empty where the card gives none. */
  readonly value: string
}

/** Attaches an artifact to a page, a ticket, a technote or a forum post. fileformat.wiki §2.6. */
export interface AttachmentDeck extends Stamped {
  readonly kind: 'attachment'
  /** A card: the name of the attached file, without directories. */
  readonly fileName: string
  /** A card: a wiki title, a ticket id, a technote id or the hash of a forum post. */
  readonly target: string
  /** A card: the attached artifact. Absent: the attachment is taken away. */
  readonly source?: ArtifactHash
  readonly comment?: string
  /** N card: the mimetype of the comment. */
  readonly mimetype?: string
}

/** One version of a technical note, or event. fileformat.wiki §2.7. */
export interface TechnoteDeck extends Stamped {
  readonly kind: 'technote'
  readonly comment?: string
  /** E card: where on the timeline the note belongs. Written without fraction where it has none. */
  readonly eventMs: number
  /** E card: the same in every version; 40 hexadecimal digits (the code also takes 64). */
  readonly technoteId: string
  readonly mimetype?: string
  readonly parents: readonly ArtifactHash[]
  /** T cards: only `+`, only on the note itself. */
  readonly tags: readonly (DeckTag & { readonly action: '+'; readonly target: '*' })[]
  readonly content: string
}

/** One version of a forum post. fileformat.wiki §2.8. */
export interface ForumDeck extends Stamped {
  readonly kind: 'forum'
  /** G card: the first version of the post that opens the thread. */
  readonly threadRoot?: ArtifactHash
  /** H card: only on the post that opens a thread; never together with `inReplyTo`. */
  readonly threadTitle?: string
  /** I card: the post this one answers. */
  readonly inReplyTo?: ArtifactHash
  readonly mimetype?: string
  /** P card: the version this one replaces. At most one. */
  readonly parents: readonly ArtifactHash[]
  readonly user: string
  readonly content: string
}

/** The cards that a kind may hold, and those that it must. */
export const cardsOfKind: Readonly<Record<DeckKind, { allowed: string; required: string }>> = {
  checkin: { allowed: 'BCDFNPQRTUZ', required: 'DZ' },
  cluster: { allowed: 'MZ', required: 'MZ' },
  control: { allowed: 'DTUZ', required: 'DTUZ' },
  wiki: { allowed: 'CDLNPUWZ', required: 'DLUWZ' },
  ticket: { allowed: 'DJKUZ', required: 'DJKUZ' },
  attachment: { allowed: 'ACDNUZ', required: 'ADZ' },
  technote: { allowed: 'CDENPTUWZ', required: 'DEWZ' },
  forum: { allowed: 'DGHINPUWZ', required: 'DUWZ' },
}

/**
 * Sync cards: what the two sides say to each other, one type for each card.
 *
 * May know the names of artifacts. How cards look on the wire is codec.ts; what they make the other
 * side do is the session's business. Specification: fossil www/sync.wiki §3.
 *
 * Payloads (`content`, `compressed`) are views of the message they came in: keep the message
 * unchanged while they are in use, and copy what outlives it.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { TableCard } from './table-card.ts'

/** An artifact: its content, or a delta that makes it from the content of `deltaSource`. */
export interface FileCard {
  type: 'file'
  hash: ArtifactHash
  deltaSource: ArtifactHash | undefined
  content: Uint8Array
}

/** An artifact as a database holds it; sent by servers in a clone. */
export interface CfileCard {
  type: 'cfile'
  hash: ArtifactHash
  deltaSource: ArtifactHash | undefined
  /** Length of the artifact itself, whether `compressed` holds it or a delta. */
  uncompressedSizeBytes: number
  /** The content or delta, compressed: see base/zlib.ts. */
  compressed: Uint8Array
}

/** The sender holds this artifact. */
export interface IgotCard {
  type: 'igot'
  hash: ArtifactHash
  isPrivate: boolean
}

/** The sender wants this artifact. */
export interface GimmeCard {
  type: 'gimme'
  hash: ArtifactHash
}

/** The next `file` or `cfile` is private. */
export interface PrivateCard {
  type: 'private'
}

/** The user who asks. Made and checked in login.ts; nothing in it is trusted before that. */
export interface LoginCard {
  type: 'login'
  user: string
  nonce: string
  signature: string
}

/** The client wants artifacts of this project. */
export interface PullCard {
  type: 'pull'
  /** The sender's own code; nobody reads it. */
  serverCode: string
  projectCode: string
}

/** The client brings artifacts of this project; from a server, the answer to `clone`. */
export interface PushCard {
  type: 'push'
  serverCode: string
  projectCode: string
}

/** The client wants everything. */
export interface CloneCard {
  type: 'clone'
  /** 3: `cfile` cards from `sequence` on. 2: `file` cards. 1: the form without arguments. */
  version: number
  /** The sequence number from which to go on: 1 at first, then what `clone_seqno` said. */
  sequence: number
}

/** The sequence number from which the next `clone` goes on; 0 when everything has been sent. */
export interface CloneSeqnoCard {
  type: 'clone_seqno'
  sequence: number
}

/** One token that a server leaves with a client. */
export interface CookieCard {
  type: 'cookie'
  text: string
}

/** The client wants a group of settings, such as `/all`, or one of them. */
export interface ReqconfigCard {
  type: 'reqconfig'
  name: string
}

/** A row of settings, or one setting. */
export interface ConfigCard {
  type: 'config'
  name: string
  content: Uint8Array
}

/** An unversioned file. Newest `mtimeSec` wins. */
export interface UvfileCard {
  type: 'uvfile'
  /** Satisfies `isUnversionedName`. */
  name: string
  mtimeSec: number
  /** Undefined: the file was deleted; then the size is 0 and there is no content. */
  hash: ArtifactHash | undefined
  sizeBytes: number
  /** Undefined with a hash: the receiver holds it already, or it is too big to send. */
  content: Uint8Array | undefined
}

/** The server holds this unversioned file, or its deletion. */
export interface UvigotCard {
  type: 'uvigot'
  /** Satisfies `isUnversionedName`. */
  name: string
  mtimeSec: number
  /** Undefined: the file was deleted. */
  hash: ArtifactHash | undefined
  sizeBytes: number
}

/** The client wants this unversioned file. */
export interface UvgimmeCard {
  type: 'uvgimme'
  /** Satisfies `isUnversionedName`. */
  name: string
}

/** A request or remark that the other side may ignore. At most 4 arguments. */
export interface PragmaCard {
  type: 'pragma'
  name: string
  /** Tokens as they are on the wire; those that stand for text are fossilized. */
  args: readonly string[]
}

/** The server refuses. */
export interface ErrorCard {
  type: 'error'
  text: string
}

/** The server has something to say to a person. */
export interface MessageCard {
  type: 'message'
  text: string
}

/** A line that starts with `#`. Servers put their clock here: `timestamp ISO8601 errors N`. */
export interface CommentCard {
  type: 'comment'
  /** The text after `#` and one space; the first megabyte of it. */
  text: string
}

/**
 * An `igot` or `gimme` of a name with uppercase digits. Digests are lowercase, so nothing has such
 * a name; but stock takes it for one, and goes on asking for it in every sync.
 */
export interface OddNameCard {
  type: 'oddname'
  name: 'igot' | 'gimme'
  hash: string
}

/** A line that is none of the others: by sync.wiki §3.14 the end of the sync. */
export interface UnknownCard {
  type: 'unknown'
  /** Its first token. */
  name: string
  /** The line, without its newline; a long one is cut. */
  line: string
}

/** Cards that begin with their name. */
export type NamedCard =
  | FileCard
  | CfileCard
  | IgotCard
  | GimmeCard
  | PrivateCard
  | LoginCard
  | PullCard
  | PushCard
  | CloneCard
  | CloneSeqnoCard
  | CookieCard
  | ReqconfigCard
  | ConfigCard
  | UvfileCard
  | UvigotCard
  | UvgimmeCard
  | PragmaCard
  | ErrorCard
  | MessageCard
  | TableCard

/** Any line of a message, with its payload. */
export type Card = NamedCard | CommentCard | OddNameCard | UnknownCard

/**
 * Sync messages: cards, their text, and the bodies that carry them. No database, no sessions.
 * @module
 */

export { compressContent, expandContent } from '../base/zlib.ts'
export type { CompressOptions } from '../base/zlib.ts'
export { isArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
export type { ArtifactHash } from '../hash/artifact-hash.ts'
export type {
  Card,
  CfileCard,
  CloneCard,
  CloneSeqnoCard,
  CommentCard,
  ConfigCard,
  CookieCard,
  ErrorCard,
  FileCard,
  GimmeCard,
  IgotCard,
  LoginCard,
  MessageCard,
  NamedCard,
  PragmaCard,
  PrivateCard,
  PullCard,
  PushCard,
  ReqconfigCard,
  OddNameCard,
  UnknownCard,
  UvfileCard,
  UvgimmeCard,
  UvigotCard,
} from './card.ts'
export { CardWriter } from './format.ts'
export { contentTypes, decodeMessage, encodeMessage } from './frame.ts'
export type { ContentType, DecodeOptions, EncodeOptions } from './frame.ts'
export { checkLogin, loginCard, sharedSecret, signMessage } from './login.ts'
export type { Credentials } from './login.ts'
export { parseCards } from './parse.ts'
export type { CardReader } from './parse.ts'
export { isUnversionedName } from './unversioned-name.ts'
export {
  ourVersion,
  parseVersion,
  supportsClusterRequest,
  supportsPrivateIgot,
  supportsSha3,
  unknownVersion,
  versionPragma,
} from './version.ts'
export type { PeerVersion } from './version.ts'

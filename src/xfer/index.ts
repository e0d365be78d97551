/**
 * Sync messages: cards, their text, and the bodies that carry them. No database, no sessions.
 * A card of one kind is `Extract<Card, { type: 'file' }>`.
 * @module
 */

export { expandContent } from '../base/zlib.ts'
export type { Card } from './card.ts'
export { CardWriter } from './format.ts'
export { contentTypes, decodeMessage, encodeMessage, type ContentType } from './frame.ts'
export { sharedSecret, signMessage } from './login.ts'
export { parseCards, type CardReader } from './parse.ts'
export { isUnversionedName } from './unversioned-name.ts'
export { ourVersion, versionPragma, type PeerVersion } from './version.ts'

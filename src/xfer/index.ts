/**
 * Sync messages: cards, their text, and the bodies that carry them. No database, no sessions.
 * A card of one kind is `Extract<Card, { type: 'file' }>`.
 * @module trilobite/xfer
 */

export type { Card } from './card.ts'
export { CardWriter } from './format.ts'
export { decodeMessage, encodeMessage } from './frame.ts'
export { signMessage } from './login.ts'
export { parseCards } from './parse.ts'

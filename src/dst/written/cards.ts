/**
 * Artifacts as cards, read from bytes and written to bytes a second time, apart from the code under
 * test, so that a mistake there shows.
 * Specification: fileformat.wiki §2. Reference: manifest.c; encode.c fossilize.
 * @module
 */

import { createHash } from 'node:crypto'

/** A card: its letter and its arguments, unescaped. The content below a W card is its argument. */
export type Card = readonly [letter: string, ...args: string[]]

const zCard = /Z ([0-9a-f]{32})\n$/

/**
 * Reads an artifact.
 *
 * @throws {Error} if it is not one, in the form in which Fossil writes them today
 */
export function readCards(bytes: Uint8Array): Card[] {
  const text = Buffer.from(bytes).toString('latin1')
  const [end = '', sum] = zCard.exec(text) ?? []
  const body = text.slice(0, text.length - end.length)
  if (sum === undefined || sum !== md5(body)) throw new Error('no Z card, or not the right one')
  const cards: Card[] = []
  for (let at = 0; at < body.length;) {
    const newline = body.indexOf('\n', at)
    const [letter = '', ...tokens] = body.slice(at, newline).split(' ')
    at = newline + 1
    if (!/^[A-Z]$/.test(letter)) throw new Error(`not a card: ${letter}`)
    if (letter < (cards.at(-1)?.[0] ?? '')) throw new Error(`a ${letter} card out of order`)
    if (letter === 'W') {
      const length = Number(tokens[0])
      cards.push([letter, decoded(body.slice(at, at + length))])
      at += length + 1
    } else cards.push([letter, ...tokens.map((token) => decoded(unescaped(token)))])
  }
  return cards
}

/** The artifact that consists of these cards, which may come in any order. */
export function artifactOf(cards: readonly Card[]): Buffer {
  const body = [...cards].sort(byMeaning).map(lineOf).join('')
  return Buffer.from(`${body}Z ${md5(body)}\n`, 'latin1')
}

/** Arguments of the only card of a letter; none where there is no such card. */
export function argumentsOf(cards: readonly Card[], letter: string): readonly string[] {
  return cards.find(([each]) => each === letter)?.slice(1) ?? []
}

/** Kinds of artifacts, by the letters of cards that no other kind has. manifest.c:1060-1120. */
const tellingLetters = [
  ['attachment', 'A'],
  ['checkin', 'BFQR'],
  ['technote', 'E'],
  ['forum', 'GHI'],
  ['ticket', 'JK'],
  ['wiki', 'L'],
  ['cluster', 'M'],
] as const

/** The kind of an artifact. */
export function kindOf(cards: readonly Card[]): (typeof tellingLetters)[number][0] | 'control' {
  const telling = tellingLetters.find(([, letters]) =>
    cards.some(([letter]) => letters.includes(letter)),
  )
  return telling?.[0] ?? 'control'
}

/** Cards that only one of two artifacts has, as text to show. */
export function difference(wanted: readonly Card[], found: readonly Card[]): string {
  const [there, here] = [wanted, found].map((cards) => new Set(cards.map(shown)))
  const lacks = [...(there ?? [])].filter((card) => here?.has(card) !== true)
  const adds = [...(here ?? [])].filter((card) => there?.has(card) !== true)
  const told = [...lacks.map((card) => `lacks ${card}`), ...adds.map((card) => `has ${card}`)]
  return told.length === 0 ? 'is written in another form' : told.slice(0, 6).join(', ')
}

function shown([letter, ...args]: Card): string {
  return JSON.stringify([letter, ...args].join(' ')).slice(0, 120)
}

/** By letter; of one letter by name, of one name by target, each by its bytes. */
function byMeaning(a: Card, b: Card): number {
  for (const at of [0, 1, 2]) {
    const [one, other] = [encoded(a[at] ?? ''), encoded(b[at] ?? '')]
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}

function lineOf([letter, ...args]: Card): string {
  const tokens = args.map(encoded)
  if (letter !== 'W') return `${[letter, ...tokens.map(escaped)].join(' ')}\n`
  const [content = ''] = tokens
  return `W ${content.length}\n${content}\n`
}

const escapes = [
  ['\\', '\\\\'],
  [' ', '\\s'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
] as const

function escaped(text: string): string {
  return escapes.reduce((done, [plain, written]) => done.replaceAll(plain, written), text)
}

function unescaped(token: string): string {
  return token.replace(/\\./g, (pair) => {
    const known = escapes.find(([, written]) => written === pair)
    return known === undefined ? pair.slice(1) : known[0]
  })
}

/** Begins text that is no UTF-8 and is kept as its bytes: no other text begins with half a pair. */
const bytewise = '\udc00'

/** UTF-8, one character a byte. */
function encoded(text: string): string {
  if (text.startsWith(bytewise)) return text.slice(1)
  return Buffer.from(text, 'utf8').toString('latin1')
}

function decoded(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8')
  return encoded(text) === bytes ? text : bytewise + bytes
}

function md5(latin1: string): string {
  return createHash('md5').update(latin1, 'latin1').digest('hex')
}

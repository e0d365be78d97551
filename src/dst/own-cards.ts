/**
 * Cards of artifacts, read a second time: by a reader so small that it can be checked by eye, which
 * shares nothing with src/deck. An oracle that took decks from the production parser would
 * agree with a mistake of it.
 *
 * It takes what keeps the frame for a deck: cards in order, one kind, and the checksum at the end.
 * The production parser asks for more (names, dates, order within a letter); who breaks those rules
 * and gets the checksum right writes plain data, and is not judged well here. Nobody does so in a
 * simulation. Text is one character a byte, as the file has it.
 * @module
 */

import { md5 } from '../hash/hash.ts'

/** The kind of an artifact. */
export type OwnKind =
  'attachment' | 'checkin' | 'cluster' | 'control' | 'forum' | 'technote' | 'ticket' | 'wiki'

/** One card. */
export interface OwnCard {
  readonly letter: string
  /** As they are written, escapes and all; for a W card its text alone. */
  readonly args: readonly string[]
}

/** The cards of one artifact, in order. */
export interface OwnDeck {
  readonly kind: OwnKind
  readonly cards: readonly OwnCard[]
}

/** Arguments of the cards of each letter, in their order. */
export function argumentsByLetter({ cards }: OwnDeck): Map<string, readonly (readonly string[])[]> {
  const byLetter = Map.groupBy(cards, ({ letter }) => letter)
  return new Map([...byLetter].map(([letter, all]) => [letter, all.map(({ args }) => args)]))
}

/** Letters that only one kind has. */
const telling: readonly (readonly [letters: string, kind: OwnKind])[] = [
  ['A', 'attachment'],
  ['BFQR', 'checkin'],
  ['E', 'technote'],
  ['GHI', 'forum'],
  ['JK', 'ticket'],
  ['L', 'wiki'],
  ['M', 'cluster'],
]

/** `Z `, 32 digits, a newline. */
const checksumBytes = 35

/** Reads an artifact; undefined for plain data. */
export function readOwnDeck(artifact: Uint8Array): OwnDeck | undefined {
  const bytes = unsigned(Buffer.from(artifact.buffer, artifact.byteOffset, artifact.length))
  const isFramed = /^[A-Y][ \n]/.test(latin(bytes, 0, 2)) && bytes.length > checksumBytes
  if (!isFramed) return undefined
  const body = bytes.subarray(0, -checksumBytes)
  const [, sum] = /^Z ([0-9a-f]{32})\n$/.exec(latin(bytes, body.length)) ?? []
  if (sum === undefined || md5(body) !== sum) return undefined
  const cards = splitCards(latin(body))
  const kind = cards && kindOf(new Set(cards.map(({ letter }) => letter)))
  return cards === undefined || kind === undefined ? undefined : { kind, cards }
}

/** The text that one argument of a card stands for. It ends at an escaped NUL, like a C string. */
export function unescaped(written: string): string {
  const text = written.replace(/\\([^])/g, (_, letter: string) => meanings.get(letter) ?? letter)
  return text.split('\0', 1)[0] ?? ''
}

const meanings: ReadonlyMap<string, string> = new Map([
  ['s', ' '],
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['v', '\v'],
  ['f', '\f'],
  ['0', '\0'],
])

/** One character a byte. */
export function latin(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', from, to)
}

/** Without a clearsign's armour, which old check-ins have. */
function unsigned(bytes: Buffer): Buffer {
  if (!latin(bytes, 0, 27).startsWith('-----BEGIN PGP SIGNED MESSA')) return bytes
  const [start, end] = [bytes.indexOf('\n\n'), bytes.lastIndexOf('\n-----BEGIN PGP SIGNATURE')]
  return start < 0 || end < start ? bytes : bytes.subarray(start + 2, end + 1)
}

function splitCards(text: string): OwnCard[] | undefined {
  const cards: OwnCard[] = []
  let last = ''
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at)
    const letter = text[at] ?? ''
    if (end < 0 || !/^[A-Y][ \n]$/.test(text.slice(at, at + 2))) return undefined
    // Old technotes have P before N.
    if (letter < last && !(last === 'P' && letter === 'N')) return undefined
    last = letter
    // A card may be its letter alone: `U` is nobody's name.
    const args = end < at + 2 ? [] : text.slice(at + 2, end).split(' ')
    at = end + 1
    if (letter !== 'W') {
      cards.push({ letter, args })
      continue
    }
    const size = Number.parseInt(args[0] ?? '', 10)
    if (!(size >= 0) || text[at + size] !== '\n') return undefined
    cards.push({ letter, args: [text.slice(at, at + size)] })
    at += size + 1
  }
  return cards
}

function kindOf(letters: ReadonlySet<string>): OwnKind | undefined {
  const told = telling.filter(([of]) => of.split('').some((letter) => letters.has(letter)))
  if (told.length > 1) return undefined
  const [first] = told
  if (first !== undefined) return first[1]
  return letters.has('C') || letters.has('P') ? 'checkin' : 'control'
}

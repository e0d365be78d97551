/**
 * Cards of structural artifacts, read line by line: the ground of oracles that share no code with
 * src/deck. Text is one character a byte throughout, as an artifact holds it and a column of a
 * table gives it, so that nothing is decoded on the way.
 *
 * Reads the form alone, by fileformat.wiki §2: letters in order, a Z card that is right. Each kind
 * of artifact says which letters and how many arguments it takes. May know digests and hashes.
 * @module
 */

import { md5 } from '../../hash/hash.ts'

/** One card, without its letter. Arguments are as they are written, escapes and all. */
export type CardArguments = readonly string[]

/** The cards of one artifact by letter, in their order; the last argument of `W` is its text. */
export type CardLines = ReadonlyMap<string, readonly CardArguments[]>

/** The Z card, its newline included, is as long in every artifact. */
const lastCardSize = 35

/** The cards of an artifact; undefined for plain data. */
export function readCardLines(artifact: Uint8Array): CardLines | undefined {
  const bytes = withoutSignature(Buffer.from(artifact.buffer, artifact.byteOffset, artifact.length))
  const cardsEnd = bytes.length - lastCardSize
  if (cardsEnd < 0 || bytes[cardsEnd] !== 'Z'.charCodeAt(0)) return undefined
  const written = bytes.toString('latin1', cardsEnd)
  if (written !== `Z ${md5(bytes.subarray(0, cardsEnd))}\n`) return undefined
  return splitCards(bytes.toString('latin1', 0, cardsEnd))
}

/** A signed artifact stands between a blank line and the signature. manifest.c:309-341. */
function withoutSignature(bytes: Buffer): Buffer {
  if (!bytes.toString('latin1', 0, 34).startsWith('-----BEGIN PGP SIGNED MESSAGE-----')) {
    return bytes
  }
  const blank = bytes.indexOf('\n\n')
  const end = bytes.lastIndexOf('\n-----BEGIN PGP SIGNATURE')
  return blank === -1 ? bytes : bytes.subarray(blank + 2, end > blank ? end + 1 : bytes.length)
}

function splitCards(text: string): CardLines | undefined {
  const cards = new Map<string, CardArguments[]>()
  let previous = ''
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at)
    const [letter = '', ...written] = text.slice(at, end).split(' ')
    if (end === -1 || !/^[A-Z]$/.test(letter) || letter < previous) return undefined
    at = end + 1
    const card: string[] = written
    if (letter === 'W') {
      const size = Number(written[0])
      if (!Number.isInteger(size) || text[at + size] !== '\n') return undefined
      card.push(text.slice(at, at + size))
      at += size + 1
    }
    cards.set(letter, [...(cards.get(letter) ?? []), card])
    previous = letter
  }
  return cards
}

const escapes: Readonly<Record<string, string>> = {
  s: ' ',
  t: '\t',
  n: '\n',
  r: '\r',
  v: '\v',
  f: '\f',
  '0': '\0',
}

/** The text that an argument stands for. It ends at an escaped NUL, like a C string. */
export function unescaped(written: string): string {
  const text = written.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)
  return text.split('\0', 1)[0] ?? ''
}

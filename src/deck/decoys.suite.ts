/**
 * Bytes at the border of the format, for tests: near-misses that must be plain data, and oddities
 * that stock takes for structural although the document does not describe them.
 * @module
 */

import { concat, utf8 } from '../base/bytes.ts'
import { zCard } from './checksum.ts'

/** A verdict of stock that is not ours. docs/divergences.md has more on each. */
export interface Divergence {
  readonly why: string
  /** The first version of stock that agrees with us; absent where none does. */
  readonly until?: string
}

/** Bytes that are an artifact in spite of their looks. */
export interface Oddity {
  readonly title: string
  readonly bytes: Uint8Array
  readonly divergence?: Divergence
}

/** Bytes that are almost an artifact. */
export interface Decoy extends Oddity {
  /** The fault that `explainDeck` reports. */
  readonly line: number
  readonly reason: string
}

/** Ends `cards` with the Z card that fits them. */
export function seal(cards: string | Uint8Array): Uint8Array {
  const bytes = typeof cards === 'string' ? utf8(cards) : cards
  return concat([bytes, utf8(zCard(bytes))])
}

const hashA = 'a'.repeat(40)
const hashB = 'b'.repeat(64)
const date = 'D 2024-01-02T03:04:05.678\n'
const checkin = `C x\n${date}F a ${hashA}\nF b ${hashA}\nU ada\n`
const wiki = `${date}L Page\nU ada\nW 3\nabc\n`
const pgpEnd = '-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n'

/** Older versions compare 25 bytes of the line that opens a signature, newer ones 29. */
export const shortClosing: Divergence = {
  why: 'Fossil before 2.26 does not look at the dashes behind SIGNATURE',
  until: '2.26',
}

/** Ends each line with CR LF. */
function crLf(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
}

function decoy(title: string, cards: string, line: number, reason: string): Decoy {
  return { title, bytes: seal(cards), line, reason }
}

/** Faults outside the cards. */
const outerDecoys: readonly Decoy[] = [
  { title: 'nothing', bytes: utf8(''), line: 1, reason: 'no newline at the end' },
  { title: 'a newline', bytes: utf8('\n'), line: 1, reason: 'not a card' },
  {
    title: 'no final newline',
    bytes: seal(checkin).slice(0, -1),
    line: 6,
    reason: 'no newline at the end',
  },
  { title: 'no Z card', bytes: utf8(checkin), line: 5, reason: 'no Z card at the end' },
  {
    title: 'a wrong Z card',
    bytes: utf8(`${checkin}Z ${'0'.repeat(32)}\n`),
    line: 6,
    reason: 'Z card: wrong checksum',
  },
  {
    title: 'a Z card in uppercase',
    bytes: utf8(checkin + zCard(utf8(checkin)).toUpperCase()),
    line: 6,
    reason: 'Z card: wrong checksum',
  },
  {
    title: 'a blank line after the Z card',
    bytes: concat([seal(checkin), utf8('\n')]),
    line: 7,
    reason: 'no Z card at the end',
  },
  {
    title: 'text after the Z card',
    bytes: concat([seal(checkin), utf8('the end\n')]),
    line: 7,
    reason: 'no Z card at the end',
  },
  {
    title: 'a NUL line after a Z card that nobody checks',
    bytes: utf8(`${checkin}Z ${'0'.repeat(32)}\n\0\n`),
    line: 7,
    reason: 'no Z card at the end',
    divergence: { why: 'stock looks for the Z card elsewhere, and NUL ends its cards' },
  },
  {
    title: 'CR LF line ends throughout',
    bytes: crLf(seal(checkin)),
    line: 6,
    reason: 'no Z card at the end',
  },
  { title: 'a blank line first', bytes: seal(`\n${checkin}`), line: 1, reason: 'not a card' },
  { title: 'a space first', bytes: seal(` ${checkin}`), line: 1, reason: 'not a card' },
  { title: 'a byte order mark', bytes: seal(`\ufeff${checkin}`), line: 1, reason: 'not a card' },
  { title: 'a lowercase card first', bytes: seal(`c x\n${date}`), line: 1, reason: 'not a card' },
  {
    title: 'an opening without a blank line',
    bytes: concat([utf8('-----BEGIN PGP SIGNED MESSAGE-----\nHash: x\n'), seal(checkin)]),
    line: 1,
    reason: 'not a card',
  },
  {
    title: 'an opening of another kind',
    bytes: concat([utf8('-----BEGIN X509 SIGNED MESSAGE-----\n\n'), seal(checkin), utf8(pgpEnd)]),
    line: 1,
    reason: 'not a card',
  },
  {
    title: 'a signature without a newline at its end',
    bytes: concat([
      utf8('-----BEGIN PGP SIGNED MESSAGE-----\n\n'),
      seal(checkin),
      utf8(pgpEnd.trimEnd()),
    ]),
    line: 12,
    reason: 'no newline at the end',
  },
  {
    title: 'a signature that starts with too few dashes',
    bytes: concat([
      utf8('-----BEGIN PGP SIGNED MESSAGE-----\n\n'),
      seal(checkin),
      utf8(pgpEnd.replace('E-----', 'E')),
    ]),
    line: 12,
    reason: 'no Z card at the end',
    divergence: shortClosing,
  },
  {
    title: 'a date that moves',
    bytes: seal('C x\nD now\n'),
    line: 2,
    reason: 'D card: not a date',
    divergence: { why: 'SQLite reads the clock for `now`' },
  },
]

/** Faults in the cards, under a Z card that is right. */
const innerDecoys: readonly Decoy[] = [
  decoy('a blank line', `C x\n\n${date}`, 2, 'not a card'),
  decoy('a space before the newline', `C x \n${date}`, 1, 'C card: too many arguments'),
  decoy('two spaces', `C x\n${date}P  ${hashA}\n`, 3, 'P card: not an artifact hash'),
  decoy('cards out of order', `${date}C x\n`, 2, 'C card: out of order'),
  decoy('N after P in a check-in', `C x\n${date}P ${hashA}\nN y\n`, 4, 'N card: out of order'),
  decoy('a lowercase card', `C x\n${date}f a ${hashA}\n`, 3, 'unknown card'),
  decoy('an unknown card', `C x\n${date}O a\n`, 3, 'O card: unknown card'),
  decoy('two C cards', `C x\nC y\n${date}`, 2, 'C card: only one is allowed'),
  decoy('two D cards', `C x\n${date}${date}`, 3, 'D card: only one is allowed'),
  decoy('two U cards', `C x\n${date}U a\nU b\n`, 4, 'U card: only one is allowed'),
  decoy('N without text', `C x\n${date}N\n`, 3, 'N card: no text'),
  decoy('no D card', `C x\nU ada\n`, 3, 'no D card in a checkin'),
  decoy('nothing but a date', date, 2, 'no T card in a control'),
  decoy('D without a date', 'C x\nD\n', 2, 'D card: no date'),
  decoy('month 13', 'C x\nD 2024-13-01T00:00:00\n', 2, 'D card: not a date'),
  decoy('day 32', 'C x\nD 2024-01-32T00:00:00\n', 2, 'D card: not a date'),
  decoy('hour 25', 'C x\nD 2024-01-01T25:00:00\n', 2, 'D card: not a date'),
  decoy('a lowercase t', 'C x\nD 2024-01-01t00:00:00\n', 2, 'D card: not a date'),
  decoy('a point without digits', 'C x\nD 2024-01-01T00:00:00.\n', 2, 'D card: not a date'),
  decoy('a space for T', 'C x\nD 2024-01-01 00:00:00\n', 2, 'D card: too many arguments'),
  decoy('Julian day 0', 'C x\nD 0\n', 2, 'D card: not a date'),
  decoy('a date after year 9999', 'C x\nD 5373484.5\n', 2, 'D card: not a date'),
  decoy('a file without a hash', `${date}F a\n`, 2, 'F card: no hash'),
  decoy('a hash of 39', `${date}F a ${hashA.slice(1)}\n`, 2, 'F card: not an artifact hash'),
  decoy('a hash of 41', `${date}F a ${hashA}a\n`, 2, 'F card: not an artifact hash'),
  decoy('not hexadecimal', `${date}F a ${hashA.slice(1)}g\n`, 2, 'F card: not an artifact hash'),
  decoy(
    'files out of order',
    `${date}F b ${hashA}\nF a ${hashA}\n`,
    3,
    'F card: out of order or repeated',
  ),
  decoy(
    'one file twice',
    `${date}F a ${hashA}\nF a ${hashA}\n`,
    3,
    'F card: out of order or repeated',
  ),
  decoy('an absolute path', `${date}F /a ${hashA}\n`, 2, 'F card: the name is not a simple path'),
  decoy('a path out', `${date}F a/../b ${hashA}\n`, 2, 'F card: the name is not a simple path'),
  decoy('a directory', `${date}F a/ ${hashA}\n`, 2, 'F card: the name is not a simple path'),
  decoy('no name', `${date}F  ${hashA}\n`, 2, 'F card: the name is not a simple path'),
  decoy(
    'a prior name that leads out',
    `${date}F a ${hashA} w ../b\n`,
    2,
    'F card: the prior name is not a simple path',
  ),
  decoy('five arguments', `${date}F a ${hashA} w b c\n`, 2, 'F card: too many arguments'),
  decoy('only reserved files', `${date}F .fslckout ${hashA}\n`, 3, 'F card in a control'),
  decoy('Q without a sign', `${date}Q ${hashA}\n`, 2, 'Q card: neither + nor -'),
  decoy('a short R card', `${date}R abc\n`, 2, 'R card: malformed checksum'),
  decoy(
    'a control artifact on itself',
    `${date}T +x *\nU a\n`,
    4,
    'T card: a control artifact cannot tag itself',
  ),
  decoy('a tag without a sign', `${date}T x ${hashA}\nU a\n`, 2, 'T card: neither +, * nor -'),
  decoy(
    'a tag like a hash',
    `${date}T +BAD ${hashA}\nU a\n`,
    2,
    'T card: the name could be a hash',
  ),
  decoy('a nameless tag', `${date}T + ${hashA}\nU a\n`, 2, 'T card: the name could be a hash'),
  decoy('a tag on nothing', `${date}T +x\nU a\n`, 2, 'T card: no target'),
  decoy('one tag twice', `C x\n${date}T +x *\nT +x *\n`, 4, 'T card: out of order or repeated'),
  decoy('tags out of order', `C x\n${date}T +x *\nT *x *\n`, 4, 'T card: out of order or repeated'),
  decoy(
    'self after others',
    `C x\n${date}T +x ${hashA}\nT +x *\n`,
    4,
    'T card: out of order or repeated',
  ),
  decoy('no U card in a control', `${date}T +x ${hashA}\n`, 3, 'no U card in a control'),
  decoy('members out of order', `M ${hashB}\nM ${hashA}\n`, 2, 'M card: out of order or repeated'),
  decoy('one member twice', `M ${hashA}\nM ${hashA}\n`, 2, 'M card: out of order or repeated'),
  decoy('a cluster with a date', `${date}M ${hashA}\n`, 3, 'D card in a cluster'),
  decoy(
    'a wiki page with files',
    `${date}F a ${hashA}\n${wiki.slice(date.length)}`,
    7,
    'F card in a wiki',
  ),
  decoy('a wiki page without U', `${date}L Page\nW 3\nabc\n`, 5, 'no U card in a wiki'),
  decoy('a title of 101', `${date}L ${'x'.repeat(101)}\n`, 2, 'L card: malformed title'),
  decoy('a title with two spaces', `${date}L a\\s\\sb\n`, 2, 'L card: malformed title'),
  decoy('a title with a tab', `${date}L a\\tb\n`, 2, 'L card: malformed title'),
  decoy(
    'W too long',
    `${date}L a\nU a\nW 99\nabc\n`,
    4,
    'W card: the artifact ends before the content does',
  ),
  decoy('W too short', `${date}L a\nU a\nW 2\nabc\n`, 4, 'W card: no newline after the content'),
  decoy('W with text beside', `${date}L a\nU a\nW 3 x\nabc\n`, 4, 'W card: too many arguments'),
  decoy('fields out of order', `${date}J b x\nJ a y\n`, 3, 'J card: out of order or repeated'),
  decoy('one field twice', `${date}J a x\nJ a y\n`, 3, 'J card: out of order or repeated'),
  decoy('a ticket id of 64', `${date}J a x\nK ${hashB}\n`, 3, 'K card: malformed ticket id'),
  decoy('a ticket without fields', `${date}K ${hashA}\nU a\n`, 4, 'no J card in a ticket'),
  decoy('an attachment to nothing', `A a\n${date}`, 1, 'A card: no target'),
  decoy('an attachment of no hash', `A a b c\n${date}`, 1, 'A card: not an artifact hash'),
  decoy('two attachments', `A a b\nA c d\n${date}`, 2, 'A card: only one is allowed'),
  decoy('a technote without an id', `${date}E 2024-01-01\n`, 2, 'E card: no technote id'),
  decoy(
    'a technote that tags others',
    `${date}E 2024-01-01 ${hashA}\nT +x ${hashA}\nW 0\n\n`,
    6,
    'T card: a technote can only add tags, and only to itself',
  ),
  decoy(
    'a technote with a propagating tag',
    `${date}E 2024-01-01 ${hashA}\nT *x *\nW 0\n\n`,
    6,
    'T card: a technote can only add tags, and only to itself',
  ),
  decoy(
    'a post that opens and answers',
    `${date}H x\nI ${hashA}\nU a\nW 0\n\n`,
    7,
    'H card: a post cannot open a thread and answer in one',
  ),
  decoy(
    'a post that replaces two',
    `${date}H x\nP ${hashA} ${hashB}\nU a\nW 0\n\n`,
    7,
    'P card: a post replaces at most one',
  ),
]

/** Every near-miss. */
export const decoys: readonly Decoy[] = [...outerDecoys, ...innerDecoys]

function odd(title: string, cards: string | Uint8Array): Oddity {
  return { title, bytes: seal(cards) }
}

const sshEnd = pgpEnd.replaceAll('PGP', 'SSH')

/** Artifacts that stock accepts beyond the document. */
export const oddities: readonly Oddity[] = [
  odd('a check-in of comment and date', `C x\n${date}`),
  odd('an empty comment', `C \n${date}`),
  odd('an empty P card', `C x\n${date}P\n`),
  odd('two P cards', `C x\n${date}P ${hashA}\nP ${hashA}\n`),
  odd('very many parents', `C x\n${date}P${` ${hashA}`.repeat(150_000)}\n`),
  odd('one parent twice', `C x\n${date}P ${hashA} ${hashA}\n`),
  odd('two Z cards', seal(checkin)),
  odd('a U card without a login', `C x\n${date}U\n`),
  odd('a U card with an empty login', `C x\n${date}U \n`),
  odd('Q cards out of order', `${date}Q -${hashB}\nQ +${hashA} ${hashB}\nQ +${hashA}\n`),
  odd('an uppercase hash', `C x\n${date}P ${hashA.toUpperCase()}\n`),
  odd('members that differ in case', `M ${hashA.toUpperCase()}\nM ${hashA}\n`),
  odd('a NUL for a space', `${date}F a\0${hashA}\n`),
  odd('a space after the hash of a file', `${date}F a ${hashA} \n`),
  odd('a prior name without permissions', `${date}F a ${hashA}  b\n`),
  odd('permissions of the future', `${date}F a ${hashA} wq\n`),
  odd('a reserved file among others', `${date}F .fslckout-wal ${hashA}\nF a ${hashA}\n`),
  odd('a file name with a newline and a backslash', `${date}F a\\n\\\\b ${hashA}\n`),
  odd('escapes that mean nothing', `C \\q\\x\\\n${date}`),
  odd('an escaped NUL', `C before\\0after\n${date}`),
  odd('bytes that are not UTF-8', Buffer.from(`C \xff\xe9\n${date}F a\xe9 ${hashA}\n`, 'latin1')),
  odd('a date without a time', 'C x\nD 2024-01-01\n'),
  odd('a time without a date', 'C x\nD 12:34\n'),
  odd('a date that runs on', 'C x\nD 2023-02-31T24:59:59Z\n'),
  odd('a date with an offset and a CR', 'C x\nD 2024-01-01T00:00:00.5+14:00\r\n'),
  odd('a Julian day', 'C x\nD 2459000.5\n'),
  odd('a Julian day with an exponent', 'C x\nD 1e-3\n'),
  odd('a negative year', 'C x\nD -4713-12-01T00:00:00\n'),
  odd('a W card with garbage after the digits', wiki.replace('W 3', 'W 3abc')),
  odd('a W card without digits', `${date}L a\nU a\nW x\n\n`),
  odd('content with a NUL', wiki.replace('abc', 'a\0c')),
  odd('a technote with N after P', `${date}E 2024-01-01 ${hashA}\nP ${hashA}\nN x\nW 0\n\n`),
  odd('a technote id of 64', `${date}E 2024-01-01 ${hashB}\nW 0\n\n`),
  odd('a forum post with G alone', `${date}G ${hashA}\nU a\nW 0\n\n`),
  odd('an attachment in a directory', `A dir/a page\n${date}`),
  odd('a field without a name', `${date}J  x\nK ${hashA}\nU a\n`),
  odd('a field without a value', `${date}J x\nK ${hashA}\nU a\n`),
  odd('a field name with an escape', `${date}J a\\sb x\nK ${hashA}\nU a\n`),
  odd('a tag with an empty value', `${date}T +x ${hashA} \nU a\n`),
  {
    title: 'an OpenPGP signature with CR LF before the deck',
    bytes: concat([
      utf8('-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA1\r\n\r\n'),
      seal(checkin),
      utf8(pgpEnd),
    ]),
  },
  {
    title: 'an opening without a signature',
    bytes: concat([utf8('-----BEGIN PGP SIGNED MESSAGE-----\n\n'), seal(checkin)]),
  },
  {
    title: 'an SSH signature',
    bytes: concat([utf8('-----BEGIN SSH SIGNED MESSAGE-----\n\n'), seal(checkin), utf8(sshEnd)]),
    divergence: { why: 'SSH signatures came with Fossil 2.26', until: '2.26' },
  },
]

/**
 * Signed artifacts: a deck between the armour lines of an OpenPGP clearsign or of Fossil's SSH
 * form of it. The signature is not checked, here or in stock: it is for people to check.
 *
 * Reference: manifest.c:309-341, remove_pgp_signature, in its newest form; releases before 2.26
 * know only PGP (docs/divergences.md). Dash escapes (RFC 9580 §7.2) are not undone, because stock
 * does not: a signed page with a line that starts with `-` fails its own Z card.
 * Depends on nothing else in this project.
 * @module
 */

const openings = ['-----BEGIN PGP SIGNED MESSAGE-----', '-----BEGIN SSH SIGNED MESSAGE-----']
// Stock compares 29 of these 30 bytes; before 2.26, 25.
const closings = ['\n-----BEGIN PGP SIGNATURE----', '\n-----BEGIN SSH SIGNATURE----']

/** The place of the deck in an artifact: `bytes.subarray(start, end)`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Finds the deck inside `artifact`: all of it, or what stands between the blank line after the
 * opening and the last signature. Reads more than 34 bytes only where there is an opening.
 */
export function unsignedSpan(artifact: Uint8Array): Span {
  const whole = { start: 0, end: artifact.length }
  const text = Buffer.from(artifact.buffer, artifact.byteOffset, artifact.length)
  const opening = openings.find((line) => text.toString('latin1', 0, line.length) === line)
  if (opening === undefined) return whole
  const start = afterBlankLine(text, opening.length)
  if (start === undefined || start >= artifact.length) return whole
  // A closing that starts before the deck does not count: its newline must be inside.
  const closing = Math.max(...closings.map((line) => text.lastIndexOf(line)))
  return { start, end: closing >= start ? closing + 1 : artifact.length }
}

/** The first index from `from` on that a blank line precedes, ended by LF or CR LF. */
function afterBlankLine(text: Buffer, from: number): number | undefined {
  const ends = ['\n\n', '\n\r\n'].flatMap((blank) => {
    const at = text.indexOf(blank, from - blank.length)
    return at === -1 ? [] : [at + blank.length]
  })
  return ends.length === 0 ? undefined : Math.min(...ends)
}

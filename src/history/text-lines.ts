/**
 * Text as lines, and what is text at all.
 *
 * May know artifact text. Source: fossil src/lookslike.c; src/diff.c count_lines and
 * break_into_lines; src/blob.c blob_to_utf8_no_bom.
 * @module
 */

/** A line of more bytes than this makes a file binary. diff.c:73-74. */
const maxLineBytes = 32_767

/**
 * The lines of a text, each a string of bytes (one code unit a byte) with its newline; undefined
 * where `content` is binary: it holds a NUL, or a line too long to compare.
 *
 * UTF-16 that begins with a byte order mark is text, and its lines are those of the same text in
 * UTF-8, without the mark.
 */
export function textLines(content: Uint8Array): string[] | undefined {
  const text = Buffer.from(utf16AsUtf8(content) ?? content).toString('latin1')
  if (text.includes('\0')) return undefined
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  return lines.some(isTooLong) ? undefined : lines
}

function isTooLong(line: string): boolean {
  return line.length > maxLineBytes && lineBytes(line).length > maxLineBytes
}

/** A line's bytes, without its newline. */
export function lineBytes(line: string): Uint8Array {
  return Buffer.from(line.endsWith('\n') ? line.slice(0, -1) : line, 'latin1')
}

function utf16AsUtf8(content: Uint8Array): Uint8Array | undefined {
  const [first, second] = content
  const isLittle = first === 0xff && second === 0xfe
  const isBig = first === 0xfe && second === 0xff
  if ((!isLittle && !isBig) || content.length % 2 !== 0) return undefined
  // That would be UTF-32. lookslike.c:374.
  if (content[2] === 0 && content[3] === 0) return undefined
  const units = Buffer.from(content.subarray(2))
  if (isBig) units.swap16()
  return Buffer.from(units.toString('utf16le'))
}

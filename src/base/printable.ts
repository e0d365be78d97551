/**
 * Foreign text for messages to people.
 * @module
 */

/** Foreign text that is safe to show: one line, nothing invisible, at most `most` characters. */
export function printable(text: string, most: number): string {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most)}…`
}

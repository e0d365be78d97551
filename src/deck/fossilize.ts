/**
 * Fossilized text: how text travels as one argument of a card, without whitespace.
 *
 * | space | tab  | LF   | CR   | VT   | FF   | NUL  | `\`  |
 * | ----- | ---- | ---- | ---- | ---- | ---- | ---- | ---- |
 * | `\s`  | `\t` | `\n` | `\r` | `\v` | `\f` | `\0` | `\\` |
 *
 * Depends on nothing else in this project. Only ASCII changes, so that working on strings and on
 * their bytes comes to the same. Reference: fossil src/encode.c, fossilize and defossilize;
 * fileformat.wiki §2.1 (C card) names only space, newline and backslash.
 * @module
 */

const escapes: Readonly<Record<string, string>> = {
  ' ': '\\s',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\v': '\\v',
  '\f': '\\f',
  '\0': '\\0',
  '\\': '\\\\',
}

const meanings: Readonly<Record<string, string>> = {
  s: ' ',
  t: '\t',
  n: '\n',
  r: '\r',
  v: '\v',
  f: '\f',
  '0': '\0',
}

/** Escapes `text`; the result holds no whitespace and no NUL, and is empty only where `text` is. */
export function fossilize(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the keys of `escapes`; `\s` takes Unicode spaces
  return text.replace(/[ \t\n\r\v\f\0\\]/g, (character) => escapes[character] ?? character)
}

/**
 * Undoes {@link fossilize}. Every string is accepted, as in stock: an unknown escape means its
 * second character, and a backslash at the end means itself.
 *
 * @example
 * ```ts
 * defossilize('two\\swords') // 'two words'
 * ```
 */
export function defossilize(token: string): string {
  if (!token.includes('\\')) return token
  return token.replace(/\\([^])/g, (_, letter: string) => meanings[letter] ?? letter)
}

/**
 * Characters as stock classifies them, ASCII only, and patterns that are tried at one place.
 *
 * Depends on nothing else in this project. Source: fossil 2.21 src/blob.c:119-141.
 * @module
 */

/** Tells whether `character` is an ASCII blank; a no-break space is none. */
export function isSpace(character: string | undefined): boolean {
  return character !== undefined && /^[\t-\r ]$/.test(character)
}

/** Tells whether `character` is an ASCII letter or digit. */
export function isAlnum(character: string | undefined): boolean {
  return character !== undefined && /^[0-9A-Za-z]$/.test(character)
}

/** The end of what `pattern`, sticky, matches at `at`; `at` itself where it does not match. */
export function afterMatch(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

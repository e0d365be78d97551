/**
 * Names that an unversioned file may have on the wire. Stock stops the whole sync at a card whose
 * name breaks these rules, so neither side may send one. Depends on nothing. Source: fossil
 * src/file.c:1084-1148 (strict form), src/unversioned.c:214.
 * @module
 */

/** Bytes that would split the name, end it where stock reads it, or that it refuses: NUL, `\`. */
// oxlint-disable-next-line no-control-regex -- NUL is what is looked for
const refusedBytes = /[\0\t\n\v\f\r \\]/

/** Surrogates, private use, noncharacters, and everything past U+FFFF. file.c:1094-1134. */
const refusedCharacters =
  /[\u{d800}-\u{f8ff}\u{fdd0}-\u{fdef}\u{fffe}\u{ffff}\u{10000}-\u{10ffff}]/u

/**
 * Tells whether stock accepts `name` in a `uvfile`, `uvigot` or `uvgimme` card: a relative path of
 * parts joined by single slashes, none of them `.` or `..`, without whitespace or backslashes, and
 * without characters that stock does not count as text (an emoji is one).
 */
export function isUnversionedName(name: string): boolean {
  if (refusedBytes.test(name) || refusedCharacters.test(name)) return false
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

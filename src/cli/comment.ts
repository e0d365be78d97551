/**
 * Lays out comments as stock does by default: white space is one blank, lines break at blanks and
 * after hyphens, and all but the first are indented.
 * Source: fossil src/comformat.c comment_print_legacy.
 * @module
 */

/** The first characters of a text, at most `size` of them. */
export function firstCharacters(text: string, size: number): string {
  // No character needs more than two units.
  return Array.from(text.slice(0, size * 2))
    .slice(0, size)
    .join('')
}

/** The place of a comment on its lines. */
export interface CommentPlace {
  /** Columns before the comment on each of its lines; the first line has them already. */
  readonly indent: number
  /** Columns of a line. Undefined, or no more than `indent`: one line, however long. */
  readonly width: number | undefined
}

/** Lays out a comment. Each line ends with a newline; an empty comment is one empty line. */
export function layOutComment(text: string, { indent, width = 0 }: CommentPlace): string {
  const limit = width > indent ? width - indent : Infinity
  const lines: string[] = []
  // Characters, as stock counts them: combining and wide ones count as one, too.
  const rest = Array.from(text)
  let at = skipBlanks(rest, 0)
  while (at < rest.length) {
    const line = lineAt(rest, at, limit)
    lines.push(line.text)
    at = skipBlanks(rest, line.end)
  }
  return `${lines.join(`\n${' '.repeat(indent)}`)}\n`
}

interface Line {
  readonly text: string
  /** The place at which the next line begins. */
  readonly end: number
}

function lineAt(characters: readonly string[], start: number, limit: number): Line {
  let text = ''
  let lastBreak: Line | undefined
  let at = start
  for (; at < characters.length && at - start < limit; at++) {
    const character = characters[at] ?? ''
    if (isBlank(character)) {
      lastBreak = { text, end: at }
      if (!text.endsWith(' ')) text += ' '
    } else {
      const isHyphen = character === '-' && /[A-Za-z]$/.test(text)
      text += character
      if (isHyphen) lastBreak = { text, end: at + 1 }
    }
  }
  return at < characters.length && lastBreak !== undefined ? lastBreak : { text, end: at }
}

function skipBlanks(characters: readonly string[], start: number): number {
  let at = start
  while (isBlank(characters[at] ?? '')) at++
  return at
}

function isBlank(character: string): boolean {
  return /^[\t-\r ]$/.test(character)
}

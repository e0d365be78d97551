/**
 * The tokens of SQL text, told apart as SQLite tells them, as far as it takes to see which
 * statements a text holds. What could be read in two ways is refused.
 * Specification: https://www.sqlite.org/lang.html; sqlite src/tokenize.c.
 * @module
 */

/** One token. */
export interface SqlToken {
  /** `name` is an identifier in quotes, `word` one without, or a keyword. */
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol'
  /** Without quotes. */
  readonly text: string
  /** The position in the SQL text. */
  readonly start: number
  readonly end: number
}

/** Whitespace and comments; not a comment without an end, which SQLite lets end with the text. */
const gap = /(?:[\t\n\f\r ]|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*/y

/** Each form matches as much as SQLite's token does, or less: `1e-5` is three tokens here. */
const forms: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['string', /'((?:[^'\0]|'')*)'/y],
  ['name', /"((?:[^"\0]|"")*)"/y],
  ['name', /`((?:[^`\0]|``)*)`/y],
  ['name', /\[([^\]\0]*)\]/y],
  ['word', /([a-z_\u0080-\uffff][\w$\u0080-\uffff]*)/iy],
  ['number', /([\d.]+[\w.]*|\.)/y],
  ['symbol', /(\/(?!\*)|[()+*%<>=!|&~,;-])/y],
]

/** The tokens of `sql`; undefined where it is no SQL, or has parameters. */
export function sqlTokens(sql: string): SqlToken[] | undefined {
  const tokens: SqlToken[] = []
  for (let at = gapEnd(sql, 0); at < sql.length;) {
    const token = tokenAt(sql, at)
    if (token === undefined) return undefined
    tokens.push(token)
    at = gapEnd(sql, token.end)
  }
  return tokens
}

function gapEnd(sql: string, at: number): number {
  gap.lastIndex = at
  gap.exec(sql)
  return gap.lastIndex
}

function tokenAt(sql: string, start: number): SqlToken | undefined {
  for (const [kind, form] of forms) {
    form.lastIndex = start
    const match = form.exec(sql)
    if (match === null) continue
    const [whole, text = ''] = match
    const quote = whole[0] ?? ''
    const isQuoted = kind === 'string' || kind === 'name'
    return {
      kind,
      text: isQuoted && quote !== '[' ? text.replaceAll(quote + quote, quote) : text,
      start,
      end: start + whole.length,
    }
  }
  return undefined
}

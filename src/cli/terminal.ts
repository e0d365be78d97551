/**
 * What people look at: a line that is rewritten while work goes on, and tables.
 * @module
 */

import { clearLine, cursorTo } from 'node:readline'

const barWidth = 24
/** Rewrites of the line closer together than this are dropped. */
const refreshMs = 80

/** A progress line on standard error, where that is a terminal; otherwise nothing. */
export class ProgressLine {
  readonly #isShown: boolean
  #lastMs = 0

  constructor({ isQuiet }: { isQuiet: boolean }) {
    this.#isShown = !isQuiet && process.stderr.isTTY
  }

  /** Shows a bar and a text. `fraction` from 0 to 1. */
  show(fraction: number, text: string): void {
    if (!this.#isShown || Date.now() - this.#lastMs < refreshMs) return
    this.#lastMs = Date.now()
    const full = Math.round(Math.min(1, Math.max(0, fraction)) * barWidth)
    const bar = '█'.repeat(full) + '░'.repeat(barWidth - full)
    const line = `${bar} ${text}`
    cursorTo(process.stderr, 0)
    process.stderr.write(line.slice(0, process.stderr.columns))
    clearLine(process.stderr, 1)
  }

  /** Takes the line away. */
  end(): void {
    if (!this.#isShown) return
    cursorTo(process.stderr, 0)
    clearLine(process.stderr, 0)
  }
}

/** Lays out rows in columns; the first column to the left, the others to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, String(cell).length)
    }
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column === 0 ? String(cell).padEnd(width) : String(cell).padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
  return lines.map((line) => `  ${line}\n`).join('')
}

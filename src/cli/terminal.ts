/**
 * Output for people to look at: a line that is rewritten while work goes on, and tables.
 * @module
 */

import { clearLine, cursorTo } from 'node:readline'
import { shownName, visibleLine } from './output.ts'

const barWidth = 24
/** Rewrites of the line closer together than this are dropped. */
const refreshMs = 80

/** Lines for whoever is no terminal are at least this far apart: short work prints none. */
const pipedMs = 10_000

/**
 * Progress on standard error: a line that is rewritten, where that is a terminal; a line now and
 * then, where it is a file or a pipe.
 */
export class ProgressLine {
  readonly #isShown: boolean
  readonly #isPiped: boolean
  #lastMs: number

  constructor({ isQuiet }: { isQuiet: boolean }) {
    this.#isShown = !isQuiet && process.stderr.isTTY
    this.#isPiped = !isQuiet && !process.stderr.isTTY
    this.#lastMs = this.#isPiped ? Date.now() : 0
  }

  /** Shows a bar and a text. `fraction` from 0 to 1; undefined where nobody knows: no bar. */
  show(fraction: number | undefined, text: string): void {
    if (this.#isPiped) this.#showPiped(fraction, text)
    if (!this.#isShown || Date.now() - this.#lastMs < refreshMs) return
    this.#lastMs = Date.now()
    const line = fraction === undefined ? text : `${bar(fraction)} ${text}`
    cursorTo(process.stderr, 0)
    process.stderr.write(visibleLine(line).slice(0, process.stderr.columns))
    clearLine(process.stderr, 1)
  }

  #showPiped(fraction: number | undefined, text: string): void {
    if (Date.now() - this.#lastMs < pipedMs) return
    this.#lastMs = Date.now()
    const part = fraction === undefined ? '' : `${Math.floor(100 * fraction)} % `
    process.stderr.write(`${visibleLine(`${part}${text}`)}\n`)
  }

  /** Takes the line away. */
  end(): void {
    if (!this.#isShown) return
    cursorTo(process.stderr, 0)
    clearLine(process.stderr, 0)
  }
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * barWidth)
  return '█'.repeat(full) + '░'.repeat(barWidth - full)
}

/** A size for people, in powers of 1,000: `999 B`, `1.2 kB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (value < 999.95 || unit === 'GB') return `${unit === 'B' ? value : value.toFixed(1)} ${unit}`
    value /= 1000
  }
  return `${bytes} B`
}

/** A time for people and for programs: ISO 8601, UTC, to the second. */
export function formatTime(sec: number): string {
  const date = new Date(sec * 1000)
  return Number.isNaN(date.getTime()) ? `${sec} s` : date.toISOString().replace('.000Z', 'Z')
}

/**
 * Lays out rows in columns; the first column to the left, the others to the right. On a terminal a
 * name in a cell stays on its line.
 */
export function table(given: readonly (readonly (string | number)[])[]): string {
  const rows = given.map((row) => row.map((cell) => shownName(String(cell))))
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
  return lines.map((line) => `  ${line}\n`).join('')
}

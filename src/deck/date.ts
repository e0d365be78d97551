/**
 * Dates of artifacts: text, milliseconds since 1970-01-01T00:00Z, Julian days. All UTC, in the
 * Gregorian calendar at all times; the arithmetic is ours, because the host's clock and its Date
 * are out of bounds here.
 *
 * Stock reads a date with SQLite's `julianday(text)` (manifest.c:644, 660) and so accepts far more
 * than the two forms that fileformat.wiki §2.1 lists: whatever it accepts makes an artifact
 * structural, so we accept the same, except `now`. Reference: sqlite src/date.c.
 * Depends on assert alone.
 * @module
 */

import { assert } from '../base/assert.ts'

/** The precision of a date on a card: `HH:MM:SS` or `HH:MM:SS.SSS`. */
export type DatePrecision = 'seconds' | 'milliseconds'

const msPerDay = 86_400_000
const msPerMinute = 60_000

/** 1970-01-01T00:00Z in milliseconds since Julian day 0, that is -4713-11-24T12:00Z. */
const epochFromJulianMs = 210_866_760_000_000

/** 9999-12-31T23:59:59.999Z in milliseconds since Julian day 0: SQLite's last moment. */
const lastJulianMs = 464_269_060_799_999

/** The fraction stops short of the next millisecond that rounding would give it (measured). */
const largestFraction = 0.999

// Each form is linear in its input: a card can be megabytes long.
const space = '[\\t-\\r ]*'
const clock = '(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d+))?)?'
const zone = `${space}(?:[Zz]${space}|([+-])(\\d\\d):(\\d\\d)${space})?`
const dateTimeForm = new RegExp(`^(-?\\d{4})-(\\d\\d)-(\\d\\d)[T\\t-\\r ]*(?:${clock}${zone})?$`)
const timeOnlyForm = new RegExp(`^()()()${clock}${zone}$`)
const numberForm = /^[\t-\r ]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)[\t-\r ]*$/i

/**
 * Reads the date of a D or E card, in every form that SQLite's `julianday` reads: a date, a time
 * or both, with fraction and offset from UTC, or a Julian day. Not `now` and `subsec`: an artifact
 * whose meaning changes with the clock cannot converge.
 *
 * @example
 * ```ts
 * parseDate('2026-03-01 12:30') // 1_772_368_200_000
 * ```
 * @returns milliseconds since 1970-01-01T00:00Z, an integer for which {@link isDateMs} holds; or
 *   undefined where `text` is no date. Julian day 0 is none either: stock takes 0 for "no date".
 */
export function parseDate(text: string): number | undefined {
  const form = dateTimeForm.exec(text) ?? timeOnlyForm.exec(text)
  const julianMs = form ? julianMsFromForm(form) : julianMsFromNumber(text)
  if (julianMs === undefined) return undefined
  const dateMs = julianMs - epochFromJulianMs
  return isDateMs(dateMs) ? dateMs : undefined
}

/**
 * Writes `dateMs` as `YYYY-MM-DDTHH:MM:SS.SSS`, or without the fraction, which is cut off.
 *
 * @example
 * ```ts
 * formatDate(0, 'seconds') // '1970-01-01T00:00:00'
 * ```
 */
export function formatDate(
  dateMs: number,
  precision: 'seconds' | 'milliseconds' = 'milliseconds',
): string {
  assert(isDateMs(dateMs), `${dateMs} is a date that an artifact can hold`)
  const days = Math.floor(dateMs / msPerDay)
  const dayMs = dateMs - days * msPerDay
  const { year, month, day } = civilFromDays(days)
  const sign = year < 0 ? '-' : ''
  const date = `${sign}${digits(Math.abs(year), 4)}-${digits(month, 2)}-${digits(day, 2)}`
  const minutes = Math.floor(dayMs / msPerMinute)
  const seconds = digits(Math.floor((dayMs % msPerMinute) / 1000), 2)
  const time = `${digits(Math.floor(minutes / 60), 2)}:${digits(minutes % 60, 2)}:${seconds}`
  const fraction = precision === 'seconds' ? '' : `.${digits(dayMs % 1000, 3)}`
  return `${date}T${time}${fraction}`
}

/** Tells whether a card can hold `dateMs`: whole, from -4713-11-24T12:00:00.001 to year 9999. */
export function isDateMs(dateMs: number): boolean {
  const julianMs = dateMs + epochFromJulianMs
  return Number.isSafeInteger(dateMs) && julianMs > 0 && julianMs <= lastJulianMs
}

/** The Julian day of `dateMs`: the very double that SQLite's `julianday()` returns for it. */
export function julianFromMs(dateMs: number): number {
  return (dateMs + epochFromJulianMs) / msPerDay
}

/** The millisecond that SQLite reads from a Julian day, such as `event.mtime`. */
export function msFromJulian(julian: number): number {
  return Math.trunc(julian * msPerDay + 0.5) - epochFromJulianMs
}

/**
 * The Julian day that stock stores where it writes SQL with `%.17g`: `event.mtime`, `plink.mtime`
 * and others, though not `tagxref.mtime`. Its own printf() gives 16 digits, and scales the number
 * down by multiplying with 0.1 in 80-bit arithmetic, so the last of them can be one too high: a
 * tenth of a millisecond. printf.c:516-615, et_getdigit.
 */
export function storedJulian(julian: number): number {
  let stored = storedDays.get(julian)
  if (stored === undefined) {
    stored = printedAndRead(julian)
    if (storedDays.size >= maxStoredDays) storedDays.clear()
    storedDays.set(julian, stored)
  }
  return stored
}

/** The latest results: a date goes to several tables, and in a simulation to many repositories. */
const storedDays = new Map<number, number>()
const maxStoredDays = 10_000

function printedAndRead(julian: number): number {
  if (!(julian >= 10 && julian < 1e8)) return julian
  let scaled = extended(julian)
  let exponent = 0
  for (; scaled >= tenExtended; exponent++) scaled = timesTenth(scaled)
  const sixteen = String(((scaled + halfDigit) * 10n ** 15n) >> fractionBits)
  return Number(`${sixteen.slice(0, exponent + 1)}.${sixteen.slice(exponent + 1)}`)
}

/** Bits after the binary point of the fixed-point numbers below: more than 80-bit floats have. */
const fractionBits = 80n
const tenExtended = 10n << fractionBits
/** 0.5e-16, which the printf() adds before it cuts. */
const halfDigit = (1n << fractionBits) / (2n * 10n ** 16n)
/** The double nearest to 0.1: its mantissa, and how many bits of it are below one. */
const tenth = { mantissa: 0x1999999999999an, bits: 56n }

function extended(value: number): bigint {
  return BigInt(value * 2 ** 60) << (fractionBits - 60n)
}

/** Multiplies and rounds to the 64 bits of an 80-bit float's mantissa. */
function timesTenth(value: bigint): bigint {
  const product = value * tenth.mantissa
  const spare = BigInt(product.toString(2).length) - 64n
  const rounded = ((product >> (spare - 1n)) + 1n) >> 1n
  return (rounded << spare) >> tenth.bits
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0')
}

/** Applies the ranges and the sum of date.c, getDigits and computeJD. */
function julianMsFromForm(form: RegExpExecArray): number | undefined {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = form
  const [fraction = '', sign = '', offsetHour = '', offsetMinute = ''] = form.slice(7)
  // A time alone is of 2000-01-01.
  const civil = year === '' ? { y: 2000, m: 1, d: 1 } : { y: +year, m: +month, d: +day }
  if (civil.y < -4713 || civil.m < 1 || civil.m > 12 || civil.d < 1 || civil.d > 31) {
    return undefined
  }
  if (+hour > 24 || +minute > 59 || +second > 59) return undefined
  if (+offsetHour > 14 || +offsetMinute > 59) return undefined
  const offset = (+offsetHour * 60 + +offsetMinute) * (sign === '-' ? -1 : 1)
  // 2023-02-31 is 2023-03-03: days run on, as in SQLite.
  const dayMs = (daysFromCivil(civil.y, civil.m, 1) + civil.d - 1) * msPerDay
  const secondMs = Math.trunc((+second + fractionOf(fraction)) * 1000 + 0.5)
  const timeMs = (+hour * 60 + +minute - offset) * msPerMinute + secondMs
  return dayMs + timeMs + epochFromJulianMs
}

/** Sums as SQLite does, in doubles: 309 digits overflow to NaN, which is no date in both. */
function fractionOf(text: string): number {
  let value = 0
  let scale = 1
  for (const digit of text) {
    value = value * 10 + Number(digit)
    scale *= 10
  }
  return Math.min(value / scale, largestFraction)
}

/** A bare number is a Julian day, from 0 to the end of year 9999. date.c, setRawDateNumber. */
function julianMsFromNumber(text: string): number | undefined {
  const number = numberForm.exec(text)?.[1]
  if (number === undefined) return undefined
  const julian = Number(number)
  return julian >= 0 && julian < 5_373_484.5 ? Math.trunc(julian * msPerDay + 0.5) : undefined
}

/**
 * Days from 1970-01-01 to a Gregorian date; years may be zero or negative (0 is 1 BC).
 * Years are counted from March, so that the leap day ends one; 719,468 days lie between
 * 0000-03-01 and 1970-01-01, and 146,097 days make 400 years.
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const fromMarch = month > 2 ? month - 3 : month + 9
  const marchYear = month > 2 ? year : year - 1
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * fromMarch + 2) / 5) + day - 1
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468
}

/** Undoes {@link daysFromCivil}. */
function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  // Leap days before this one: of 4 years (1,461 days), 100 (36,524), 400 (146,096).
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const yearStart = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  const dayOfYear = dayOfEra - yearStart
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  }
}

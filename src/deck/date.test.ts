/**
 * Dates against SQLite, whose `julianday` is how stock reads them.
 * @module
 */

import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { formatDate, isDateMs, julianFromMs, msFromJulian, parseDate } from './date.ts'

const seed = 3
const firstMs = -210_866_760_000_000 + 1
const lastMs = 464_269_060_799_999 - 210_866_760_000_000

const sqlite = new DatabaseSync(':memory:')
const julianday = sqlite.prepare('SELECT julianday(?) AS julian')
const strftime = sqlite.prepare("SELECT strftime('%Y-%m-%dT%H:%M:%f', ?) AS text")

const anyMs = fc.integer({ min: firstMs, max: lastMs })
const twoDigits = (max: number): fc.Arbitrary<string> =>
  fc.nat(max).map((value) => String(value).padStart(2, '0'))

/** Text that is a date more often than not. */
const nearDate = fc
  .tuple(
    fc.constantFrom('', '-', '0'),
    fc.constantFrom('2024', '1969', '0000', '9999', '4713', '4714'),
    twoDigits(14),
    twoDigits(33),
    fc.constantFrom('T', ' ', 'TT', '\t', '', 't'),
    twoDigits(26),
    twoDigits(61),
    fc.constantFrom('', ':00', ':59', ':60', ':5', ':07.', ':07.1', ':59.9994', ':59.9999999'),
    fc.constantFrom('', 'Z', 'z ', '+01:30', '-14:59', '+15:00', '+1:00', 'x', '\r', ' Z'),
  )
  .map(([sign, year, month, day, t, hour, minute, second, zone]) => {
    return `${sign}${year}-${month}-${day}${t}${hour}:${minute}${second}${zone}`
  })

/** The result of `julianday` for `text`; 0 counts as no date, as it does in stock. */
function sqliteJulian(text: string): number | undefined {
  const julian = julianday.get(text)?.['julian']
  return typeof julian === 'number' && julian > 0 ? julian : undefined
}

function assertAgrees(text: string): void {
  const dateMs = parseDate(text)
  assert.equal(dateMs === undefined ? undefined : julianFromMs(dateMs), sqliteJulian(text), text)
}

test('the two documented forms are read and written', () => {
  assert.equal(parseDate('1970-01-01T00:00:00'), 0)
  assert.equal(parseDate('2024-02-29T12:34:56.789'), 1_709_210_096_789)
  assert.equal(formatDate(1_709_210_096_789), '2024-02-29T12:34:56.789')
  assert.equal(formatDate(1_709_210_096_789, 'seconds'), '2024-02-29T12:34:56')
  assert.equal(formatDate(-1), '1969-12-31T23:59:59.999')
})

test("the first and last moments are SQLite's", () => {
  assert.equal(formatDate(firstMs), '-4713-11-24T12:00:00.001')
  assert.equal(formatDate(lastMs), '9999-12-31T23:59:59.999')
  assert.equal(parseDate('9999-12-31T24:00:00'), undefined)
  assert.equal(parseDate('-4713-11-24T12:00:00'), undefined)
  for (const dateMs of [firstMs - 1, lastMs + 1, 0.5, NaN]) assert.equal(isDateMs(dateMs), false)
})

test('a date that depends on the clock is none', () => {
  for (const text of ['now', 'NOW', 'subsec', 'subsecond']) {
    assert.equal(parseDate(text), undefined, text)
  }
})

test('every form that SQLite reads gives the same Julian day', () => {
  for (const text of [
    '2024-01-02',
    '2024-01-02T',
    '12:34',
    '12:34:56.5+01:00',
    '2023-02-31',
    '2024-01-0212:00',

    '2459000.5',
    ' 1.5 ',
    '.5',
    '1.',
    '1e3',
    '1e-3',
    '+5',
    '-5',
    '-0',
    '5373484.49',
    '5373484.5',
    '1e',
    '0x10',
    '1_0',
    '20240102',
    '2024-1-2',
    '2024',
    '',
    ' ',
    '.',
    'e5',
    '1e400',
    '2024-01-02T00:00:00.9994',
    '2024-01-02T00:00:00.9995',
    '2024-01-02T23:59:59.99999',
    `2024-01-02T00:00:00.${'9'.repeat(308)}`,
    `2024-01-02T00:00:00.${'9'.repeat(309)}`,
  ]) {
    assertAgrees(text)
  }
})

test('text near a date is a date exactly where SQLite says so', () => {
  fc.assert(fc.property(nearDate, assertAgrees), { seed, numRuns: 3000 })
})

test('formatting and parsing undo each other, and SQLite agrees with both', () => {
  const property = fc.property(anyMs, (dateMs) => {
    const text = formatDate(dateMs)
    assert.equal(parseDate(text), dateMs)
    // SQLite writes year -1 as -001, which it cannot read.
    if (!text.startsWith('-')) assert.equal(strftime.get(text)?.['text'], text)
    assert.equal(sqliteJulian(text), julianFromMs(dateMs))
  })
  fc.assert(property, { seed, numRuns: 2000 })
})

test('a Julian day leads back to its millisecond', () => {
  const property = fc.property(anyMs, (dateMs) => {
    assert.equal(msFromJulian(julianFromMs(dateMs)), dateMs)
  })
  fc.assert(property, { seed, numRuns: 2000 })
  assert.equal(julianFromMs(0), 2_440_587.5)
  assert.equal(msFromJulian(2_451_544.5), 946_684_800_000)
})

test('a megabyte of digits is refused without delay', { timeout: 5000 }, () => {
  assert.equal(parseDate(`${'1'.repeat(1_000_000)}x`), undefined)
  assert.equal(parseDate(`2024-01-01T00:00:00.${'1'.repeat(1_000_000)}x`), undefined)
})

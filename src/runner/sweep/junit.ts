/**
 * Ends of a sweep as JUnit XML for CI servers, a test case for each seed. Form:
 * https://github.com/testmoapp/junitxml
 * @module
 */

import { signatureText } from '../signature.ts'
import { bySeed, keyOf, type SeedEnd } from './seed-end.ts'

/** A complete document. `name` is the name of the suite. */
export function junitText(ends: Iterable<SeedEnd>, name: string): string {
  const sorted = [...ends].sort(bySeed)
  const failures = sorted.filter(({ signature }) => signature !== undefined).length
  const ms = sorted.reduce((sum, { wallMs }) => sum + wallMs, 0)
  const counts = `tests="${sorted.length}" failures="${failures}" time="${seconds(ms)}"`
  const cases = sorted.map((end) => testCase(end, name))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<testsuites ${counts}>\n`,
    `<testsuite name="${escaped(name)}" ${counts}>\n`,
    ...cases,
    '</testsuite>\n</testsuites>\n',
  ].join('')
}

function testCase(end: SeedEnd, suite: string): string {
  const { signature, told = '', verdict, wallMs } = end
  const name = escaped(`seed ${keyOf(end)}`)
  const open = `<testcase classname="${escaped(suite)}" name="${name}" time="${seconds(wallMs)}"`
  if (signature === undefined) return `${open}/>\n`
  const message = escaped(signatureText(signature))
  const failure = `<failure type="${verdict}" message="${message}">${escaped(told)}</failure>`
  return `${open}>${failure}</testcase>\n`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** Text in XML 1.0, which cannot contain most control characters: `?` replaces them. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replace(/[&<>"]/g, (character) => entities[character] ?? character)
}

/**
 * Agreement with stock: for every golden artifact, near-miss, oddity and mutant, our verdict is
 * that of stock's own parser. Its `test-parse-all-blobs` prints the artifacts that fail to parse;
 * it asks only about artifacts in the `event` table, so all are entered there. (`--wellformed`
 * would take them all, but prints only where stock's two parsers disagree.)
 * @module
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { compressContent } from '../base/zlib.ts'
import { sha3 } from '../hash/hash.ts'
import { decoys, type Divergence, oddities, seal, shortClosing } from './decoys.suite.ts'
import { goldens } from './golden.ts'
import { explainDeck, parseDeck } from './parse.ts'

const seed = 6

interface Sample {
  readonly title: string
  readonly bytes: Uint8Array
  readonly divergence?: Divergence
}

/** Stock reads past the card, or past the artifact, and ends with a segmentation fault. */
function crashesStock(cards: string): boolean {
  return /^[KRZ]\n/m.test(cards) || /^W \d{10}/m.test(cards)
}

const scraps = [
  '\n',
  ' ',
  '\0',
  '\\',
  '\\n',
  '*',
  '+',
  '-',
  '/',
  '.',
  'a',
  'A',
  '9',
  'é',
  '\t',
  '\r',
]

/** One change to the text of a deck; `at` picks the line or place, `scrap` what to put there. */
const changes: readonly ((lines: string[], at: number, scrap: string) => void)[] = [
  (lines, at) => lines.splice(at, 1),
  (lines, at) => lines.splice(at, 0, lines[at] ?? ''),
  (lines, at) => lines.splice(at, 2, lines[at + 1] ?? '', lines[at] ?? ''),
  (lines, at, scrap) => (lines[at] += scrap),
  (lines, at, scrap) => (lines[at] = (lines[at] ?? '').replace(' ', scrap)),
  (lines, at) => (lines[at] = (lines[at] ?? '').slice(0, -1)),
  (lines, at) => (lines[at] = (lines[at] ?? '').slice(0, 1)),
  (lines, at) => (lines[at] = (lines[at] ?? '').toUpperCase()),
  (lines, at, scrap) => (lines[at] = scrap + (lines[at] ?? '').slice(1)),
  (lines, at, scrap) => {
    const line = lines[at] ?? ''
    const middle = 2 + ((at * 7 + scrap.length) % Math.max(1, line.length - 2))
    lines[at] = line.slice(0, middle) + scrap + line.slice(middle + 1)
  },
]

/** Golden decks with one to three changes, and a Z card that is right again. */
const mutant = fc
  .tuple(
    fc.constantFrom(...goldens.filter(({ artifact }) => artifact.length < 1000)),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...scraps)), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([{ title, artifact }, edits]) => {
    const text = Buffer.from(artifact).toString('latin1')
    const lines = text.slice(0, text.lastIndexOf('Z ')).split('\n').slice(0, -1)
    for (const [kind, place, scrap] of edits) {
      if (lines.length > 0) changes[kind % changes.length]?.(lines, place % lines.length, scrap)
    }
    return { title: `a mutant of ${title}`, cards: lines.map((line) => `${line}\n`).join('') }
  })
  .filter(({ cards }) => !crashesStock(cards))
  .map(({ title, cards }): Sample => ({ title, bytes: seal(Buffer.from(cards, 'latin1')) }))

/** Golden artifacts with one byte changed, so that the Z card is wrong almost always. */
const damaged = fc
  .tuple(fc.constantFrom(...goldens), fc.nat(), fc.integer({ min: 1, max: 255 }))
  .map(([{ title, artifact }, place, change]): Sample => {
    const bytes = Uint8Array.from(artifact)
    const at = place % bytes.length
    bytes[at] = (bytes[at] ?? 0) ^ change
    const isShort = /BEGIN PGP SIGNATURE(?!----)/.test(Buffer.from(bytes).toString('latin1'))
    return { title: `damaged: ${title}`, bytes, ...(isShort && { divergence: shortClosing }) }
  })

/** Tells whether `version` of stock is before `until`; every version is before none. */
function isOlder(version: string, until: string | undefined): boolean {
  return until === undefined || version.localeCompare(until, 'en', { numeric: true }) < 0
}

function describe({ title, bytes }: Sample): string {
  const text = JSON.stringify(Buffer.from(bytes).toString('latin1'))
  return `${title}: ${text}; ours: ${JSON.stringify(explainDeck(bytes))}`
}

/** Stores `samples` in a fresh repository and returns those that stock cannot parse, by index. */
async function refusedByStock(path: string, samples: readonly Sample[]): Promise<Set<number>> {
  await runFossil(['new', path])
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false })
  db.exec('BEGIN; DELETE FROM event; DELETE FROM blob')
  const blob = db.prepare(
    'INSERT INTO blob(rid, rcvid, size, uuid, content) VALUES (?, 1, ?, ?, ?)',
  )
  const event = db.prepare("INSERT INTO event(type, mtime, objid) VALUES ('ci', 1, ?)")
  for (const [i, { bytes }] of samples.entries()) {
    blob.run(i + 1, bytes.length, sha3(bytes), compressContent(bytes))
    event.run(i + 1)
  }
  db.exec('COMMIT')
  db.close()

  const { stdout } = await runFossil(['test-parse-all-blobs', '-R', path])
  const refused = [...stdout.matchAll(/(\d+) ERROR: /g)].map(([, rid]) => Number(rid) - 1)
  const summary = `${samples.length} tests with ${refused.length} errors`
  assert.ok(stdout.includes(summary), `stock says "${summary}": ${stdout.slice(-200)}`)
  return new Set(refused)
}

test('our verdict is that of stock on every sample', async (t) => {
  const fossil = requireFossilOrSkip(t)
  if (fossil === undefined) return
  const all: readonly Sample[] = [
    ...goldens.map(({ title, artifact }) => ({ title, bytes: artifact })),
    ...decoys,
    ...oddities,
    ...fc.sample(mutant, { seed, numRuns: 900 }),
    ...fc.sample(damaged, { seed, numRuns: 100 }),
  ]
  // A repository holds equal bytes once.
  const samples = [...new Map(all.map((sample) => [sha3(sample.bytes), sample])).values()]

  const folder = mkdtempSync(join(tmpdir(), 'trilobite-deck-'))
  try {
    const refused = await refusedByStock(join(folder, 'samples.fossil'), samples)
    let accepted = 0
    for (const [i, sample] of samples.entries()) {
      const { title, bytes, divergence } = sample
      const ours = parseDeck(bytes) !== undefined
      if (ours) accepted++
      const isKnown: boolean = divergence !== undefined && isOlder(fossil.version, divergence.until)
      if (isKnown) t.diagnostic(`exempt: ${title}: ${divergence?.why}`)
      assert.equal(!refused.has(i), isKnown ? !ours : ours, describe(sample))
    }
    t.diagnostic(`${accepted} decks and ${samples.length - accepted} other samples`)
    assert.ok(accepted > 150 && samples.length - accepted > 500, 'both verdicts are frequent')
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

/**
 * Two claims about crosslinking that the tests of this folder make of one set of artifacts after
 * another: the derived tables do not depend on the order the artifacts come in, and they are what
 * stock Fossil derives from the same artifacts.
 * @module
 */

import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { openDatabase } from '../db/node.ts'
import type { CheckinDeck, Deck } from '../deck/deck.ts'
import { seal } from '../deck/decoys.suite.ts'
import { formatDeck } from '../deck/format.ts'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import { setConfig } from '../repo/config.ts'
import { createRepo, openRepo } from './open.ts'
import { named, scratchPath, startMs, TestEnv } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { storeContent } from '../repo/store.ts'
import { dumpDerived } from './derived-dump.ts'
import { ticketTables } from './ticket-table.ts'

/** An artifact and its name. */
export interface Artifact {
  readonly hash: ArtifactHash
  readonly content: Uint8Array
}

/** The artifact of a deck. */
export function artifact(deck: Deck): Artifact {
  const content = formatDeck(deck)
  return { hash: named(content), content }
}

/** An artifact of these cards, which need not be what we would write. The Z card is added. */
export function sealed(cards: string): Artifact {
  const content = seal(Buffer.from(cards, 'latin1'))
  return { hash: named(content), content }
}

/** A hash by its text. */
export function hashNamed(text: string): ArtifactHash {
  return parseArtifactHash(text) ?? assert.fail(`${text} is a hash`)
}

/** `startMs` and so many minutes. Fractions of a minute are milliseconds that round nowhere. */
export function minute(count: number): number {
  return startMs + Math.round(count * 60_000) + 123
}

const trunk: CheckinDeck = {
  kind: 'checkin',
  comment: 'initial',
  dateMs: minute(0),
  user: 'ann',
  files: [],
  parents: [],
  cherrypicks: [],
  tags: [
    { action: '*', name: 'branch', target: '*', value: 'trunk' },
    { action: '*', name: 'sym-trunk', target: '*' },
  ],
}

/** A check-in on trunk. Without one, stock's rebuild writes an artifact that makes one. */
export const first: Artifact = artifact(trunk)

/** Stores artifacts as a sync does. */
export function store(repo: Repo, artifacts: readonly Artifact[]): void {
  for (const { hash, content } of artifacts) {
    storeContent(repo, { hash, content, isPrivate: false })
  }
}

/** Settings to make before any artifact comes. */
export type Settings = Readonly<Record<string, string>>

/** A repository in memory with these settings, and ticket tables to match. */
export function repoWith(settings: Settings = {}): Repo {
  const repo = memoryRepo()
  applySettings(repo, settings)
  return repo
}

function applySettings(repo: Repo, settings: Settings): void {
  for (const [name, value] of Object.entries(settings)) setConfig(repo, name, value)
  repo.transaction(() => ticketTables(repo))
}

/**
 * Asserts that the artifacts give one set of tables, in whatever order they come: all orders of
 * at most three, else ten of them; in one transaction and in one each.
 *
 * @returns the lines of {@link dumpDerived}
 */
export function assertOrderFree(artifacts: readonly Artifact[], settings: Settings = {}): string[] {
  const all = [...artifacts]
  const orders =
    all.length <= 3 ? permutations(all) : fc.sample(shuffled(all), { seed: 7, numRuns: 10 })
  const expected = derive(all, { settings, atOnce: false })
  for (const order of orders) {
    const titles = order.map(({ hash }) => all.findIndex((other) => other.hash === hash)).join(' ')
    for (const atOnce of [true, false]) {
      const lines = derive(order, { settings, atOnce })
      assert.deepEqual(lines, expected, `order ${titles}, ${atOnce ? 'at once' : 'one by one'}`)
    }
  }
  return expected
}

/**
 * Asserts that stock's `rebuild` of the artifacts, which reads them in the order given, leaves the
 * tables as we made them. Skips the rest of the test where there is no stock.
 *
 */
export async function assertStockAgrees(
  t: { skip(reason?: string): void; after(action: () => void): void },
  artifacts: readonly Artifact[],
  settings: Settings = {},
): Promise<void> {
  if (requireFossilOrSkip(t) === undefined) return
  const path = scratchPath(t)
  const ours = createRepo(openDatabase(path, { create: true }), new TestEnv(), {
    adminUser: 'tester',
  })
  applySettings(ours, settings)
  store(ours, artifacts)
  const expected = dumpDerived(ours)
  // A rebuild that fails leaves everything as it was, and its exit code does not tell.
  dbOf(ours).exec('DELETE FROM event; DELETE FROM tagxref')
  ours.close()
  const { stdout, stderr } = await runFossil(['rebuild', path])
  using theirs = openRepo(openDatabase(path), new TestEnv())
  assert.deepEqual(expected, dumpDerived(theirs), `ours, then stock's: ${stdout}${stderr}`)
}

function derive(
  artifacts: readonly Artifact[],
  { settings, atOnce }: { settings: Settings; atOnce: boolean },
): string[] {
  using repo = repoWith(settings)
  if (atOnce) repo.transaction(() => store(repo, artifacts))
  else store(repo, artifacts)
  return dumpDerived(repo)
}

function shuffled<T>(items: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(items, { minLength: items.length, maxLength: items.length })
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, at) =>
    permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]),
  )
}

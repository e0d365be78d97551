/**
 * The oracle of `mlink` and its production code say the same of every history, and of those in
 * which the rules are hard to follow they say what stock's code does.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import * as fc from 'fast-check'

import { checkin, plain } from '../../crosslink/checkins.suite.ts'
import { memoryRepo } from '../../crosslink/fixture.suite.ts'
import { type Artifact, store } from '../../crosslink/order.suite.ts'
import type { DeckFile } from '../../deck/deck.ts'
import { shun } from '../../repo/shun.ts'
import { rebuild } from '../../crosslink/rebuild.ts'
import { expectedFiles } from './expected-files.ts'
import { checkCherrypicks, checkFiles } from './files.ts'
import { readableCheckins, readOwnStatements } from './own-statements.ts'

/** The lines about `made` alone, hashes as the texts that they name. */
function linesOf(made: Artifact, others: readonly Artifact[]): string[] {
  using repo = memoryRepo()
  store(repo, [...others, made])
  checkFiles('here', repo)
  const lines = expectedFiles(repo, readableCheckins(readOwnStatements(repo)))
  const ofMade = lines.filter((line) => line.includes(` of ${made.hash} `)).sort()
  const names = new Map(['one', 'two', 'three'].map((text) => [plain(text).hash as string, text]))
  for (const [at, { hash }] of others.entries()) names.set(hash, `#${at}`)
  return ofMade.map((line) =>
    line.replace(/ of [0-9a-f]{64}/, '').replace(/[0-9a-f]{64}/g, (hash) => names.get(hash) ?? ''),
  )
}

suite('a delta manifest', () => {
  const baseline = checkin(0, { files: { a: 'one', b: 'two' } })
  const delta = { baseline: baseline.hash }

  test('that leaves to the baseline what its parent changes, takes the change back', () => {
    const parent = checkin(1, { ...delta, parents: [baseline], files: { a: 'three' } })
    const child = checkin(2, { ...delta, parents: [parent], files: { b: 'one' } })
    assert.deepEqual(linesOf(child, [baseline, parent]), [
      '"a" is one, permission 0; was three in #1',
      '"b" is one, permission 0; was two in #1',
    ])
  })

  test('that names again what is gone in its parent, tells of it twice', () => {
    const parent = checkin(1, { ...delta, parents: [baseline], files: { a: null } })
    const child = checkin(2, { ...delta, parents: [parent], files: { a: 'three' } })
    const line = '"a" is three, permission 0; was 0 in #1'
    assert.deepEqual(linesOf(child, [baseline, parent]), [line, line])
  })

  test('does not tell that a file is gone that neither it nor its baseline names', () => {
    const parent = checkin(1, { ...delta, parents: [baseline], files: { c: 'three' } })
    const child = checkin(2, { ...delta, parents: [parent], files: {} })
    assert.deepEqual(linesOf(child, [baseline, parent]), [])
  })
})

test('what a merge brings in is new against one parent and known to the other', () => {
  const [main, other] = [{ a: 'one' }, { a: 'one', b: 'two' }].map((files, at) =>
    checkin(at, { files }),
  )
  assert.ok(main && other)
  const merge = checkin(2, { parents: [main, other], files: { a: 'one', b: 'two' } })
  assert.deepEqual(linesOf(merge, [main, other]), ['"b" is two, permission 0; was -1 in #0'])
  const edited = checkin(2, { parents: [main, other], files: { a: 'one', b: 'three' } })
  assert.deepEqual(linesOf(edited, [main, other]), [
    '"b" is three, permission 0; was 0 in #0',
    '"b" is three, permission 0; was two in #1 (aux)',
  ])
})

const names = ['a', 'b', 'c/d']
const card: fc.Arbitrary<Partial<DeckFile> | null> = fc.oneof(
  fc.constant(null),
  fc.record(
    {
      hash: fc.constantFrom('one', 'two', 'three').map((text) => plain(text).hash),
      permissions: fc.constantFrom('x', 'l', 'w'),
      priorName: fc.constantFrom(...names),
    },
    { requiredKeys: ['hash'], noNullPrototype: true },
  ),
)
const back = fc.nat({ max: 4 })
const drawnCheckin = fc.record({
  parents: fc.array(back, { maxLength: 3 }),
  picks: fc.array(fc.record({ direction: fc.constantFrom('+', '-'), back }), { maxLength: 2 }),
  baseline: fc.option(back, { nil: undefined }),
  files: fc.uniqueArray(fc.tuple(fc.constantFrom(...names), card), {
    selector: ([name]) => name,
  }),
})

test('random histories have the rows that the oracle expects, whatever the order', () => {
  const history = fc.array(drawnCheckin, { minLength: 2, maxLength: 12 })
  const options = fc.record({
    order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
    lost: fc.nat({ max: 40 }),
    shunned: fc.constantFrom(undefined, undefined, 'one', 'two'),
  })
  fc.assert(
    fc.property(history, options, (drawn, { order, lost, shunned }) => {
      const made = drawn.reduce<Artifact[]>((all, each, at) => [...all, makeOne(all, each, at)], [])
      const arriving = made
        .filter((_, at) => at !== lost)
        .sort((a, b) => key(order, made.indexOf(a)) - key(order, made.indexOf(b)))
      using repo = memoryRepo()
      for (const one of arriving) {
        store(repo, [one])
        checkFiles('here', repo)
        checkCherrypicks('here', repo)
      }
      if (shunned === undefined) return
      shun(repo, [plain(shunned).hash])
      rebuild(repo)
      checkFiles('here', repo)
    }),
    { seed: 3, numRuns: 150 },
  )
})

function key(order: readonly number[], at: number): number {
  return order[at] ?? 0
}

type DrawnCheckin = typeof drawnCheckin extends fc.Arbitrary<infer T> ? T : never

/** Baselines are full manifests, as all that anybody writes; only a delta manifest ends files. */
function makeOne(all: readonly Artifact[], drawn: DrawnCheckin, at: number): Artifact {
  const before = (steps: number): Artifact[] => all.slice(all.length - 1 - steps).slice(0, 1)
  const parents = [...new Set(drawn.parents.flatMap(before))]
  const [baseline] = drawn.baseline === undefined ? [] : before(drawn.baseline)
  const isDelta = baseline !== undefined && !Buffer.from(baseline.content).includes('B ')
  const files = drawn.files.filter(([, file]) => isDelta || file !== null)
  return checkin(at, {
    parents,
    ...(isDelta ? { baseline: baseline.hash } : {}),
    cherrypicks: drawn.picks.flatMap(({ direction, back: steps }) =>
      before(steps).map(({ hash: target }) => ({ direction, target })),
    ),
    files: Object.fromEntries(files),
  })
}

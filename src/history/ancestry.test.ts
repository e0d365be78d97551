/**
 * Ancestors, descendants, leaves and common ancestors are those of stock, and long lines are no
 * problem.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { ancestors, descendants, leafDescendants, leaves, primaryLine } from './ancestry.ts'
import { branches, branchRoot, branchStart } from './branch.ts'
import { branchOf } from '../crosslink/branch.ts'
import { commonAncestor } from './pivot.ts'
import { addCheckin, addTag } from './rows.suite.ts'
import { stockHistory } from './stock.suite.ts'

/** The hashes in brackets in stock's output, in order. */
function bracketed(output: string): string[] {
  return [...output.matchAll(/^.{0,30}\[([0-9a-f]{10})\]/gm)].map(([, hash = '']) => hash)
}

function shortHashes(repo: Repo, rids: readonly Rid[]): string[] {
  const hashOf = dbOf(repo).prepare<[string]>('SELECT substr(uuid, 1, 10) FROM blob WHERE rid = ?')
  return rids.map((rid) => hashOf.get(rid)?.[0] ?? assert.fail())
}

test('leaves are those of stock', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const { repo, fossil } = stock
  const cases = [
    ['open', []],
    ['closed', ['--closed']],
    ['all', ['--all']],
  ] as const
  for (const [filter, args] of cases) {
    const said = bracketed(await fossil('leaves', ...args, '-W', '0'))
    assert.deepEqual(shortHashes(repo, leaves(repo, filter)), said, filter)
    assert.ok(said.length > 0)
  }
})

test('leaf descendants are those of stock', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  for (const [name, hash] of Object.entries(stock.hashes)) {
    const said = bracketed(await stock.fossil('descendants', hash, '-W', '0'))
    const ours = leafDescendants(stock.repo, stock.rid(name))
    assert.deepEqual(shortHashes(stock.repo, ours), said, name)
  }
})

test('common ancestors are those of stock', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const { repo, hashes, rid } = stock
  const names = ['first', 'side-4', 'main-6', 'fork-a', 'picked', 'dead end']
  for (const a of names) {
    for (const b of names.filter((name) => name !== a)) {
      for (const through of ['all', 'primary'] as const) {
        const flag = through === 'primary' ? ['--ignore-merges'] : []
        const said = await stock.fossil('merge-base', ...flag, hashes[a] ?? '', hashes[b] ?? '')
        const query = { primary: rid(a), secondaries: [rid(b)], through }
        const found = commonAncestor(repo, query) ?? assert.fail()
        const hash = dbOf(repo).prepare<[string]>('SELECT uuid FROM blob WHERE rid = ?').get(found)
        assert.equal(`pivot=${hash?.[0]}`, said.trim(), `${a} ${b} ${through}`)
      }
    }
  }
})

test('branches are those of stock', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const said = async (...flags: string[]): Promise<string[]> => {
    const output = await stock.fossil('branch', 'list', ...flags)
    return output.split('\n').flatMap((line) => line.replace(/^[* #]+/, '').trim() || [])
  }
  const ours = branches(stock.repo)
  const open = ours.filter(({ isOpen }) => isOpen)
  assert.deepEqual(ours.map(({ name }) => name).sort(), (await said('--all')).sort())
  assert.deepEqual(open.map(({ name }) => name).sort(), (await said()).sort())
})

/** A history of any shape: each check-in names earlier ones as parents. */
const history = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 25 })
  .map((choices) =>
    choices.map((parents, i) => (i === 0 ? [] : [...new Set(parents.map((at) => at % i))])),
  )

test('every walk finds what the definition says, however dates lie', () => {
  const dated = fc.tuple(history, fc.array(fc.nat(9), { minLength: 25, maxLength: 25 }))
  fc.assert(
    fc.property(dated, ([parentsOf, dates]) => {
      using repo = memoryRepo()
      const rids: Rid[] = []
      for (const [i, parents] of parentsOf.entries()) {
        const row = { name: `${i}`, dateMs: (dates[i] ?? 0) * 1000, branch: 'trunk' }
        const parentRids = parents.map((at) => rids[at] ?? assert.fail())
        rids.push(addCheckin(repo, { ...row, parents: parentRids }).rid)
      }
      const above = parentsOf.map(() => new Set<number>())
      for (const [i, parents] of parentsOf.entries()) {
        above[i]?.add(i)
        for (const at of parents) for (const far of above[at] ?? []) above[i]?.add(far)
      }
      for (const [i, rid] of rids.entries()) {
        const found = ancestors(repo, rid)
        const expected = [...(above[i] ?? [])].map((at) => rids[at] ?? assert.fail())
        assert.deepEqual(new Set(found), new Set(expected))
        assert.equal(found.length, expected.length)
        const below = rids.filter((_, at) => above[at]?.has(i))
        assert.deepEqual(new Set(descendants(repo, rid)), new Set(below))
        const other = rids[(i * 7) % rids.length] ?? assert.fail()
        const common = commonAncestor(repo, { primary: rid, secondaries: [other] })
        const shared = ancestors(repo, other).filter((at) => found.includes(at))
        if (common === undefined) assert.deepEqual(shared, [])
        else assert.ok(shared.includes(common))
      }
    }),
    { seed: 4, numRuns: 60 },
  )
})

test('a check-in is its own common ancestor', () => {
  using repo = memoryRepo()
  const first = addCheckin(repo, { name: '1' }).rid
  const second = addCheckin(repo, { name: '2', dateMs: 1, parents: [first] }).rid
  assert.equal(commonAncestor(repo, { primary: second, secondaries: [second] }), second)
  const stranger = addCheckin(repo, { name: '3' }).rid
  assert.equal(commonAncestor(repo, { primary: second, secondaries: [stranger] }), undefined)
})

test('limits take the closest, and stop the walk there', () => {
  using repo = memoryRepo()
  const line: Rid[] = []
  for (let i = 0; i < 6; i++) {
    line.push(addCheckin(repo, { name: `${i}`, dateMs: i * 1000, parents: line.slice(-1) }).rid)
  }
  const [first, , , fourth] = line
  assert.deepEqual(
    ancestors(repo, fourth ?? assert.fail(), { limit: 2 }),
    line.slice(2, 4).reverse(),
  )
  assert.deepEqual(descendants(repo, first ?? assert.fail(), { limit: 2 }), line.slice(0, 2))
  assert.deepEqual(
    primaryLine(repo, fourth ?? assert.fail(), { limit: 3 }),
    line.slice(1, 4).reverse(),
  )
})

test('damaged rows that make a loop end every walk all the same', () => {
  using repo = memoryRepo()
  const first = addCheckin(repo, { name: '1', branch: 'trunk' }).rid
  const second = addCheckin(repo, { name: '2', branch: 'trunk', parents: [first] }).rid
  dbOf(repo)
    .prepare('INSERT INTO plink(pid, cid, isprim, mtime) VALUES(?, ?, 1, 0)')
    .run(second, first)
  assert.deepEqual(primaryLine(repo, second), [second, first])
  assert.equal(ancestors(repo, second).length, 2)
  assert.equal(descendants(repo, second).length, 2)
  assert.equal(branchStart(repo, second), first)
  assert.equal(branchRoot(repo, second), first)
  const query = { primary: first, secondaries: [second] }
  assert.ok([first, second].includes(commonAncestor(repo, query) ?? assert.fail()))
})

test('a line of 100,000 check-ins is walked from end to end', () => {
  using repo = memoryRepo()
  const length = 100_000
  const series = `SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${length}`
  const number = `WITH RECURSIVE n(i) AS (${series})`
  dbOf(repo).exec(`
    ${number} INSERT INTO blob(rid, rcvid, size, uuid) SELECT i, 1, 0, printf('%040x', i) FROM n;
    ${number} INSERT INTO event(type, mtime, objid) SELECT 'ci', 2440587.5 + i, i FROM n;
    ${number} INSERT INTO plink(pid, cid, isprim, mtime)
      SELECT i - 1, i, 1, 2440587.5 + i FROM n WHERE i > 1;
    INSERT INTO leaf(rid) VALUES(${length});`)
  const [tip = assert.fail()] = dbOf(repo).prepare<[Rid]>('SELECT rid FROM leaf').get() ?? []
  const [root = assert.fail()] = dbOf(repo).prepare<[Rid]>('SELECT min(rid) FROM blob').get() ?? []
  addTag(repo, tip, { name: 'branch', value: 'trunk' })
  assert.equal(ancestors(repo, tip).length, length)
  assert.equal(ancestors(repo, tip, { through: 'cherrypicks' }).length, length)
  assert.equal(descendants(repo, root).length, length)
  assert.deepEqual(leafDescendants(repo, root), [tip])
  assert.equal(primaryLine(repo, tip).at(-1), root)
  assert.equal(commonAncestor(repo, { primary: tip, secondaries: [root] }), root)
  assert.equal(branchOf(repo, root), 'trunk')
})

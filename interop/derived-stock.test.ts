/**
 * Derived tables on real histories: what we derive while we clone is what stock derives when it
 * rebuilds, row by row, and what stock leaves after its own commits and imports verifies here.
 * @module
 */

import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openRepo, rebuild, systemEnv, verify } from 'trilobite'

import { corpus } from '../tools/corpus.ts'
import { requireFossilOrSkip, runFossil } from '../tools/ensure-fossil.ts'
import { run } from '../tools/run.ts'
import { cloneTo, fossil, makeFolder, rows, stockServer, writeRows } from './stock.suite.ts'

const root = join(import.meta.dirname, '..')
/** The project's own history is worth reading from so many commits on. */
const enoughCommits = 50

/** The findings of a verification of a file: nothing, or the first rows that differ. */
function findings(path: string): string[] {
  using repo = openRepo(path, systemEnv, { readOnly: true })
  const { artifacts, differences } = verify(repo, { limit: 5 })
  assert.equal(artifacts, rows(path, 'SELECT uuid FROM blob WHERE size >= 0').length)
  return differences.map(({ table, kind, what }) => `${table}: ${kind} ${what}`)
}

/** Rebuilds with stock. A rebuild that fails leaves everything as it was: then it is all gone. */
async function rebuildByStock(path: string): Promise<string> {
  const copy = `${path}.stock`
  copyFileSync(path, copy)
  writeRows(copy, 'DELETE FROM event; DELETE FROM tagxref; DELETE FROM mlink; DELETE FROM leaf')
  assert.match(await fossil(root, 'rebuild', copy), /100\.0% complete/)
  return copy
}

/** The names of what is structural: on the timeline, or a cluster. */
function structural(path: string): string[] {
  return rows(
    path,
    `SELECT uuid FROM blob WHERE rid IN (SELECT objid FROM event)
         OR rid IN (SELECT rid FROM tagxref WHERE tagid = 7 AND srcid = rid) ORDER BY uuid`,
  )
}

/** Clones `theirs`, a file of stock's, and asserts that both derive the same of everything. */
async function assertDerivedAlike(t: TestContext, theirs: string): Promise<string> {
  assert.deepEqual(findings(theirs), [], 'as stock left it')
  assert.deepEqual(findings(await rebuildByStock(theirs)), [], 'after a rebuild by stock')
  await runFossil(['user', 'capabilities', 'nobody', 'gio', '-R', theirs])
  const ours = join(makeFolder(t), 'ours.fossil')
  await cloneTo(ours, await stockServer(t, theirs))
  assert.deepEqual(findings(ours), [], 'as we cloned it')
  const rebuilt = await rebuildByStock(ours)
  assert.deepEqual(findings(rebuilt), [], 'our clone after a rebuild by stock')
  assert.deepEqual(structural(ours), structural(rebuilt))
  using repo = openRepo(ours, systemEnv)
  rebuild(repo)
  assert.deepEqual(findings(ours), [], 'after a rebuild by us')
  return ours
}

/** Stock reads every artifact and finds no fault with any. */
async function assertWellFormed(path: string): Promise<void> {
  const said = await fossil(root, 'test-parse-all-blobs', '--wellformed', '-R', path)
  const count = rows(path, 'SELECT rid FROM blob').length
  assert.match(said, new RegExp(`^${count} tests with 0 errors$`, 'm'))
}

test('stock derives what we do of the history of an npm package', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const theirs = join(makeFolder(t), 'theirs.fossil')
  copyFileSync(await corpus('npm-history'), theirs)
  const ours = await assertDerivedAlike(t, theirs)
  assert.ok(structural(ours).length > 40)
  await assertWellFormed(ours)
})

test('stock derives what we do of a history imported from git', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const input = (await ownHistory(t)) ?? madeUpHistory()
  const theirs = join(makeFolder(t), 'theirs.fossil')
  await runFossil(['import', '--git', theirs], { input })
  assert.ok(rows(theirs, `SELECT objid FROM event WHERE type = 'ci'`).length > 20)
  const ours = await assertDerivedAlike(t, theirs)
  await assertWellFormed(ours)
})

test('stock derives what we do of merges, renames and tags imported from git', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const theirs = join(makeFolder(t), 'theirs.fossil')
  await runFossil(['import', '--git', theirs], { input: madeUpHistory() })
  const ours = await assertDerivedAlike(t, theirs)
  const counts = rows(
    ours,
    `SELECT (SELECT count(*) FROM plink WHERE NOT isprim), (SELECT count(*) FROM mlink WHERE isaux),
            (SELECT count(*) FROM mlink WHERE fid = 0), (SELECT count(*) FROM mlink WHERE pid = -1),
            (SELECT count(*) FROM mlink WHERE mperm), (SELECT count(*) FROM leaf)`,
  )
  for (const count of counts) assert.ok(Number(count) > 0, counts.join(' '))
})

/** The history of this project as git exports it, where there is enough of it. */
async function ownHistory(t: TestContext): Promise<Uint8Array | undefined> {
  const why = async (): Promise<string | undefined> => {
    const counted = await git('rev-list', '--count', 'HEAD')
    if (counted.code !== 0) return 'git knows nothing of this folder'
    const commits = Number(counted.stdout)
    if (commits < enoughCommits) return `it has ${commits} commits`
    const { stdout } = await git('rev-parse', '--is-shallow-repository')
    return stdout.trim() === 'false' ? undefined : 'it was cloned in part'
  }
  const reason = await why().catch(() => 'git is not installed')
  if (reason === undefined) return (await git('fast-export', 'HEAD')).bytes
  t.diagnostic(`the history of this project is not read (${reason}): a made-up one is`)
  return undefined
}

function git(...args: string[]): ReturnType<typeof run> {
  return run('git', ['-C', root, ...args])
}

/** A stream for `git fast-import`: two lines that merge every fourth commit. */
function madeUpHistory(): Uint8Array {
  const lines: string[] = []
  const tips: Record<string, number> = {}
  for (let mark = 1; mark <= 40; mark++) {
    const branch = mark > 4 && mark % 2 === 0 ? 'side' : 'trunk'
    const other = branch === 'side' ? 'trunk' : 'side'
    lines.push(`commit refs/heads/${branch}`, `mark :${mark}`)
    // Some of one second, as scripts make them.
    const seconds = 1_700_000_000 + Math.floor(mark / 3) * 60
    lines.push(`committer Ann <ann@example.org> ${seconds} +0000`, data(`change ${mark}, süß`))
    const from = tips[branch] ?? tips['trunk']
    if (from !== undefined) lines.push(`from :${from}`)
    const merged = mark % 4 === 0 ? tips[other] : undefined
    if (merged !== undefined) lines.push(`merge :${merged}`)
    const mode = mark % 5 === 0 ? '100755' : '100644'
    lines.push(`M ${mode} inline dir/${mark % 7}.txt`, data(`version ${mark}\nof this file\n`))
    lines.push(`M 100644 inline ${branch}-${mark}.txt`, data(`new in ${mark}\n`))
    if (merged !== undefined) {
      lines.push(`M 100644 inline ${other}-${merged}.txt`, data(`new in ${merged}\n`))
    }
    if (mark === 10) lines.push('M 120000 inline link', data('dir/1.txt'))
    if (mark % 6 === 0) lines.push(`R ${branch}-${mark}.txt moved/${mark}.txt`)
    if (mark % 9 === 0) lines.push(`D dir/${(mark - 2) % 7}.txt`)
    tips[branch] = mark
  }
  lines.push('reset refs/tags/v1', 'from :20', '')
  return Buffer.from(`${lines.join('\n')}\n`)
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`
}

/**
 * The choice of what an artifact is sent as a delta of.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureKnown } from '../repo/blob.ts'
import { storeContent } from '../repo/store.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { contentOf, makeRepo, nameOf } from './pair.suite.ts'
import { parentOf } from './parent-delta.ts'

function held(repo: Repo, number: number): Rid {
  const content = contentOf(number)
  return storeContent(repo, { hash: nameOf(content), content, isPrivate: false }).rid
}

function phantom(repo: Repo, number: number): Rid {
  return ensureKnown(repo, nameOf(contentOf(number)), { isPrivate: false }) ?? assert.fail()
}

function linkCheckin(repo: Repo, pid: Rid, cid: Rid, isPrimary: boolean): void {
  const insert = dbOf(repo).prepare('INSERT INTO plink(pid, cid, isprim, mtime) VALUES(?, ?, ?, 0)')
  insert.run(pid, cid, isPrimary ? 1 : 0)
}

/** In check-in `mid`, at `mtime`, version `pid` of a file became `fid`; 0 where there was none. */
function linkFile(
  repo: Repo,
  { mid, pid, fid, mtime }: { mid: Rid; pid: number; fid: Rid; mtime: number },
): void {
  dbOf(repo).prepare('INSERT INTO mlink(mid, fid, pid, fnid) VALUES(?, ?, ?, 1)').run(mid, fid, pid)
  dbOf(repo)
    .prepare('INSERT OR IGNORE INTO event(type, mtime, objid) VALUES(?, ?, ?)')
    .run('ci', mtime, mid)
}

test('a check-in is sent as a delta of its primary parent', () => {
  using repo = makeRepo('repo')
  const [merged, primary, child] = [held(repo, 1), held(repo, 2), held(repo, 3)]
  linkCheckin(repo, merged, child, false)
  linkCheckin(repo, primary, child, true)
  assert.equal(parentOf(repo, child, 101), primary)
})

test('a file is sent as a delta of the version that its first change replaced', () => {
  using repo = makeRepo('repo')
  const [first, second, file] = [held(repo, 1), held(repo, 2), held(repo, 3)]
  linkFile(repo, { mid: held(repo, 6), pid: 0, fid: first, mtime: 1 })
  linkFile(repo, { mid: held(repo, 7), pid: first, fid: second, mtime: 2 })
  linkFile(repo, { mid: held(repo, 4), pid: second, fid: file, mtime: 20 })
  linkFile(repo, { mid: held(repo, 5), pid: first, fid: file, mtime: 10 })
  assert.equal(parentOf(repo, file, 101), first)
})

test('a file that was changed and changed back makes no circle, whatever the clocks said', () => {
  const clocks = [
    [1, 2, 3],
    [3, 2, 1],
    [2, 1, 3],
    [1, 1, 1],
    [2, 3, 1],
  ]
  for (const [made = 0, changed = 0, back = 0] of clocks) {
    using repo = makeRepo('repo')
    const [one, other] = [held(repo, 1), held(repo, 2)]
    linkFile(repo, { mid: held(repo, 3), pid: 0, fid: one, mtime: made })
    linkFile(repo, { mid: held(repo, 4), pid: one, fid: other, mtime: changed })
    linkFile(repo, { mid: held(repo, 5), pid: other, fid: one, mtime: back })
    const sources = [parentOf(repo, one, 101), parentOf(repo, other, 101)]
    assert.notDeepEqual(sources, [other, one])
    const isOrderly = made <= changed && changed <= back
    if (isOrderly) assert.deepEqual(sources, [undefined, one])
  }
})

test('a version that was never seen to begin is no source', () => {
  using repo = makeRepo('repo')
  const [before, file] = [held(repo, 1), held(repo, 2)]
  linkFile(repo, { mid: held(repo, 3), pid: before, fid: file, mtime: 1 })
  assert.equal(parentOf(repo, file, 101), undefined)
})

test('short content, and content without a parent, is sent whole', () => {
  using repo = makeRepo('repo')
  const [parent, child, orphan] = [held(repo, 1), held(repo, 2), held(repo, 3)]
  linkCheckin(repo, parent, child, true)
  linkFile(repo, { mid: child, pid: 0, fid: orphan, mtime: 1 })
  assert.equal(parentOf(repo, child, 100), undefined)
  assert.equal(parentOf(repo, orphan, 5000), undefined)
})

test('a phantom is nobody to take a delta of', () => {
  using repo = makeRepo('repo')
  const [missing, merged, child] = [phantom(repo, 1), held(repo, 2), held(repo, 3)]
  linkCheckin(repo, missing, child, true)
  assert.equal(parentOf(repo, child, 101), undefined)
  linkCheckin(repo, merged, child, false)
  assert.equal(parentOf(repo, child, 101), merged)
})

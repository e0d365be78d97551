/**
 * Rebuild: what is derived comes again, what is only known here stays, and a failure changes
 * nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { compressContent } from '../base/zlib.ts'
import { openDatabase } from '../db/node.ts'
import { checkin } from './checkin.ts'
import { addTag } from './tag.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { dumpDerived } from '../crosslink/derived-dump.ts'
import {
  deltaOf,
  failsWith,
  named,
  receive,
  scratchPath,
  startMs,
  stateOf,
  TestEnv,
  version,
  whole,
} from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { rebuild } from '../crosslink/rebuild.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { deltify, storeLocal } from '../repo/store.ts'
import { shun, unshun } from '../repo/shun.ts'
import { verify } from '../crosslink/verify.ts'
import { writeWiki } from './wiki.ts'

/** Check-ins of one file, a page and a tag; returns the content of the file, oldest first. */
function fill(repo: Repo, count = 4): Uint8Array[] {
  const contents = Array.from({ length: count }, (_, index) => version(index * 3))
  let parent: ReturnType<typeof checkin>['hash'] | undefined
  for (const [index, content] of contents.entries()) {
    const made = checkin(repo, {
      changes: [{ name: 'a.txt', content }],
      comment: `change ${index}`,
      user: 'ann',
      dateMs: startMs + index * 1000,
      ...(parent === undefined ? {} : { parent }),
    })
    parent = made.hash
  }
  writeWiki(repo, { title: 'Home', content: 'see [Home]' }, { user: 'ann' })
  if (parent !== undefined) addTag(repo, { target: parent, name: 'x' }, { user: 'ann' })
  return contents
}

function everything(repo: Repo): unknown {
  const rows = (sql: string): unknown => dbOf(repo).prepare(sql).all()
  return [
    dumpDerived(repo),
    stateOf(repo),
    rows('SELECT name, value FROM config ORDER BY name'),
    rows('SELECT login, cap, pw FROM user ORDER BY login'),
    rows('SELECT rid, rcvid, size, uuid, content FROM blob ORDER BY rid'),
    rows('SELECT * FROM delta ORDER BY rid'),
  ]
}

test('a rebuild of a sound repository changes nothing', () => {
  using repo = memoryRepo()
  fill(repo)
  const before = everything(repo)
  const result = rebuild(repo)
  assert.deepEqual(result, { artifacts: stateOf(repo).announced.length, shunned: 0 })
  assert.deepEqual(everything(repo), before)
})

test('a rebuild makes every derived table again', () => {
  using repo = memoryRepo()
  fill(repo)
  const before = dumpDerived(repo)
  dbOf(repo).exec(`
    DROP TABLE event; DELETE FROM plink; DELETE FROM mlink; DELETE FROM tagxref; DELETE FROM leaf;
    DELETE FROM unclustered; DELETE FROM backlink; DELETE FROM filename;
    DELETE FROM tag WHERE tagid > 11;
    INSERT INTO leaf VALUES(99); INSERT INTO phantom VALUES(98); INSERT INTO orphan VALUES(1, 2);
  `)
  rebuild(repo)
  assert.deepEqual(dumpDerived(repo), before)
  assert.deepEqual(verify(repo).differences, [])
})

test('a rebuild tells how far it is', () => {
  using repo = memoryRepo()
  fill(repo)
  const seen: number[][] = []
  const { artifacts } = rebuild(repo, (done, total) => seen.push([done, total]))
  assert.equal(seen.length, artifacts)
  assert.deepEqual(seen.at(-1), [artifacts, artifacts])
})

test('private artifacts, phantoms and what is to be sent stay', () => {
  using repo = memoryRepo()
  const [first = new Uint8Array()] = fill(repo)
  storeLocal(repo, version(100), { isPrivate: true })
  dbOf(repo).exec('DELETE FROM unsent WHERE rid % 2')
  receive(repo, deltaOf(version(200), version(201)))
  const before = stateOf(repo)
  rebuild(repo)
  assert.deepEqual(stateOf(repo), before)
  assert.deepEqual(before.phantoms, [named(version(200))])
  assert.deepEqual(before.unresolved, [named(version(201))])
  assert.deepEqual(before.private, [named(version(100))])
  assert.ok(before.unsent.length > 0 && before.held[named(first)] !== undefined)
  receive(repo, whole(version(200)))
  assert.deepEqual(stateOf(repo).unresolved, [])
})

test('tables that are not derived are left alone', () => {
  using repo = memoryRepo()
  dbOf(repo).exec('CREATE TABLE mine(x); INSERT INTO mine VALUES(1)')
  rebuild(repo)
  assert.deepEqual(dbOf(repo).prepare('SELECT x FROM mine').all(), [[1]])
})

test('sizes that stock left compressed are corrected', () => {
  using repo = memoryRepo()
  const [content = new Uint8Array()] = fill(repo)
  dbOf(repo).prepare('UPDATE blob SET size = 1 WHERE uuid = ?').run(named(content))
  rebuild(repo)
  const row = dbOf(repo).prepare('SELECT size FROM blob WHERE uuid = ?').get(named(content))
  assert.deepEqual(row, [content.length])
})

test('shunned artifacts go, and what was stored as deltas of them stays', () => {
  using repo = memoryRepo()
  const contents = fill(repo)
  const [, gone = new Uint8Array()] = contents
  const kept = contents.filter((content) => content !== gone)
  const [target = gone] = kept
  const rid = (content: Uint8Array): Parameters<typeof deltify>[1] =>
    receive(repo, whole(content)) ? assert.fail('it is here') : ridOf(repo, content)
  dbOf(repo).prepare('DELETE FROM delta WHERE rid = ?').run(rid(target))
  dbOf(repo)
    .prepare('UPDATE blob SET content = ? WHERE rid = ?')
    .run(compressContent(target, repo), rid(target))
  assert.ok(deltify(repo, rid(target), rid(gone)), 'it is a delta of what is to go')
  shun(repo, [named(gone)])
  assert.deepEqual(rebuild(repo).shunned, 1)
  const { held } = stateOf(repo)
  assert.equal(held[named(gone)], undefined)
  for (const content of kept) {
    assert.equal(held[named(content)], Buffer.from(content).toString('latin1'))
  }
  assert.deepEqual(verify(repo).differences, [])
  assert.equal(receive(repo, whole(version(5))), true)
  unshun(repo, [named(gone)])
  assert.equal(receive(repo, whole(gone)), true)
})

test('a delta that waited for what is shunned now becomes a phantom', () => {
  using repo = memoryRepo()
  receive(repo, deltaOf(version(200), version(201)))
  shun(repo, [named(version(200))])
  assert.equal(rebuild(repo).shunned, 1)
  const { phantoms, unresolved } = stateOf(repo)
  assert.deepEqual([phantoms, unresolved], [[named(version(201))], []])
  assert.deepEqual(verify(repo).differences, [])
})

function ridOf(repo: Repo, content: Uint8Array): Parameters<typeof deltify>[1] {
  const row = dbOf(repo)
    .prepare<[Parameters<typeof deltify>[1]]>('SELECT rid FROM blob WHERE uuid = ?')
    .get(named(content))
  return row?.[0] ?? assert.fail('it is here')
}

test('a damaged artifact leaves everything as it was', () => {
  for (const damage of [
    `UPDATE blob SET content = x'00000004ff' WHERE rid = 3`,
    'UPDATE blob SET content = NULL WHERE rid = 3',
    'REPLACE INTO delta(rid, srcid) VALUES(3, 9999)',
    'REPLACE INTO delta(rid, srcid) VALUES(3, 3)',
    'REPLACE INTO delta(rid, srcid) VALUES(1, 3), (3, 1)',
  ]) {
    using repo = memoryRepo()
    fill(repo)
    dbOf(repo).exec(`${damage}; DELETE FROM leaf`)
    const dump = (): unknown => [
      dbOf(repo).prepare('SELECT * FROM event ORDER BY objid').all(),
      dbOf(repo).prepare('SELECT * FROM blob ORDER BY rid').all(),
      dbOf(repo).prepare('SELECT * FROM delta ORDER BY rid').all(),
      dbOf(repo).prepare('SELECT * FROM leaf').all(),
    ]
    const before = dump()
    assert.throws(() => rebuild(repo), failsWith('repo.corrupt'), damage)
    assert.deepEqual(dump(), before, damage)
  }
})

test('a rebuild that is interrupted leaves everything as it was', () => {
  using repo = memoryRepo()
  fill(repo)
  dbOf(repo).exec('DELETE FROM leaf')
  const before = everything(repo)
  assert.throws(
    () =>
      rebuild(repo, (done) => {
        if (done === 5) throw new Error('stop')
      }),
    /stop/,
  )
  assert.deepEqual(everything(repo), before)
  rebuild(repo)
  assert.deepEqual(verify(repo).differences, [])
})

test('a rebuild whose process is killed leaves the file as it was', (t) => {
  const path = scratchPath(t)
  const folder = join(import.meta.dirname, '..', 'crosslink')
  createRepo(openDatabase(path, { create: true }), new TestEnv()).close()
  let before
  {
    using repo = openRepo(openDatabase(path), new TestEnv())
    fill(repo, 30)
    dbOf(repo).exec('DELETE FROM leaf; DELETE FROM event')
    before = everything(repo)
  }
  const script = `
    import { openDatabase } from '${folder}/../db/node.ts'
    import { systemEnv } from '${folder}/../base/env.ts'
    import { openRepo } from '${folder}/open.ts'
    import { rebuild } from '${folder}/rebuild.ts'
    const db = openDatabase(${JSON.stringify(path)})
    // So small a cache spills, so that the file itself is written to before the end.
    db.exec('PRAGMA cache_size = 1')
    rebuild(openRepo(db, systemEnv), (done) => {
      if (done === 50) process.kill(process.pid, 'SIGKILL')
    })`
  const { signal } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script])
  assert.equal(signal, 'SIGKILL')
  assert.ok(readFileSync(`${path}-journal`).length > 0, 'it was in the middle')
  using repo = openRepo(openDatabase(path), new TestEnv())
  assert.deepEqual(everything(repo), before)
})

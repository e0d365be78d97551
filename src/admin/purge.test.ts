/**
 * Purges: what goes, what stays, what comes back, and that the derived tables are right after each.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact, isShunned } from '../repo/blob.ts'
import { checkin, type CheckinOptions } from '../write/checkin.ts'
import { readArtifact } from '../repo/content.ts'
import { failsWith, stateOf, version } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { listPurges, obliterate, readPurged, undoPurge } from './graveyard.ts'
import { checkinsWithAll, fileVersions, purge } from './purge.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { rebuild } from '../crosslink/rebuild.ts'
import { shun } from '../repo/shun.ts'
import { storeLocal } from '../repo/store.ts'
import { verify } from '../crosslink/verify.ts'
import { amendCheckin } from '../write/amend.ts'
import { attachFile } from '../write/attachment.ts'
import { addTag } from '../write/tag.ts'
import { writeWiki } from '../write/wiki.ts'

const by = { user: 'admin' }

function commit(repo: Repo, options: Partial<CheckinOptions> & { files: Files }): ArtifactHash {
  const { files, ...rest } = options
  const changes = Object.entries(files).map(([name, content]) => ({ name, content }))
  return checkin(repo, { comment: 'c', user: 'admin', allowOlder: true, changes, ...rest }).hash
}

type Files = Readonly<Record<string, Uint8Array>>

function checkSound(repo: Repo): void {
  assert.deepEqual(verify(repo).differences, [])
}

/** A trunk of two check-ins and a branch of two that leaves between them. */
function branched(repo: Repo) {
  const first = commit(repo, { files: { a: version(1), shared: utf8('shared') } })
  const second = commit(repo, { parent: first, files: { a: version(2) } })
  const side = commit(repo, {
    parent: first,
    branch: 'side',
    files: { a: version(3), own: utf8('own'), again: utf8('shared') },
  })
  const sideTip = commit(repo, { parent: side, files: { a: version(4) } })
  return { first, second, side, sideTip }
}

suite('the artifacts of check-ins', () => {
  test('are their descendants, their own files and the tags about them alone', () => {
    using repo = memoryRepo()
    const { first, side, sideTip } = branched(repo)
    const amended = amendCheckin(repo, sideTip, { comment: 'one' }, by)?.hash ?? assert.fail()
    const again = amendCheckin(repo, sideTip, { comment: 'two' }, by)?.hash ?? assert.fail()
    addTag(repo, { target: first, name: 'stays' }, by)
    const going = new Set(checkinsWithAll(repo, [side]))
    const files = [version(3), version(4), utf8('own')].map((content) => storeLocal(repo, content))
    const expected = [side, sideTip, amended, again, ...files.map(({ hash }) => hash)]
    assert.deepEqual([...going].sort(), expected.sort())
  })

  test('are not files that something else needs', () => {
    using repo = memoryRepo()
    const first = commit(repo, { files: { a: utf8('1') } })
    writeWiki(repo, { title: 'Page', content: 'text' }, by)
    const { source } = attachFile(repo, { page: 'Page' }, { fileName: 'x', content: utf8('x') }, by)
    const manifest = readArtifact(repo, first)
    const files = { attached: utf8('x'), 'a manifest': manifest, own: utf8('own') }
    const second = commit(repo, { parent: first, files })
    const going = checkinsWithAll(repo, [second])
    assert.deepEqual(going.length, 2)
    assert.ok(!going.includes(source) && !going.includes(first))
  })
})

test('what a purge would take is told before, in its order and in its words', () => {
  using repo = memoryRepo()
  const { side, sideTip } = branched(repo)
  const secret = { files: { secret: utf8('s') }, isPrivate: true }
  const hidden = commit(repo, { parent: sideTip, ...secret })
  const going = checkinsWithAll(repo, [side])
  const { id: none, artifacts: told } = purge(repo, [...going, side], { dryRun: true })
  assert.deepEqual([none, listPurges(repo)], [0, []])
  assert.equal(told.length, going.length)
  assert.deepEqual(
    told.filter(({ isCheckin }) => isCheckin).map(({ hash }) => hash),
    [side, sideTip, hidden],
  )
  assert.deepEqual(purge(repo, going), { id: 1, artifacts: told })
  assert.deepEqual(
    told.map(({ hash, description, isPrivate }) => [hash, description, isPrivate]),
    listPurges(repo)[0]?.artifacts.map((item) => [item.hash, item.description, item.isPrivate]),
  )
  assert.throws(() => purge(repo, [side], { dryRun: true }), failsWith('artifact.missing'))
})

test('a purge undone leaves the repository as it was', () => {
  using repo = memoryRepo()
  const { first, second, side, sideTip } = branched(repo)
  const hidden = commit(repo, { parent: sideTip, isPrivate: true, files: { secret: utf8('s') } })
  rebuild(repo)
  const before = stateOf(repo)
  const { id, artifacts } = purge(repo, checkinsWithAll(repo, [side]), { notes: 'why not' })
  checkSound(repo)
  assert.deepEqual([id, artifacts.length], [1, 7])
  for (const hash of [side, sideTip, hidden]) assert.ok(!hasArtifact(repo, hash))
  for (const hash of [first, second]) assert.ok(hasArtifact(repo, hash))
  assert.deepEqual(stateOf(repo).phantoms, [])
  const [event] = listPurges(repo)
  assert.equal(event?.notes, 'why not')
  const items = event?.artifacts ?? []
  const secret = items.filter(({ isPrivate }) => isPrivate).map(({ hash }) => hash)
  assert.ok(secret.includes(hidden) && !secret.includes(side))
  assert.match(items.find(({ hash }) => hash === side)?.description ?? '', /^check-in to side by/)
  assert.equal(fromUtf8(readPurged(repo, items.at(-2)?.hash.slice(0, 9) ?? '')), 's')
  assert.equal(undoPurge(repo, id), 7)
  checkSound(repo)
  assert.deepEqual({ ...stateOf(repo), unsent: [] }, { ...before, unsent: [] })
  assert.deepEqual(listPurges(repo), [])
})

test('deltas of what was purged, and purged deltas of what stayed, can be read', () => {
  using repo = memoryRepo()
  const { first, second } = branched(repo)
  const deltas = 'SELECT count(*) FROM delta'
  assert.ok(Number(dbOf(repo).prepare(deltas).get()?.[0]) > 1)
  const content = readArtifact(repo, storeLocal(repo, version(1)).hash)
  const newer = storeLocal(repo, version(2)).hash
  const { id } = purge(repo, [newer])
  assert.deepEqual(readArtifact(repo, storeLocal(repo, version(1)).hash), content)
  assert.deepEqual(stateOf(repo).phantoms, [newer])
  checkSound(repo)
  undoPurge(repo, id)
  purge(repo, checkinsWithAll(repo, [second]))
  undoPurge(repo, listPurges(repo)[0]?.id ?? 0)
  assert.ok(hasArtifact(repo, first))
  checkSound(repo)
})

test('all versions of a file go by its name or that of its directory', () => {
  using repo = memoryRepo()
  const names = ['d/x', 'd/y', 'dx', 'd*']
  const files = Object.fromEntries(names.map((name) => [name, utf8(name)]))
  const first = commit(repo, { files })
  commit(repo, { parent: first, files: { 'd/x': utf8('newer') } })
  const named = (...paths: string[]): string[] =>
    fileVersions(repo, paths).map((hash) => fromUtf8(readArtifact(repo, hash)))
  assert.deepEqual(named('d'), ['d/x', 'd/y', 'newer'])
  assert.deepEqual(named('d/x', 'd*'), ['d/x', 'd*', 'newer'])
  assert.deepEqual(named('none'), [])
})

test('bringing back lifts a ban', () => {
  using repo = memoryRepo()
  const { hash } = storeLocal(repo, utf8('banned'))
  const { id } = purge(repo, [hash])
  shun(repo, [hash])
  undoPurge(repo, id)
  assert.ok(hasArtifact(repo, hash) && !isShunned(repo, hash))
})

test('bringing back what was banned gives children that came meanwhile their parent', () => {
  using repo = memoryRepo()
  using elsewhere = memoryRepo()
  const first = commit(elsewhere, { files: { a: utf8('1') } })
  const second = commit(elsewhere, { parent: first, files: { a: utf8('2') } })
  const [parent, child] = [first, second].map((hash) => readArtifact(elsewhere, hash))
  storeLocal(repo, parent ?? assert.fail())
  const { id } = purge(repo, [first])
  shun(repo, [first])
  storeLocal(repo, child ?? assert.fail())
  undoPurge(repo, id)
  checkSound(repo)
  const links = dbOf(repo).prepare<[number]>('SELECT count(*) FROM plink').get()
  assert.deepEqual(links, [1])
})

test('an obliterated purge cannot be undone', () => {
  using repo = memoryRepo()
  const ids = ['1', '2'].map((text) => purge(repo, [storeLocal(repo, utf8(text)).hash]).id)
  assert.equal(obliterate(repo, ids), 2)
  assert.throws(() => undoPurge(repo, 1), failsWith('option.invalid', /there is no purge 1/))
})

suite('a purge is refused, and changes nothing,', () => {
  test('where a check-in that stays is written as a difference from one that goes', () => {
    using repo = memoryRepo()
    const first = commit(repo, { files: { a: utf8('1') } })
    const delta = { files: { a: utf8('2') }, deltaManifest: true }
    const second = commit(repo, { parent: first, ...delta })
    const before = stateOf(repo)
    const reason = new RegExp(`${second} is written as a difference from ${first}`)
    assert.throws(() => purge(repo, [first]), failsWith('artifact.invalid', reason))
    assert.deepEqual(stateOf(repo), before)
    purge(repo, checkinsWithAll(repo, [first]))
    checkSound(repo)
  })

  test('for what is not here, for nothing, and before there is a graveyard', () => {
    using repo = memoryRepo()
    const { hash } = storeLocal(repo, utf8('x'))
    const { id } = purge(repo, [hash])
    assert.throws(() => purge(repo, [hash]), failsWith('artifact.missing'))
    assert.throws(() => purge(repo, []), failsWith('artifact.invalid', /no artifact/))
    using empty = memoryRepo()
    assert.deepEqual(listPurges(empty), [])
    assert.throws(() => undoPurge(empty, id), failsWith('option.invalid'))
    assert.throws(() => obliterate(empty, [id]), failsWith('option.invalid'))
    assert.throws(() => readPurged(empty, hash), failsWith('name.unknown'))
  })
})

suite('a damaged graveyard', () => {
  const damages: Readonly<Record<string, string>> = {
    'a loop': 'UPDATE purgeitem SET srcid = piid',
    'a source that is not there': 'UPDATE purgeitem SET srcid = 99',
    'other bytes': `UPDATE purgeitem SET data = x'00000001ff'`,
    'no bytes': 'UPDATE purgeitem SET data = NULL',
    'another name': `UPDATE purgeitem SET uuid = '${'e'.repeat(64)}'`,
    'no name': `UPDATE purgeitem SET uuid = x'41'`,
  }
  for (const [what, sql] of Object.entries(damages)) {
    test(`with ${what} brings nothing back`, () => {
      using repo = memoryRepo()
      const { id } = purge(repo, [storeLocal(repo, version(1)).hash])
      dbOf(repo).exec(sql)
      const before = stateOf(repo)
      assert.throws(() => undoPurge(repo, id), failsWith('repo.corrupt', /in the graveyard/))
      assert.deepEqual(stateOf(repo), before)
      assert.equal(listPurges(repo).length, 1)
    })
  }

  test('is told of when an artifact of it is read, and a prefix of several is none', () => {
    using repo = memoryRepo()
    const { hash } = storeLocal(repo, version(1))
    purge(repo, [hash])
    dbOf(repo).exec('UPDATE purgeitem SET srcid = piid')
    assert.throws(() => readPurged(repo, hash), failsWith('repo.corrupt', /loop/))
    dbOf(repo).exec(`UPDATE purgeitem SET uuid = '${'e'.repeat(64)}'`)
    dbOf(repo).exec(`INSERT INTO purgeitem(peid, uuid, sz) VALUES(1, '${'e'.repeat(40)}', 0)`)
    assert.throws(() => readPurged(repo, 'eeee'), failsWith('name.ambiguous'))
    assert.throws(() => readPurged(repo, '*'), failsWith('name.unknown'))
  })
})

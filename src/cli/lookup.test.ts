/**
 * Names, dates and paths as people type them, and what they hear where those mean nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import {
  checkin,
  checkinFiles,
  parseArtifactHash,
  rebuild,
  type Repo,
  setConfig,
  shun,
} from '../index.ts'
import { failsWith, startMs } from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import {
  checkContent,
  checkPaths,
  findArtifact,
  findCheckin,
  findMoment,
  shortHashes,
  similarNames,
  treePaths,
} from './lookup.ts'

function addCheckin(repo: Repo, branch: string): string {
  const changes = [{ name: 'a', content: utf8(branch) }]
  return checkin(repo, { comment: branch, user: 'us', branch, changes }).hash
}

suite('without a name', () => {
  test('the check-in is the latest of the main branch, or of all where there is none', () => {
    using repo = memoryRepo()
    const other = addCheckin(repo, 'other')
    assert.equal(findCheckin(repo, undefined), other)
    const trunk = addCheckin(repo, 'trunk')
    addCheckin(repo, 'later')
    assert.equal(findCheckin(repo, undefined), trunk)
    setConfig(repo, 'main-branch', 'other')
    assert.equal(findCheckin(repo, undefined), other)
  })

  test('an empty repository says that it is', () => {
    using repo = memoryRepo()
    assert.throws(() => findCheckin(repo, undefined), failsWith('name.unknown', /no check-ins/))
  })
})

function unknown(message: RegExp): (error: unknown) => boolean {
  return failsWith('name.unknown', message)
}

suite('a name that means nothing', () => {
  test('asked for is told by what it is', () => {
    using repo = memoryRepo()
    const checkinHash = addCheckin(repo, 'trunk')
    const asked = () => findArtifact(repo, checkinHash.slice(0, 10), { kind: 'wiki' })
    assert.throws(asked, unknown(new RegExp(`${checkinHash} is no wiki page`)))
  })

  test('because it is shunned is told as that', () => {
    using repo = memoryRepo()
    const trunk = parseArtifactHash(addCheckin(repo, 'trunk')) ?? assert.fail()
    const file = checkinFiles(repo, trunk).get('a')?.hash ?? assert.fail()
    checkContent(repo, { name: 'a', hash: file })
    shun(repo, [file])
    rebuild(repo)
    const said = /the content of this file, [0-9a-f]{64}, is shunned here: "trilobite shun ls"/
    assert.throws(() => checkContent(repo, { name: 'a', hash: file }), unknown(said))
    const byHash = () => findArtifact(repo, file.slice(0, 8))
    assert.throws(byHash, unknown(/an artifact of this name is shunned here/))
    const elsewhere = parseArtifactHash('e'.repeat(64)) ?? assert.fail()
    const absent = () => checkContent(repo, { name: 'a', hash: elsewhere })
    assert.throws(absent, unknown(/e{64}, is not here: a sync may bring it/))
  })

  test('gets the tags and branches that are like it', () => {
    using repo = memoryRepo()
    for (const branch of ['trunk', 'feature/login', 'feature/logout']) addCheckin(repo, branch)
    const asked = (name: string) => () => findArtifact(repo, name)
    assert.throws(asked('trnk'), unknown(/did you mean "trunk"\?/))
    assert.throws(asked('feature'), unknown(/did you mean "feature\/login" or "feature\/logout"\?/))
    assert.throws(asked('quite different'), unknown(/has this name \(name quite different\)$/))
  })

  test('is shown without its control characters, and so are those that are like it', () => {
    using repo = memoryRepo()
    addCheckin(repo, 'tr\u001bunk')
    const fails = failsWith('name.unknown', /mean "tr\\x1bunk"\? \(name trunk\\x07\)$/)
    assert.throws(() => findArtifact(repo, 'trunk\u0007'), fails)
  })

  test('is like few names, the closest first', () => {
    const names = ['release-1', 'release-2', 'release-10', 'unrelated', 'Release', 'src/release.c']
    const similar = ['Release', 'release-1', 'release-10', 'release-2', 'src/release.c']
    assert.deepEqual(similarNames('release', names), similar)
    assert.deepEqual(similarNames('b.c', ['src/b.c', 'src/main.c', 'b.h']), ['src/b.c', 'b.h'])
    assert.deepEqual(similarNames('', ['a', 'bb']), ['a'])
  })

  test('costs little to compare with long ones', () => {
    const long = 'x'.repeat(1_000_000)
    assert.deepEqual(similarNames(`${long}y`, [long]), [long])
  })
})

test('a moment is now, a date, or when something happened', () => {
  using repo = memoryRepo()
  addCheckin(repo, 'trunk')
  assert.deepEqual(findMoment(repo, 'now'), { dateMs: startMs })
  assert.deepEqual(findMoment(repo, '2024-01-31'), { dateMs: Date.UTC(2024, 0, 31) })
  const noon = { dateMs: Date.UTC(2024, 0, 31, 12) }
  for (const text of ['2024-01-31T12:00:00Z', '2024-01-31 13:00+01:00']) {
    assert.deepEqual(findMoment(repo, text), noon)
  }
  assert.deepEqual(findMoment(repo, 'trunk'), { hash: findCheckin(repo, 'trunk') })
  const fails = failsWith('option.invalid', /"2024-13-01" is not a date/)
  assert.throws(() => findMoment(repo, '2024-13-01'), fails)
})

test('paths go from the root of the repository, and the root means all', () => {
  assert.deepEqual(treePaths(['./a/', '/b/c', 'd']), ['a', 'b/c', 'd'])
  for (const all of [[], ['.'], ['a', './'], ['/']]) assert.equal(treePaths(all), undefined)
  assert.doesNotThrow(() => checkPaths(['a', 'a/b'], () => ['a/b'], 'here'))
  const fails = failsWith('name.unknown', /no such file here; did you mean "a\/bcd"\?/)
  assert.throws(() => checkPaths(['a/bc'], () => ['a/bcd'], 'here'), fails)
})

test('short hashes have as many digits as the repository says', () => {
  using repo = memoryRepo()
  const digits = (setting: string): number => {
    setConfig(repo, 'hash-digits', setting)
    return shortHashes(repo)('0'.repeat(64)).length
  }
  assert.equal(shortHashes(repo)('0'.repeat(64)).length, 10)
  assert.deepEqual(['16', '1', '100', 'x'].map(digits), [16, 6, 64, 10])
})

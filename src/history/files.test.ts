/**
 * The files of a check-in, and the history of each, are those of stock.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { formatDate } from '../deck/date.ts'
import { checkin } from '../write/checkin.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { fileHistory } from './file-history.ts'
import { checkinFiles, readFile } from './files.ts'
import { resolveName } from './name.ts'
import { addChange, addCheckin } from './rows.suite.ts'
import { type StockHistory, stockHistory } from './stock.suite.ts'

function date(dateMs: number | undefined): string {
  return dateMs === undefined ? '' : formatDate(dateMs, 'seconds').replace('T', ' ')
}

function hashOf({ repo, hashes }: StockHistory, name: string): ArtifactHash {
  return resolveName(repo, hashes[name] ?? assert.fail(name))
}

test('files, their sizes and dates are those of fossil ls', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  for (const [name, hash] of Object.entries(stock.hashes)) {
    const said = await stock.fossil('ls', '-r', hash, '-v')
    const listed = checkinFiles(stock.repo, hashOf(stock, name), { withDetails: true })
    const ours: string[] = [...listed.values()].map(
      ({ name: file, sizeBytes, changed }) =>
        `${date(changed?.dateMs)}  ${String(sizeBytes).padStart(7)}  ${file}`,
    )
    assert.deepEqual(ours.toSorted(), said.trimEnd().split('\n').toSorted(), name)
  }
})

test('files can be named, and so can directories', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const listed = (...paths: string[]): string[] => [
    ...checkinFiles(stock.repo, hashOf(stock, 'merged'), { paths }).keys(),
  ]
  for (const paths of [['src'], ['src', 'link'], ['nothing'], ['src/renamed.c'], ['lin']]) {
    const said = await stock.fossil('ls', '-r', stock.hashes['merged'] ?? '', ...paths)
    assert.deepEqual(listed(...paths).toSorted(), said.trimEnd().split('\n').filter(Boolean))
  }
})

test('the content of a file is that of fossil cat', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  for (const checkinName of ['first', 'merged', 'fork-b']) {
    const hash = hashOf(stock, checkinName)
    for (const { name, permission } of checkinFiles(stock.repo, hash).values()) {
      const file = readFile(stock.repo, hash, name)
      assert.equal(file.permission, permission)
      const said = await stock.fossil('cat', '-r', hash, name)
      assert.equal(fromUtf8(file.content), said, name)
    }
  }
  const first = checkinFiles(stock.repo, hashOf(stock, 'first'))
  const modes = [...first.values()].map(({ permission }) => permission)
  assert.deepEqual(modes, ['regular', 'regular', 'symlink', 'executable', 'regular'])
})

test('a file that a check-in does not have is an unknown name', () => {
  using repo = memoryRepo()
  const changes = [{ name: 'a', content: utf8('x') }]
  const { hash } = checkin(repo, { changes, comment: 'c', user: 'u' })
  assert.throws(
    () => readFile(repo, hash, 'b'),
    (error) => FossilError.is(error, 'name.unknown') && error.detail.name === 'b',
  )
})

test('the history of a file is that of fossil finfo', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const cases = [[], ['-n', '2'], ['-n', '2', '--offset', '1']] as const
  for (const name of ['a.txt', 'src/renamed.c', 'big.bin', 'side.txt', 'new ünï.txt']) {
    for (const args of cases) {
      const [, limit, , offset] = args
      const said = await stock.fossil('finfo', name, '-W', '0', ...args)
      const options = {
        followRenames: false,
        ...(limit === undefined ? {} : { limit: Number(limit) }),
        ...(offset === undefined ? {} : { offset: Number(offset) }),
      }
      const ours: string[] = fileHistory(stock.repo, name, options).map((entry) => {
        const { dateMs, comment, user, branch, change } = entry
        const [ci, artifact] = [entry.checkin.slice(0, 10), change.hash?.slice(0, 10)]
        const who = `(user: ${user}, artifact: [${artifact}], branch: ${branch})`
        return `${date(dateMs).slice(0, 10)} [${ci}] ${comment} ${who}`
      })
      assert.deepEqual(ours, said.trimEnd().split('\n').slice(1), `${name} ${args.join(' ')}`)
    }
  }
})

test('a name that no check-in knows has no history', () => {
  using repo = memoryRepo()
  assert.deepEqual(fileHistory(repo, 'nothing'), [])
})

test('a rename is followed to its beginning', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const told = (options = {}): string[] =>
    fileHistory(stock.repo, 'src/renamed.c', options).map(
      ({ comment, change }) => `${comment.split(/[ ,]/)[0]} ${change.change} ${change.name}`,
    )
  const followed = ['renamed edited src/renamed.c', 'third edited src/b.c', 'first added src/b.c']
  assert.deepEqual(told(), ['fork-b edited src/renamed.c', ...followed])
  assert.deepEqual(told({ checkin: stock.hash('merged') }), followed)
  assert.deepEqual(told({ followRenames: false }), [
    'fork-b edited src/renamed.c',
    'renamed edited src/renamed.c',
  ])
  const deleted = fileHistory(stock.repo, 'src/b.c').map(({ change }) => change.change)
  assert.deepEqual(deleted, ['deleted', 'edited', 'added'])
})

test('what came later under the earlier name is another file', () => {
  using repo = memoryRepo()
  const [c1, c2, c3] = ['1', '2', '3'].map((name, i) => {
    return addCheckin(repo, { name, dateMs: i * 1000 }).rid
  })
  if (c1 === undefined || c2 === undefined || c3 === undefined) assert.fail()
  addChange(repo, { checkin: c1, name: 'x', after: c1 })
  addChange(repo, { checkin: c2, name: 'y', priorName: 'x', before: c1, after: c1 })
  addChange(repo, { checkin: c2, name: 'x', before: c1 })
  addChange(repo, { checkin: c3, name: 'x', after: c3 })
  addChange(repo, { checkin: c3, name: 'x', before: c1, after: c3, isAux: true })
  const told = (name: string): string[] =>
    fileHistory(repo, name).map(({ comment, change }) => `${comment} ${change.change}`)
  assert.deepEqual(told('y'), ['2 renamed', '1 added'])
  assert.deepEqual(told('x'), ['3 added', '2 deleted', '1 added'])
})

test('renames back and forth end', () => {
  using repo = memoryRepo()
  const rids = Array.from({ length: 50 }, (_, i) => {
    return addCheckin(repo, { name: `${i}`, dateMs: i * 1000 }).rid
  })
  const [content = assert.fail()] = rids
  for (const [i, checkinRid] of rids.entries()) {
    const [name, priorName] = i % 2 === 0 ? ['even', 'odd'] : ['odd', 'even']
    addChange(repo, { checkin: checkinRid, name, priorName, before: content, after: content })
    addChange(repo, { checkin: checkinRid, name: priorName, before: content })
  }
  assert.deepEqual(
    fileHistory(repo, 'odd', { limit: 3 }).map(({ comment, change }) => comment + change.change),
    ['49renamed', '48renamed', '48deleted'],
  )
})

/**
 * Check-ins, byte for byte as stock writes them, and what it says of forks.
 * @module
 */

import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { fossilUser, requireFossilOrSkip } from '../../tools/ensure-fossil.ts'
import { utf8 } from '../base/bytes.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { checkin, type CheckinOptions } from './checkin.ts'
import { setConfig } from '../repo/config.ts'
import { failsWith } from '../repo/fixture.suite.ts'
import { Stock } from './stock.suite.ts'

/** A commit in the words of stock and in ours. */
interface Commit {
  readonly args: readonly string[]
  readonly prepare: () => unknown
  readonly options: Partial<CheckinOptions>
}

/** Commits in the check-out, and here. */
async function isCommitMatched(stock: Stock, commit: Commit): Promise<ArtifactHash> {
  await commit.prepare()
  const shown = /^checkout: +(\w+)/m.exec(await stock.run('info'))?.[1] ?? assert.fail()
  const parent = stock.held().find((hash) => hash.startsWith(shown)) ?? assert.fail(shown)
  const usual = ['commit', '-m', 'said', '--no-warnings', '--no-prompt', '--allow-fork']
  return stock.isMatched([...usual, ...commit.args], (repo, { user, dateMs }) =>
    checkin(repo, { changes: [], comment: 'said', user, dateMs, parent, ...commit.options }),
  )
}

function file(name: string, content: string): { name: string; content: Uint8Array } {
  return { name, content: utf8(content) }
}

function turnOnChecksums(stock: Stock): void {
  using repo = stock.open()
  setConfig(repo, 'repo-cksum', 'on')
}

test('check-ins change, rename, add and remove files as stock does', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  turnOnChecksums(stock)
  await isCommitMatched(stock, {
    args: [],
    prepare: async () => {
      await stock.run('mv', '--hard', 'dir/b.txt', 'moved name')
      await stock.run('mv', '--hard', 'a.txt', 'c.txt')
      stock.write('c.txt', 'changed and moved\n')
      stock.write('new', 'runs')
      chmodSync(join(stock.folder, 'new'), 0o755)
      await stock.run('add', 'new')
    },
    options: {
      changes: [
        { name: 'moved name', content: undefined, renamedFrom: 'dir/b.txt' },
        { ...file('c.txt', 'changed and moved\n'), renamedFrom: 'a.txt' },
        { ...file('new', 'runs'), permission: 'executable' },
      ],
    },
  })
  await isCommitMatched(stock, {
    args: ['--delta'],
    prepare: async () => {
      stock.write('new', 'runs faster')
      await stock.run('rm', '--hard', 'c.txt')
      await stock.run('mv', '--hard', 'moved name', 'a.txt')
    },
    options: {
      deltaManifest: true,
      changes: [
        file('new', 'runs faster'),
        { name: 'c.txt', content: undefined },
        { name: 'a.txt', content: undefined, renamedFrom: 'moved name' },
      ],
    },
  })
  await isCommitMatched(stock, {
    args: ['--delta'],
    prepare: () => stock.write('new', 'runs fastest'),
    options: { deltaManifest: true, changes: [file('new', 'runs fastest')] },
  })
  await isCommitMatched(stock, {
    args: ['--baseline'],
    prepare: () => stock.write('new', 'ran'),
    options: { changes: [file('new', 'ran')] },
  })
})

test('a name may hold spaces and newlines', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  turnOnChecksums(stock)
  const name = 'of two\nlines'
  await isCommitMatched(stock, {
    args: [],
    prepare: () => {
      stock.write(name, 'x')
      return stock.run('add', name)
    },
    options: { changes: [file(name, 'x')] },
  })
})

test('check-ins have the tags and the parents that stock gives them', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  turnOnChecksums(stock)
  const first = stock.tip()
  let count = 0
  const plain = (args: string[], options: Partial<CheckinOptions>): Promise<ArtifactHash> => {
    const content = `${'x'.repeat(++count)}\n`
    const changes = [file('a.txt', content)]
    const prepare = (): void => stock.write('a.txt', content)
    return isCommitMatched(stock, { args, prepare, options: { changes, ...options } })
  }
  await plain(['--tag', 'v 1', '--tag', 'a'], { tags: ['v 1', 'a'] })
  await plain(['--bgcolor', '#123456'], { color: '#123456' })
  const trunk = await plain(['--mimetype', 'text/plain'], { mimetype: 'text/plain' })
  const privately = { isPrivate: true, branch: 'private', branchColor: '#fec084' }
  await plain(['--private'], privately)
  await plain([], {})
  await stock.run('update', first)
  const side = await isCommitMatched(stock, {
    args: ['--branch', 'side', '--branchcolor', '#fed'],
    prepare: () => stock.write('dir/b.txt', 'from the side\n'),
    options: {
      branch: 'side',
      branchColor: '#fed',
      changes: [file('dir/b.txt', 'from the side\n')],
    },
  })
  await stock.run('update', trunk)
  const pick = await isCommitMatched(stock, {
    args: ['--branch', 'pick'],
    prepare: () => stock.run('merge', '--cherrypick', side),
    options: {
      branch: 'pick',
      changes: [file('dir/b.txt', 'from the side\n')],
      cherrypicks: [{ direction: '+', target: side }],
    },
  })
  await plain([], {})
  await isCommitMatched(stock, {
    args: ['--branch', 'back'],
    prepare: () => stock.run('merge', '--backout', pick),
    options: {
      branch: 'back',
      changes: [file('dir/b.txt', 'two\n')],
      cherrypicks: [{ direction: '-', target: pick }],
    },
  })
  await isCommitMatched(stock, {
    args: ['--integrate'],
    prepare: () => stock.run('merge', side),
    options: {
      integrate: true,
      mergedParents: [side],
      changes: [file('dir/b.txt', 'from the side\n')],
    },
  })
  await plain(['--close'], { closed: true })
})

test('forks of a branch are told as stock tells them', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  const first = stock.tip()
  const tips: ArtifactHash[] = []
  const write = (
    parent: ArtifactHash,
    options: Partial<CheckinOptions>,
  ): readonly ArtifactHash[] => {
    using repo = stock.open()
    const usual = { changes: [], comment: 'said', user: fossilUser, allowEmpty: true, parent }
    const { hash, forks } = checkin(repo, { fork: 'allow', ...usual, ...options })
    tips.push(hash)
    return forks
  }
  /** The open leaves of trunk beside the latest check-in, as stock derives them. */
  const warned = async (): Promise<string[]> => {
    await stock.run('rebuild', stock.path)
    const said = await stock.run('test-leaf-ambiguity', '-R', stock.path, tips.at(-1) ?? '')
    const leaves = [...said.matchAll(/^ +\(\d+\) .*\[([0-9a-f]+)\]/gm)].map(
      ([, hash]) => hash ?? '',
    )
    return leaves.filter((prefix) => !(tips.at(-1) ?? '').startsWith(prefix)).sort()
  }
  const isTold = async (forks: readonly ArtifactHash[], expected: readonly ArtifactHash[]) => {
    assert.deepEqual(forks, expected.toSorted())
    assert.deepEqual(
      await warned(),
      forks.map((hash) => hash.slice(0, 10)),
    )
  }
  const last = (): ArtifactHash => tips.at(-1) ?? assert.fail()
  await isTold(write(first, { tags: ['a'] }), [])
  const one = last()
  await isTold(write(first, { tags: ['b'] }), [one])
  const two = last()
  await isTold(write(first, { tags: ['c'] }), [one, two])
  const three = last()
  await isTold(write(first, { branch: 'other' }), [])
  await isTold(write(one, { tags: ['d'] }), [two, three])
  const open = last()
  await isTold(write(two, { mergedParents: [three], closed: true }), [])
  const end = last()
  const goOn = (): unknown => write(end, { tags: ['e'] })
  assert.throws(goOn, failsWith('checkin.invalid', /is closed/))
  await isTold(write(first, { tags: ['f'] }), [open])
  await isTold(write(end, { branch: 'on' }), [])
  assert.match(await stock.run('test-integrity', '-R', stock.path), /checked: +0 errors/)
})

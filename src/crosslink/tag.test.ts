/**
 * Tags: which of several counts, and what children inherit.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isHeldPrivately } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { verify } from './verify.ts'
import { checkin, control, onBranch, plain, rowsAbout, settled, tagsOf } from './checkins.suite.ts'
import { artifact, assertStockAgrees, hashNamed, minute, sealed, store } from './order.suite.ts'
import { dbOf } from '../repo/repo.ts'

const root = checkin(0, { tags: onBranch('trunk') })
const child = checkin(1, { parents: [root] })
const grandchild = checkin(2, { parents: [child] })
const line = [root, child, grandchild]

test('a propagating tag passes down the line', () => {
  using repo = settled(line)
  const inherited = { branch: '~trunk', 'sym-trunk': '~' }
  assert.deepEqual(tagsOf(repo, child), inherited)
  assert.deepEqual(tagsOf(repo, grandchild), inherited)
  assert.deepEqual(
    rowsAbout(repo, grandchild, 'SELECT DISTINCT origid FROM tagxref WHERE rid = ?'),
    rowsAbout(repo, root, 'SELECT rid FROM blob WHERE rid = ?'),
  )
})

test('a tag passes to primary children alone', () => {
  const other = checkin(1, { tags: onBranch('other') })
  const merge = checkin(3, { parents: [other, child] })
  using repo = settled([root, child, other, merge])
  assert.deepEqual(tagsOf(repo, merge), { branch: '~other', 'sym-other': '~' })
})

test('a single tag ends an inherited one, for the children too', () => {
  const tag = control(5, child, '+branch b', '+sym-trunk')
  using repo = settled([...line, tag])
  assert.deepEqual(tagsOf(repo, child), { branch: '+b', 'sym-trunk': '+' })
  assert.deepEqual(tagsOf(repo, grandchild), {})
})

test('a cancelled tag keeps its row, and ends an inherited one', () => {
  const tag = control(5, child, '-sym-trunk')
  using repo = settled([...line, tag])
  assert.deepEqual(tagsOf(repo, child), { branch: '~trunk', 'sym-trunk': '-' })
  assert.deepEqual(tagsOf(repo, grandchild), { branch: '~trunk' })
})

test('of two tags on one artifact the later counts', () => {
  const tags = [control(5, child, '*bgcolor red'), control(6, child, '*bgcolor blue')]
  using repo = settled([...line, ...tags])
  assert.equal(tagsOf(repo, grandchild)['bgcolor'], '~blue')
})

test('an explicit tag counts more than a later one that is inherited', () => {
  const tags = [control(5, child, '*bgcolor red'), control(6, root, '*bgcolor blue')]
  using repo = settled([...line, ...tags])
  assert.equal(tagsOf(repo, child)['bgcolor'], '*red')
  assert.equal(tagsOf(repo, grandchild)['bgcolor'], '~red')
})

test('at equal times an artifact has the first word about itself', () => {
  const colored = checkin(1, {
    parents: [root],
    tags: [{ action: '*', name: 'bgcolor', target: '*', value: 'own' }],
  })
  const others = ['a', 'b', 'c', 'd'].map((value) => control(1, colored, `*bgcolor ${value}`))
  using repo = settled([root, colored, ...others])
  assert.equal(tagsOf(repo, colored)['bgcolor'], '*own')
})

test('at equal times the smaller hash counts', () => {
  const tags = ['a', 'b', 'c'].map((value) => ({
    value,
    made: control(5, child, `+note ${value}`),
  }))
  using repo = settled([...line, ...tags.map(({ made }) => made)])
  const [first] = tags.sort((a, b) => (a.made.hash < b.made.hash ? -1 : 1))
  assert.equal(tagsOf(repo, child)['note'], `+${first?.value}`)
})

test('of several cards in one artifact the first counts', () => {
  const cards = ['*', '+', '-'].map((action) => `T ${action}note ${child.hash} ${action}v\n`)
  const tag = sealed(`D 2023-11-14T22:20:00.000\n${cards.join('')}U bob\n`)
  using repo = settled([...line, tag])
  assert.equal(tagsOf(repo, child)['note'], '**v')
})

test('a check-in may tag others', () => {
  const tagging = checkin(3, {
    parents: [grandchild],
    tags: [{ action: '+', name: 'closed', target: child.hash, value: 'done' }],
  })
  using repo = settled([...line, tagging])
  assert.equal(tagsOf(repo, child)['closed'], '+done')
  assert.equal(tagsOf(repo, tagging)['closed'], undefined)
})

test('a tag waits with the phantom that it is on, and passes on when that comes', () => {
  const tag = control(5, child, '*bgcolor red')
  using repo = settled([root, tag])
  assert.deepEqual(tagsOf(repo, child), { bgcolor: '*red' })
  assert.deepEqual(rowsAbout(repo, child, 'SELECT count(*) FROM phantom WHERE rid = ?'), [[1]])
  store(repo, [grandchild, child])
  assert.equal(tagsOf(repo, grandchild)['bgcolor'], '~red')
  assert.deepEqual(verify(repo).differences, [])
})

test('plain data can be tagged', () => {
  const file = plain('a file')
  using repo = settled([root, file, control(1, file, '*note x')])
  assert.deepEqual(tagsOf(repo, file), { note: '*x' })
})

test('a long line inherits without deep recursion', () => {
  const long = [root]
  for (let i = 1; i < 1500; i++) long.push(checkin(i, { parents: long.slice(-1) }))
  using repo = memoryRepo()
  repo.transaction(() => store(repo, long.toReversed()))
  const [last = root] = long.slice(-1)
  assert.deepEqual(tagsOf(repo, last), { branch: '~trunk', 'sym-trunk': '~' })
})

test('the tag private hides nothing', () => {
  using repo = settled([...line, control(5, child, '+private')])
  assert.equal(isHeldPrivately(repo, child.hash), false)
})

test('a name that is not UTF-8 is a tag of its own', () => {
  const target = hashNamed('ab'.repeat(20))
  const tag = sealed(`D 2023-11-14T22:20:00.000\nT +a\xff ${target}\nT +b\xfe ${target}\nU bob\n`)
  using repo = settled([root, tag])
  assert.deepEqual(
    dbOf(repo).prepare(`SELECT hex(tagname) FROM tag WHERE tagid > 11 ORDER BY 1`).all(),
    [['61FF'], ['62FE'], [Buffer.from('sym-trunk').toString('hex').toUpperCase()]],
  )
})

test('stock inherits the same', async (t) => {
  await assertStockAgrees(t, [
    grandchild,
    control(5, child, '*bgcolor red', '-sym-trunk'),
    control(6, child, '*bgcolor blue'),
    control(7, grandchild, '+closed', '+note x', '*sym-x'),
    checkin(8, { parents: [grandchild], tags: onBranch('b') }),
    artifact({
      kind: 'control',
      dateMs: minute(9),
      user: 'bob',
      tags: [
        { action: '-', name: 'sym-x', target: grandchild.hash },
        { action: '*', name: 'hidden', target: root.hash },
      ],
    }),
    child,
    root,
  ])
})

/**
 * Control artifacts: tags of check-ins and of others.
 * What stock writes for the same: `stock.test.ts`.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { ensureKnown } from '../repo/blob.ts'
import {
  failsWith,
  isHeldPrivately,
  named,
  startMs,
  stateOf,
  TestEnv,
} from '../repo/fixture.suite.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { storeLocal } from '../repo/store.ts'
import type { Written } from './artifact.ts'
import { addTag, cancelTag, checkTagged, editTags, type TagEdit } from './tag.ts'
import { writeWiki } from './wiki.ts'
import { ada, cardsOf, commit, dateCard, dateCardAfter } from './written.suite.ts'

test('a tag of a check-in is a name for it, unless it is raw', () => {
  using repo = memoryRepo()
  const { hash: target } = commit(repo)
  const page = writeWiki(repo, { title: 'P', content: 'x' }, ada).hash
  const written: [Written, string][] = [
    [addTag(repo, { target, name: 'v 1' }, ada), `T +sym-v\\s1 ${target}`],
    [addTag(repo, { target, name: 'a', propagates: true, value: '' }, ada), `T *sym-a ${target}`],
    [addTag(repo, { target, name: 'p', isRaw: true, value: 'x y' }, ada), `T +p ${target} x\\sy`],
    [addTag(repo, { target: page, name: 'label' }, ada), `T +label ${page}`],
    [cancelTag(repo, { target, name: 'v 1' }, ada), `T -sym-v\\s1 ${target}`],
    [cancelTag(repo, { target, name: 'p', isRaw: true }, ada), `T -p ${target}`],
  ]
  for (const [artifact, card] of written) {
    // What cancels a tag is later than the tag.
    const date = card.startsWith('T -') ? dateCardAfter(1) : dateCard
    assert.deepEqual(cardsOf(repo, artifact), [date, card, 'U ada'])
  }
})

test('a tag that came down from an ancestor is cancelled, for the descendants, too', () => {
  using repo = memoryRepo()
  const { hash: first } = commit(repo, { branch: 'b' })
  const { hash: target } = commit(repo, { parent: first })
  const { hash: child } = commit(repo, { parent: target })
  const raw = { name: 'color', isRaw: true }
  addTag(repo, { target: first, ...raw, propagates: true, value: 'x' }, ada)
  const written = cancelTag(repo, { target, name: 'b' }, ada)
  assert.deepEqual(cardsOf(repo, written), [dateCard, `T -sym-b ${target}`, 'U ada'])
  cancelTag(repo, { target: child, ...raw }, ada)
  checkTagged(repo, first, 'sym-b')
  checkTagged(repo, target, 'color')
  for (const [hash, name] of [
    [target, 'sym-b'],
    [child, 'sym-b'],
    [child, 'color'],
  ] as const) {
    assert.throws(() => checkTagged(repo, hash, name), failsWith('artifact.invalid'))
  }
})

test('a tag that is not there cannot be cancelled, and the error says which are', () => {
  using repo = memoryRepo()
  const { hash: target } = commit(repo)
  addTag(repo, { target, name: 'v1' }, ada)
  addTag(repo, { target, name: 'v2' }, ada)
  cancelTag(repo, { target, name: 'v2' }, { ...ada, dateMs: startMs + 1000 })
  const page = writeWiki(repo, { title: 'P', content: 'x' }, ada).hash
  const before = stateOf(repo)
  const cancel = (name: string, isRaw = false) => {
    return (): unknown => cancelTag(repo, { target, name, isRaw }, ada)
  }
  const names = `${target} has no tag "v2" to cancel: it has "trunk", "v1"`
  assert.throws(cancel('v2'), failsWith('artifact.invalid', new RegExp(names)))
  const raw = /has no property or raw tag "v1" to cancel: it has "branch"/
  assert.throws(cancel('v1', true), failsWith('artifact.invalid', raw))
  const none = (): unknown => cancelTag(repo, { target: page, name: 'x' }, ada)
  assert.throws(none, failsWith('artifact.invalid', /has no property or raw tag "x"/))
  const gone = (): unknown => cancelTag(repo, { target: named(utf8('gone')), name: 'x' }, ada)
  assert.throws(gone, failsWith('artifact.missing'))
  assert.deepEqual(stateOf(repo), before)
})

test('an artifact of very many tags is told with some of them', () => {
  using repo = memoryRepo()
  const names = Array.from({ length: 12 }, (_, n) => `t${n}`)
  const { hash: target } = commit(repo, { tags: names })
  const cancel = (): unknown => cancelTag(repo, { target, name: 'x' }, ada)
  assert.throws(cancel, failsWith('artifact.invalid', /it has "t0", "t1", [^a-su-z]* and others/))
})

test('several tags are one artifact', () => {
  using repo = memoryRepo()
  const { hash: one } = commit(repo, { comment: 'one' })
  const { hash: two } = commit(repo, { comment: 'two' })
  const edits: TagEdit[] = [
    { action: 'cancel', target: two, name: 'x' },
    { action: 'add', target: one, name: 'y' },
    { action: 'add', target: two, name: 'y' },
  ]
  const [low, high] = [one, two].sort()
  assert.deepEqual(cardsOf(repo, editTags(repo, edits, { user: 'ada', dateMs: 0 })), [
    'D 1970-01-01T00:00:00.000',
    `T +sym-y ${low}`,
    `T +sym-y ${high}`,
    `T -sym-x ${two}`,
    'U ada',
  ])
})

test('a tag that nobody could read or that is not ours to give is refused', () => {
  using repo = memoryRepo()
  const { hash: target } = commit(repo)
  const data = storeLocal(repo, utf8('data')).hash
  const phantom = named(utf8('elsewhere'))
  ensureKnown(repo, phantom, { isPrivate: false })
  const { hash: secret } = commit(repo, { comment: 's', isPrivate: true })
  const add = (name: string, isRaw = false): TagEdit => ({ action: 'add', target, name, isRaw })
  const before = stateOf(repo)
  const refused: TagEdit[][] = [
    [],
    [add('')],
    [add('', true)],
    [add('abc', true)],
    [add('a\0b')],
    [add('wiki-P')],
    [add('tkt-1', true)],
    [add('event-1')],
    [add('x'), add('x')],
    [add('x'), { action: 'cancel', target, name: 'x' }],
    [{ action: 'add', target: data, name: 'x' }],
    [add('x'), { action: 'add', target: secret, name: 'x' }],
  ]
  for (const edits of refused) {
    const write = (): unknown => editTags(repo, edits, ada)
    assert.throws(write, failsWith('artifact.invalid', /control/), JSON.stringify(edits))
  }
  for (const gone of [phantom, named(utf8('unknown'))]) {
    const write = (): unknown => addTag(repo, { target: gone, name: 'x' }, ada)
    assert.throws(write, failsWith('artifact.missing'))
  }
  assert.throws(
    () => addTag(repo, { target, name: 'x' }, { user: '' }),
    failsWith('artifact.invalid'),
  )
  assert.deepEqual(stateOf(repo), before)
})

test('a tag on a private check-in is private', () => {
  using repo = memoryRepo()
  const { hash: target } = commit(repo, { isPrivate: true })
  const { hash } = addTag(repo, { target, name: 'x' }, ada)
  assert.ok(isHeldPrivately(repo, hash))
})

test('what cannot be committed was not written', () => {
  const env = new TestEnv()
  using repo = memoryRepo({}, env)
  const { hash: target } = commit(repo)
  const before = stateOf(repo)
  env.failing.add('repo.commit.fail')
  assert.throws(() => addTag(repo, { target, name: 'x' }, ada), failsWith('repo.io'))
  assert.deepEqual(stateOf(repo), before)
})

/**
 * The table of merges: what becomes of a file that one side changed, or both.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fromUtf8 } from '../base/bytes.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { failsWith } from '../repo/fixture.suite.ts'
import { setConfig } from '../repo/config.ts'
import { type Edits, mergesTo, Story, told } from './story.suite.ts'

const text = '1\n2\n3\n4\n5\n'
const first = text.replace('1', 'one')
const last = text.replace('5', 'five')
const both = first.replace('5', 'five')

test('a file that one side changed is as that side has it', () => {
  mergesTo([{ a: text, b: text, c: text }, { a: first }, { b: last, c: null, d: 'new' }], {
    told: ['updated b', 'deleted c', 'added d'],
    files: { a: first, b: last, d: 'new' },
  })
})

test('a file that both sides changed has the changes of both', () => {
  mergesTo(
    [
      { a: text, b: text },
      { a: first, b: first },
      { a: last, b: first },
    ],
    {
      told: ['merged a'],
      files: { a: both, b: first },
    },
  )
})

test('a change of the same lines is a conflict, with both between marks', () => {
  const story = new Story()
  using _ = story.repo
  const plan = story.plan(story.fork({ a: text }, { a: first }, { a: text.replace('1', 'uno') }))
  assert.deepEqual(told(plan), ['conflict: content a'])
  const [{ hunks, marked, pivot, target, source, merged } = assert.fail()] = plan.conflicts
  assert.equal(hunks?.length, 1)
  assert.match(fromUtf8(marked ?? assert.fail()), /^<<<<<<< BEGIN[^]*\none\n[^]*\nuno\n>>>>>>> END/)
  assert.deepEqual([pivot?.name, target?.name, source?.name], ['a', 'a', 'a'])
  assert.equal(new Set([pivot?.hash, target?.hash, source?.hash]).size, 3)
  assert.equal(merged, undefined)
})

test('a file that one side deleted goes, unless the other changed its content', () => {
  mergesTo(
    [
      { a: text, b: text, c: text },
      { a: null, c: null },
      { b: null, c: null },
    ],
    {
      told: ['deleted b'],
      files: {},
    },
  )
  mergesTo([{ a: text, b: text }, { a: null }, { b: null, a: last }], {
    told: ['deleted b', 'conflict: deleted a'],
  })
  mergesTo([{ a: text }, { a: { permission: 'executable', text } }, { a: null }], {
    told: ['deleted a'],
    files: {},
  })
  mergesTo([{ a: text }, { a: null }, { b: { renamedFrom: 'a' } }], { told: [], files: {} })
})

test('a rename on one side goes with a change on the other', () => {
  mergesTo(
    [
      { a: text, c: text },
      { a: first, d: { renamedFrom: 'c' } },
      { b: { renamedFrom: 'a' }, c: last },
    ],
    {
      told: ['kept a to b', 'updated d'],
      files: { b: first, d: last },
    },
  )
  mergesTo([{ a: text }, { a: first }, { b: { renamedFrom: 'a', text: last } }], {
    told: ['merged a to b'],
    files: { b: both },
  })
})

test('a rename that both sides made alike is made once; another is a conflict', () => {
  const toB = { b: { renamedFrom: 'a', text: first } }
  mergesTo([{ a: text }, toB, { b: { renamedFrom: 'a', text: last } }], {
    told: ['merged b'],
    files: { b: both },
  })
  mergesTo([{ a: text }, toB, { c: { renamedFrom: 'a', text: last } }], {
    told: ['conflict: renamed b'],
  })
})

test('a rename over several check-ins, and one back, are seen', () => {
  const story = new Story()
  using _ = story.repo
  const pivot = story.commit(undefined, { a: text, z: text })
  let target = story.commit(pivot, { b: { renamedFrom: 'a' }, y: { renamedFrom: 'z' } })
  target = story.commit(target, { c: { renamedFrom: 'b' }, z: { renamedFrom: 'y' } })
  const source = story.commit(pivot, { a: last, z: first })
  const plan = story.plan({ source, target })
  assert.deepEqual(told(plan), ['updated c', 'updated z'])
})

test('names that are swapped, or used again, belong to the files that have them', () => {
  const swap = { a: { renamedFrom: 'b' }, b: { renamedFrom: 'a' } }
  mergesTo([{ a: text, b: 'other' }, swap, { a: last }], {
    told: ['updated b'],
    files: { a: 'other', b: last },
  })
  const again = { b: { renamedFrom: 'a' }, a: 'new' }
  mergesTo([{ a: text }, again, { a: last }], {
    told: ['updated b'],
    files: { a: 'new', b: last },
  })
})

test('a renamed file takes the place of one that was deleted with it', () => {
  mergesTo([{ i: text, j: last }, { k: 'k' }, { i: { renamedFrom: 'j', replaces: true } }], {
    told: ['deleted i', 'kept j to i'],
    files: { i: last, k: 'k' },
  })
  const replace = { i: { renamedFrom: 'j' }, m: { renamedFrom: 'i' } }
  mergesTo([{ i: text, j: last }, { k: 'k' }, replace], {
    told: ['kept j to i', 'kept i to m'],
    files: { i: last, k: 'k', m: text },
  })
})

test('two files of one name are a conflict', () => {
  const taken = ['conflict: name b', 'conflict: name b']
  mergesTo([{ a: text }, { b: 'mine' }, { b: { renamedFrom: 'a' } }], { told: taken })
  mergesTo([{ a: text, c: text }, { b: { renamedFrom: 'c' } }, { b: { renamedFrom: 'a' } }], {
    told: taken,
  })
})

test('a file and a directory of one name are a conflict', () => {
  mergesTo([{ a: text }, { d: 'file' }, { 'd/e/f': 'below' }], {
    told: ['conflict: name d', 'conflict: name d/e/f'],
  })
  mergesTo([{ d: text }, { a: 'x' }, { d: null, 'd/f': 'below' }], {
    told: ['deleted d', 'added d/f'],
    files: { a: 'x', 'd/f': 'below' },
  })
})

test('a file that both sides added is one, with a conflict where it differs', () => {
  mergesTo([{ a: text }, { b: 'same\n' }, { b: 'same\n' }], {
    told: [],
    files: { a: text, b: 'same\n' },
  })
  mergesTo([{ a: text }, { b: 'mine\n' }, { b: 'theirs\n' }], { told: ['conflict: content b'] })
  mergesTo([{ a: text }, { b: 'mine\n' }, { b: '' }], {
    told: ['merged b'],
    files: { a: text, b: 'mine\n' },
  })
})

test('permissions merge like everything else', () => {
  const executable = { permission: 'executable' } as const
  mergesTo(
    [
      { a: text, b: text },
      { a: { text: first, ...executable } },
      { a: last, b: { text, ...executable } },
    ],
    {
      told: ['merged a', 'kept b executable'],
      files: { a: `${both} x`, b: `${text} x` },
    },
  )
  const link = { text: 'elsewhere', permission: 'symlink' } as const
  mergesTo([{ a: text }, { a: { text, ...executable } }, { a: link }], {
    told: ['conflict: permission a'],
  })
})

function to(place: string): Edits[string] {
  return { text: place, permission: 'symlink' }
}

function bytes(end: number): Edits[string] {
  return { bytes: new Uint8Array([0, end]) }
}

test('links and binary files are not merged, but taken where one side changed them', () => {
  mergesTo(
    [
      { a: to('x'), b: bytes(1) },
      { a: to('y'), b: bytes(2) },
      { a: to('z'), b: bytes(3) },
    ],
    {
      told: ['conflict: symlink a', 'conflict: binary b'],
    },
  )
  mergesTo([{ a: to('x'), b: bytes(1) }, { a: to('y') }, { b: bytes(3) }], {
    told: ['updated b'],
    files: { a: 'y l', b: '\0\u0003' },
  })
  const made = { a: { text: 'x', permission: 'symlink' } } as const
  mergesTo([{ a: 'x' }, made, { a: 'y' }], { told: ['conflict: symlink a'] })
  mergesTo([{ a: text }, {}, { a: to('x') }], { told: ['updated a symlink'], files: { a: 'x l' } })
})

test('what binary-glob names is not merged as text: the project says so, or the repository', () => {
  const story = new Story()
  using repo = story.repo
  const fork = story.fork({ 'a.svg': text }, { 'a.svg': first }, { 'a.svg': last })
  assert.deepEqual(told(story.plan(fork)), ['merged a.svg'])
  setConfig(repo, 'binary-glob', '*.svg')
  assert.deepEqual(told(story.plan(fork)), ['conflict: binary a.svg'])
  const target = story.commit(fork.target, { '.fossil-settings/binary-glob': '*.png\n' })
  assert.deepEqual(told(story.plan({ ...fork, target })), ['merged a.svg'])
})

test('the pivot is the nearest check-in that both sides have', () => {
  const story = new Story()
  using _ = story.repo
  const root = story.commit(undefined, { a: text })
  const one = story.commit(root, { b: '1' })
  const two = story.commit(root, { c: '1' })
  assert.equal(story.plan({ source: one, target: two }).pivot, root)
  const merge = story.merge({ source: one, target: two })
  const on = story.commit(one, { b: '2' })
  assert.equal(story.plan({ source: on, target: merge }).pivot, one)
  assert.deepEqual(told(story.plan({ source: on, target: merge })), ['updated b'])
})

test('of lines that merged each other the pivot is the later of the two that they took in', () => {
  const story = new Story()
  using _ = story.repo
  const root = story.commit(undefined, { a: text })
  const one = story.commit(root, { a: first })
  const two = story.commit(root, { a: last })
  const left = story.merge({ source: two, target: one })
  const right = story.merge({ source: one, target: two })
  assert.deepEqual(story.files(left), story.files(right))
  const plan = story.plan({ source: right, target: left })
  assert.equal(plan.pivot, two)
  assert.deepEqual(told(plan), [])
  const further = story.commit(right, { a: both.replace('3', 'three') })
  assert.deepEqual(told(story.plan({ source: further, target: left })), ['merged a'])
})

test('files are followed through merges that renamed and added them', () => {
  const story = new Story()
  using _ = story.repo
  const root = story.commit(undefined, { a: text })
  const trunk = story.commit(root, { b: { renamedFrom: 'a' }, n: text })
  const side = story.merge({ source: trunk, target: story.commit(root, { x: 'x' }) })
  const target = story.commit(side, { c: { renamedFrom: 'b' }, m: { renamedFrom: 'n' } })
  const source = story.commit(trunk, { b: last, n: first })
  assert.deepEqual(told(story.plan({ source, target })), ['updated c', 'updated m'])
})

test('a merge of itself, or of an ancestor, has nothing to do', () => {
  const story = new Story()
  using _ = story.repo
  const root = story.commit(undefined, { a: text })
  const tip = story.commit(root, { a: first })
  for (const source of [tip, root]) {
    const plan = story.plan({ source, target: tip })
    assert.deepEqual([plan.isIdle, plan.files, plan.conflicts], [true, [], []])
  }
  const forward = story.plan({ source: tip, target: root })
  assert.deepEqual([forward.isIdle, forward.pivot, told(forward)], [false, root, ['updated a']])
})

test('a cherry-pick takes the changes of one check-in, a backout takes them back', () => {
  const story = new Story()
  using _ = story.repo
  const root = story.commit(undefined, { a: text, b: 'b' })
  const line = story.commit(root, { b: 'c' })
  const source = story.commit(line, { a: last })
  const target = story.commit(root, { n: { renamedFrom: 'a', text: first } })
  const pick = story.plan({ source, target, kind: 'cherrypick' })
  assert.deepEqual([pick.pivot, told(pick)], [line, ['merged n']])
  const back = story.plan({ source: target, target, kind: 'backout' })
  assert.deepEqual([back.pivot, told(back)], [target, ['updated n to a']])
  const again = story.plan({ source, target: source, kind: 'cherrypick' })
  assert.equal(again.isIdle, true)
})

test('a baseline takes the place of the pivot', () => {
  const story = new Story()
  using _ = story.repo
  const root = story.commit(undefined, { a: text })
  const line = story.commit(root, { a: first })
  const source = story.commit(line, { a: both })
  const target = story.commit(root, { b: 'b' })
  const plan = story.plan({ source, target, baseline: line })
  assert.deepEqual([plan.pivot, told(plan)], [line, ['merged a']])
})

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the right form
const stranger = 'a'.repeat(64) as ArtifactHash

test('what is no check-in, or has no pivot, is refused', () => {
  const story = new Story()
  using _ = story.repo
  assert.throws(() => story.plan({ source: stranger }), failsWith('checkin.invalid'))
  const target = story.commit(undefined, { a: text })
  const source = story.commit(undefined, { a: text })
  assert.throws(() => story.plan({ source, target }), failsWith('checkin.invalid'))
  for (const kind of ['cherrypick', 'backout'] as const) {
    assert.throws(() => story.plan({ source, target, kind }), failsWith('checkin.invalid'))
    const tip = story.commit(source, { a: last })
    assert.throws(
      () => story.plan({ source: tip, target, kind, baseline: source }),
      failsWith('checkin.invalid'),
    )
  }
  assert.throws(() => story.plan({ source: stranger, target }), failsWith('artifact.missing'))
})

/**
 * Merges as check-ins: parents, picks, tags, and what people settled of the conflicts.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { verify } from '../crosslink/verify.ts'
import { failsWith, stateOf } from '../repo/fixture.suite.ts'
import { isPrivate, ridOf } from '../repo/blob.ts'
import { manifestFiles, readCheckin } from '../write/checkin.ts'
import { commitMerge } from './commit.ts'
import { type Edits, Story, told } from './story.suite.ts'

const text = '1\n2\n3\n4\n5\n'
const mine = text.replace('1', 'mine')
const theirs = text.replace('1', 'theirs')
const author = { comment: 'm', user: 'u' }

test('a merge follows both sides, and tells the renames that it brings', () => {
  const story = new Story()
  using repo = story.repo
  const fork = story.fork({ a: text, b: text }, { b: mine }, { c: { renamedFrom: 'a' }, n: 'new' })
  const merge = story.merge(fork)
  assert.deepEqual(readCheckin(repo, merge).parents, [fork.target, fork.source])
  assert.equal(manifestFiles(repo, merge).get('c')?.priorName, 'a')
  assert.deepEqual(story.files(merge), { b: mine, c: text, n: 'new' })
  assert.equal(story.plan({ source: fork.source, target: merge }).isIdle, true)
  assert.equal(verify(repo).total, 0)
})

test('a merge that changes no file is written, since it joins two lines', () => {
  const story = new Story()
  using repo = story.repo
  const fork = story.fork({ a: text }, { a: mine }, { a: mine })
  const merge = story.merge(fork)
  assert.deepEqual(readCheckin(repo, merge).parents, [fork.target, fork.source])
  assert.deepEqual(story.files(merge), { a: mine })
})

test('a pick and a backout have a Q card, and one parent', () => {
  const story = new Story()
  using repo = story.repo
  const { source, target } = story.fork({ a: text, b: text }, { b: mine }, { a: theirs })
  const pick = story.merge({ source, target, kind: 'cherrypick' })
  const picked = readCheckin(repo, pick)
  assert.deepEqual(picked.parents, [target])
  assert.deepEqual(picked.cherrypicks, [{ direction: '+', target: source }])
  assert.deepEqual(story.files(pick), { a: theirs, b: mine })
  const later = story.commit(pick, { n: 'n' })
  const back = story.merge({ source: pick, target: later, kind: 'backout' })
  assert.deepEqual(readCheckin(repo, back).cherrypicks, [{ direction: '-', target: pick }])
  assert.deepEqual(story.files(back), { a: text, b: mine, n: 'n' })
  assert.equal(verify(repo).total, 0)
})

test('an integrating merge closes the line that it merges', () => {
  const story = new Story()
  using repo = story.repo
  const pivot = story.commit(undefined, { a: text })
  const target = story.commit(pivot, { a: mine })
  const source = story.commit(pivot, { b: 'b' }, { branch: 'side' })
  const merge = story.merge({ source, target }, { integrate: true, fork: 'refuse' })
  const { tags } = readCheckin(repo, merge)
  assert.deepEqual(tags, [{ action: '+', name: 'closed', target: source }])
})

test('what a public merge takes from a private line is public, and the line is not named', () => {
  const story = new Story()
  using repo = story.repo
  const pivot = story.commit(undefined, { a: text })
  const target = story.commit(pivot, { a: mine })
  const source = story.commit(pivot, { b: 'secret so far' }, { branch: 'p', isPrivate: true })
  const merge = story.merge({ source, target })
  assert.deepEqual(readCheckin(repo, merge).parents, [target])
  const { hash = '' } = manifestFiles(repo, merge).get('b') ?? {}
  assert.notEqual(hash, '')
  assert.equal(isPrivate(repo, ridOf(repo, source)), true)
})

test('conflicts that are left refuse the check-in, by name, and nothing is written', () => {
  const story = new Story()
  using repo = story.repo
  const fork = story.fork({ a: text, b: text }, { a: mine, b: null }, { a: theirs, b: theirs })
  const plan = story.plan(fork)
  const before = stateOf(repo)
  const left = (resolutions: Parameters<typeof commitMerge>[2]['resolutions'] = []): string[] => {
    try {
      commitMerge(repo, plan, { ...author, resolutions })
    } catch (error) {
      if (FossilError.is(error, 'merge.conflict')) return [...error.detail.files]
      throw error
    }
    return assert.fail('it was written')
  }
  assert.deepEqual(left(), ['a', 'b'])
  assert.deepEqual(left([{ name: 'a', content: utf8('x') }]), ['b'])
  const [{ marked = assert.fail() } = assert.fail()] = plan.conflicts
  const marks = [
    { name: 'a', content: marked },
    { name: 'b', content: undefined },
  ]
  assert.deepEqual(left(marks), ['a'])
  assert.deepEqual(stateOf(repo), before)
})

test('a file about merges keeps the marks that it always had', () => {
  const marks = '<<<<<<< BEGIN MERGE CONFLICT: local copy shown first <<<<<<<<<<<< (line 1)\n'
  const story = new Story()
  using _ = story.repo
  const fork = story.fork({ a: marks + text }, { a: marks + mine }, { a: marks + theirs })
  const content = utf8(`${marks}both\n`)
  const merge = story.merge(fork, { resolutions: [{ name: 'a', content }] })
  assert.equal(story.files(merge)['a'], fromUtf8(content))
})

/** The files of a merge in which people settled something. */
function settled(
  [base, target, source]: readonly [Edits, Edits, Edits],
  resolutions: Parameters<typeof commitMerge>[2]['resolutions'] = [],
): Record<string, string> {
  const story = new Story()
  using repo = story.repo
  const merge = story.merge(story.fork(base, target, source), { resolutions })
  assert.equal(verify(repo).total, 0)
  return story.files(merge)
}

test('a conflict is settled by content, by a side, or by leaving the file out', () => {
  const trees = [{ a: text, z: text }, { a: mine }, { a: theirs, z: theirs }] as const
  const z = theirs
  assert.deepEqual(settled(trees, [{ name: 'a', content: utf8('both\n') }]), { a: 'both\n', z })
  assert.deepEqual(settled(trees, [{ name: 'a', from: 'target' }]), { a: mine, z })
  assert.deepEqual(settled(trees, [{ name: 'a', from: 'source' }]), { a: theirs, z })
  assert.deepEqual(settled(trees, [{ name: 'a', content: undefined }]), { z })
})

test('a deleted file comes back, or stays away', () => {
  const trees = [{ a: text }, { a: null }, { a: theirs }] as const
  assert.deepEqual(settled(trees, [{ name: 'a', from: 'source' }]), { a: theirs })
  assert.deepEqual(settled(trees, [{ name: 'a', from: 'target' }]), {})
})

test('of two new names one is chosen, with what both changed in the file', () => {
  const trees = [
    { a: text },
    { b: { renamedFrom: 'a', text: mine } },
    { c: { renamedFrom: 'a', text: text.replace('5', 'five') } },
  ] as const
  const merged = mine.replace('5', 'five')
  assert.deepEqual(settled(trees, [{ name: 'b', from: 'merge' }]), { b: merged })
  assert.deepEqual(settled(trees, [{ name: 'c', from: 'merge' }]), { c: merged })
  const story = new Story()
  using repo = story.repo
  const fork = story.fork(...trees)
  const merge = story.merge(fork, { resolutions: [{ name: 'c', from: 'merge' }] })
  assert.equal(manifestFiles(repo, merge).get('c')?.priorName, 'b')
})

test('of two files of one name both can stay, once every name is told of', () => {
  const trees = [{ a: text }, { b: 'mine' }, { b: { renamedFrom: 'a' } }] as const
  const kept = [
    { name: 'b', from: 'target' },
    { name: 'a', content: undefined },
    { name: 'b2', content: utf8(text) },
  ] as const
  assert.deepEqual(settled(trees, kept), { b: 'mine', b2: text })
  assert.throws(() => settled(trees, kept.slice(0, 1)), failsWith('merge.conflict', /a/))
  const source = [{ name: 'b', from: 'source' }, kept[1]] as const
  assert.deepEqual(settled(trees, source), { b: text })
})

test('an answer to no conflict, two answers, and one for another file are refused', () => {
  const trees = [{ a: text, z: text }, { a: mine }, { a: theirs }] as const
  const a = { name: 'a', from: 'target' } as const
  const refused = failsWith('checkin.invalid')
  assert.throws(() => settled(trees, [a, { name: 'q', content: utf8('q') }]), refused)
  assert.throws(() => settled(trees, [a, { name: 'z', from: 'source' }]), refused)
  assert.throws(() => settled(trees, [a, a]), refused)
  assert.throws(() => settled(trees, [{ name: 'a', from: 'merge' }]), refused)
})

test('a plan without anything to do is not written', () => {
  const story = new Story()
  using repo = story.repo
  const { target } = story.fork({ a: text }, { a: mine }, {})
  const plan = story.plan({ source: target, target })
  assert.throws(() => commitMerge(repo, plan, author), failsWith('checkin.invalid', /already/))
})

/** The change of a file on one side: other lines in the place of some, or no file at all. */
const someEdit = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  {
    weight: 6,
    arbitrary: fc.array(fc.tuple(fc.nat(11), fc.constantFrom('', 'x', 'y', 'x\ny')), {
      maxLength: 2,
    }),
  },
  { weight: 1, arbitrary: fc.constant(null) },
)

/** Three trees: every file has a base, and what each side makes of it. */
const someTrees = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd/e'),
      end: fc.constantFrom('\n', ''),
      one: someEdit,
      two: someEdit,
    }),
    { selector: ({ name }) => name, minLength: 1 },
  )
  .map((files): [Edits, Edits, Edits] => {
    const base = Array.from({ length: 12 }, (_, i) => `line ${i}`)
    const edited = (end: string, edits: readonly [number, string][] | null): string | null => {
      if (edits === null) return null
      const lines = base.map((line, i) => edits.find(([at]) => at === i)?.[1] ?? line)
      return lines.join('\n') + end
    }
    return [
      Object.fromEntries(files.map(({ name, end }) => [name, edited(end, [])])),
      Object.fromEntries(files.map(({ name, end, one }) => [name, edited(end, one)])),
      Object.fromEntries(files.map(({ name, end, two }) => [name, edited(end, two)])),
    ]
  })

test('without conflicts, sides may be swapped, and a second merge has nothing to do', () => {
  let clean = 0
  fc.assert(
    fc.property(someTrees, ([base, one, two]) => {
      const story = new Story()
      using repo = story.repo
      const fork = story.fork(base, one, two)
      const swapped = { source: fork.target, target: fork.source }
      const plan = story.plan(fork)
      assert.equal(story.plan(swapped).conflicts.length, plan.conflicts.length)
      if (plan.conflicts.length > 0) return
      clean++
      const [merge, other] = [story.merge(fork), story.merge(swapped)]
      assert.deepEqual(story.files(merge), story.files(other))
      for (const source of [fork.source, fork.target]) {
        assert.equal(story.plan({ source, target: merge }).isIdle, true)
      }
      assert.deepEqual(told(story.plan({ source: other, target: merge })), [])
      assert.equal(verify(repo).total, 0)
    }),
    { seed: 8, numRuns: 40 },
  )
  assert.ok(clean > 15, `${clean} merges without conflicts`)
})

/**
 * Marks of simulations: how runs report them, and those that compare nodes with each other.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { type MarkName, marks } from '../base/marks.ts'
import { createMemoryRepo } from '../index.ts'
import { ensureKnown } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import { storeContent, storeLocal } from '../repo/store.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { stillEnv } from './master-image.ts'
import { simulate } from './simulate.ts'
import { WorldMarks } from './world-marks.ts'

const run = { seed: 1, plan: 'node=poll,durationMs=30000,operations=20' } as const

suite('the marks of a run', () => {
  test('are the same each time, whatever is checked and traced', async () => {
    const first = await simulate(run)
    const again = await simulate({
      ...run,
      config: { safetyCheckInterval: 1, onTraceLine: () => {} },
    })
    assert.deepEqual(again.marks, first.marks)
    assert.equal(again.traceHash, first.traceHash)
    assert.ok(Object.keys(first.marks).length > 3)
  })

  test('are names of the catalogue, in order', async () => {
    const names = Object.keys((await simulate(run)).marks)
    assert.deepEqual(
      names.filter((name) => !Object.hasOwn(marks, name)),
      [],
    )
    assert.deepEqual(names, names.toSorted())
  })
})

/** Nodes with empty repositories, and the marks that were reached so far. */
function world(): {
  reached: MarkName[]
  watch: WorldMarks
  node: { id: string; repo: Repo }
  other: { id: string; repo: Repo }
} {
  const reached: MarkName[] = []
  const node = { id: 'leaf-0', repo: createMemoryRepo(stillEnv) }
  const other = { id: 'leaf-1', repo: createMemoryRepo(stillEnv) }
  return { reached, watch: new WorldMarks((name) => reached.push(name)), node, other }
}

function phantomOf(repo: Repo, text: string): { hash: ArtifactHash; fill: () => void } {
  const content = utf8(text)
  const { hash } = storeLocal(createMemoryRepo(stillEnv), content)
  ensureKnown(repo, hash, { isPrivate: false })
  return { hash, fill: () => void storeContent(repo, { hash, content, isPrivate: false }) }
}

suite('a phantom', () => {
  for (const [filler, expected] of [
    ['leaf-1', []],
    ['leaf-2', ['dst.phantom-from-third']],
  ] as const) {
    test(`named by leaf-1 and filled by ${filler} reaches ${expected.length} marks`, () => {
      const { reached, watch, node } = world()
      watch.hears(node, 'leaf-1')
      const { fill } = phantomOf(node.repo, 'of somebody')
      watch.hears(node, filler)
      fill()
      watch.looks(node)
      assert.deepEqual(reached, expected)
    })
  }

  test('is missing when its node goes down', () => {
    const { reached, watch, node } = world()
    phantomOf(node.repo, 'of somebody')
    watch.isDown(node)
    assert.deepEqual(reached, ['dst.down-incomplete'])
  })
})

suite('an artifact', () => {
  test('that two nodes make before either has sent it is the same twice', () => {
    const { reached, watch, node, other } = world()
    const repos = new Map([node, other].map(({ id, repo }) => [id, repo]))
    for (const { id, repo } of [node, other]) {
      const { hash } = storeLocal(repo, utf8('made twice'))
      watch.makes({ hash, nodeId: id, isPrivate: false }, (each) => repos.get(each))
    }
    assert.deepEqual(reached, ['dst.same-artifact-twice'])
    watch.isDown(node)
    assert.deepEqual(reached, ['dst.same-artifact-twice', 'dst.down-unsent'])
  })

  test('that was removed returns once', () => {
    const { reached, watch, node } = world()
    const { hash, fill } = phantomOf(node.repo, 'purged')
    watch.removes(node.id, hash)
    watch.looks(node)
    assert.deepEqual(reached, [])
    fill()
    watch.looks(node)
    watch.looks(node)
    assert.deepEqual(reached, ['dst.removed-returns'])
  })
})

suite('an old backup', () => {
  test('costs a server what its clients still know', () => {
    const { reached, watch, node } = world()
    const { hash } = storeLocal(node.repo, utf8('lost'))
    watch.restores([], { isServer: true })
    assert.deepEqual(reached, [])
    watch.restores([hash], { isServer: false })
    watch.restores([hash], { isServer: true })
    assert.deepEqual(reached, [
      'dst.backup-over-newer',
      'dst.backup-over-newer',
      'dst.server-forgets',
    ])
  })
})

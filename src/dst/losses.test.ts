/**
 * The rule by which artifacts may be gone for good.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { purge } from '../admin/purge.ts'
import { utf8 } from '../base/bytes.ts'
import { shun, unshun } from '../repo/shun.ts'
import { storeContent, storeLocal } from '../repo/store.ts'
import { losses as invariant } from './invariants/losses.ts'
import { Pair } from './invariants/pair.suite.ts'
import { type Loss, LossOracle, type Removal } from './loss-oracle.ts'
import { lossesOf } from './losses.ts'

/** An artifact that was made at the leaf, which the master has as well, or not. */
class Example implements Disposable {
  readonly losses = new LossOracle()
  readonly #pair = new Pair()
  readonly #content = utf8('made at the leaf')
  readonly hash = storeLocal(this.#pair.leaf, this.#content).hash

  constructor({ isShared }: { isShared: boolean }) {
    if (isShared) this.arrives('master')
    this.#pair.acknowledged.push({ hash: this.hash, nodeId: 'leaf-0', isPrivate: false })
  }

  arrives(at: 'master' | 'leaf-0'): void {
    const { hash } = this
    storeContent(this.#pair.node(at).repo, { hash, content: this.#content, isPrivate: false })
  }

  /** Takes it away from a node without a word. */
  goes(at: 'master' | 'leaf-0'): void {
    purge(this.#pair.node(at).repo, [this.hash])
  }

  /** The owner of a node takes it away. */
  removes(nodeId: 'master' | 'leaf-0', removal: Removal): void {
    this.goes(nodeId)
    this.losses.removed(
      { hash: this.hash, nodeId },
      { removal, nodes: this.#pair.nodes(), atMs: 7 },
    )
  }

  bans(at: 'master' | 'leaf-0'): void {
    shun(this.#pair.node(at).repo, [this.hash])
  }

  liftsBan(nodeId: 'master' | 'leaf-0'): void {
    unshun(this.#pair.node(nodeId).repo, [this.hash])
    this.losses.lifted({ hash: this.hash, nodeId })
  }

  get lost(): readonly Loss[] {
    return lossesOf(this.#pair.world({ losses: this.losses }))
  }

  check(): void {
    invariant.check(this.#pair.world({ losses: this.losses }))
  }

  [Symbol.dispose](): void {
    this.#pair[Symbol.dispose]()
  }
}

suite('an artifact', () => {
  test('that its only holder purges is a loss that the rule explains', () => {
    using example = new Example({ isShared: false })
    assert.equal(example.lost.length, 0)
    example.removes('leaf-0', 'purged')
    const { hash } = example
    assert.deepEqual(example.lost, [{ hash, nodeId: 'leaf-0', removal: 'purged', atMs: 7 }])
    example.check()
  })

  test('that somebody else holds is no loss, and is owed by that node from then on', () => {
    using example = new Example({ isShared: true })
    example.removes('leaf-0', 'purged')
    assert.equal(example.lost.length, 0)
    example.goes('master')
    assert.deepEqual(
      example.lost.map(({ nodeId, removal }) => [nodeId, removal]),
      [['leaf-0', undefined]],
    )
    assert.throws(() => example.check(), /losses does not hold on leaf-0: \S+ is nowhere any more/)
  })

  test('that one owner after the other removes is a loss by the last of them', () => {
    using example = new Example({ isShared: true })
    example.removes('leaf-0', 'shunned')
    example.removes('master', 'purged')
    assert.deepEqual(
      example.lost.map(({ nodeId, removal }) => [nodeId, removal]),
      [['master', 'purged']],
    )
  })

  test('that went from where nobody removed it is a loss without a reason', () => {
    using example = new Example({ isShared: false })
    example.goes('leaf-0')
    assert.equal(example.lost[0]?.removal, undefined)
  })

  test('may go where a ban was taken over, also once that is lifted', () => {
    using example = new Example({ isShared: true })
    example.removes('leaf-0', 'shunned')
    example.goes('master')
    example.bans('master')
    assert.equal(example.lost[0]?.removal, 'shunned')
    example.liftsBan('master')
    assert.equal(example.lost[0]?.removal, 'shunned')
  })

  test('that is made again is owed again', () => {
    using example = new Example({ isShared: false })
    example.removes('leaf-0', 'purged')
    example.arrives('leaf-0')
    example.losses.made(example.hash)
    assert.equal(example.lost.length, 0)
    example.goes('leaf-0')
    assert.equal(example.lost[0]?.removal, undefined)
  })
})

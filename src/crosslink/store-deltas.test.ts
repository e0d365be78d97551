/**
 * Deltas that arrive: before their source, in any order, in long chains, and lying.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { present } from '../base/assert.ts'
import { utf8 } from '../base/bytes.ts'
import { formatDeck } from '../deck/format.ts'
import { createDelta } from '../delta/index.ts'
import { nameFor } from '../hash/artifact-hash.ts'
import {
  findHeld,
  findRid,
  hasArtifact,
  unresolvedArtifacts,
  unresolvedRids,
} from '../repo/blob.ts'
import { readArtifact, readContent } from '../repo/content.ts'
import { storeContent, storeLocal, storeUnresolved } from '../repo/store.ts'
import {
  type Arrival,
  deltaOf,
  failsWith,
  listed,
  named,
  receive,
  stateOf,
  version,
  whole,
} from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import { cacheOf, dbOf, type Repo } from '../repo/repo.ts'

const seed = 7

/** Delivers what a sync delivers, in one transaction. */
function deliver(repo: Repo, arrivals: readonly Arrival[]): void {
  repo.transaction(() => {
    for (const arrival of arrivals) receive(repo, arrival)
  })
}

/** A delta whose result is `content`, under the name of other content. */
function lie(source: Uint8Array, content: Uint8Array, about: Uint8Array): Arrival {
  return { hash: named(about), source: named(source), bytes: createDelta(source, content) }
}

test('a delta waits for its source, which becomes a phantom', () => {
  using repo = memoryRepo()
  receive(repo, deltaOf(version(1), version(2)))
  const [source, waiting] = [named(version(1)), named(version(2))]
  assert.equal(hasArtifact(repo, waiting), false)
  assert.equal(readContent(repo, present(findRid(repo, waiting), 'it is known')), undefined)
  assert.throws(() => readArtifact(repo, waiting), failsWith('artifact.missing'))
  const state = stateOf(repo)
  assert.deepEqual([state.unresolved, state.phantoms], [[waiting], [source]])
  assert.deepEqual([state.held, state.announced], [{}, []])
  receive(repo, whole(version(1)))
  assert.deepEqual(readArtifact(repo, waiting), version(2))
  assert.deepEqual(stateOf(repo).announced, [source, waiting].sort())
})

test('a waiting delta is replaced by the whole artifact', () => {
  using repo = memoryRepo()
  receive(repo, deltaOf(version(1), version(2)))
  receive(repo, deltaOf(version(2), version(3)))
  receive(repo, whole(version(2)))
  assert.deepEqual(Object.keys(stateOf(repo).held), [version(2), version(3)].map(named).sort())
  assert.deepEqual(stateOf(repo).phantoms, [named(version(1))])
  receive(repo, whole(version(1)))
  assert.deepEqual(readArtifact(repo, named(version(2))), version(2))
})

test('a delta of what is here already leaves no phantom behind', () => {
  using repo = memoryRepo()
  receive(repo, whole(version(2)))
  const before = stateOf(repo)
  assert.equal(receive(repo, deltaOf(version(1), version(2))), false)
  assert.deepEqual(stateOf(repo), before)
})

/** Two trees of versions, a cluster of some, an artifact that only deltas lead to, and noise. */
const parcel: readonly Arrival[] = (() => {
  const members = [1, 2, 5, 6].map((number) => named(version(number)))
  const stranger = named(utf8('never sent'))
  const cluster = formatDeck({ kind: 'cluster', members: [...members, stranger].sort() })
  return [
    whole(version(0)),
    deltaOf(version(0), version(1)),
    deltaOf(version(1), version(2)),
    deltaOf(version(1), version(3)),
    deltaOf(version(3), cluster),
    whole(version(4)),
    deltaOf(version(4), version(5)),
    deltaOf(version(5), version(6)),
    { ...whole(version(7)), isPrivate: true },
    { ...whole(version(8)), isPrivate: true },
    whole(version(8)),
    whole(version(2)),
  ]
})()

test('the order of arrival makes no difference to what is held, known and announced', () => {
  using expected = memoryRepo()
  deliver(expected, parcel)
  const state = stateOf(expected)
  assert.deepEqual(state.phantoms, [named(utf8('never sent'))])
  assert.equal(Object.keys(state.held).length, 10)
  const all = parcel.map((_, index) => index)
  const orders = fc.shuffledSubarray(all, { minLength: all.length })
  fc.assert(
    fc.property(orders, fc.boolean(), (order, asOneMessage) => {
      using repo = memoryRepo()
      const arrivals = order.flatMap((index) => parcel[index] ?? [])
      if (asOneMessage) deliver(repo, arrivals)
      else for (const arrival of arrivals) receive(repo, arrival)
      assert.deepEqual(stateOf(repo), state)
    }),
    { seed, numRuns: 60 },
  )
})

test('what waits is known at every step, without looking it all up again', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(parcel.map((_, index) => index)), (order) => {
      using repo = memoryRepo()
      repo.transaction(() => {
        for (const arrival of order.flatMap((index) => parcel[index] ?? [])) {
          unresolvedRids(repo)
          receive(repo, arrival)
          const remembered = unresolvedArtifacts(repo)
          const { unresolved } = stateOf(repo)
          assert.deepEqual(remembered.map(({ hash }) => hash).sort(), unresolved)
        }
      })
    }),
    { seed, numRuns: 30 },
  )
})

test('a delta that lies is a phantom again when its source comes, and nothing else is lost', () => {
  using repo = memoryRepo()
  receive(repo, lie(version(1), version(9), version(2)))
  receive(repo, deltaOf(version(2), version(3)))
  receive(repo, deltaOf(version(1), version(4)))
  receive(repo, whole(version(1)))
  const state = stateOf(repo)
  assert.deepEqual(Object.keys(state.held), [version(1), version(4)].map(named).sort())
  assert.deepEqual(state.phantoms, [named(version(2))])
  assert.deepEqual(state.unresolved, [named(version(3))])
  receive(repo, whole(version(2)))
  assert.deepEqual(readArtifact(repo, named(version(3))), version(3))
  assert.equal(hasArtifact(repo, named(version(9))), false)
})

test('a delta that fits its source nowhere is a phantom again, too', () => {
  using repo = memoryRepo()
  const hash = named(version(2))
  for (const text of ['5\n5@999999,0;', '5\n3:abc0;', '5\n5:abcde0;', '5\n']) {
    receive(repo, { hash, source: named(version(1)), bytes: utf8(text) })
    receive(repo, whole(version(1)))
    assert.deepEqual([listed(repo, 'phantom'), listed(repo, 'delta')], [[hash], []], text)
    dbOf(repo).exec('DELETE FROM blob; DELETE FROM phantom; DELETE FROM unclustered')
    cacheOf(repo).clear()
  }
})

test('a lie with its source at hand is refused, and nothing is kept', () => {
  using repo = memoryRepo()
  storeLocal(repo, version(1))
  const before = stateOf(repo)
  const arrival = lie(version(1), version(9), version(2))
  assert.throws(() => receive(repo, arrival), failsWith('hash.mismatch'))
  assert.deepEqual(stateOf(repo), before)
})

test('bytes that are no delta are refused, and nothing is kept', () => {
  using repo = memoryRepo()
  for (const text of ['', 'no delta', 'zzzzzzzzzz\n']) {
    const arrival = { hash: named(version(2)), source: named(version(1)), bytes: utf8(text) }
    assert.throws(() => receive(repo, arrival), failsWith('delta.corrupt'), text)
  }
  assert.equal(findRid(repo, named(version(1))), undefined)
})

test('a delta that would close a loop is not taken, and nothing is kept', () => {
  using repo = memoryRepo()
  const own = deltaOf(version(1), version(1))
  assert.equal(receive(repo, own), false)
  assert.equal(findRid(repo, own.hash), undefined)
  receive(repo, deltaOf(version(1), version(2)))
  receive(repo, deltaOf(version(2), version(3)))
  const before = stateOf(repo)
  for (const source of [version(2), version(3)]) {
    assert.equal(receive(repo, deltaOf(source, version(1))), false)
  }
  assert.deepEqual(stateOf(repo), before)
  receive(repo, whole(version(1)))
  assert.deepEqual(readArtifact(repo, named(version(3))), version(3))
})

test('a delta of a shunned artifact is not taken', () => {
  using repo = memoryRepo()
  dbOf(repo)
    .prepare('INSERT INTO shun(uuid) VALUES(?)')
    .run(named(version(1)))
  const { hash, bytes } = deltaOf(version(1), version(2))
  const arrival = { hash, source: named(version(1)), delta: bytes, isPrivate: false }
  assert.equal(storeUnresolved(repo, arrival), undefined)
  assert.equal(findRid(repo, hash), undefined)
})

test('a delta proves nothing, so it does not publish what is private here', () => {
  using repo = memoryRepo()
  const { hash } = storeLocal(repo, version(2), { isPrivate: true })
  receive(repo, deltaOf(version(1), version(2)))
  assert.deepEqual([listed(repo, 'private'), listed(repo, 'unclustered')], [[hash], []])
})

test('the source of a private delta is a private phantom', () => {
  using repo = memoryRepo()
  receive(repo, { ...deltaOf(version(1), version(2)), isPrivate: true })
  const both = [version(1), version(2)].map(named).sort()
  assert.deepEqual([listed(repo, 'private'), listed(repo, 'unclustered')], [both, []])
  receive(repo, whole(version(1)))
  assert.deepEqual(listed(repo, 'private'), [named(version(2))])
})

test('the first SHA3-256 name promotes the policy, even where it came as a waiting delta', () => {
  using repo = memoryRepo({ hashPolicy: 'auto' })
  const [from, to] = [version(1), version(2)]
  const source = nameFor(from, 'sha1')
  const delta = createDelta(from, to)
  storeUnresolved(repo, { hash: named(to), source, delta, isPrivate: false })
  assert.equal(repo.hashPolicy, 'auto', 'nobody has verified the name yet')
  storeContent(repo, { hash: source, content: from, isPrivate: false })
  assert.equal(repo.hashPolicy, 'sha3')
})

test('a chain of 10,000 waiting deltas resolves from its first link, and reads both ways', () => {
  using repo = memoryRepo({ hashPolicy: 'sha1' })
  const links = Array.from({ length: 10_000 }, (_, i) => utf8(`${i}: a line of some length\n`))
  const hashes = links.map((content) => nameFor(content, 'sha1'))
  const first = present(links[0], 'there are links')
  repo.transaction(() => {
    for (const [i, hash] of hashes.entries()) {
      const [from = first, to = first] = [links[i - 1], links[i]]
      const source = hashes[i - 1]
      if (source === undefined) continue
      storeUnresolved(repo, { hash, source, delta: createDelta(from, to), isPrivate: false })
      assert.equal(findHeld(repo, hash), undefined)
    }
    assert.equal(unresolvedRids(repo).size, 9_999)
    const [hash = named(first)] = hashes
    storeContent(repo, { hash, content: first, isPrivate: false })
  })
  assert.equal(unresolvedRids(repo).size, 0)
  for (const order of [hashes.toReversed(), hashes]) {
    cacheOf(repo).clear()
    for (const hash of order) {
      assert.equal(nameFor(readArtifact(repo, hash), 'sha1'), hash)
    }
  }
})

/**
 * The files that are owed: those that the rule picks among all that were written, less those that
 * owners took back while nobody else had them.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import { compareVersions, type UnversionedVersion } from '../repo/unversioned.ts'
import { beats, isSame, settles, UvOracle } from './uv-oracle.ts'

function hashOf(digit: string): ArtifactHash {
  const hash = parseArtifactHash(digit.repeat(40))
  assert.ok(hash)
  return hash
}

/** A version of a time, its hash of one digit; without one a deletion. */
function version(mtimeSec: number, digit?: string): UnversionedVersion {
  return { mtimeSec, hash: digit === undefined ? undefined : hashOf(digit) }
}

/** Nodes that write and send each other one name, by the rule. */
class Rows {
  readonly oracle = new UvOracle()
  readonly #rows = new Map<string, UnversionedVersion>()

  write(nodeId: string, written: UnversionedVersion, { travels = true } = {}): void {
    const before = this.#rows.get(nodeId)
    this.#rows.set(nodeId, written)
    const current = [...this.#rows].filter(([id]) => travels || id !== nodeId).map(([, row]) => row)
    this.oracle.record({ version: { ...written, name: 'a', nodeId }, before, current, travels })
  }

  /** The files of a node may travel, or no longer. */
  change(nodeId: string, mayTravel: boolean): void {
    const others = [...this.#rows].filter(([id]) => id !== nodeId).map(([, row]) => row)
    const rows = { own: this.#rows.get(nodeId), others }
    this.oracle.rightChanged('a', { nodeId, mayTravel }, rows)
  }

  /** One node gets what another has, or had. */
  send(to: string, sent: UnversionedVersion | undefined): void {
    if (sent !== undefined && beats(sent, this.#rows.get(to))) this.#rows.set(to, sent)
  }

  row(nodeId: string): UnversionedVersion | undefined {
    return this.#rows.get(nodeId)
  }

  get owed(): UnversionedVersion | undefined {
    return this.oracle.owed('a')
  }
}

suite('what is owed where rights change', () => {
  test('stays with who lost the right, where nobody else has it', () => {
    const rows = new Rows()
    rows.write('x', version(1, 'a'))
    rows.write('y', version(5, 'b'))
    rows.change('y', false)
    assert.equal(rows.owed?.mtimeSec, 1)
    rows.change('y', true)
    assert.equal(rows.owed?.mtimeSec, 5)
  })

  test('is what was sent before', () => {
    const rows = new Rows()
    rows.write('y', version(5, 'b'))
    rows.send('x', rows.row('y'))
    rows.change('y', false)
    assert.equal(rows.owed?.mtimeSec, 5)
  })

  test('is nothing where it was alone', () => {
    const rows = new Rows()
    rows.write('y', version(5, 'b'))
    rows.change('y', false)
    assert.equal(rows.owed, undefined)
  })

  test('becomes what was written without the right, once that comes', () => {
    const rows = new Rows()
    rows.write('y', version(5, 'b'), { travels: false })
    assert.ok(rows.oracle.isConfined('a', version(5, 'b'), 'x'))
    rows.change('y', true)
    assert.equal(rows.owed?.mtimeSec, 5)
    assert.ok(rows.oracle.wasWritten('a', version(5, 'b'), 'x'))
  })
})

suite('what is owed', () => {
  test('is the later version, the greater hash of one second, a file before its deletion', () => {
    const rows = new Rows()
    rows.write('x', version(1, 'b'))
    rows.write('y', version(1, 'a'))
    assert.deepEqual(rows.owed && { ...rows.owed }.hash, hashOf('b'))
    rows.write('z', version(1))
    assert.equal(rows.owed?.hash, hashOf('b'))
    rows.write('y', version(2))
    assert.deepEqual([rows.owed?.mtimeSec, rows.owed?.hash], [2, undefined])
  })

  test('is nothing of a name that nobody wrote', () => {
    assert.equal(new UvOracle().owed('a'), undefined)
    assert.deepEqual(new UvOracle().names(), [])
  })

  test('is what is left, once an owner took the only copy back', () => {
    const rows = new Rows()
    rows.write('x', version(1, 'a'))
    rows.send('y', rows.row('x'))
    rows.write('x', version(9, 'b'))
    rows.write('x', version(0, 'c'))
    assert.ok(isSame(rows.owed, version(1, 'a')))
  })

  test('stays what others have, whatever its owner does', () => {
    const rows = new Rows()
    rows.write('x', version(9, 'b'))
    rows.send('y', rows.row('x'))
    rows.write('x', version(1, 'c'))
    assert.ok(isSame(rows.owed, version(9, 'b')))
  })

  test('is what is left, too, where what was taken back came and was taken back again', () => {
    const rows = new Rows()
    const late = version(9, 'b')
    rows.write('x', late)
    rows.write('x', version(5, 'c'))
    rows.send('y', late)
    rows.send('x', late)
    rows.write('y', version(2, 'd'))
    rows.write('x', version(1, 'e'))
    assert.ok(isSame(rows.owed, version(2, 'd')))
  })

  test('is not what may not travel', () => {
    const rows = new Rows()
    rows.write('x', version(1, 'a'))
    rows.write('reader', version(9, 'b'), { travels: false })
    assert.ok(isSame(rows.owed, version(1, 'a')))
    const { oracle } = rows
    assert.ok(oracle.wasWritten('a', version(9, 'b'), 'reader'))
    assert.ok(!oracle.wasWritten('a', version(9, 'b'), 'x'))
    assert.deepEqual(
      ['reader', 'x'].map((id) => oracle.isConfined('a', version(9, 'b'), id)),
      [false, true],
    )
    assert.ok(!oracle.isConfined('a', version(8, 'b'), 'x'), 'nobody wrote that')
  })

  test('is always somewhere, and each node has its floor, whoever writes and sends what', () => {
    const node = fc.constantFrom('x', 'y', 'z')
    const written = fc.record({
      mtimeSec: fc.integer({ min: 0, max: 4 }),
      digit: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    })
    const step = fc.oneof(
      fc.record({ type: fc.constant('write'), node, written }),
      fc.record({ type: fc.constant('send'), node, from: node, ago: fc.nat({ max: 5 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const rows = new Rows()
        const past: (UnversionedVersion | undefined)[] = []
        for (const next of steps) {
          if ('written' in next) {
            rows.write(next.node, version(next.written.mtimeSec, next.written.digit))
          } else {
            // What is on its way may be old.
            rows.send(next.node, next.ago === 0 ? rows.row(next.from) : past.at(-next.ago))
          }
          past.push(rows.row(next.node))
          const { owed } = rows
          for (const id of ['x', 'y', 'z']) {
            const floor = rows.oracle.floor('a', id)
            assert.ok(floor === undefined || settles(rows.row(id), floor))
          }
          assert.ok(owed === undefined || ['x', 'y', 'z'].some((id) => settles(rows.row(id), owed)))
        }
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})

test('one version beats another exactly where the rule replaces the other', () => {
  const versions = [
    undefined,
    version(1),
    version(1, 'a'),
    version(1, 'b'),
    version(2),
    version(2, 'a'),
  ]
  for (const [low, loser] of versions.entries()) {
    for (const [high, winner] of versions.entries()) {
      if (winner === undefined) continue
      assert.equal(beats(winner, loser), high > low)
      if (loser !== undefined) assert.equal(isSame(winner, loser), high === low)
      const status = compareVersions(loser, winner)
      assert.equal(['absent', 'theirs', 'their-mtime'].includes(status), high > low)
    }
  }
})

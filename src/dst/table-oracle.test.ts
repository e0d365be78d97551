/**
 * The oracle of synced tables, and networks whose rows are put, deleted and revived everywhere.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { beatsRow, isSameRow, type RowVersion, TableOracle } from './table-oracle.ts'
import { simulate } from './simulate.ts'
import { TraceLines } from './trace-lines.suite.ts'

function version(mtimeSec: number, body: string, rest: Partial<RowVersion> = {}): RowVersion {
  return { mtimeSec, isDeleted: false, values: { id: 'a', body }, owner: '', ...rest }
}

suite('of two versions of a row', () => {
  test('the later beats the earlier, deleted or not', () => {
    assert.ok(beatsRow(version(2, 'a'), version(1, 'b')))
    assert.ok(beatsRow(version(2, 'a', { isDeleted: true }), version(1, 'b')))
  })

  test('the live one beats a deletion of the same time, and then the greater text', () => {
    assert.ok(beatsRow(version(1, 'a'), version(1, 'b', { isDeleted: true })))
    assert.ok(beatsRow(version(1, 'b'), version(1, 'a')))
  })

  test('one beats the other unless they are one', () => {
    const all = [version(1, 'a'), version(1, 'b'), version(2, 'a')]
    for (const a of all) {
      for (const b of all) assert.equal(beatsRow(a, b) || beatsRow(b, a), !isSameRow(a, b))
    }
  })
})

test('the winner is the best of what can travel, and a floor the best of one node', () => {
  const oracle = new TableOracle()
  const row = { table: 'notes', key: 'k' }
  oracle.record({ ...row, nodeId: 'a', version: version(1, 'x'), travels: true })
  oracle.record({ ...row, nodeId: 'a', version: version(3, 'y'), travels: true })
  oracle.record({ ...row, nodeId: 'b', version: version(9, 'z'), travels: false })
  assert.equal(oracle.winner('notes', 'k')?.mtimeSec, 3)
  assert.equal(oracle.floor('notes', 'k', 'b')?.mtimeSec, 9)
  assert.ok(!oracle.wasWritten('notes', 'k', version(9, 'z'), 'a'))
  assert.ok(oracle.wasWritten('notes', 'k', version(9, 'z'), 'b'))
})

test('a node that gets the right lets travel what it wrote in names that it may write in', () => {
  const oracle = new TableOracle()
  const row = { table: 'notes', key: 'k', travels: false }
  oracle.record({ ...row, nodeId: 'a', version: version(1, 'x', { owner: 'a' }) })
  oracle.record({ ...row, nodeId: 'a', version: version(5, 'y', { owner: 'b' }) })
  oracle.record({ ...row, nodeId: 'b', version: version(9, 'z', { owner: 'a' }) })
  assert.equal(oracle.winner('notes', 'k'), undefined)
  oracle.release('a', (owner) => owner === 'a')
  assert.equal(oracle.winner('notes', 'k')?.mtimeSec, 1)
})

test('where lies take the card of ours away, a row is of anybody, and a tie dated later', () => {
  const oracle = new TableOracle()
  const row = { table: 'notes', key: 'k', nodeId: 'a', travels: false }
  const forged = version(1, 'x', { owner: 'b' })
  oracle.record({ ...row, version: forged, mayTravelPlainly: true })
  oracle.record({ ...row, version: version(9, 'x', { owner: 'b' }) })
  assert.ok(oracle.wasWritten('notes', 'k', version(1, 'x', { owner: 'a' }), 'c'))
  assert.ok(!oracle.wasWritten('notes', 'k', forged, 'c'))
  assert.ok(!oracle.wasWritten('notes', 'k', version(1, 'y', { owner: 'a' }), 'c'))
  assert.ok(!oracle.wasWritten('notes', 'k', version(9, 'x', { owner: 'a' }), 'c'))
  assert.ok(oracle.wasWritten('notes', 'k', version(2, 'x', { owner: 'a' }), 'c'))
})

suite('a row that no server may take', () => {
  const oracle = new TableOracle()
  const row = { table: 'notes', key: 'k' }
  const forged = version(2, 'x', { owner: 'b' })
  oracle.record({ ...row, nodeId: 'b', version: version(1, 'y', { owner: 'b' }), travels: true })
  oracle.record({ ...row, nodeId: 'a', version: forged, travels: false })

  test('is confined everywhere else, and stranded where it was written', () => {
    assert.ok(oracle.isStranded('notes', 'k', forged, 'a'))
    assert.ok(!oracle.isConfined('notes', 'k', forged, 'a'))
    assert.ok(oracle.isConfined('notes', 'k', forged, 'b'))
    assert.ok(!oracle.isStranded('notes', 'k', forged, 'b'))
  })

  test('stays there while those are not heard who may send the same', () => {
    const shared = new TableOracle()
    shared.record({ ...row, nodeId: 'a', version: forged, travels: false })
    shared.record({ ...row, nodeId: 'c', version: forged, travels: true })
    assert.ok(!shared.isStranded('notes', 'k', forged, 'a'))
    assert.ok(shared.isStranded('notes', 'k', forged, 'a', (maker) => maker !== 'c'))
    assert.ok(!shared.isStranded('notes', 'k', forged, 'c', () => false), 'it may leave c')
  })

  test('makes known who signs for others', () => {
    assert.ok(oracle.signsForOthers('a'))
    assert.ok(!oracle.signsForOthers('b'))
  })

  test('is like any other once somebody wrote the same who may', () => {
    oracle.record({ ...row, nodeId: 'b', version: forged, travels: true })
    assert.ok(!oracle.isStranded('notes', 'k', forged, 'a'))
    assert.ok(!oracle.isConfined('notes', 'k', forged, 'b'))
  })
})

test('networks with synced tables converge: owners, ties, late columns, old backups', async () => {
  const trace = new TraceLines()
  const { onTraceLine } = trace
  const done = new Set<unknown>()
  for (const [index, topology] of ['star', 'chain', 'mesh', 'hubs'].entries()) {
    const mix = 'checkin+tables+disputes+backups'
    const plan = `hostile,topology=${topology},login=yes,leaves=3,mix=${mix}`
    const { verdict, violation } = await simulate({ seed: index, plan, config: { onTraceLine } })
    assert.deepEqual([verdict, violation], ['converged', undefined], topology)
  }
  for (const operation of trace.events('operation')) {
    if (operation['outcome'] === 'acknowledged') done.add(operation['op'])
  }
  for (const op of ['rowPut', 'rowDelete', 'columnAdd', 'rowForge', 'rowTie'])
    assert.ok(done.has(op), op)
})

test('a version that travels plainly may stand a second later for each that it met', () => {
  const oracle = new TableOracle()
  const row = { table: 'notes', key: 'k', travels: true }
  oracle.record({ ...row, nodeId: 'a', version: version(5, 'x') })
  oracle.record({ ...row, nodeId: 'b', version: version(5, 'y') })
  assert.ok(!oracle.wasWritten('notes', 'k', version(6, 'y'), 'a'))
  oracle.use('travel plainly')
  assert.ok(oracle.wasWritten('notes', 'k', version(6, 'y'), 'a'))
  assert.ok(!oracle.wasWritten('notes', 'k', version(4, 'y'), 'a'))
  assert.ok(!oracle.wasWritten('notes', 'k', version(8, 'y'), 'a'))
})

// The oracle took it for a version that nobody had written.
test('the winner of a tie that travels plainly is dated later, and wins', async () => {
  const put = { table: 'notes', id: 'ann', part: 0, count: 2, share: 3, seal: 0 }
  const atSec = { mtimeSec: 1_767_225_640 }
  const { verdict, violation, operations } = await simulate({
    seed: 322,
    plan: 'normal,topology=star,leaves=2,node=poll,login=no,late=0,mix=checkin+rowPut+plainTables',
    intentions: [
      { atMs: 1, node: 'leaf-0', id: 'leaf-0#1', op: 'rowPut', args: { ...put, body: 1 } },
      { atMs: 9_000, node: 'leaf-0', id: 'leaf-0#2', op: 'plainTables', args: {} },
      ...['leaf-0', 'leaf-1'].map((node, body) => ({
        atMs: 59_000,
        node,
        id: `${node}#9`,
        op: 'rowPut',
        args: { ...put, ...atSec, body: body + 2 },
      })),
    ],
  })
  assert.deepEqual([verdict, violation?.detail], ['converged', undefined])
  assert.deepEqual(
    [operations['rowPut']?.acknowledged, operations['plainTables']?.acknowledged],
    [3, 1],
  )
})

/**
 * Artifacts that an owner took away and that come back: from the graveyard, or from others. Each
 * was found by a sweep, and is the list of what people did, with all else taken out of it.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Intention } from '../../runner/operations.ts'
import { simulate } from '../simulate.ts'

const begin: Intention = {
  atMs: 0,
  node: 'master',
  id: 'master#1',
  op: 'begin',
  args: { user: 'admin', comment: 'begin', changes: [{ name: 'README', key: 0, lines: 1 }] },
}

/** Nothing goes wrong, and messages take their time. */
const calm =
  'durationMs=60000,budgetBytes=0,sizes=small,private=no,privateSync=no,login=no,hashPolicy=sha1,' +
  'maxFutureMs=0,clusterAtLeast=100,deflateOverBytes=65536,maxSkewMs=0,latencyMs=600,faults=none'

function change(id: string, parent: string): Intention['args'] {
  const changes = [{ name: `${id}.txt`, key: 1, lines: 3 }]
  return { parent, user: 'ann', comment: id, changes }
}

const mix = 'mix=checkin+purge+shun+exhume'

// A child of a banned check-in came while the ban stood, and was read as if it had no parent. The
// ban went when the graveyard gave the parent back, and nobody read the child again.
test('a check-in that comes back from a purge is the parent of what came meanwhile', async () => {
  const { verdict, violation, operations } = await simulate({
    seed: 364,
    plan: `topology=star,leaves=2,late=0,node=poll,pollIntervalMs=5000,${mix},${calm}`,
    intentions: [
      begin,
      { atMs: 8_000, node: 'master', id: 'master#2', op: 'checkin', args: change('a', 'master#1') },
      { atMs: 20_000, node: 'leaf-1', id: 'leaf-1#1', op: 'purge', args: { target: 'master#2' } },
      { atMs: 20_001, node: 'leaf-1', id: 'leaf-1#2', op: 'shun', args: { target: 'master#2' } },
      {
        atMs: 20_002,
        node: 'master',
        id: 'master#3',
        op: 'checkin',
        args: change('b', 'master#2'),
      },
      { atMs: 45_000, node: 'leaf-1', id: 'leaf-1#3', op: 'exhume', args: { purge: 1 } },
    ],
  })
  assert.deepEqual([verdict, violation?.detail], ['converged', undefined])
  assert.equal(operations['exhume']?.acknowledged, 1)
})

// The witness of clones held it against the bulk that it left out what its server had purged, and
// got back from somebody else before the bulk was over.
test('a clone does not owe what its server purges meanwhile', async () => {
  const { verdict, violation } = await simulate({
    seed: 1,
    plan:
      `${calm},topology=star,leaves=2,late=1,node=poll,pollIntervalMs=1000,` +
      'budgetBytes=100,cloneProtocol=3,mix=checkin+purgeFile',
    intentions: [
      begin,
      { atMs: 7_574, node: 'leaf-1', id: 'leaf-1#1', op: 'join', args: {} },
      { atMs: 8_000, node: 'master', id: 'master#2', op: 'purgeFile', args: { path: 'README' } },
    ],
  })
  assert.deepEqual([verdict, violation?.detail], ['converged', undefined])
})

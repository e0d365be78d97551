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

function said(
  user: string,
  comment: string,
  parent: string,
  changes: readonly Intention['args'][],
): Intention['args'] {
  return { parent, user, comment, changes }
}

/** Work on a line whose end goes: older versions are deltas of those that go with it. */
const lineThatGoes: readonly Intention[] = [
  begin,
  {
    atMs: 3_743,
    node: 'leaf-0',
    id: 'leaf-0#1',
    op: 'uvWrite',
    args: { name: 'download/release-1.0.tar.gz', mtimeSec: 1_767_225_600, key: 1, lines: 1 },
  },
  { atMs: 8_763, node: 'leaf-2', id: 'leaf-2#1', op: 'join', args: {} },
  {
    atMs: 12_166,
    node: 'leaf-0',
    id: 'leaf-0#2',
    op: 'checkin',
    args: said('leaf-0', 'change 1549622994', 'master#1', [
      { name: 'README', atPpm: 432_820, cutBytes: 64, key: 4_096_733_485, lines: 2 },
    ]),
  },
  {
    atMs: 20_519,
    node: 'leaf-1',
    id: 'leaf-1#2',
    op: 'series',
    args: {
      parent: 'leaf-0#2',
      key: 1_215_080_397,
      user: 'leaf-1',
      name: 'src/beta/file-53716.txt',
      count: 8,
    },
  },
  {
    atMs: 22_411,
    node: 'leaf-0',
    id: 'leaf-0#4',
    op: 'checkin',
    args: said('leaf-0', 'change 1692812801', 'leaf-1#2.2', [
      { name: 'src/alpha/file-79453.txt', key: 2_377_699_481, lines: 2 },
      { name: 'src/beta/file-30416.txt', key: 3_328_679_660, lines: 4 },
    ]),
  },
  {
    atMs: 72_497,
    node: 'leaf-1',
    id: 'leaf-1#5',
    op: 'checkin',
    args: said('leaf-1', 'change 2164259429', 'leaf-0#4', [
      {
        name: 'src/alpha/file-79453.txt',
        atPpm: 101_252,
        cutBytes: 145,
        key: 4_246_315_199,
        lines: 1,
      },
      { name: 'src/beta/file-35503.txt', key: 3_582_945_438, lines: 5 },
    ]),
  },
  {
    atMs: 73_261,
    node: 'leaf-1',
    id: 'leaf-1#6',
    op: 'merge',
    args: {
      ...said('leaf-1', 'change [@leaf-1#2.6:31] [Home]', 'leaf-1#5', [
        {
          name: 'src/beta/file-53716.txt',
          atPpm: 497_881,
          cutBytes: 7,
          key: 1_652_397_577,
          lines: 10,
        },
        { name: 'src/beta/file-25791.txt', key: 1_729_342_182, lines: 11 },
        { name: 'README', atPpm: 404_999, cutBytes: 99, key: 933_515_286, lines: 6 },
      ]),
      merged: ['leaf-0#2', 'leaf-1#2.8'],
    },
  },
  {
    atMs: 73_273,
    node: 'leaf-1',
    id: 'leaf-1#7',
    op: 'cherrypick',
    args: {
      ...said('leaf-1', 'x_y', 'leaf-1#6', [
        {
          name: 'src/beta/file-53716.txt',
          atPpm: 661_251,
          cutBytes: 140,
          key: 854_384_508,
          lines: 10,
        },
        {
          name: 'src/beta/file-25791.txt',
          atPpm: 490_601,
          cutBytes: 18,
          key: 1_858_012_370,
          lines: 10,
        },
        { name: 'README', atPpm: 533_868, cutBytes: 125, key: 960_318_807, lines: 4 },
      ]),
      backedOut: ['master#1'],
    },
  },
  { atMs: 102_409, node: 'leaf-1', id: 'leaf-1#13', op: 'purgeLine', args: { target: 'leaf-1#7' } },
]

// Its witness held it against the bulk that it left out what had come as deltas of what the server
// purged before the bulk was over.
test('a clone is not held to have left out what came as a delta of what is purged', async () => {
  const { verdict, violation } = await simulate({
    seed: 20_969,
    plan:
      'topology=chain,leaves=3,durationMs=120000,pollIntervalMs=5000,node=agent,late=1,' +
      'sizes=small,private=no,privateSync=yes,login=no,hashPolicy=sha1,cloneProtocol=3,' +
      'uvSync=yes,maxFutureMs=0,budgetBytes=2000,clusterAtLeast=5,deflateOverBytes=65536,' +
      'mix=kinds+uv+tables+upkeep+graveyard+local+guarded+bulk+byHand+checkin+browse,' +
      'operations=60,maxSkewMs=1000,latencyMs=600,rights=all,refused=0.03,requestLost=0.03,' +
      'replyLost=0.03,requestCut=0.03,replyCut=0.01,replyCorrupted=0.2,faults=refused+' +
      'requestLost+replyLost+requestCut+replyCut+replyCorrupted+partition+crash+code+stop',
    intentions: lineThatGoes,
  })
  assert.deepEqual([verdict, violation?.detail], ['converged', undefined])
})

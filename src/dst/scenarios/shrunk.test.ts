/**
 * Runs that failed once: shrunk to what they need, or whole. The name says what was wrong.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { expectConverges } from '../expect.ts'
import { simulate } from '../simulate.ts'

suite('a run that was shrunk', () => {
  test('counts no round of a clone of nothing as one of its sync (seed 471)', () =>
    expectConverges({
      seeds: { first: 471, last: 471 },
      plan: 'calm,leaves=3,durationMs=1000,node=agent,late=1,mix=none,login=yes',
      intentions: [{ atMs: 0, node: 'leaf-2', id: 'leaf-2#1', op: 'join', args: {} }],
      config: { unlisted: 'benign' },
    }))

  test('publishes at a leaf that has no right to private content, too (seed 7815)', () =>
    expectConverges({
      seeds: { first: 7815, last: 7815 },
      plan: [
        'calm,topology=ring,leaves=2,durationMs=41000,late=1,mix=drafts,privateSync=some,',
        'faults=broken',
      ].join(''),
      intentions: [
        {
          atMs: 0,
          node: 'master',
          id: 'master#13',
          op: 'draft',
          args: { user: 'master', comment: 'a&b', isPrivate: true },
        },
        {
          atMs: 40_000,
          node: 'leaf-1',
          id: 'leaf-1#13',
          op: 'release',
          args: { checkin: 'master#13' },
        },
      ],
      config: {
        unlisted: 'benign',
        overrides: [{ site: 'core/master', use: 'end', outcome: 'cut' }],
      },
    }))
})

const runs = [
  {
    what: 'an artifact that was purged and came back while it was still to be sent',
    seed: 1385,
    plan: [
      'topology=ring,leaves=3,durationMs=60000,pollIntervalMs=15000,node=agent,late=0,',
      'operations=48,mix=uv+tables+disputes+backups+users+checkin+rename+variant+tag+mark+',
      'wiki+ticket+attachment+publish+purge+setting+rebuild+purgeLine+purgeFile+exhume+',
      'account+preference+guardedCheckin+detachment+burst+rowsPut+lock+repair+draft,',
      'sizes=small,private=no,privateSync=no,login=no,rights=all,hashPolicy=sha1,',
      'cloneProtocol=3,uvSync=no,maxFutureMs=0,budgetBytes=2000,clusterAtLeast=100,',
      'deflateOverBytes=0,maxSkewMs=1000,latencyMs=600,faults=refused+duplicated+',
      'requestCorrupted+replyCorrupted+code+stop+pause+lies+stale+clog+partial+swizzle+',
      'clockJump+clockDrift+broken,refused=0.08,duplicated=0.08,requestCorrupted=0.03,',
      'replyCorrupted=0.2,stale=0.03,lies=0.03',
    ].join(''),
  },
  {
    what: 'a private merge that closes a line that is published',
    seed: 2854,
    plan: [
      'topology=mesh,leaves=3,durationMs=120000,pollIntervalMs=5000,node=agent,late=0,',
      'operations=48,mix=uv+graveyard+bulk+disputes+drafts+checkin+branch+merge+rename+',
      'variant+mark+ticket+forum+rowPut+rowDelete+shun+rebuild+remote+preference+',
      'guardedTag+detachment+lock+unlock+repair+sendSettings+capabilities,sizes=small,',
      'private=yes,privateSync=some,login=no,rights=mixed,hashPolicy=sha1,cloneProtocol=2,',
      'uvSync=no,maxFutureMs=0,budgetBytes=0,clusterAtLeast=100,deflateOverBytes=0,',
      'maxSkewMs=0,latencyMs=60,bytesPerSecond=200000,faults=replyLost+requestCut+replyCut+',
      'delayed+requestCorrupted+replyCorrupted+partition+crash+stale+clog+swizzle+',
      'clockJump+clockDrift+bandwidth+broken,replyLost=0.01,requestCut=0.08,replyCut=0.01,',
      'delayed=0.03,requestCorrupted=0.01,replyCorrupted=0.08,stale=0.08',
    ].join(''),
  },
  {
    what: 'announcements that a fault cut before a sync began',
    seed: 3848,
    plan: [
      'topology=mesh,leaves=3,durationMs=120000,pollIntervalMs=1000,node=poll,late=0,',
      'operations=48,mix=uv+tables+guarded+checkin+branch+rename+variant+tag+amendment+',
      'mark+wiki+ticket+technote+attachment+forum+purge+rebuild+restore+shunFile+unshun+',
      'purgeFile+exhume+obliterate+remote+unlock+repair+plainTables+browse+capabilities+',
      'dismissal,sizes=small,private=yes,privateSync=no,login=yes,rights=all,',
      'hashPolicy=mixed,cloneProtocol=3,uvSync=no,maxFutureMs=86400000,budgetBytes=20000,',
      'clusterAtLeast=100,deflateOverBytes=65536,maxSkewMs=300000,latencyMs=150,',
      'bytesPerSecond=200000,faults=replyLost+replyCorrupted+code+pause+lies+partial+',
      'swizzle+clockJump+clockDrift+bandwidth+broken,replyLost=0.03,replyCorrupted=0.03,',
      'lies=0.03',
    ].join(''),
  },
  {
    what: 'a small first request of a sync that had nothing to do',
    seed: 4081,
    plan: [
      'topology=star,leaves=3,durationMs=60000,pollIntervalMs=1000,node=agent,late=1,',
      'operations=42,mix=checkin+cherrypick+rename+variant+tag+amendment+ticket+technote+',
      'attachment+forum+uvDelete+rowPut+rowDelete+publish+setting+exhume+obliterate+remote+',
      'account+guardedTag+detachment+burst+rowsPut+repair+sendSettings+plainTables+',
      'rowForge+release+capabilities+dismissal,sizes=mixed,private=yes,privateSync=some,',
      'login=no,rights=all,hashPolicy=sha1,cloneProtocol=3,uvSync=no,maxFutureMs=86400000,',
      'budgetBytes=0,clusterAtLeast=100,deflateOverBytes=65536,maxSkewMs=1000,',
      'latencyMs=600,bytesPerSecond=1000000,faults=refused+requestCut+delayed+duplicated+',
      'requestCorrupted+replyCorrupted+partition+code+stop+pause+clog+partial+swizzle+',
      'bandwidth+broken,refused=0.2,requestCut=0.03,delayed=0.01,duplicated=0.08,',
      'requestCorrupted=0.01,replyCorrupted=0.01',
    ].join(''),
  },
  {
    what: 'a date tag that was meant to be none and lies ahead',
    seed: 5406,
    plan: [
      'topology=hubs,leaves=2,durationMs=120000,pollIntervalMs=1000,node=agent,late=0,',
      'operations=60,mix=local+guarded+bulk+checkin+branch+merge+tag+wiki+ticket+technote+',
      'attachment+forum+uvWrite+columnAdd+publish+purge+setting+restore+unshun+purgeLine+',
      'purgeFile+exhume+lock+repair+sendSettings+plainTables+browse+rowTie+dismissal,',
      'sizes=small,private=no,privateSync=no,login=no,rights=all,hashPolicy=mixed,',
      'cloneProtocol=3,uvSync=no,maxFutureMs=86400000,budgetBytes=0,clusterAtLeast=20,',
      'deflateOverBytes=65536,maxSkewMs=1000,latencyMs=60,bytesPerSecond=50000,',
      'faults=refused+replyLost+requestCut+replyCut+delayed+replyCorrupted+pause+lies+',
      'clockJump+bandwidth+broken,refused=0.03,replyLost=0.2,requestCut=0.01,replyCut=0.01,',
      'delayed=0.01,replyCorrupted=0.2,lies=0.08',
    ].join(''),
  },
  {
    what: 'artifacts sent again after the first request was hit',
    seed: 6772,
    plan: [
      'topology=twoMasters,leaves=2,durationMs=120000,pollIntervalMs=1000,node=agent,',
      'late=1,operations=27,mix=checkin+branch+merge+tag+wiki+technote+attachment+uvDelete+',
      'rowPut+columnAdd+shun+setting+rebuild+purgeFile+exhume+obliterate+account+',
      'preference+guardedTag+series+rowsPut+lock+unlock+repair+plainTables+browse+rowTie+',
      'draft+password+dismissal,sizes=large,private=no,privateSync=no,login=no,',
      'rights=mixed,hashPolicy=mixed,cloneProtocol=3,uvSync=yes,maxFutureMs=0,',
      'budgetBytes=2000,clusterAtLeast=100,deflateOverBytes=0,maxSkewMs=1000,latencyMs=600,',
      'bytesPerSecond=200000,faults=refused+replyLost+replyCut+duplicated+requestCorrupted+',
      'stop+pause+lies+stale+clog+partial+clockDrift+bandwidth,refused=0.03,replyLost=0.2,',
      'replyCut=0.03,duplicated=0.2,requestCorrupted=0.08,stale=0.01,lies=0.08',
    ].join(''),
  },
  {
    what: 'a sync of settings before one of everything',
    seed: 8886,
    plan: [
      'topology=star,leaves=2,durationMs=120000,pollIntervalMs=1000,node=agent,late=1,',
      'operations=37,mix=tables+local+guarded+checkin+branch+merge+rename+variant+tag+',
      'amendment+mark+ticket+technote+attachment+forum+uvDelete+publish+shun+purge+rebuild+',
      'unshun+exhume+series+unlock+repair+sendSettings+plainTables+draft+capabilities+',
      'password,sizes=mixed,private=no,privateSync=some,login=yes,rights=mixed,',
      'hashPolicy=sha3,cloneProtocol=3,uvSync=yes,maxFutureMs=0,budgetBytes=2000,',
      'clusterAtLeast=100,deflateOverBytes=65536,maxSkewMs=3600000,latencyMs=600,',
      'bytesPerSecond=50000,faults=refused+requestLost+replyLost+requestCut+',
      'requestCorrupted+partition+crash+code+pause+clog+swizzle+clockJump+bandwidth,',
      'refused=0.03,requestLost=0.01,replyLost=0.2,requestCut=0.01,requestCorrupted=0.08',
    ].join(''),
  },
]

suite('a run that failed', () => {
  for (const { what, seed, plan } of runs) {
    test(`survives ${what} (seed ${seed})`, async () => {
      const { verdict, violation } = await simulate({ seed, plan })
      assert.equal(verdict, 'converged', violation?.detail ?? '')
    })
  }
})

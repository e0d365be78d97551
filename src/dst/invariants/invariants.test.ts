/**
 * Each check passes on a healthy pair of repositories and fails on the damage it is there for,
 * naming the invariant and the node. `canary/` shows the same from end to end.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compressContent } from '../../base/zlib.ts'
import { utf8 } from '../../base/bytes.ts'
import { formatDeck } from '../../deck/format.ts'
import { storeLocal } from '../../repo/store.ts'
import { writeUnversioned } from '../../repo/unversioned.ts'
import { accessOf } from '../../sync/access.ts'
import { noAccess } from '../standings.ts'
import type { Invariant } from '../world.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { invariants } from './all.ts'
import { fileDamages } from './file-damage.suite.ts'
import { historyDamages } from './history-damage.suite.ts'
import { type Damage, Pair, nobodys, ridOf } from './pair.suite.ts'
import { localDamages } from './local-damage.suite.ts'
import { meaningDamages } from './meaning-damage.suite.ts'
import { pageDamages } from './page-damage.suite.ts'
import { tableDamages } from './table-damage.suite.ts'
import { soundUpkeep, upkeepDamages } from './upkeep-damage.suite.ts'
import { uvDamages } from './unversioned-damage.suite.ts'
import { dbOf } from '../../repo/repo.ts'

function named(name: string): Invariant {
  return invariants.find((candidate) => candidate.name === name) ?? assert.fail(name)
}

const damages: readonly Damage[] = [
  {
    what: 'a setting that is not the one that was set',
    invariant: 'settings',
    where: 'master',
    detail: /^setting css is other, which nobody set$/,
    inflict: (pair) =>
      pair.damage('master', "UPDATE config SET value = 'other' WHERE name = 'css'"),
  },
  {
    what: "a setting that is older than the master's",
    invariant: 'settings',
    where: 'leaf-0',
    detail: /^setting css is not set, and the newer of the master on master$/,
    inflict: (pair) => pair.damage('leaf', "DELETE FROM config WHERE name = 'css'"),
  },
  {
    what: 'a setting that nobody made',
    invariant: 'settings',
    where: 'leaf-0',
    detail: /^setting footer is made up, which nobody set$/,
    inflict: (pair) =>
      pair.damage('leaf', "UPDATE config SET value = 'made up' WHERE name = 'footer'"),
  },
  {
    what: 'a content that is not what its name says',
    invariant: 'blob-integrity',
    where: 'leaf-0',
    detail: /hashes to/,
    inflict: ({ leaf, named: { plain } }) => {
      dbOf(leaf)
        .prepare('UPDATE blob SET content = ?, size = 6 WHERE uuid = ?')
        .run(compressContent(utf8('forged')), plain)
    },
  },
  {
    what: 'a length that is not that of the content',
    invariant: 'blob-integrity',
    where: 'master',
    detail: /holds \d+ bytes and its row says \d+/,
    inflict: (pair) => pair.damage('master', 'UPDATE blob SET size = size + 1 WHERE rid = 1'),
  },
  {
    what: 'a content that cannot be expanded',
    invariant: 'blob-integrity',
    where: 'leaf-0',
    detail: /cannot be expanded/,
    inflict: (pair) => pair.damage('leaf', "UPDATE blob SET content = x'00000001ff' WHERE rid = 2"),
  },
  {
    what: 'a size without content',
    invariant: 'blob-integrity',
    where: 'leaf-0',
    detail: /no content/,
    inflict: (pair) => pair.damage('leaf', 'UPDATE blob SET content = NULL WHERE rid = 2'),
  },
  {
    what: 'another source under a delta',
    invariant: 'blob-integrity',
    where: 'master',
    detail: /delta\.corrupt/,
    inflict: (pair) => {
      const { plain, delta } = pair.named
      const [from, to] = [ridOf(pair.master, delta), ridOf(pair.master, plain)]
      pair.damage('master', 'UPDATE delta SET srcid = ? WHERE rid = ?', to, from)
    },
  },
  {
    what: 'a delta whose source is gone',
    invariant: 'delta-chains',
    where: 'master',
    detail: /lacks an end/,
    inflict: (pair) => pair.damage('master', 'DELETE FROM blob WHERE uuid = ?', pair.named.base),
  },
  {
    what: 'a delta of nothing',
    invariant: 'delta-chains',
    where: 'leaf-0',
    detail: /lacks an end/,
    inflict: (pair) => pair.damage('leaf', 'INSERT INTO delta(rid, srcid) VALUES(4000, 1)'),
  },
  {
    what: 'a phantom that is a delta',
    invariant: 'delta-chains',
    where: 'master',
    detail: /lacks an end/,
    inflict: (pair) => {
      const rid = ridOf(pair.master, nobodys)
      pair.damage('master', 'INSERT INTO delta(rid, srcid) VALUES(?, 1)', rid)
    },
  },
  {
    what: 'two deltas of each other',
    invariant: 'delta-chains',
    where: 'master',
    detail: /does not end/,
    inflict: (pair) => {
      const { base, delta } = pair.named
      const [from, to] = [ridOf(pair.master, base), ridOf(pair.master, delta)]
      pair.damage('master', 'INSERT INTO delta(rid, srcid) VALUES(?, ?)', from, to)
    },
  },
  {
    what: 'a delta of itself',
    invariant: 'delta-chains',
    where: 'leaf-0',
    detail: /does not end/,
    inflict: (pair) => pair.damage('leaf', 'INSERT INTO delta(rid, srcid) VALUES(1, 1)'),
  },
  {
    what: 'a phantom of no artifact',
    invariant: 'phantoms',
    where: 'leaf-0',
    detail: /names no artifact/,
    inflict: (pair) => pair.damage('leaf', 'INSERT INTO phantom VALUES(4000)'),
  },
  {
    what: 'a name without content that nobody asks for',
    invariant: 'phantoms',
    where: 'master',
    detail: /not listed/,
    inflict: (pair) => pair.damage('master', 'DELETE FROM phantom'),
  },
  {
    what: 'a phantom that has its content',
    invariant: 'phantoms',
    where: 'leaf-0',
    detail: /is listed/,
    inflict: (pair) => pair.damage('leaf', 'INSERT INTO phantom VALUES(1)'),
  },
  {
    what: 'content under a size of -1',
    invariant: 'phantoms',
    where: 'leaf-0',
    detail: /size -1/,
    inflict: (pair) => pair.damage('leaf', 'UPDATE blob SET size = -1 WHERE rid = 1'),
  },
  {
    what: 'an acknowledged artifact that is gone',
    invariant: 'nothing-lost',
    where: 'master',
    detail: /is gone/,
    inflict: (pair) => pair.damage('master', 'DELETE FROM blob WHERE uuid = ?', pair.named.plain),
  },
  {
    what: 'an acknowledged artifact that became a phantom',
    invariant: 'nothing-lost',
    where: 'master',
    detail: /is gone/,
    inflict: (pair) => {
      const rid = ridOf(pair.master, pair.named.plain)
      pair.damage('master', 'UPDATE blob SET size = -1, content = NULL WHERE rid = ?', rid)
      pair.damage('master', 'INSERT INTO phantom VALUES(?)', rid)
    },
  },
  {
    what: 'an artifact that is nowhere any more',
    invariant: 'losses',
    where: 'master',
    detail: /is nowhere any more, and nobody destroyed it/,
    inflict: (pair) => {
      pair.damage('master', 'DELETE FROM blob WHERE uuid = ?', pair.named.plain)
      pair.damage('leaf', 'DELETE FROM blob WHERE uuid = ?', pair.named.plain)
    },
  },
  {
    what: 'a private artifact on another node',
    invariant: 'nothing-leaks',
    where: 'leaf-0',
    detail: /private to master/,
    inflict: ({ leaf }) => storeLocal(leaf, utf8('secret'), { isPrivate: true }),
  },
  {
    what: 'a private artifact that does not come to who asks for it',
    invariant: 'private-convergence',
    where: 'leaf-0',
    detail: /can come from master and is not here/,
    inflict: ({ asksPrivate }) => asksPrivate.add('leaf-0'),
  },
  {
    what: 'an answer to who waits that was not so',
    invariant: 'pushed',
    where: 'leaf-0',
    detail: /of course/,
    inflict: ({ pushes }) => pushes.falseAnswers.push({ nodeId: 'leaf-0', detail: 'of course' }),
  },
  {
    what: 'somebody who waits in vain',
    invariant: 'pushed-answered',
    where: 'leaf-0',
    detail: /still waits/,
    inflict: ({ pushes, named: { plain } }) => pushes.open.push(plain),
  },
  {
    what: 'a clone that left something out',
    invariant: 'clone-whole',
    where: 'leaf-0',
    detail: /left out/,
    inflict: ({ cloneGaps }) => cloneGaps.push({ nodeId: 'leaf-0', detail: 'left out' }),
  },
  {
    what: 'a message that failed and left something behind',
    invariant: 'message-whole',
    where: 'leaf-0',
    detail: /left/,
    inflict: ({ leftovers }) => leftovers.push({ nodeId: 'leaf-0', detail: 'left a row' }),
  },
  {
    what: 'a signed request that was taken twice',
    invariant: 'replays',
    where: 'master',
    detail: /came again/,
    inflict: ({ replays }) => replays.push({ nodeId: 'master', detail: 'it came again' }),
  },
  {
    what: 'a lock that is gone',
    invariant: 'checkin-locks',
    where: 'master',
    detail: /these locks/,
    inflict: ({ lockFaults }) =>
      lockFaults.push({ nodeId: 'master', detail: 'has these locks: none' }),
  },
  {
    what: 'an agent that is late',
    invariant: 'promptness',
    where: 'leaf-0',
    detail: /in time/,
    inflict: ({ brokenPromises }) =>
      brokenPromises.push({ nodeId: 'leaf-0', detail: 'it did not look in time' }),
  },
  {
    what: 'a sync that said what is not so',
    invariant: 'claims',
    where: 'leaf-0',
    detail: /is complete/,
    inflict: ({ falseClaims }) =>
      falseClaims.push({ nodeId: 'leaf-0', detail: 'a sync said that it is complete' }),
  },
  {
    what: 'a sync that carried something twice',
    invariant: 'economy',
    where: 'leaf-0',
    detail: /more than once/,
    inflict: ({ wastes }) =>
      wastes.push({ nodeId: 'leaf-0', detail: 'a sync carried an artifact more than once' }),
  },
  {
    what: 'a private artifact queued for announcing',
    invariant: 'private-unannounced',
    where: 'master',
    detail: /listed in unclustered/,
    inflict: (pair) => pair.damage('master', 'INSERT INTO unclustered SELECT rid FROM private'),
  },
  {
    what: 'a private artifact queued for sending',
    invariant: 'private-unannounced',
    where: 'leaf-0',
    detail: /listed in unsent/,
    inflict: (pair) => pair.damage('leaf', 'INSERT INTO unsent SELECT rid FROM private'),
  },
  {
    what: 'a public artifact that nobody hears of',
    invariant: 'announced',
    where: 'leaf-0',
    detail: /no announcement leads to it/,
    inflict: (pair) =>
      pair.damage(
        'leaf',
        'DELETE FROM unclustered WHERE rid = (SELECT rid FROM blob WHERE uuid = ?)',
        pair.named.plain,
      ),
  },
  {
    what: 'a cluster that nobody hears of, and with it its members',
    invariant: 'announced',
    where: 'master',
    detail: /no announcement leads to it/,
    inflict: (pair) =>
      pair.damage(
        'master',
        'DELETE FROM unclustered WHERE rid = (SELECT rid FROM blob WHERE uuid = ?)',
        pair.named.cluster,
      ),
  },
  {
    what: 'an artifact that a leaf pushed without the right to',
    invariant: 'rights',
    where: 'master',
    detail: /made on leaf-0, who may not push/,
    inflict: (pair) => {
      pair.access.set('leaf-0', accessOf('oy'))
      const { hash } = storeLocal(pair.master, utf8('sneaked in'))
      pair.acknowledged.push({ hash, nodeId: 'leaf-0', isPrivate: false })
    },
  },
  {
    what: 'an artifact that a leaf made after it lost the right, and pushed',
    invariant: 'rights',
    where: 'master',
    detail: /made on leaf-0, who may not push/,
    inflict: (pair) => {
      const acknowledged = pair.acknowledged.length + 1
      pair.standings.set('leaf-0', accessOf('oi'), { acknowledged: 0, nowMs: 0 })
      pair.standings.set('leaf-0', accessOf('o'), { acknowledged, nowMs: 1 })
      for (const text of ['pushed in time', 'pushed too late']) {
        const { hash } = storeLocal(pair.master, utf8(text))
        pair.acknowledged.push({ hash, nodeId: 'leaf-0', isPrivate: false })
      }
    },
  },
  {
    what: 'an artifact of others that came to who may not read',
    invariant: 'rights',
    where: 'leaf-0',
    detail: /of master is here, where nobody may read/,
    inflict: (pair) => {
      pair.standings.set('leaf-0', noAccess, { acknowledged: 0, nowMs: 0 })
    },
  },
  {
    what: 'an unversioned file that a leaf sent without the right to',
    invariant: 'rights',
    where: 'master',
    detail: /"sneaked-in" of 7 is here, and may not leave/,
    inflict: (pair) => {
      pair.access.set('leaf-0', accessOf('i'))
      pair.write('leaf-0', { name: 'sneaked-in', text: 'x', mtimeSec: 7 })
      writeUnversioned(pair.master, { name: 'sneaked-in', content: utf8('x'), mtimeSec: 7 })
    },
  },
  ...uvDamages,
  ...fileDamages,
  ...historyDamages,
  ...pageDamages,
  ...meaningDamages,
  ...tableDamages,
  ...localDamages,
  ...upkeepDamages,
  {
    what: 'an artifact that only the master has',
    invariant: 'convergence',
    where: 'leaf-0',
    detail: /lacks 1 of the master's artifacts/,
    inflict: ({ master }) => storeLocal(master, utf8('news')),
  },
  {
    what: 'an artifact that only a leaf has',
    invariant: 'convergence',
    where: 'leaf-0',
    detail: /1 are here and not on the master/,
    inflict: ({ leaf }) => storeLocal(leaf, utf8('news')),
  },
  {
    what: 'a public artifact that a leaf holds as a secret',
    invariant: 'convergence',
    where: 'leaf-0',
    detail: /lacks 1 of the master's/,
    inflict: (pair) =>
      pair.damage(
        'leaf',
        'INSERT INTO private SELECT rid FROM blob WHERE uuid = ?',
        pair.named.plain,
      ),
  },
  {
    what: 'an acknowledged artifact that everybody has forgotten',
    invariant: 'convergence',
    where: 'master',
    detail: /did not arrive/,
    inflict: (pair) => {
      pair.damage('master', 'DELETE FROM blob WHERE uuid = ?', pair.named.plain)
      pair.damage('leaf', 'DELETE FROM blob WHERE uuid = ?', pair.named.plain)
    },
  },
]

suite('on a healthy pair', () => {
  for (const { name, check } of invariants) {
    test(`${name} holds`, () => {
      using pair = new Pair()
      check(pair.world())
    })
  }
})

suite('a check notices', () => {
  for (const { what, invariant, where, detail, inflict } of damages) {
    test(`${what} (${invariant})`, () => {
      using pair = new Pair()
      inflict(pair)
      assert.throws(
        () => named(invariant).check(pair.world()),
        (error) => {
          assert.ok(error instanceof InvariantError, String(error))
          assert.deepEqual([error.invariant, error.nodeId], [invariant, where])
          assert.match(error.detail, detail)
          assert.match(error.message, new RegExp(`^${invariant} does not hold on ${where}: `))
          return true
        },
      )
    })
  }
})

test('every invariant is damaged here', () => {
  const damaged = new Set(damages.map(({ invariant }) => invariant))
  assert.deepEqual(
    invariants.map(({ name }) => name).filter((name) => !damaged.has(name)),
    [],
  )
})

test('a check changes nothing in the repositories', () => {
  using pair = new Pair()
  const before = [dbOf(pair.master).serialize(), dbOf(pair.leaf).serialize()]
  for (const { check } of invariants) check(pair.world())
  assert.deepEqual([dbOf(pair.master).serialize(), dbOf(pair.leaf).serialize()], before)
})

suite('derived tables', () => {
  test('that other code made are not checked', () => {
    for (const { what, invariant, where, inflict } of [...historyDamages, ...pageDamages]) {
      using pair = new Pair()
      inflict(pair)
      assert.doesNotThrow(
        () => named(invariant).check(pair.world({ foreign: new Set([where]) })),
        what,
      )
    }
  })

  test('are checked again after a change, and not before', () => {
    using pair = new Pair()
    const { check } = named('derived')
    check(pair.world())
    check(pair.world())
    pair.damage('leaf', 'DELETE FROM mlink')
    assert.throws(() => check(pair.world()), InvariantError)
  })

  test('of nodes that hold different artifacts may differ', () => {
    using pair = new Pair()
    pair.damage('leaf', 'DELETE FROM leaf')
    named('derived-convergence').check(pair.world())
  })

  test('keep what a control artifact says of an artifact that has not come', () => {
    using pair = new Pair()
    const tags = [{ action: '*', name: 'sym-early', target: nobodys } as const]
    storeLocal(
      pair.leaf,
      formatDeck({ kind: 'control', dateMs: 1_767_225_600_000, tags, user: 'u' }),
    )
    for (const name of ['tagxref', 'tags', 'derived']) named(name).check(pair.world())
  })
})

suite('operations of upkeep', () => {
  for (const [name, carryOut] of soundUpkeep) {
    test(`pass where they do what they are for: ${name}`, () => {
      using pair = new Pair()
      carryOut(pair)
      named('upkeep').check(pair.world())
    })
  }
})

/**
 * Ways for an operation, of upkeep mostly, to do another thing than it should, one at a time.
 * @module
 */

import { utf8 } from '../../base/bytes.ts'
import { obliterate, undoPurge } from '../../admin/graveyard.ts'
import { publish } from '../../admin/publish.ts'
import { checkinsWithAll, purge } from '../../admin/purge.ts'
import { putRemote } from '../../admin/remote.ts'
import { putUser } from '../../admin/user.ts'
import { rebuild } from '../../crosslink/rebuild.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { setConfig } from '../../repo/config.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { shun, unshun } from '../../repo/shun.ts'
import { Arguments, type ArgumentValues } from '../../runner/arguments.ts'
import { checkin } from '../../write/checkin.ts'
import type { Damage, Pair } from './pair.suite.ts'

/** An operation as it should be carried out, and things that could go wrong with it. */
interface Operation {
  readonly name: string
  readonly args: ArgumentValues
  /** The artifact that an argument of that operation refers to. */
  readonly target?: (pair: Pair) => ArtifactHash
  readonly prepare?: (pair: Pair) => void
  readonly act: (repo: Repo, target: ArtifactHash) => void
  readonly slips: readonly (readonly [what: string, sql: string, detail: RegExp])[]
}

const plain = (pair: Pair): ArtifactHash => pair.named.plain
const plainAndOthers = `uuid NOT IN (SELECT uuid FROM purgeitem)`

const operations: readonly Operation[] = [
  {
    name: 'publish',
    args: { checkin: 'x' },
    target: draft,
    act: (repo, target) => publish(repo, [target]),
    slips: [
      ['keeps all of it private', 'INSERT INTO private SELECT rid FROM unsent', /still private/],
      ['announces nothing', 'DELETE FROM unclustered', /is not in unclustered|went from/],
      ['is not to be sent', 'DELETE FROM unsent', /not in unsent|went from unsent/],
      ['publishes what is no part of it', 'DELETE FROM private', /went from private/],
      ['changes a setting', "DELETE FROM config WHERE name = 'css'", /config lost/],
    ],
  },
  {
    name: 'purge',
    args: { target: 'x' },
    target: plain,
    act: (repo, target) => void purge(repo, [target]),
    slips: [
      ['buries nothing', 'DELETE FROM purgeitem', /not in the graveyard/],
      [
        'buries another content',
        `UPDATE purgeitem SET data = ${compressedOther()}`,
        /another content/,
      ],
      ['forgets when', 'UPDATE purgeevent SET ctime = 5', /the purge is of 5/],
      ['forgets what was private', 'UPDATE purgeitem SET isPrivate = 1', /private in one of/],
      [
        'takes another artifact with it',
        `UPDATE blob SET size = -1, content = NULL WHERE rid = (
           SELECT max(rid) FROM blob WHERE size >= 0 AND ${plainAndOthers}
             AND rid IN (SELECT rid FROM unclustered))`,
        /went from blob/,
      ],
    ],
  },
  {
    name: 'purgeLine',
    args: { target: 'x', isAlone: false },
    target: secondCheckin,
    act: (repo, target) => void purge(repo, checkinsWithAll(repo, [target])),
    slips: [['bans an artifact', "INSERT INTO shun VALUES('abc', 0, '')", /shun has/]],
  },
  {
    name: 'exhume',
    args: { purge: 1 },
    prepare: ({ master, named }) => void purge(master, [named.secret, named.plain]),
    act: (repo) => void undoPurge(repo, 1),
    slips: [
      ['brings secrets back in public', 'DELETE FROM private', /came back in public/],
      [
        'leaves it in the graveyard',
        'INSERT INTO purgeevent VALUES(1, 0, NULL)',
        /still has purge 1/,
      ],
      ['loses something else', 'DELETE FROM unsent', /went from unsent/],
    ],
  },
  {
    name: 'obliterate',
    args: { purge: 1 },
    prepare: ({ master, named }) => void purge(master, [named.plain]),
    act: (repo) => void obliterate(repo, [1]),
    slips: [
      [
        'leaves an artifact behind',
        "INSERT INTO purgeitem(peid, uuid, sz) VALUES(1, 'abc', 0)",
        /purgeitem still has purge 1/,
      ],
      [
        'ends another purge, or makes one',
        'INSERT INTO purgeevent VALUES(7, 0, NULL)',
        /purgeevent changed/,
      ],
    ],
  },
  {
    name: 'shun',
    args: { target: 'x' },
    target: plain,
    act: ban,
    slips: [
      ['forgets the ban', 'DELETE FROM shun', /not among the bans/],
      ['forgets when', 'UPDATE shun SET mtime = 5', /its ban is of 5/],
      ['forgets what is private', 'DELETE FROM private', /went from private/],
    ],
  },
  {
    name: 'unshun',
    args: { target: 'x' },
    target: plain,
    prepare: ({ master, named }) => ban(master, named.plain),
    act: (repo, target) => {
      unshun(repo, [target])
      rebuild(repo)
    },
    slips: [
      ['bans another', "INSERT INTO shun VALUES('abc', 0, '')", /abc came to shun/],
      ['announces nothing', 'DELETE FROM unclustered', /is not announced/],
    ],
  },
  {
    name: 'rebuild',
    args: {},
    act: (repo) => void rebuild(repo),
    slips: [
      ['forgets what is unsent', 'DELETE FROM unsent', /unsent lost/],
      ['changes a file', "DELETE FROM unversioned WHERE name = 'long'", /unversioned lost/],
      [
        'announces what is in a cluster',
        'INSERT OR IGNORE INTO unclustered SELECT rid FROM blob WHERE size >= 0',
        /is announced, and/,
      ],
    ],
  },
  {
    name: 'setting',
    args: { setting: 'css', value: 'new' },
    act: (repo) => setConfig(repo, 'css', 'new'),
    slips: [
      ['sets no time', "UPDATE config SET mtime = 0 WHERE name = 'css'", /css was set to new/],
      ['sets another', "UPDATE config SET value = 'x' WHERE name = 'footer'", /config changed/],
    ],
  },
  {
    name: 'remote',
    args: { name: 'mirror', url: 'https://fossil.example/', password: 'secret' },
    act: (repo) =>
      putRemote(repo, { name: 'mirror', url: 'https://fossil.example/', password: 'secret' }),
    slips: [
      ['keeps no password', "DELETE FROM config WHERE name = 'sync-pw:mirror'", /has 1 rows/],
      [
        'keeps it in the clear',
        "UPDATE config SET value = 'secret' WHERE name = 'sync-pw:mirror'",
        /can be read/,
      ],
    ],
  },
  {
    name: 'account',
    args: { login: 'guest', capabilities: 'o' },
    act: (repo) => putUser(repo, { login: 'guest', capabilities: 'o' }),
    slips: [
      ['grants more', "UPDATE user SET cap = 's' WHERE login = 'guest'", /may do s, not o/],
      ["changes another's", "UPDATE user SET cap = 's' WHERE login = 'nobody'", /user changed/],
    ],
  },
]

/** Operations that do what they should. */
export const soundUpkeep: readonly (readonly [string, (pair: Pair) => void])[] = operations.map(
  (operation) => [operation.name, (pair) => carryOut(pair, operation, '')],
)

export const upkeepDamages: readonly Damage[] = [
  ...operations.flatMap((operation) =>
    operation.slips.map(([what, sql, detail]) => ({
      what: `a ${operation.name} that ${what}`,
      invariant: 'upkeep',
      where: 'master' as const,
      detail,
      inflict: (pair: Pair) => carryOut(pair, operation, sql),
    })),
  ),
  {
    what: 'an operation that wrote something else',
    invariant: 'written',
    where: 'leaf-0',
    detail: /lacks/,
    inflict: ({ miswritten }) => miswritten.push({ nodeId: 'leaf-0', detail: 'tag: lacks "U u"' }),
  },
  {
    what: 'what is banned, and here',
    invariant: 'banned',
    where: 'leaf-0',
    detail: /is banned, and is here/,
    inflict: (pair) => pair.damage('leaf', 'INSERT INTO shun VALUES(?, 0, NULL)', pair.named.plain),
  },
]

function carryOut(pair: Pair, operation: Operation, sql: string): void {
  const { name, args, act, prepare, target = plain } = operation
  prepare?.(pair)
  const hash = target(pair)
  const node = pair.node('master')
  const work = { name, node, args: new Arguments(name, args), artifact: () => hash }
  pair.upkeep.watch(work, () => {
    act(pair.master, hash)
    if (sql !== '') dbOf(pair.master).exec(sql)
    return { outcome: 'acknowledged' }
  })
}

/** A private check-in with a file of its own. */
function draft({ master }: Pair): ArtifactHash {
  return checkin(master, {
    changes: [{ name: 'new', content: utf8('not yet for all') }],
    comment: 'draft',
    user: 'u',
    isPrivate: true,
    parent: secondCheckin({ master }),
  }).hash
}

function secondCheckin({ master }: Pick<Pair, 'master'>): ArtifactHash {
  const row = dbOf(master)
    .prepare<[ArtifactHash]>(
      `SELECT uuid FROM event JOIN blob ON rid = objid WHERE event.comment = 'second'`,
    )
    .get()
  if (row === undefined) throw new Error('the pair has two check-ins')
  return row[0]
}

function ban(repo: Repo, hash: ArtifactHash): void {
  shun(repo, [hash])
  rebuild(repo)
}

/** SQL for five bytes, framed and compressed as the content of an artifact. */
function compressedOther(): string {
  return `(SELECT content FROM blob WHERE size >= 0 AND rid NOT IN (SELECT rid FROM delta)
             AND ${plainAndOthers} ORDER BY rid LIMIT 1)`
}

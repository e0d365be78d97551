/**
 * Ways to damage the derived tables, one at a time, and what must be noticed of each.
 * @module
 */

import { readArtifact } from '../../repo/content.ts'
import { storeContent } from '../../repo/store.ts'
import { allBlobUuidsSorted } from '../holdings.ts'
import type { Damage, Pair } from './pair.suite.ts'

/** In the pair: the first check-in is rid 3, the second 5; see there. */
const firstCheckin = '(SELECT min(objid) FROM event)'
const secondCheckin = '(SELECT max(objid) FROM event)'
const phantom = '(SELECT min(rid) FROM phantom)'
const branch = "(SELECT tagid FROM tag WHERE tagname = 'branch')"

type Told = readonly [what: string, invariant: string, sql: string, detail: RegExp]

const tagxref: readonly Told[] = [
  [
    'a tag on no artifact',
    'tagxref',
    `INSERT INTO tagxref VALUES(${branch}, 1, 1, 9999, 'trunk', 1, 9999)`,
    /it is about no artifact: tag branch on 9999/,
  ],
  [
    'a tag that does not exist',
    'tagxref',
    `INSERT INTO tagxref SELECT 999, 1, objid, objid, NULL, 1, objid FROM event LIMIT 1`,
    /there is no such tag: tag 999 on [0-9a-f]{40}/,
  ],
  [
    'an inherited tag that does not propagate',
    'tagxref',
    'UPDATE tagxref SET tagtype = 1 WHERE srcid = 0',
    /it is inherited and does not propagate: tag branch on /,
  ],
  [
    'an inherited tag on a phantom',
    'tagxref',
    `INSERT INTO tagxref VALUES(${branch}, 2, 0, ${firstCheckin}, 'trunk', 1, ${phantom})`,
    /a phantom inherits it: tag branch on e{40}/,
  ],
  [
    'a tag on a phantom that nothing which is here has given it',
    'tagxref',
    `INSERT INTO tagxref VALUES(${branch}, 1, ${phantom}, ${phantom}, 'x', 1, ${phantom})`,
    /nothing that is here says so of a phantom: tag branch on e{40}/,
  ],
]

const history: readonly Told[] = [
  ['a parent that is lost', 'plink', 'DELETE FROM plink', /lacks 1 of its rows \(.* is parent of /],
  [
    'a parent that nobody named',
    'plink',
    `INSERT INTO plink VALUES(${secondCheckin}, ${firstCheckin}, 0, 1, NULL)`,
    /holds 1 too many/,
  ],
  [
    'a parent that is no primary one',
    'plink',
    'UPDATE plink SET isprim = 0',
    /lacks 1 of its rows/,
  ],
  [
    'a parent of another time',
    'plink',
    'UPDATE plink SET mtime = mtime + 1',
    /lacks 1 of its rows/,
  ],
  ['tags that are lost', 'tags', 'DELETE FROM tagxref WHERE srcid = 0', /lacks 2 of its rows/],
  [
    'a tag that nobody gave',
    'tags',
    `INSERT INTO tagxref VALUES(9, 1, ${firstCheckin}, ${firstCheckin}, NULL, 1, ${firstCheckin})`,
    /holds 1 too many \(.* has closed, type 1/,
  ],
  [
    'a tag with another value',
    'tags',
    `UPDATE tagxref SET value = 'other' WHERE srcid = 0 AND tagid = ${branch}`,
    /has branch "trunk", type 2, by - on .*has branch "other", type 2/,
  ],
  [
    'a tag of another time',
    'tags',
    `UPDATE tagxref SET mtime = mtime + 1 WHERE srcid = 0 AND tagid = ${branch}`,
    /lacks 1 of its rows/,
  ],
  ['a leaf that is lost', 'leaf', 'DELETE FROM leaf', /lacks 1 of its rows/],
  [
    'a leaf that has a child',
    'leaf',
    `INSERT INTO leaf VALUES(${firstCheckin})`,
    /holds 1 too many/,
  ],
  ['a check-in that is no news', 'event', 'DELETE FROM event', /is not on the timeline/],
  [
    'news of what is no news',
    'event',
    `INSERT INTO event(type, objid, mtime) VALUES('ci', 1, 1)`,
    /is on the timeline and no news/,
  ],
  ['another comment', 'event', `UPDATE event SET comment = 'x'`, /comment is "x" and not "/],
  ['a user who did not do it', 'event', `UPDATE event SET user = 'x'`, /user is "x" and not "u"/],
  ['words in brief, which tickets alone have', 'event', `UPDATE event SET brief = 'x'`, /brief is/],
  ['a comment that nobody edited', 'event', `UPDATE event SET ecomment = 'x'`, /taggedComment/],
  ['a colour that nobody gave', 'event', `UPDATE event SET bgcolor = 'red'`, /color is "red"/],
  ['an event of another time', 'event', 'UPDATE event SET mtime = mtime + 1', /mtime is /],
  ['an event that was another time', 'event', 'UPDATE event SET omtime = 1', /omtime is 1 and not/],
  [
    'a check-in that is shown after its child',
    'moments',
    'UPDATE event SET mtime = mtime + 1 WHERE objid = (SELECT min(objid) FROM event)',
    /is shown \d+ ms after its child/,
  ],
  ['a file that no check-in changed', 'derived', 'DELETE FROM mlink', /missing in mlink: /],
  [
    'an event in another place of its moment',
    'derived',
    'UPDATE event SET mtime = mtime - 1e-8',
    /event: .* and \d+ more/,
  ],
]

export const historyDamages: readonly Damage[] = [
  ...[...tagxref, ...history].map(([what, invariant, sql, detail]): Damage => ({
    what,
    invariant,
    where: 'master',
    detail,
    inflict: (pair) => pair.damage('master', sql),
  })),
  {
    what: 'tables that differ where the same artifacts are',
    invariant: 'derived-convergence',
    where: 'leaf-0',
    detail: /the same artifacts, and master has event .*; here is event .*comment=x/,
    inflict: (pair) => {
      shareSecrets(pair)
      pair.damage('leaf', `UPDATE event SET comment = 'x'`)
    },
  },
  {
    what: 'rows that only one of two has',
    invariant: 'derived-convergence',
    where: 'leaf-0',
    detail: /^the same artifacts, and master has leaf [^;]*$/,
    inflict: (pair) => {
      shareSecrets(pair)
      pair.damage('leaf', 'DELETE FROM leaf')
    },
  },
]

/** Makes both hold the same, secrets and all. */
function shareSecrets({ master, leaf }: Pair): void {
  for (const [from, to] of [
    [master, leaf],
    [leaf, master],
  ] as const) {
    const held = new Set(allBlobUuidsSorted(to))
    for (const hash of allBlobUuidsSorted(from)) {
      const content = readArtifact(from, hash)
      if (!held.has(hash)) storeContent(to, { hash, content, isPrivate: true })
    }
  }
}

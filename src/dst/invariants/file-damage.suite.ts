/**
 * Ways to damage what the tables say of files, cherry-picks and links, one at a time, and what must
 * be noticed of each.
 * @module
 */

import { checkin } from '../../write/checkin.ts'
import { newThread } from '../../write/forum.ts'
import { newTicket } from '../../write/ticket.ts'
import { writeWiki } from '../../write/wiki.ts'
import type { Damage, Pair } from './pair.suite.ts'

/** In the pair: the first check-in brings in `a` and `b`, the second changes `a`. */
const secondCheckin = '(SELECT max(cid) FROM plink)'

type Told = readonly [what: string, sql: string, detail: RegExp]

const files: readonly Told[] = [
  ['a change that is lost', 'DELETE FROM mlink WHERE pid > 0', /lacks 1 of its rows \("a" of /],
  ['a new file that is lost', 'DELETE FROM mlink WHERE pid = 0', /lacks 2 of its rows/],
  [
    'a change that is told twice',
    'INSERT INTO mlink SELECT * FROM mlink WHERE pid > 0',
    /^holds 1 too many \("a" of /,
  ],
  ['another content', 'UPDATE mlink SET fid = 0 WHERE pid > 0', /"a" of \w+ is 0, permission 0/],
  ['another content before', 'UPDATE mlink SET pid = -1 WHERE pid > 0', /was -1 in [0-9a-f]{40}/],
  ['another parent', 'UPDATE mlink SET pmid = mid WHERE pid > 0', /holds 1 too many/],
  ['another permission', 'UPDATE mlink SET mperm = 1 WHERE pid > 0', /permission 1; was/],
  ['a primary parent that is none', 'UPDATE mlink SET isaux = 1 WHERE pid > 0', /\(aux\)/],
  ['a rename that nobody made', 'UPDATE mlink SET pfnid = fnid WHERE pid > 0', / as "a"\)/],
  ['another name', `UPDATE filename SET name = 'x' WHERE name = 'b'`, /"x" of /],
  ['a name that is lost', `DELETE FROM filename WHERE name = 'a'`, /holds 2 too many/],
  [
    'a delta manifest that waits for nothing',
    `INSERT INTO orphan SELECT cid, pid FROM plink`,
    /holds 1 too many \(\w+ waits for \w+\)/,
  ],
]

const picks: readonly Told[] = [
  ['a cherry-pick that is lost', 'DELETE FROM cherrypick', /lacks 1 of its rows \(\w+ takes in \w/],
  [
    'a cherry-pick that was none',
    `INSERT INTO cherrypick VALUES(1, ${secondCheckin}, 0)`,
    /^holds 1 too many/,
  ],
  [
    'a cherry-pick told as backed out',
    'UPDATE cherrypick SET isExclude = 1',
    /takes in .*backs out/,
  ],
]

const links: readonly Told[] = [
  [
    'a link that is lost',
    'DELETE FROM backlink WHERE srctype = 0',
    /lacks 1 of its rows \(0 \w+ m/,
  ],
  ['a link of a page that is lost', 'DELETE FROM backlink WHERE srctype = 2', /\(2 wiki-Page men/],
  [
    'a link of a post that is lost',
    'DELETE FROM backlink WHERE srctype = 4',
    /lacks 1 of its rows/,
  ],
  [
    'links of a ticket that are lost',
    'DELETE FROM backlink WHERE srctype = 1',
    /lacks 2 of its rows/,
  ],
  ['another target', `UPDATE backlink SET target = 'abcd' WHERE srctype = 0`, /mentions abcd at/],
  [
    'a link of another time',
    'UPDATE backlink SET mtime = mtime + 1 WHERE srctype = 2',
    /lacks 1 of its/,
  ],
  ['a link from nowhere', `INSERT INTO backlink VALUES('abcd', 0, 9999, 1)`, /\(0 9999 mentions /],
]

export const fileDamages: readonly Damage[] = [
  ...files.map((told) => damage('mlink', told, () => {})),
  ...picks.map((told) => damage('cherrypick', told, takeIn)),
  ...links.map((told) => damage('backlink', told, mention)),
]

function damage(
  invariant: string,
  [what, sql, detail]: Told,
  prepare: (pair: Pair) => void,
): Damage {
  return {
    what,
    invariant,
    where: 'master',
    detail,
    inflict: (pair) => {
      prepare(pair)
      pair.damage('master', sql)
    },
  }
}

/** A check-in that takes changes from another. */
function takeIn({ master }: Pair): void {
  const empty = { changes: [], user: 'u', allowEmpty: true }
  const parent = checkin(master, { ...empty, comment: 'root', newRoot: true }).hash
  const target = checkin(master, { ...empty, comment: 'other', newRoot: true }).hash
  const cherrypicks = [{ direction: '+', target }] as const
  checkin(master, { ...empty, comment: 'take in', parent, cherrypicks })
}

/** A text of each kind that mentions an artifact. */
function mention({ master, named: { plain } }: Pair): void {
  const [link, author] = [`see [${plain.slice(0, 12)}]`, { user: 'u' }]
  checkin(master, { changes: [], comment: link, ...author, allowEmpty: true })
  writeWiki(master, { title: 'Page', content: link }, author)
  newThread(master, { title: 'Thread', content: link }, author)
  newTicket(master, { title: link, icomment: `see [${plain}]` }, author)
}

/**
 * Planted bugs in the derived tables: each is a node that takes what comes as it should, and then
 * gets wrong what it means.
 * @module
 */

import { parseDeck } from '../../deck/parse.ts'
import { julianFromMs } from '../../deck/date.ts'
import { parseArtifactHash } from '../../hash/artifact-hash.ts'
import { ensureKnown, findRid } from '../../repo/blob.ts'
import { setConfig } from '../../repo/config.ts'
import { readArtifact } from '../../repo/content.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { branchTagId } from '../../repo/schema.ts'
import { allBlobUuidsSorted } from '../holdings.ts'
import { afterSync, type Canary, soundNode, sql } from './plant.ts'

/** An artifact that nobody ever makes: a phantom for good. */
const never = parseArtifactHash('0'.repeat(40))

/** Knows of an artifact that it does not have, and gets this wrong about it. */
function onPhantom(statement: string): Canary['plant'] {
  return afterSync((repo) => {
    const rid = never && ensureKnown(repo, never, { isPrivate: false })
    if (rid !== undefined) dbOf(repo).prepare(statement).run(branchTagId, rid)
  })
}

/** Heeds the first that is said of an artifact under a name, where the latest counts. */
function heedsFirst(repo: Repo): void {
  const heeded = new Set<string>()
  const controls = allBlobUuidsSorted(repo)
    .map((hash) => ({ rid: findRid(repo, hash) ?? 0, deck: parseDeck(readArtifact(repo, hash)) }))
    .sort((a, b) => a.rid - b.rid)
  const update = dbOf(repo).prepare(
    `UPDATE tagxref SET tagtype = ?, srcid = ?, mtime = ?, value = ?
      WHERE rid = ? AND srcid <> 0 AND tagid = (SELECT tagid FROM tag WHERE tagname = ?)`,
  )
  for (const { rid, deck } of controls) {
    if (deck?.kind !== 'control') continue
    for (const { action, name, target, value } of deck.tags) {
      const key = `${target} ${name}`
      if (heeded.has(key) || !name.startsWith('sym-')) continue
      heeded.add(key)
      const type = { '-': 0, '+': 1, '*': 2 }[action]
      const said = [type, rid, julianFromMs(deck.dateMs), value ?? null] as const
      update.run(...said, findRid(repo, target) ?? 0, name)
    }
  }
}

/** Every kind of artifact, everywhere the same: no secrets, and everybody may push. */
const open: Canary['options'] = { allKinds: true, operationCount: 300, privateCheckins: false }

export const derivedCanaries: readonly Canary[] = [
  {
    bug: 'tags an artifact that it has never heard of',
    invariant: 'tagxref',
    plant: sql('REPLACE INTO tagxref VALUES(8, 1, 1, 999999, NULL, 1, 999999)'),
  },
  {
    bug: 'forgets the name of a tag',
    invariant: 'tagxref',
    plant: sql('REPLACE INTO tagxref SELECT 999, 1, objid, objid, NULL, 1, objid FROM event'),
  },
  {
    bug: 'hands tags down as if they went no further',
    invariant: 'tagxref',
    plant: sql('UPDATE tagxref SET tagtype = 1 WHERE srcid = 0'),
  },
  {
    bug: 'hands tags down to what it does not have',
    invariant: 'tagxref',
    plant: onPhantom(`REPLACE INTO tagxref VALUES(?1, 2, 0, 1, 'trunk', 1, ?2)`),
  },
  {
    bug: 'tags what it does not have on the word of what it does not have',
    invariant: 'tagxref',
    plant: onPhantom(`REPLACE INTO tagxref VALUES(?1, 1, ?2, 1, 'x', 1, ?2)`),
  },
  {
    bug: 'loses a parent',
    invariant: 'plink',
    plant: sql('DELETE FROM plink WHERE rowid = (SELECT max(rowid) FROM plink)'),
  },
  {
    bug: 'heeds what was said first, not last',
    invariant: 'tags',
    plant: afterSync(heedsFirst),
    options: { ...open, weights: { tag: 20, amendment: 5 } },
  },
  {
    bug: 'goes on calling a check-in a leaf that has a child',
    invariant: 'leaf',
    plant: sql('INSERT OR IGNORE INTO leaf SELECT pid FROM plink ORDER BY pid LIMIT 1'),
  },
  {
    bug: 'puts another comment on the timeline',
    invariant: 'event',
    plant: sql(`UPDATE event SET comment = 'x' WHERE objid = (SELECT max(objid) FROM event)`),
  },
  {
    bug: 'shows check-ins at their own dates, though a child of theirs says it is older',
    invariant: 'moments',
    // Not where a tag says another date: that is for `event` to notice.
    plant: sql(
      `UPDATE event SET mtime = omtime WHERE type = 'ci' AND omtime > mtime
          AND objid NOT IN (SELECT rid FROM tagxref JOIN tag USING(tagid) WHERE tagname = 'date')`,
    ),
    options: { ...open, operationCount: 600, seed: 12 },
  },
  {
    bug: 'forgets which file a check-in changed',
    invariant: 'mlink',
    plant: sql('DELETE FROM mlink WHERE rowid = (SELECT max(rowid) FROM mlink)'),
  },
  {
    bug: 'takes a parent for a check-in that changes were taken from',
    invariant: 'cherrypick',
    plant: sql('INSERT OR IGNORE INTO cherrypick SELECT pid, cid, 0 FROM plink LIMIT 1'),
  },
  {
    bug: 'links a comment to what it does not name',
    invariant: 'backlink',
    plant: sql(`INSERT OR IGNORE INTO backlink SELECT 'abcd', 0, min(objid), 1 FROM event`),
  },
  {
    bug: 'moves a check-in before its child, and a millisecond too far',
    invariant: 'derived',
    plant: sql(`UPDATE event SET mtime = mtime - 1.2e-8 WHERE type = 'ci' AND omtime > mtime
          AND objid NOT IN (SELECT rid FROM tagxref JOIN tag USING(tagid) WHERE tagname = 'date')`),
    options: { ...open, operationCount: 600, seed: 12 },
  },
  {
    bug: 'words the timeline in its own way',
    invariant: 'derived-convergence',
    plant: (parts) => {
      if (parts.id === 'leaf-1') setConfig(parts.repo, 'hash-digits', '16')
      return soundNode(parts)
    },
    config: () => ({ login: {} }),
    options: open,
  },
]

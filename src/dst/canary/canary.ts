/**
 * Planted bugs, at least one for each invariant, so that a check that cannot fail is noticed.
 * @module
 */

import { compressContent } from '../../base/zlib.ts'
import { utf8 } from '../../base/bytes.ts'
import { type Env, noBuggify } from '../../base/env.ts'
import { openDatabase } from '../../db/node.ts'
import { unsetConfig } from '../../repo/config.ts'
import { createRepo } from '../../crosslink/open.ts'
import { listUnversioned } from '../../repo/unversioned.ts'
import { fullAccess } from '../../sync/access.ts'
import { decodeMessage } from '../../xfer/frame.ts'
import { parseCards } from '../../xfer/parse.ts'
import type { LeafParts, SimConfig } from '../config.ts'
import { invariants } from '../invariants/all.ts'
import { MockFossil } from '../mock-fossil.ts'
import type { Node } from '../node.ts'
import { SimTransport } from '../sim-network.ts'
import { claimCanaries } from './claim-canaries.ts'
import { cloneCanaries } from './clone-canaries.ts'
import { derivedCanaries } from './derived-canaries.ts'
import { economyCanaries } from './economy-canaries.ts'
import { lockCanaries } from './lock-canaries.ts'
import { lossCanaries } from './loss-canaries.ts'
import { meaningCanaries } from './meaning-canaries.ts'
import { messageCanaries } from './message-canaries.ts'
import { pageCanaries } from './page-canaries.ts'
import { afterSync, type Canary, soundNode, sql } from './plant.ts'
import { pushCanaries } from './push-canaries.ts'
import { replayCanaries } from './replay-canaries.ts'
import { tableCanaries } from './table-canaries.ts'
import { upkeepCanaries } from './upkeep-canaries.ts'
import { dbOf } from '../../repo/repo.ts'

/** The same, from when there is an unversioned file. */
function uvSql(statement: string): Canary['plant'] {
  return afterSync((repo) => {
    if (listUnversioned(repo).length > 0) dbOf(repo).exec(statement)
  })
}

/** Gives up its own version of every file that it asks for, as stock does (xfer.c:2656-2660). */
function hasty(parts: LeafParts): Node {
  const { repo, transport } = parts
  const exchange = (request: Uint8Array): Promise<Uint8Array> => {
    for (const card of parseCards(decodeMessage(request, { maxBytes: 1 << 30 }))) {
      if (card.type !== 'uvgimme' || listUnversioned(repo).length === 0) continue
      dbOf(repo).prepare('DELETE FROM unversioned WHERE name = ?').run(card.name)
      unsetConfig(repo, 'uv-hash')
    }
    return transport.exchange(request)
  }
  return soundNode({ ...parts, transport: new SimTransport(exchange) })
}

/** A master that lets everybody do everything, whoever they are. */
function ungated(): Partial<SimConfig> {
  const env: Env = {
    clock: { nowMs: () => 0 },
    random: { bytes: (length) => new Uint8Array(length) },
    buggify: noBuggify,
  }
  const repo = createRepo(openDatabase(), env, { hashPolicy: 'sha1' })
  return { upstream: new MockFossil(repo, { access: fullAccess }) }
}

export const canaries: readonly Canary[] = [
  {
    bug: 'stores content without comparing it with its name',
    invariant: 'blob-integrity',
    plant: afterSync((repo) => {
      const forged = utf8('forged')
      dbOf(repo)
        .prepare(
          `UPDATE blob SET content = ?, size = ?
          WHERE rid = (SELECT max(rid) FROM blob WHERE size >= 0)
            AND rid NOT IN (SELECT rid FROM delta) AND rid NOT IN (SELECT srcid FROM delta)`,
        )
        .run(compressContent(forged), forged.length)
    }),
  },
  {
    bug: 'writes the wrong length beside a delta',
    invariant: 'blob-integrity',
    plant: sql('UPDATE blob SET size = size + 1 WHERE rid = (SELECT max(rid) FROM delta)'),
  },
  {
    bug: 'deletes the source of a delta',
    invariant: 'delta-chains',
    plant: sql('DELETE FROM blob WHERE rid = (SELECT max(srcid) FROM delta)'),
  },
  {
    bug: 'makes two artifacts deltas of each other',
    invariant: 'delta-chains',
    plant: sql(
      `INSERT OR IGNORE INTO delta(rid, srcid)
        SELECT srcid, rid FROM delta WHERE rid = (SELECT max(rid) FROM delta)`,
    ),
  },
  {
    bug: 'stores a phantom without listing it, so that nobody asks for it again',
    invariant: 'phantoms',
    plant: sql('DELETE FROM phantom'),
  },
  {
    bug: 'goes on listing a phantom that has arrived',
    invariant: 'phantoms',
    plant: sql('INSERT OR IGNORE INTO phantom SELECT max(rid) FROM blob WHERE size >= 0'),
  },
  {
    bug: 'does not keep private what it is asked to keep so',
    invariant: 'written',
    plant: sql(
      `CREATE TEMP TRIGGER IF NOT EXISTS careless AFTER INSERT ON main.private
         BEGIN DELETE FROM private WHERE rid = new.rid; END`,
    ),
  },
  {
    bug: 'acknowledges a check-in and loses it',
    invariant: 'nothing-lost',
    plant: sql(
      // Without sources of deltas, whose content would no longer be what their names say.
      `DELETE FROM blob WHERE rid IN (SELECT rid FROM unsent)
                          AND rid NOT IN (SELECT srcid FROM delta);
       DELETE FROM delta WHERE rid NOT IN (SELECT rid FROM blob);
       DELETE FROM unclustered WHERE rid NOT IN (SELECT rid FROM blob);
       DELETE FROM unsent`,
    ),
  },
  {
    bug: 'takes private artifacts for public ones',
    invariant: 'nothing-leaks',
    plant: sql(
      `INSERT OR IGNORE INTO unclustered SELECT rid FROM private;
       DELETE FROM private`,
    ),
  },
  {
    bug: 'says that it asks for private artifacts and does not',
    invariant: 'private-convergence',
    plant: soundNode,
    config: () => ({ private: true, login: {} }),
  },
  {
    bug: 'queues private artifacts for announcement',
    invariant: 'private-unannounced',
    plant: sql('INSERT OR IGNORE INTO unclustered SELECT rid FROM private'),
  },
  {
    bug: 'stops announcing artifacts that no cluster names',
    invariant: 'announced',
    plant: sql('DELETE FROM unclustered WHERE rid = (SELECT max(rid) FROM unclustered)'),
  },
  {
    bug: 'says that it pushed and did not',
    invariant: 'convergence',
    plant: (parts) => soundNode(parts, { pull: true }),
  },
  {
    bug: 'says that it pulled and did not',
    invariant: 'convergence',
    plant: (parts) => soundNode(parts, { push: true }),
    // Who may not push, and does nothing else, fails for ever instead of coming to rest.
    config: () => ({ login: {} }),
  },
  {
    bug: 'stores an unversioned file without comparing it with its hash',
    invariant: 'uv-integrity',
    plant: uvSql(
      `UPDATE unversioned SET content = x'aa', sz = 1, encoding = 0
        WHERE uvid = (SELECT max(uvid) FROM unversioned WHERE hash IS NOT NULL)`,
    ),
  },
  {
    bug: 'keeps the content of a deleted file',
    invariant: 'uv-integrity',
    plant: uvSql("UPDATE unversioned SET content = x'aa' WHERE hash IS NULL"),
  },
  {
    bug: 'goes on remembering the hash of an old catalogue',
    invariant: 'uv-integrity',
    plant: uvSql(
      `REPLACE INTO config(name, value, mtime) VALUES('uv-hash', '${'0'.repeat(40)}', 0)`,
    ),
  },
  {
    bug: 'gives up its copy of a file when it asks for another',
    invariant: 'uv-never-lost',
    plant: hasty,
    options: { seed: 1 },
  },
  {
    bug: 'says that it synced unversioned files and did not',
    invariant: 'uv-convergence',
    plant: (parts) => soundNode(parts, { uv: false }),
  },
  {
    bug: 'keeps the times of files by the hour only',
    invariant: 'uv-last-writer-wins',
    plant: uvSql(
      `UPDATE unversioned SET mtime = (mtime + 3599) / 3600 * 3600;
       DELETE FROM config WHERE name = 'uv-hash'`,
    ),
    // The next sync has something to move again, which is seen before.
    config: () => ({ invariants: invariants.filter(({ name }) => name !== 'economy') }),
  },
  {
    bug: 'never fetches a setting',
    invariant: 'settings',
    plant: soundNode,
    options: { weights: { setting: 5 } },
  },
  {
    bug: 'forgets settings of its own',
    invariant: 'local-stays',
    plant: sql(
      `DELETE FROM config WHERE name IN
        ('cookie', 'uv-sync', 'max-upload', 'max-download', 'lock-timeout', 'repo-cksum')`,
    ),
    options: { weights: { preference: 5 } },
  },
  {
    bug: 'forgets servers that it syncs with',
    invariant: 'local-stays',
    plant: sql("DELETE FROM config WHERE name GLOB 'sync-url:*'"),
    options: { weights: { remote: 5 } },
  },
  {
    bug: 'lets accounts do everything',
    invariant: 'local-stays',
    plant: sql("UPDATE user SET cap = 's' WHERE login GLOB 'guest-*'"),
    options: { weights: { account: 5 } },
  },
  {
    bug: 'syncs with a master that asks nobody for a login',
    invariant: 'rights',
    plant: soundNode,
    config: ungated,
  },
  ...derivedCanaries,
  ...pageCanaries,
  ...lockCanaries,
  ...lossCanaries,
  ...meaningCanaries,
  ...messageCanaries,
  ...pushCanaries,
  ...replayCanaries,
  ...claimCanaries,
  ...cloneCanaries,
  ...tableCanaries,
  ...upkeepCanaries,
  ...economyCanaries,
]

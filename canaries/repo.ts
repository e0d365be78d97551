/**
 * Bugs in src/repo and src/admin.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const repoMutations: readonly Mutation[] = [
  {
    name: 'acknowledges-before-commit',
    bug: 'says that it stored something although the disk refused the commit',
    file: 'src/repo/repo.ts',
    find: '      finish(own)\n',
    replace: `
      try {
        finish(own)
      } catch {
        this.#undo()
      }
`,
    needs: ['site:repo.commit.fail'],
    caughtBy: ['upkeep', 'written', 'nothing-lost', 'uv-never-lost'],
    plan: 'faults=code',
  },
  {
    name: 'cache-survives-rollback',
    bug: 'goes on believing in rows that a rollback took back',
    file: 'src/repo/repo.ts',
    find: '  #undo(): void {\n    this.#cache.clear()\n',
    replace: '  #undo(): void {\n',
    needs: ['site:repo.commit.fail'],
    caughtBy: [
      'claims',
      'economy',
      'failed',
      'nothing-lost',
      'convergence',
      'stalled',
      'phantoms',
      'announced',
      'tagxref',
    ],
    plan: 'faults=code',
  },
  {
    name: 'phantom-stays-listed',
    bug: 'goes on listing as missing what has come',
    file: 'src/repo/store.ts',
    find: "  db.prepare('DELETE FROM phantom WHERE rid = ?').run(known)\n",
    replace: '',
    needs: [],
    caughtBy: ['phantoms'],
  },
  {
    name: 'published-unannounced',
    bug: 'makes an artifact public and announces it to nobody',
    file: 'src/repo/blob.ts',
    find: "  dbOf(repo).prepare('INSERT OR IGNORE INTO unclustered(rid) VALUES(?)').run(rid)\n",
    replace: '',
    needs: ['plan:private=yes'],
    caughtBy: ['announced'],
    plan: 'private=yes',
  },
  {
    name: 'made-untold',
    bug: 'tells of the first thing alone that it stored for a check-in',
    file: 'src/write/checkin.ts',
    find: 'if (isNew) newArtifacts.push(hash)',
    replace: 'if (isNew && newArtifacts.length === 0) newArtifacts.push(hash)',
    needs: ['op:checkin'],
    caughtBy: ['written', 'provenance'],
  },
  {
    name: 'purge-leaves-deltas',
    bug: 'removes an artifact that others are stored as deltas of',
    file: 'src/repo/shun.ts',
    find: '      if (!going.has(delta)) undeltify(repo, delta)\n',
    replace: '',
    needs: ['op:shun|purge'],
    caughtBy: ['delta-chains', 'blob-integrity', 'nothing-lost', 'failed'],
    plan: 'mix=checkin+shun+purge',
  },
  {
    name: 'purged-goes-at-rebuild',
    bug: 'removes in a rebuild what was purged once and has come back',
    file: 'src/repo/shun.ts',
    find: "('SELECT rid FROM shun CROSS JOIN blob USING(uuid) ORDER BY rid')",
    replace: `(\`SELECT rid FROM shun CROSS JOIN blob USING(uuid) \${
      dbOf(repo).prepare("SELECT 1 FROM sqlite_schema WHERE name = 'purgeitem'").get() === undefined
        ? ''
        : 'UNION SELECT rid FROM purgeitem CROSS JOIN blob USING(uuid)'
    } ORDER BY rid\`)`,
    needs: ['op:purge', 'op:shun', 'op:rebuild'],
    caughtBy: ['upkeep', 'losses', 'claims'],
    plan: 'mix=checkin+purge+shun+rebuild,operations=160,leaves=1,topology=star',
  },
  {
    name: 'setting-stored-again',
    bug: 'stores a setting again that is no newer than its own',
    file: 'src/admin/config-areas-receive.ts',
    find: 'AS TEXT) AND mtime < ?`',
    replace: 'AS TEXT) AND mtime <= ?`',
    needs: ['op:setting'],
    caughtBy: ['stalled'],
    plan: 'mix=checkin+setting',
  },
]

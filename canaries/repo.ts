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
    caughtBy: ['nothing-lost', 'uv-never-lost'],
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

/**
 * Bugs in the work of those who look after a repository: src/admin, src/repo.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const upkeepMutations: readonly Mutation[] = [
  {
    name: 'published-and-hidden',
    bug: 'says of what is published that it is public, and leaves it private',
    file: 'src/admin/publish.ts',
    find: '      publishHeld(repo, rid)\n',
    replace: '',
    needs: ['op:publish|release', 'plan:private=yes'],
    caughtBy: ['upkeep', 'private-unannounced'],
    plan: 'private=yes,mix=checkin+draft+release',
  },
  {
    name: 'publication-not-sent',
    bug: 'leaves it to announcements that others hear of what is published',
    file: 'src/admin/publish.ts',
    find: '      queueUnsent(repo, rid)\n',
    replace: '',
    needs: ['op:publish|release', 'plan:private=yes'],
    caughtBy: ['upkeep'],
    onlyBy: 'upkeep',
    plan: 'private=yes,mix=checkin+draft+release',
  },
  {
    name: 'line-takes-shared-files',
    bug: 'purges with a line files that other check-ins have, too',
    file: 'src/admin/purge.ts',
    find: `          AND NOT EXISTS(SELECT 1 FROM mlink AS other
                          WHERE other.fid = mlink.fid AND other.mid NOT IN going)
`,
    replace: '',
    needs: ['op:purgeLine', 'op:rename|merge'],
    caughtBy: ['upkeep'],
    onlyBy: 'upkeep',
    plan: 'mix=checkin+rename+merge+cherrypick+purgeLine+exhume',
  },
  {
    name: 'descendants-not-purged',
    bug: 'purges a check-in without those that follow it',
    file: 'src/admin/purge.ts',
    find: '         UNION SELECT plink.cid FROM found CROSS JOIN plink ON plink.pid = found.rid\n',
    replace: '',
    needs: ['op:purgeLine'],
    caughtBy: ['upkeep'],
    plan: 'mix=checkin+purgeLine',
  },
  {
    name: 'buried-as-public',
    bug: 'forgets in the graveyard what was private',
    file: 'src/admin/purge.ts',
    find: `            EXISTS(SELECT 1 FROM private WHERE private.rid = blob.rid),
            \${descriptionSql(repo)}, blob.content`,
    replace: `            0,
            \${descriptionSql(repo)}, blob.content`,
    needs: ['op:purgeLine', 'plan:private=yes'],
    caughtBy: ['upkeep', 'nothing-leaks'],
    plan: 'private=yes,mix=checkin+draft+purgeLine+exhume',
  },
  {
    name: 'ban-without-time',
    bug: 'writes down no time for a ban',
    file: 'src/repo/shun.ts',
    find: '    const mtimeSec = Math.floor(repo.env.clock.nowMs() / 1000)\n',
    replace: '    const mtimeSec = 0\n',
    needs: ['op:shun|shunFile'],
    caughtBy: ['upkeep'],
    onlyBy: 'upkeep',
    plan: 'mix=checkin+shun+shunFile',
  },
  {
    name: 'rebuild-forgets-unsent',
    bug: 'forgets at a rebuild what is to be sent unasked',
    file: 'src/crosslink/rebuild.ts',
    find: '    for (const [rid] of unsent) keep.run(rid)\n',
    replace: '',
    needs: ['op:rebuild|shun|purge'],
    caughtBy: ['upkeep', 'claims'],
    plan: 'mix=checkin+rebuild+shun+purge',
  },
  {
    name: 'undone-purge-stays',
    bug: 'leaves in the graveyard what it brought back from there',
    file: 'src/admin/graveyard.ts',
    find: "  return dbOf(repo).prepare('DELETE FROM purgeitem WHERE peid = ?').run(id).changes\n",
    replace:
      "  return dbOf(repo).prepare('SELECT 1 FROM purgeitem WHERE peid = ?').all(id).length\n",
    needs: ['op:exhume|obliterate'],
    caughtBy: ['upkeep'],
    plan: 'mix=checkin+purge+exhume+obliterate',
  },
]

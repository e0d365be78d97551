/**
 * Bugs in src/crosslink: what artifacts mean.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const crosslinkMutations: readonly Mutation[] = [
  {
    name: 'tag-by-arrival',
    bug: 'lets the tag count that came last instead of the one that was said last',
    file: 'src/crosslink/tag.ts',
    find: '  if (mtime !== tag.mtimeJulian) return mtime < tag.mtimeJulian\n',
    replace: '  if (mtime !== tag.mtimeJulian) return true\n',
    needs: ['op:tag|amendment|mark|branch|variant'],
    caughtBy: ['tags', 'derived', 'derived-convergence', 'event'],
    plan: 'mix=checkin+tag+amendment+mark+branch',
  },
  {
    name: 'tag-stops-at-child',
    bug: 'hands an inherited tag on to children and not to their children',
    file: 'src/crosslink/tag.ts',
    find: '      for (const child of primaryChildren(repo, rid)) queue.push(child)\n',
    replace: '',
    needs: ['op:checkin'],
    caughtBy: ['tags', 'derived', 'leaf'],
  },
  {
    name: 'orphans-stay',
    bug: 'leaves delta manifests without meaning when their baseline comes',
    file: 'src/crosslink/checkin.ts',
    find: '    for (const orphan of takeOrphans(repo, next.rid)) coming.push(orphan)\n',
    replace: '',
    needs: ['op:variant'],
    caughtBy: ['plink', 'event', 'derived'],
    plan: 'mix=checkin+variant',
  },
  {
    name: 'thread-title-unknown',
    bug: 'does not give a reply the title of its thread when that comes later',
    file: 'src/crosslink/forum.ts',
    find: '  if (root !== undefined) transactionOf(repo).pending.threads.add(root)\n',
    replace: '',
    needs: ['op:forum'],
    caughtBy: ['event', 'derived'],
    plan: 'mix=checkin+forum',
  },
  {
    name: 'date-tag-unseen',
    bug: 'does not look at the timeline again when somebody corrects a date',
    file: 'src/crosslink/tag.ts',
    find: 'commentTagId, userTagId, dateTagId])',
    replace: 'commentTagId, userTagId])',
    needs: ['op:tag|amendment'],
    caughtBy: ['event', 'derived', 'moments'],
    plan: 'mix=checkin+tag+amendment',
  },
  {
    name: 'note-of-every-version',
    bug: 'shows the old versions of a technote beside the newest one',
    file: 'src/crosslink/technote.ts',
    find: `
    dbOf(repo)
      .prepare(\`DELETE FROM event WHERE type = 'e' AND tagid = ? AND objid <> ?\`)
      .run(tagid, rid)
`,
    replace: '\n',
    needs: ['op:technote'],
    caughtBy: ['event', 'derived', 'derived-convergence'],
    plan: 'mix=checkin+technote',
  },
]

/**
 * Bugs in src/tables and in the sync of tables.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const tableMutations: readonly Mutation[] = [
  {
    name: 'older-row-taken',
    bug: 'takes whatever version of a row comes',
    file: 'src/tables/resolve.ts',
    find: "  return order > 0 ? 'take' : 'keep'\n",
    replace: "  return 'take'\n",
    needs: ['op:rowPut'],
    caughtBy: ['table-never-lost', 'table-last-writer-wins', 'table-convergence', 'stalled'],
    plan: 'mix=checkin+tables',
  },
  {
    name: 'deletion-wins-ties',
    bug: 'lets a deletion beat a live row of the same time',
    file: 'src/tables/resolve.ts',
    find: '  if (a.isDeleted !== b.isDeleted) return a.isDeleted ? -1 : 1\n',
    replace: '  if (a.isDeleted !== b.isDeleted) return a.isDeleted ? 1 : -1\n',
    needs: ['op:rowPut', 'op:rowDelete'],
    caughtBy: ['table-never-lost', 'table-last-writer-wins'],
    plan: 'mix=rowPut+rowDelete,operations=200',
  },
  {
    name: 'time-of-rows-undigested',
    bug: 'leaves the time of a row out of its digest, so that differences hide',
    file: 'src/tables/ranges.ts',
    find: '`${key} ${mtimeSec} ${isDeleted ? 1 : 0} ${owner}\\0${data}`',
    replace: '`${key} ${isDeleted ? 1 : 0} ${owner}\\0${data}`',
    needs: ['op:rowPut'],
    caughtBy: ['table-convergence', 'table-last-writer-wins', 'tombstone-convergence'],
    plan: 'mix=checkin+tables,operations=200',
  },
  {
    name: 'row-update-lost',
    bug: 'says that it wrote a row and leaves the one that is there',
    file: 'src/tables/tables.ts',
    find: '  const row = { isDeleted, data, owner }\n',
    replace: '  if (held !== undefined) return\n  const row = { isDeleted, data, owner }\n',
    needs: ['op:rowPut'],
    caughtBy: ['table-never-lost', 'table-last-writer-wins'],
    plan: 'mix=checkin+rowPut+rowDelete',
  },
]

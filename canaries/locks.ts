/**
 * Bugs of check-in locks, of which only those are told who ask for one.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const lockMutations: readonly Mutation[] = [
  {
    name: 'lock-without-time',
    bug: 'writes down no time for a lock, so that it ends at once',
    file: 'src/admin/checkin-lock.ts',
    find: 'JSON.stringify({ login, clientid: clientId }), nowSec(repo))',
    replace: 'JSON.stringify({ login, clientid: clientId }), 0)',
    needs: ['op:lock'],
    caughtBy: ['checkin-locks'],
    onlyBy: 'checkin-locks',
    plan: 'mix=checkin+lock',
  },
  {
    name: 'lock-for-ever',
    bug: 'keeps a lock however old it is',
    file: 'src/admin/checkin-lock.ts',
    find: 'isReadable && mtimeSec > oldestSec && isLeaf',
    replace: 'isReadable && isLeaf',
    needs: ['op:lock'],
    caughtBy: ['checkin-locks'],
    onlyBy: 'checkin-locks',
    plan: 'topology=star,leaves=5,operations=200,mix=lock+checkin+uvWrite',
  },
  {
    name: 'lock-outlives-checkin',
    bug: 'keeps a check-in locked that has got its child',
    file: 'src/admin/checkin-lock.ts',
    find: 'mtimeSec > oldestSec && isLeafOrUnknown(repo, checkin))',
    replace: 'mtimeSec > oldestSec)',
    needs: ['op:lock', 'op:checkin'],
    caughtBy: ['checkin-locks'],
    onlyBy: 'checkin-locks',
    plan: 'topology=star,leaves=5,operations=200,mix=lock+checkin+uvWrite',
  },
  {
    name: 'unlock-takes-all',
    bug: 'gives back the locks of everybody when one client asks',
    file: 'src/admin/checkin-lock.ts',
    find: "value ->> 'clientid' = ?)`",
    replace: "? <> '')`",
    needs: ['op:lock', 'op:unlock'],
    caughtBy: ['checkin-locks'],
    onlyBy: 'checkin-locks',
    plan: 'mix=checkin+lock+unlock',
  },
  {
    name: 'unlock-passed-over',
    bug: 'does not heed a client that gives its locks back',
    file: 'src/sync/answer.ts',
    find: '      this.#unlock(args)\n',
    replace: '',
    needs: ['op:lock', 'op:unlock'],
    caughtBy: ['checkin-locks'],
    onlyBy: 'checkin-locks',
    plan: 'mix=checkin+lock+unlock',
  },
  {
    name: 'holder-not-told',
    bug: 'hears that somebody else holds the lock, and does not say so',
    file: 'src/sync/side-conversations.ts',
    find: '      this.#lockedBy = { login: defossilize(login), mtimeSec: Number(mtimeSec) || 0 }\n',
    replace: '',
    needs: ['op:lock'],
    caughtBy: ['checkin-locks'],
    onlyBy: 'checkin-locks',
    plan: 'topology=star,leaves=5,operations=200,mix=lock+checkin+uvWrite',
  },
]

/**
 * Bugs of logins: who a request is from, and what that one may do.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const loginMutations: readonly Mutation[] = [
  {
    name: 'proof-taken-twice',
    bug: 'takes a signed request twice, where it changed nothing the first time',
    file: 'src/sync/auth.ts',
    find: '  if (nonces?.use(nonce) === false) {\n',
    replace: '  if (nonces?.use(nonce) === false && isProofKept(repo, nonce)) {\n',
    needs: ['plan:login=yes', 'fault:duplicated'],
    caughtBy: ['replays'],
    onlyBy: 'replays',
    plan: 'login=yes,faults=duplicated,mix=checkin',
  },
  {
    name: 'proof-dies-with-server',
    bug: 'forgets a proof that changed rows or files when the server ends',
    file: 'src/sync/answer.ts',
    find: '      keepProof(this.#repo, this.nonce)\n',
    replace: '      void keepProof\n',
    needs: ['plan:login=yes', 'fault:duplicated', 'fault:crash|stop'],
    caughtBy: ['replays'],
    onlyBy: 'replays',
    plan:
      'login=yes,faults=duplicated+crash+stop,duplicated=0.4,latencyMs=2000,' +
      'mix=checkin+tables,topology=star,leaves=3,operations=60',
  },
]

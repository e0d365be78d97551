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
  {
    name: 'rights-kept-for-good',
    bug: 'lets a user go on with the rights of its first login',
    file: 'src/sync/auth.ts',
    find: `
  const access = accessOf(effectiveCapabilities(repo, user.login))
  return { login: user.login, uid: user.uid, nonce: card.nonce, access }
}
`,
    replace: `
  const known = firstRights.get(repo) ?? new Map<string, Access>()
  firstRights.set(repo, known)
  const access = known.get(user.login) ?? accessOf(effectiveCapabilities(repo, user.login))
  known.set(user.login, access)
  return { login: user.login, uid: user.uid, nonce: card.nonce, access }
}

const firstRights = new WeakMap<Repo, Map<string, Access>>()
`,
    needs: ['plan:login=yes', 'op:capabilities'],
    caughtBy: ['rights', 'pushed', 'stalled', 'convergence', 'uv-never-lost'],
    plan: 'login=yes,mix=checkin+uv+users,operations=60',
  },
  {
    name: 'password-unchecked',
    bug: 'takes whoever names a user for that user',
    file: 'src/sync/auth.ts',
    find: "  const isProven = checkLogin(card, rest, account) && password !== ''\n",
    replace: "  const isProven = (checkLogin(card, rest, account) || true) && password !== ''\n",
    needs: ['plan:login=yes', 'plan:rights=unsettled'],
    caughtBy: ['rights', 'claims'],
    plan: 'login=yes,rights=unsettled,mix=checkin',
  },
  {
    name: 'failed-login-is-nobody',
    bug: 'answers who has a wrong password as if nobody had logged in',
    file: 'src/sync/auth.ts',
    find: "    throw refused('login failed')\n",
    replace: '    return anonymousSender(repo)\n',
    needs: ['plan:login=yes', 'plan:rights=unsettled'],
    caughtBy: ['claims', 'rights', 'replays'],
    plan: 'login=yes,rights=unsettled,leaves=3,mix=checkin',
  },
  {
    name: 'failed-login-unnamed',
    bug: 'tells a client whose login failed that it was refused, and not why',
    file: 'src/sync/refusal.ts',
    find: '(?:login failed$|authentication failed$|too many failed logins)',
    replace: '(?:authentication failed$|too many failed logins)',
    needs: ['plan:login=yes', 'plan:rights=unsettled'],
    caughtBy: ['claims'],
    plan: 'login=yes,rights=unsettled,leaves=3,mix=checkin',
  },
]

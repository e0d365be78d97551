/**
 * Ways to damage what is a node's own, one at a time, and what must be noticed of each.
 * @module
 */

import { putRemote, removeRemote } from '../../admin/remote.ts'
import { putUser, removeUser } from '../../admin/user.ts'
import { setConfig } from '../../repo/config.ts'
import type { Repo } from '../../repo/repo.ts'
import type { LocalOracle } from '../local-oracle.ts'
import type { Damage } from './pair.suite.ts'

const url = 'https://fossil.example/'

/** Gives a node a server, an account and a setting, and has it that it has no other server. */
function giveOwn(nodeId: string, repo: Repo, local: LocalOracle): void {
  putRemote(repo, { name: 'mirror', url, password: 'secret' })
  putUser(repo, { login: 'guest', capabilities: 'o' })
  setConfig(repo, 'max-upload', '1000')
  local.record({ nodeId, kind: 'remote', name: 'mirror' }, `${url} secret`)
  local.record({ nodeId, kind: 'remote', name: 'default' }, undefined)
  local.record({ nodeId, kind: 'account', name: 'guest' }, 'o')
  local.record({ nodeId, kind: 'setting', name: 'max-upload' }, '1000')
}

const damages: readonly (readonly [string, (repo: Repo) => unknown, RegExp])[] = [
  ['a server that is gone', (repo) => removeRemote(repo, 'mirror'), /mirror is gone/],
  [
    'a server with another password',
    (repo) => putRemote(repo, { name: 'mirror', url, password: 'other' }),
    /other, and was left as .* secret/,
  ],
  [
    'a server that nobody added',
    (repo) => putRemote(repo, { name: 'default', url }),
    /default is .*, and was left as nothing/,
  ],
  ['an account that is gone', (repo) => removeUser(repo, 'guest'), /guest is gone/],
  [
    'an account that may do more',
    (repo) => putUser(repo, { login: 'guest', capabilities: 'os' }),
    /guest is os, and was left as o/,
  ],
  ['another setting', (repo) => setConfig(repo, 'max-upload', '2'), /max-upload is 2/],
]

export const localDamages: readonly Damage[] = damages.map(([what, inflict, detail]) => ({
  what,
  invariant: 'local-stays',
  where: 'leaf-0',
  detail,
  inflict: ({ leaf, local }) => {
    giveOwn('leaf-0', leaf, local)
    inflict(leaf)
  },
}))

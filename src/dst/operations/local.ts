/**
 * Operations on what a repository has for itself alone: servers that it syncs with, accounts,
 * settings of its own. No sync brings or changes any of it.
 * @module
 */

import { listRemotes, putRemote, removeRemote } from '../../admin/remote.ts'
import { listSettings, setSetting } from '../../admin/settings.ts'
import { listUsers, putUser, removeUser } from '../../admin/user.ts'
import { setConfig, unsetConfig } from '../../repo/config.ts'
import type { FossilOperation } from './operation.ts'

const remoteNames = ['default', 'mirror', 'büro'] as const

/** Remembers a server, in place of one of the same name, or forgets it. */
export const remote: FossilOperation = {
  name: 'remote',
  weight: 1,
  plan: ({ id, draw }) => {
    const name = draw.pick(remoteNames)
    if (draw.chance(0.3)) return { name }
    const url = `https://${id}@fossil.example/${draw.int(1, 1000)}`
    return { name, url, ...(draw.chance(0.5) ? { password: `pass ${draw.uint32()}` } : {}) }
  },
  apply: ({ id, repo, args, world }) => {
    const [name, url] = [args.text('name'), args.maybeText('url')]
    const password = args.maybeText('password')
    if (url === undefined) {
      if (!removeRemote(repo, name)) return undefined
    } else putRemote(repo, { name, url, ...(password === undefined ? {} : { password }) })
    world.keepLocal({ nodeId: id, kind: 'remote', name }, url && `${url} ${password ?? ''}`)
    return { facts: { seen: { remotes: listRemotes(repo).map((each) => each.name) } } }
  },
}

/** Nobody of the simulation logs in by these. */
const logins = ['guest-1', 'guest-2', 'guest-3'] as const

/** Makes an account, changes what it may do, or removes it. It has no password: nobody logs in. */
export const account: FossilOperation = {
  name: 'account',
  weight: 2,
  plan: ({ draw }) => {
    const login = draw.pick(logins)
    if (draw.chance(0.25)) return { login }
    return { login, capabilities: draw.pick(['', 'o', 'oi', 'v', 'u']) }
  },
  apply: ({ id, repo, args, world }) => {
    const [login, capabilities] = [args.text('login'), args.maybeText('capabilities')]
    if (capabilities === undefined) {
      if (!removeUser(repo, login)) return undefined
    } else putUser(repo, { login, capabilities })
    world.keepLocal({ nodeId: id, kind: 'account', name: login }, capabilities)
    return { facts: { seen: { accounts: listUsers(repo).map((each) => each.login) } } }
  },
}

/** Settings that are a repository's own, and values that make a difference to a sync. */
const preferences: Readonly<Record<string, readonly string[]>> = {
  cookie: ['one-token', 'two words'],
  'uv-sync': ['1', '0'],
  'max-upload': ['1500', '250000'],
  'max-download': ['3000', '5000000'],
  'lock-timeout': ['5', '600'],
  'repo-cksum': ['1', '0'],
}

/** Sets one of its own settings, or takes it back. */
export const preference: FossilOperation = {
  name: 'preference',
  weight: 2,
  plan: ({ draw }) => {
    const setting = draw.pick(Object.keys(preferences))
    if (draw.chance(0.25)) return { setting }
    return { setting, value: draw.pick(preferences[setting] ?? []) }
  },
  apply: ({ id, repo, args, world }) => {
    const [name, value] = [args.text('setting'), args.maybeText('value')]
    if (!Object.hasOwn(preferences, name)) return undefined
    // What stock lists as a setting is set by the function that people have for it.
    if (listSettings(repo).some((each) => each.name === name)) setSetting(repo, name, value)
    else if (value === undefined) unsetConfig(repo, name)
    else setConfig(repo, name, value)
    world.keepLocal({ nodeId: id, kind: 'setting', name }, value)
    return {}
  },
}

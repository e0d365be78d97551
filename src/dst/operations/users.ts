/**
 * Operations on users: the owner of a server changes what a leaf may do there, changes or puts
 * right its password, removes it or takes it back. Only leaves that know no other server, and that
 * nobody else syncs with: what all others have to pass on comes through in any case.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { CheckedWorld } from '../../runner/invariants.ts'
import type { NodeId } from '../../runner/model.ts'
import type { Operation, OperationResult } from '../../runner/operations.ts'
import type { Draw } from '../../sim/random.ts'
import { type Account, mixedRights } from '../logins.ts'

/** The users of a run, as the owners of servers change them. */
export interface UserDesk {
  /** Users that the owner of a server may change there. */
  changeableAt(server: NodeId): readonly NodeId[]
  /** The user of a leaf; undefined if it was removed. */
  account(id: NodeId): Account | undefined
  /** The letters of a leaf of these rights, with those to clone and to see what is private. */
  withFurther(rights: string): string
  /**
   * Changes a user of a server, or removes it.
   *
   * @throws {FossilError} `repo.io`
   */
  change(server: NodeId, id: NodeId, account: Account | undefined): void
}

/** The side of a simulation that operations on users act on. */
export interface UserWorld {
  /** Undefined if nobody logs in. */
  readonly users: UserDesk | undefined
}

type UserOperation = Operation<UserWorld & CheckedWorld>

/** Gives or takes rights, all of them included. */
const capabilities: UserOperation = {
  name: 'capabilities',
  weight: 4,
  plan: ({ users }, server, draw) => {
    const login = drawUser(users, server, draw)
    return login === undefined ? undefined : { login, rights: draw.pick([...mixedRights, '']) }
  },
  apply: ({ users }, server, args) => {
    const [login, rights] = [args.text('login'), args.text('rights')]
    const account = accountAt(users, server, login)
    if (users === undefined || account === undefined) return { outcome: 'impossible' }
    const letters = rights === '' ? '' : users.withFurther(rights)
    return changed(users, server, login, { ...account, capabilities: letters })
  },
}

/** Changes a password without telling the leaf, or puts it right. */
const password: UserOperation = {
  name: 'password',
  weight: 3,
  plan: ({ users }, server, draw) => planOne(users, server, draw),
  apply: ({ users }, server, args) => {
    const login = args.text('login')
    const account = accountAt(users, server, login)
    if (users === undefined || account === undefined) return { outcome: 'impossible' }
    const isPasswordRight = !account.isPasswordRight
    return changed(users, server, login, { ...account, isPasswordRight })
  },
}

/** Removes a user, or takes one back who was removed. */
const dismissal: UserOperation = {
  name: 'dismissal',
  weight: 2,
  plan: ({ users }, server, draw) => planOne(users, server, draw),
  apply: ({ users }, server, args) => {
    const login = args.text('login')
    if (users?.changeableAt(server).includes(login) !== true) return { outcome: 'impossible' }
    if (users.account(login) !== undefined) return changed(users, server, login, undefined)
    const account = { capabilities: users.withFurther('iy'), isPasswordRight: true }
    return changed(users, server, login, account)
  },
}

/** Changes of users. */
export const userOperations = [capabilities, password, dismissal] as const

function planOne(
  users: UserDesk | undefined,
  server: NodeId,
  draw: Draw,
): { login: NodeId } | undefined {
  const login = drawUser(users, server, draw)
  return login === undefined ? undefined : { login }
}

function drawUser(users: UserDesk | undefined, server: NodeId, draw: Draw): NodeId | undefined {
  const logins = users?.changeableAt(server) ?? []
  return logins.length === 0 ? undefined : draw.pick(logins)
}

function accountAt(
  users: UserDesk | undefined,
  server: NodeId,
  login: NodeId,
): Account | undefined {
  return users?.changeableAt(server).includes(login) === true ? users.account(login) : undefined
}

function changed(
  users: UserDesk,
  server: NodeId,
  login: NodeId,
  account: Account | undefined,
): OperationResult {
  try {
    users.change(server, login, account)
    return { outcome: 'acknowledged' }
  } catch (error) {
    if (!FossilError.is(error, 'repo.io')) throw error
    return { outcome: 'refused', facts: { error: error.code } }
  }
}

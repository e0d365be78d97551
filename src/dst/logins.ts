/**
 * The users as whom the leaves of a simulation log in, their permissions on the servers, and the
 * changes that the owners of these make.
 *
 * Passwords follow from the seed: no secret of anybody's, and the same in every run of it.
 * @module
 */

import { hex } from '../base/bytes.ts'
import { findUser, putUser, removeUser } from '../admin/user.ts'
import type { Repo } from '../repo/repo.ts'
import type { RandomSource } from '../sim/random.ts'
import { type Access, accessOf } from '../sync/access.ts'
import type { Credentials } from '../sync/login.ts'
import { withoutBuggify } from './buggify.ts'
import type { NodeId, Topology } from '../runner/model.ts'
import { noAccess } from './standings.ts'

/** Options for the logins of leaves. */
export interface SimLogin {
  /**
   * Capability letters of a leaf's user on the master. Default `iy`, push, pull and unversioned
   * files, with `x` where private artifacts travel, and `g`, clone, where leaves join late.
   */
  readonly capabilities?: (id: NodeId) => string
  /**
   * Of leaves that nobody else syncs with, unless `capabilities` says: with `mixed` the seed draws
   * the rights of each; with `unsettled` also who has a wrong password at first, and who does not
   * log in at all. Default `all`: everybody may do everything.
   */
  readonly rights?: Rights
}

/** Ways to give leaves rights. */
export const rightsNames = ['all', 'mixed', 'unsettled'] as const

export type Rights = (typeof rightsNames)[number]

/** Push and unversioned files, either of them, or nothing but to read. */
export const mixedRights = ['iy', 'i', 'oy', 'o'] as const

/** The user of a leaf, as its servers have it. */
export interface Account {
  readonly capabilities: string
  /** False if the password is another than the leaf's. */
  readonly isPasswordRight: boolean
}

/** The world that logs in. */
export interface LoginsOptions {
  readonly login: SimLogin
  readonly topology: Topology
  /** Private artifacts travel. */
  readonly isPrivate: boolean
  /** Synced tables travel, and rows may have owners. */
  readonly passesRows: boolean
  /** Leaves join late, as clones. */
  readonly mayClone: boolean
}

/** The users of one simulation, each named after its leaf. */
export class Logins {
  readonly #source: RandomSource
  readonly #options: LoginsOptions
  readonly #asked: ReadonlySet<NodeId>
  /** Leaves that do not log in: servers see nobody. */
  readonly #nobodies = new Set<NodeId>()
  /** The users as they are now; undefined for one that was removed. */
  readonly #accounts = new Map<NodeId, Account | undefined>()
  /** Every letter that a user ever had. */
  readonly #everHeld = new Map<NodeId, string>()

  constructor(source: RandomSource, options: LoginsOptions) {
    const { topology } = options
    this.#source = source
    this.#options = options
    this.#asked = new Set(topology.links.map(({ to }) => to))
    const isUnsettled = options.login.rights === 'unsettled'
    for (const id of new Set(topology.links.map(({ from }) => from))) {
      const draw =
        isUnsettled && this.#isDrawn(id) ? source.stream('unsettled').named(id) : undefined
      const fate = draw?.pick(['right', 'right', 'wrong', 'nobody'] as const)
      if (fate === 'nobody') this.#nobodies.add(id)
      this.change(id, { capabilities: this.#first(id), isPasswordRight: fate !== 'wrong' })
    }
  }

  /** The credentials with which a leaf logs in; undefined for one that does not. */
  credentials(id: NodeId): Credentials | undefined {
    if (this.#nobodies.has(id)) return undefined
    return { user: id, password: passwordOf(this.#source, id) }
  }

  /** Tells whether others sync with a node. */
  isAsked(id: NodeId): boolean {
    return this.#asked.has(id)
  }

  /** Tells whether a leaf does not log in. */
  isNobody(id: NodeId): boolean {
    return this.#nobodies.has(id)
  }

  /** Tells whether the password of a leaf is right now; undefined if it does not log in. */
  isProven(id: NodeId): boolean | undefined {
    if (this.isNobody(id) || !this.#accounts.has(id)) return undefined
    return this.#accounts.get(id)?.isPasswordRight === true
  }

  /** Leaves, and what each may do now. */
  access(): ReadonlyMap<NodeId, Access> {
    return new Map([...this.#accounts.keys()].map((id) => [id, this.accessOf(id)]))
  }

  /** The present permissions of a leaf. */
  accessOf(id: NodeId): Access {
    if (this.#nobodies.has(id)) return accessOf(this.#ofNobody)
    const account = this.#accounts.get(id)
    if (account?.isPasswordRight !== true) return noAccess
    return accessOf(account.capabilities + this.#ofNobody)
  }

  /** Users that the owner of a server may change: those of leaves that know no other server. */
  changeableAt(server: NodeId): readonly NodeId[] {
    const { topology } = this.#options
    return [...this.#accounts.keys()].filter((id) => {
      const servers = topology.links.filter(({ from }) => from === id)
      const isIts = servers.length === 1 && servers[0]?.to === server
      return isIts && !this.#asked.has(id) && !this.#nobodies.has(id)
    })
  }

  /** The user of a leaf; undefined if it was removed. */
  account(id: NodeId): Account | undefined {
    return this.#accounts.get(id)
  }

  /** The letters of a leaf of these rights, with those to clone and to see what is private. */
  withFurther(rights: string): string {
    const { mayClone, isPrivate } = this.#options
    return `${mayClone ? 'g' : ''}${isPrivate ? 'x' : ''}${rights}`
  }

  /** A user is another from now on, or is no more. */
  change(id: NodeId, account: Account | undefined): void {
    const held = account?.isPasswordRight === true ? account.capabilities : ''
    this.#everHeld.set(id, lettersOf(this.#everHeld.get(id) ?? '', held))
    this.#accounts.set(id, account)
  }

  /**
   * Puts everything right: passwords are those of the leaves, and everybody may do all that they
   * were ever allowed to, so that what they made by that right can come to everybody.
   *
   * @returns the users that are others by it
   */
  settle(): NodeId[] {
    return [...this.#accounts].flatMap(([id, before]) => {
      const letters = lettersOf(this.#everHeld.get(id) ?? '', this.#first(id))
      const isRight = before?.isPasswordRight === true
      if (isRight && lettersOf(before.capabilities, letters).length <= before.capabilities.length)
        return []
      this.change(id, { capabilities: letters, isPasswordRight: true })
      return [id]
    })
  }

  /** Makes the users of `repo` what they are, and takes the rights of those who do not log in. */
  install(repo: Repo): void {
    withoutBuggify(repo, () =>
      repo.transaction(() => {
        for (const login of ['nobody', 'anonymous']) {
          putUser(repo, { login, capabilities: login === 'nobody' ? this.#ofNobody : '' })
        }
        for (const [id, account] of this.#accounts) this.carryOut(repo, id, account)
      }),
    )
  }

  /**
   * Makes one user of `repo` what it is to be; undefined: it is removed.
   *
   * @throws {FossilError} `repo.io`
   */
  carryOut(repo: Repo, id: NodeId, account: Account | undefined): void {
    if (account === undefined) {
      removeUser(repo, id)
      return
    }
    const { capabilities, isPasswordRight } = account
    const password = passwordOf(this.#source, isPasswordRight ? id : `${id}/another`)
    putUser(repo, { login: id, password, capabilities })
  }

  /** Takes the passwords of `repo` away, which anybody could work out who knows the seed. */
  revoke(repo: Repo): void {
    withoutBuggify(repo, () =>
      repo.transaction(() => {
        for (const login of this.#accounts.keys()) {
          if (findUser(repo, login) !== undefined) putUser(repo, { login, password: '' })
        }
      }),
    )
  }

  #first(id: NodeId): string {
    const { login, passesRows } = this.#options
    if (login.capabilities !== undefined) return login.capabilities(id)
    const drawn = this.#isDrawn(id)
      ? this.#source.stream('rights').named(id).pick(mixedRights)
      : 'iy'
    // Who passes on what others wrote brings rows in their name.
    const relay = this.#asked.has(id) && passesRows ? 'a' : ''
    return relay + this.withFurther(drawn)
  }

  #isDrawn(id: NodeId): boolean {
    const { rights = 'all', capabilities } = this.#options.login
    return rights !== 'all' && capabilities === undefined && !this.#asked.has(id)
  }

  /** Letters of who does not log in: to read, where one of the leaves does not. */
  get #ofNobody(): string {
    if (this.#nobodies.size === 0) return ''
    return this.#options.mayClone ? 'og' : 'o'
  }
}

/** All letters of both, each once. */
function lettersOf(one: string, other: string): string {
  return [...new Set(Array.from(one + other))].join('')
}

/** The password of the user that is named after a leaf. */
export function passwordOf(source: RandomSource, id: NodeId): string {
  return hex(source.stream(`password/${id}`).at(0).bytes(16))
}

/** Nodes that sync private artifacts: all that ask others and may, none, or some of the seed's. */
export function askersOf(
  asked: boolean | 'some',
  { links }: Topology,
  source: RandomSource,
  users?: { readonly logins: Logins },
): ReadonlySet<NodeId> {
  const froms = links.map(({ from }) => from)
  const ids = new Set(froms.filter((id) => users?.logins.isNobody(id) !== true))
  if (typeof asked === 'boolean') return asked ? ids : new Set()
  return new Set([...ids].filter((id) => source.stream('private').named(id).chance(0.5)))
}

/**
 * Who the leaves of a simulation log in as, and what they may do on the master.
 *
 * Passwords follow from the seed: no secret of anybody's, and the same in every run of it.
 * @module
 */

import { hex } from '../base/bytes.ts'
import type { Repo } from '../repo/repo.ts'
import { putUser } from '../admin/user.ts'
import type { RandomSource } from '../sim/random.ts'
import { type Access, accessOf } from '../sync/access.ts'
import type { Credentials } from '../sync/login.ts'
import { withoutBuggify } from './buggify.ts'
import type { NodeId, Topology } from '../runner/model.ts'

/** How leaves log in. */
export interface SimLogin {
  /**
   * Capability letters of a leaf's user on the master. Default `iy`, push, pull and unversioned
   * files, with `x` where private artifacts travel, and `g`, clone, where leaves join late.
   */
  readonly capabilities?: (id: NodeId) => string
  /**
   * `mixed`: the seed draws what each leaf may do that nobody else syncs with, unless
   * `capabilities` says. Default `all`: everybody may do everything.
   */
  readonly rights?: Rights
}

/** Ways to give leaves rights. */
export const rightsNames = ['all', 'mixed'] as const

export type Rights = (typeof rightsNames)[number]

/** Push and unversioned files, either of them, or nothing but to read. */
const mixed = ['iy', 'i', 'oy', 'o'] as const

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
  readonly #capabilities: (id: NodeId) => string
  readonly #ids: readonly NodeId[]

  constructor(source: RandomSource, options: LoginsOptions) {
    const { login, topology, isPrivate, mayClone, passesRows } = options
    this.#source = source
    this.#ids = [...new Set(topology.links.map(({ from }) => from))]
    const asked = new Set(topology.links.map(({ to }) => to))
    const draws = (id: NodeId): boolean => login.rights === 'mixed' && !asked.has(id)
    // Who passes on what others wrote brings rows in their name.
    const relay = passesRows ? 'a' : ''
    const further = `${mayClone ? 'g' : ''}${isPrivate ? 'x' : ''}`
    this.#capabilities =
      login.capabilities ??
      ((id) =>
        (asked.has(id) ? relay : '') +
        further +
        (draws(id) ? source.stream('rights').named(id).pick(mixed) : 'iy'))
  }

  /** What a leaf logs in with. */
  credentials(id: NodeId): Credentials {
    return { user: id, password: passwordOf(this.#source, id) }
  }

  /** What each leaf may do. */
  access(): ReadonlyMap<NodeId, Access> {
    return new Map(this.#ids.map((id) => [id, accessOf(this.#capabilities(id))]))
  }

  /** Makes the users of `repo`, and takes every right from those who do not log in. */
  install(repo: Repo): void {
    withoutBuggify(repo, () =>
      repo.transaction(() => {
        for (const login of ['nobody', 'anonymous']) putUser(repo, { login, capabilities: '' })
        for (const id of this.#ids) {
          const { user: login, password } = this.credentials(id)
          putUser(repo, { login, password, capabilities: this.#capabilities(id) })
        }
      }),
    )
  }

  /** Takes the passwords of `repo` away, which anybody could work out who knows the seed. */
  revoke(repo: Repo): void {
    withoutBuggify(repo, () =>
      repo.transaction(() => {
        for (const login of this.#ids) putUser(repo, { login, password: '' })
      }),
    )
  }
}

/** The password of the user that is named after a leaf. */
export function passwordOf(source: RandomSource, id: NodeId): string {
  return hex(source.stream(`password/${id}`).at(0).bytes(16))
}

/** Nodes that sync private artifacts: all that ask others, none, or some that the seed picks. */
export function askersOf(
  asked: boolean | 'some',
  { links }: Topology,
  source: RandomSource,
): ReadonlySet<NodeId> {
  const ids = new Set(links.map(({ from }) => from))
  if (typeof asked === 'boolean') return asked ? ids : new Set()
  return new Set([...ids].filter((id) => source.stream('private').named(id).chance(0.5)))
}

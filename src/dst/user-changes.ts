/**
 * Users of one run as their servers have them, and what follows where the owner of one changes
 * them: what may travel from then on, and what is owed to whom.
 * @module
 */

import type { NodeId, Topology } from '../runner/model.ts'
import type { RandomSource } from '../sim/random.ts'
import type { Access } from '../sync/access.ts'
import type { ArtifactLedger } from './artifact-ledger.ts'
import type { ResolvedConfig } from './config.ts'
import { type Account, Logins } from './logins.ts'
import type { UserDesk } from './operations/users.ts'
import { Standings } from './standings.ts'
import type { TableOracle } from './table-oracle.ts'
import type { UvOperations } from './uv-operations.ts'
import { type CheckedNode, mayWriteAs } from './world.ts'

/** The parts of a world that follow from who may do what. */
export interface UserChangesOptions {
  readonly artifacts: ArtifactLedger
  readonly rows: TableOracle
  readonly uv: () => UvOperations
  /** All nodes that are known. */
  readonly nodes: () => readonly CheckedNode[]
  /** True time, in milliseconds since 1970. */
  readonly nowMs: () => number
  /** The user of a leaf has changed. */
  readonly onChange: (id: NodeId) => void
}

/** The users of a run; undefined if nobody logs in. */
export function usersOf(
  { login, private: asksPrivate, tables: passesRows, late }: ResolvedConfig,
  { topology, source }: { topology: Topology; source: RandomSource },
  options: UserChangesOptions,
): UserChanges | undefined {
  if (login === undefined) return undefined
  const isPrivate = asksPrivate !== false
  const parts = { login, topology, isPrivate, passesRows, mayClone: late > 0 }
  return new UserChanges(new Logins(source, parts), options)
}

/** The users of one run. */
export class UserChanges implements UserDesk {
  readonly standings = new Standings()
  readonly logins: Logins
  readonly #options: UserChangesOptions

  constructor(logins: Logins, options: UserChangesOptions) {
    this.logins = logins
    this.#options = options
    for (const id of logins.access().keys()) this.#noteStanding(id)
  }

  changeableAt(server: NodeId): readonly NodeId[] {
    return this.logins.changeableAt(server)
  }

  account(id: NodeId): Account | undefined {
    return this.logins.account(id)
  }

  withFurther(rights: string): string {
    return this.logins.withFurther(rights)
  }

  change(server: NodeId, id: NodeId, account: Account | undefined): void {
    const { logins } = this
    const repo = this.#options.nodes().find((node) => node.id === server)?.repo
    if (repo === undefined) return
    repo.transaction(() => logins.carryOut(repo, id, account))
    logins.change(id, account)
    this.#follow(id)
  }

  /** An old backup of a node was put back: whoever does that knows who may do what by now. */
  restored({ id, repo }: CheckedNode): void {
    if (this.logins.isAsked(id)) this.logins.install(repo)
  }

  /** Nobody can log in any more. */
  revoke(): void {
    for (const { repo } of this.#options.nodes()) this.logins.revoke(repo)
    for (const id of this.standings.access.keys()) {
      this.logins.change(id, undefined)
      this.#follow(id)
    }
  }

  /** Faults have ended, and on all servers all is put right: who may nothing comes to no rest. */
  settle(): void {
    const { logins } = this
    const changed = logins.settle()
    if (changed.length === 0) return
    for (const { id, repo } of this.#options.nodes()) if (logins.isAsked(id)) logins.install(repo)
    for (const id of changed) this.#follow(id)
  }

  #follow(id: NodeId): void {
    const { onChange, rows, uv } = this.#options
    const before = this.standings.access.get(id)
    const access = this.#noteStanding(id)
    if (before?.unversionedWrite !== access.unversionedWrite) uv().rightChanged(id)
    rows.release(id, (owner) => mayWriteAs(access, id, owner))
    onChange(id)
  }

  #noteStanding(id: NodeId): Access {
    const { artifacts, nowMs } = this.#options
    const access = this.logins.accessOf(id)
    this.standings.set(id, access, {
      acknowledged: artifacts.acknowledged.length,
      nowMs: nowMs(),
    })
    return access
  }
}

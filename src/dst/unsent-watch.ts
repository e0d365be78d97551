/**
 * Watch over what clients take for delivered: an artifact that leaves the list of those still to be
 * sent is known to a server by then, which asks for it until it has it.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, findRid, isPrivate, isShunned } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { NodeId } from '../runner/model.ts'
import { unsentIn } from './sync-marks.ts'
import type { CheckedNode, Finding } from './world.ts'

/** Knowledge of the world about servers. */
export interface ServerFacts {
  /** Undefined if nobody knows the repository. */
  readonly repoOf: (id: NodeId) => Repo | undefined
  /**
   * The time at which the owner of a node removed an artifact there; undefined if that never
   * was.
   */
  readonly givenUpAtMs: (id: NodeId, hash: ArtifactHash) => number | undefined
  /** Nodes that a node syncs with. */
  readonly serversOf: (id: NodeId) => readonly NodeId[]
}

/** The artifacts that each client is still to send. */
export class UnsentWatch {
  readonly #facts: ServerFacts
  readonly #findings: Finding[]
  readonly #unsent = new Map<NodeId, ReadonlySet<ArtifactHash>>()

  /** @param findings takes what is found */
  constructor(facts: ServerFacts, findings: Finding[]) {
    this.#facts = facts
    this.#findings = findings
  }

  /**
   * Looks at a client, before it asks and after it was answered.
   *
   * @param isExcused what it announced since the last look was cut by a fault site
   */
  look(client: CheckedNode, { isExcused }: { readonly isExcused: boolean }): void {
    const before = isExcused ? undefined : this.#unsent.get(client.id)
    const unsent = unsentIn(client.repo)
    this.#unsent.set(client.id, unsent)
    for (const hash of before ?? []) if (!unsent.has(hash)) this.#judge(client, hash)
  }

  /** A node is down: what it does before it is seen again is its own. */
  forget(id: NodeId): void {
    this.#unsent.delete(id)
  }

  /** The owner of a node removed an artifact there: it is to be sent no more, and may come back. */
  removed(id: NodeId, hash: ArtifactHash): void {
    const unsent = this.#unsent.get(id)
    if (unsent?.has(hash) !== true) return
    this.#unsent.set(id, new Set([...unsent].filter((each) => each !== hash)))
  }

  /** An old backup of a server was put back: it need not know what it knew. */
  forgetServer(id: NodeId): void {
    for (const client of this.#unsent.keys()) {
      if (this.#facts.serversOf(client).includes(id)) this.#unsent.delete(client)
    }
  }

  #judge({ id, repo }: CheckedNode, hash: ArtifactHash): void {
    const rid = findHeld(repo, hash)
    // Its owner removed it, perhaps before it came again, or hid it.
    if (this.#facts.givenUpAtMs(id, hash) !== undefined) return
    if (rid === undefined || isPrivate(repo, rid) || isShunned(repo, hash)) return
    const servers = this.#facts.serversOf(id)
    if (servers.some((server) => this.#isDelivered(server, hash))) return
    const detail = `${hash} was taken for delivered, and ${servers.join(', ')} never heard of it`
    this.#findings.push({ nodeId: id, detail })
  }

  #isDelivered(server: NodeId, hash: ArtifactHash): boolean {
    const repo = this.#facts.repoOf(server)
    if (repo === undefined || this.#facts.givenUpAtMs(server, hash) !== undefined) return true
    return findRid(repo, hash) !== undefined || isShunned(repo, hash)
  }
}

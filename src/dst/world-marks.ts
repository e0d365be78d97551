/**
 * Marks that only the whole network can tell: what one node knew when another did something.
 * It looks at repositories between events, and changes nothing.
 * @module
 */

import type { MarkName } from '../base/marks.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact, phantomArtifacts, unresolvedRids } from '../repo/blob.ts'
import { cloneState } from '../repo/clone-state.ts'
import type { Repo } from '../repo/repo.ts'
import { unsentArtifacts } from '../repo/unsent.ts'
import type { NodeId } from '../runner/model.ts'
import { stateOf } from '../repo/state.ts'
import type { AcknowledgedArtifact, CheckedNode } from './world.ts'

/** Missing artifacts of one node: where each was heard of; undefined if that is not known. */
type Sources = Map<ArtifactHash, NodeId | undefined>

/** Marks of one run. */
export class WorldMarks {
  readonly #mark: (name: MarkName) => void
  /** State of each node when it was last looked at. */
  readonly #seen = new Map<NodeId, string>()
  readonly #sources = new Map<NodeId, Sources>()
  /** The peer whose message each node takes in, or took in last. */
  readonly #heard = new Map<NodeId, NodeId>()
  readonly #makers = new Map<ArtifactHash, NodeId>()
  /** Artifacts that each node has purged or shunned. */
  readonly #removed = new Map<NodeId, Set<ArtifactHash>>()

  constructor(mark: (name: MarkName) => void) {
    this.#mark = mark
  }

  /** A node is about to take in a message of a peer. */
  hears(node: CheckedNode, peer: NodeId): void {
    this.looks(node)
    this.#heard.set(node.id, peer)
  }

  /** Compares a node with the last time: what has changed is due to the peer it heard last. */
  looks({ id, repo }: CheckedNode): void {
    const state = stateOf(repo)
    if (this.#seen.get(id) === state) return
    this.#seen.set(id, state)
    this.#lookForPhantoms(id, repo)
    const removed = this.#removed.get(id) ?? new Set()
    for (const hash of removed) {
      if (!hasArtifact(repo, hash)) continue
      removed.delete(hash)
      this.#mark('dst.removed-returns')
    }
  }

  /** A node has gone down; `repo` is what is left of it. */
  isDown(node: CheckedNode): void {
    const { id, repo } = node
    this.looks(node)
    this.#heard.delete(id)
    if (unsentArtifacts(repo).length > 0) this.#mark('dst.down-unsent')
    const phantoms = phantomArtifacts(repo, { limit: 1, withPrivate: true })
    if (phantoms.length + unresolvedRids(repo).size > 0) this.#mark('dst.down-incomplete')
    const { sequence = 1 } = cloneState(repo) ?? {}
    if (sequence !== 1) this.#mark('dst.down-cloning')
  }

  /** A node has made an artifact. */
  makes({ hash, nodeId }: AcknowledgedArtifact, repoOf: (id: NodeId) => Repo | undefined): void {
    const maker = this.#makers.get(hash) ?? nodeId
    this.#makers.set(hash, maker)
    if (maker === nodeId) return
    const nodes = [maker, nodeId].map(repoOf)
    if (nodes.every((repo) => repo && isUnsent(repo, hash))) this.#mark('dst.same-artifact-twice')
  }

  /** The owner of a node has purged or shunned an artifact there. */
  removes(id: NodeId, hash: ArtifactHash): void {
    this.#removed.set(id, (this.#removed.get(id) ?? new Set()).add(hash))
  }

  /** An old backup was put back, without some artifacts that the node had. */
  restores(lost: readonly ArtifactHash[], { isServer }: { isServer: boolean }): void {
    if (lost.length === 0) return
    this.#mark('dst.backup-over-newer')
    if (isServer) this.#mark('dst.server-forgets')
  }

  #lookForPhantoms(id: NodeId, repo: Repo): void {
    const sources: Sources = this.#sources.get(id) ?? new Map()
    this.#sources.set(id, sources)
    const peer = this.#heard.get(id)
    const missing = phantomArtifacts(repo, { limit: maxPhantoms, withPrivate: true })
    const names = new Set(missing.map(({ hash }) => hash))
    for (const [hash, source] of sources) {
      if (names.has(hash)) continue
      sources.delete(hash)
      const isFromThird = source !== undefined && peer !== undefined && source !== peer
      if (isFromThird && hasArtifact(repo, hash)) this.#mark('dst.phantom-from-third')
    }
    for (const hash of names) if (!sources.has(hash)) sources.set(hash, peer)
  }
}

/** Far more than a run has. */
const maxPhantoms = 1_000_000

function isUnsent(repo: Repo, hash: ArtifactHash): boolean {
  return unsentArtifacts(repo).some((artifact) => artifact.hash === hash)
}

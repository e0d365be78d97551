/**
 * Witness of clones: whether the bulk of a clone brings all that its server had. The pull after it
 * would hide a gap, at the cost of asking for each artifact by name. And one that is interrupted
 * goes on where it was.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact, unresolvedArtifacts } from '../repo/blob.ts'
import { cloneState } from '../repo/clone-state.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { NodeId } from '../runner/model.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import type { CheckedNode, Finding } from './world.ts'

/** The clones of one run. */
export class CloneWitness {
  readonly gaps: Finding[] = []
  /** Artifacts that the bulk is to bring, by the node of the clone. */
  readonly #owed = new Map<NodeId, { server: NodeId; hashes: Set<ArtifactHash> }>()

  /**
   * The place from which each clone is to go on if it keeps the latest reply, and the number of
   * artifacts that it held before.
   */
  readonly #places = new Map<NodeId, { next: number; held: number }>()

  /** The place from which each clone last asked to go on. */
  readonly #reached = new Map<NodeId, number>()

  /** A node that may be an unfinished clone is about to send a request to its server. */
  sends(node: CheckedNode, server: CheckedNode | undefined, request: Uint8Array): void {
    const state = cloneState(node.repo)
    if (state === undefined || server === undefined) return
    const from = sequenceIn(request, 'clone')
    this.#judgePlace(node, from)
    if (from === undefined) return this.#judge(node, server.repo)
    const owed = this.#owed.get(node.id) ?? { server: server.id, hashes: new Set() }
    this.#owed.set(node.id, owed)
    for (const hash of heldFrom(server.repo, state.sequence)) owed.hashes.add(hash)
  }

  /** A reply has come to a node that may be an unfinished clone, and is about to be received. */
  hears({ id, repo }: CheckedNode, reply: Uint8Array): void {
    const next = cloneState(repo) && sequenceIn(reply, 'clone_seqno')
    if (next !== undefined) this.#places.set(id, { next, held: countRows(repo) })
  }

  /** Its owner removed an artifact of a server: it may come back, at another place of its order. */
  forget(id: NodeId, hash: ArtifactHash): void {
    for (const { server, hashes } of this.#owed.values()) if (server === id) hashes.delete(hash)
  }

  /**
   * A clone, or who answers it, has lied: of what a liar leaves out the bulk tells nothing, and the
   * pull that follows finds it.
   */
  lied(id: NodeId): void {
    this.#owed.delete(id)
    this.#places.delete(id)
    this.#reached.delete(id)
  }

  /** An old backup of a node was put back: its artifacts are in another order. */
  forgetServer(id: NodeId): void {
    for (const [node, { server }] of this.#owed) if (server === id) this.#owed.delete(node)
    this.#places.clear()
    this.#reached.clear()
  }

  /** A clone that has kept a reply goes on behind it. */
  #judgePlace({ id, repo }: CheckedNode, from: number | undefined): void {
    const place = this.#places.get(id)
    this.#places.delete(id)
    if (from === undefined) return
    const isKept = place !== undefined && countRows(repo) > place.held
    // A reply that brought nothing new may have been kept or not.
    const unheard = place === undefined ? this.#reached.get(id) : undefined
    const reached = isKept ? place.next : unheard
    this.#reached.set(id, from)
    if (reached === undefined || reached === from) return
    const detail = `its clone had come to ${reached}, and goes on at ${from}`
    this.gaps.push({ nodeId: id, detail })
  }

  #judge({ id, repo }: CheckedNode, server: Repo): void {
    const hashes = [...(this.#owed.get(id)?.hashes ?? [])]
    this.#owed.delete(id)
    // What came as a delta was not left out: where its source was, that is missing itself.
    const waiting = new Set(unresolvedArtifacts(repo).map(({ hash }) => hash))
    const hasCome = (hash: ArtifactHash): boolean => hasArtifact(repo, hash) || waiting.has(hash)
    const missing = hashes.filter((hash) => hasArtifact(server, hash) && !hasCome(hash))
    if (missing.length === 0) return
    const detail = `the bulk of its clone left out ${missing.length}, such as ${missing[0]}`
    this.gaps.push({ nodeId: id, detail })
  }
}

/** Public artifacts of a server at and after a place in its order. */
function heldFrom(repo: Repo, sequence: number): ArtifactHash[] {
  return dbOf(repo)
    .prepare<[ArtifactHash]>(
      `SELECT uuid FROM blob WHERE rid >= ? AND size >= 0
          AND rid NOT IN (SELECT rid FROM private) ORDER BY rid`,
    )
    .all(sequence)
    .map(([hash]) => hash)
    .filter((hash) => hasArtifact(repo, hash))
}

/** The place in the order of a server that a message names; undefined if none can be read. */
function sequenceIn(message: Uint8Array, type: 'clone' | 'clone_seqno'): number | undefined {
  try {
    for (const card of parseCards(decodeMessage(message, { maxBytes: 1 << 30 }))) {
      if (card.type === type) return card.sequence
    }
  } catch (error) {
    if (!FossilError.is(error)) throw error
  }
  return undefined
}

function countRows(repo: Repo): number {
  return dbOf(repo).prepare<[number]>('SELECT count(*) FROM blob').get()?.[0] ?? 0
}

/**
 * Check-ins during a simulation, at every node, whatever the network does. Content, sizes, parents
 * and times come from streams named after the node.
 * @module
 */

import { assert } from '../base/assert.ts'
import { FossilError } from '../base/error.ts'
import { concat, utf8 } from '../base/bytes.ts'
import { parseArtifactHash, type ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, hasArtifact } from '../repo/blob.ts'
import { checkin, manifestFiles, type CheckinOptions, type FileChange } from '../write/checkin.ts'
import { readArtifact } from '../repo/content.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { property } from '../crosslink/properties.ts'
import type { NodeId } from '../runner/model.ts'
import { scheduleOperations, type Workload } from '../runner/operations.ts'
import type { Draw } from '../sim/random.ts'
import type { CheckedNode } from './world.ts'
import type { Simulator } from './simulator.ts'

/** How busy people are. */
export interface CheckinWorkloadOptions {
  /** From one check-in at a node to its next, on average. */
  readonly meanIntervalMs: number
  /** No check-in begins at or after this virtual time. */
  readonly untilMs: number
  /** One check-in in ten is private, on a line of its own, and must stay where it was made. */
  readonly privateCheckins: boolean
}

/** One check-in in this many is private, where any is. */
const privateOneIn = 10

/** Checks in at every node, the master included where it is known, until `untilMs`. */
export class CheckinWorkload implements Workload {
  /** Check-ins that were acknowledged. */
  checkins = 0
  /** Check-ins that the repository refused, by a simulated fault. */
  refused = 0
  readonly #simulator: Simulator
  readonly #options: CheckinWorkloadOptions
  /** Check-ins that anyone may build on, where they have arrived. */
  readonly #known: ArtifactHash[] = []

  constructor(simulator: Simulator, options: CheckinWorkloadOptions) {
    this.#simulator = simulator
    this.#options = options
  }

  /**
   * Schedules the work. It begins with a check-in on top of the newest, at the master where that
   * is known, else at the first leaf.
   */
  start(): void {
    const nodes = this.#simulator.nodes()
    const [beginner] = nodes
    assert(beginner !== undefined, 'a simulation has nodes')
    const first = firstCheckin(beginner.repo)
    // A simulated fault may refuse it; without a beginning nobody has anything to build on.
    while (!this.#attempt(beginner, first)) assert(this.refused < 1000, 'a fault site rests')
    scheduleOperations(
      this.#simulator,
      nodes,
      { ...this.#options, stream: 'workload' },
      (node, draw) => this.#checkin(node, draw),
    )
  }

  #checkin({ id, repo }: CheckedNode, draw: Draw): void {
    // Drawn in any case, so that the other check-ins are the same without private ones.
    const isPrivate = draw.int(1, privateOneIn) === 1 && this.#options.privateCheckins
    // The newest that has arrived here, or now and then an older one: that makes a fork.
    const arrived = this.#known.filter((hash) => hasArtifact(repo, hash))
    const parent = draw.chance(0.8) ? arrived.at(-1) : arrived[draw.int(0, arrived.length)]
    if (parent === undefined || isClosed(repo, parent)) return
    this.#attempt(
      { id, repo },
      {
        changes: drawChanges(repo, parent, draw),
        comment: `change ${draw.uint32()}`,
        user: id,
        parent,
        ...(isPrivate ? { isPrivate, branch: 'private' } : {}),
      },
    )
  }

  /** Checks in, unless a simulated fault refuses it. */
  #attempt({ id, repo }: CheckedNode, options: CheckinOptions): boolean {
    try {
      // Clocks differ between nodes, so a parent may be from the future.
      const { hash, newArtifacts } = checkin(repo, {
        ...options,
        fork: 'allow',
        newRoot: options.parent === undefined,
        allowOlder: true,
      })
      this.#acknowledge(id, { hash, newArtifacts, isPrivate: options.isPrivate ?? false })
      return true
    } catch (error) {
      if (!FossilError.is(error, 'repo.io')) throw error
      this.refused++
      this.#simulator.note('checkin.refused', { node: id })
      return false
    }
  }

  #acknowledge(
    nodeId: NodeId,
    made: { hash: ArtifactHash; newArtifacts: readonly ArtifactHash[]; isPrivate: boolean },
  ): void {
    const { hash, newArtifacts, isPrivate } = made
    this.checkins++
    if (!isPrivate) this.#known.push(hash)
    for (const artifact of newArtifacts) {
      this.#simulator.acknowledge({ hash: artifact, nodeId, isPrivate })
    }
    const artifacts = newArtifacts.length
    this.#simulator.note('checkin', { node: nodeId, hash, artifacts, isPrivate })
  }
}

/**
 * The check-in that the work begins with. On a project that exists it follows the newest check-in
 * and changes no file: its own manifest is whole, so that who has it can build on it, where the
 * newest one may need a baseline that has not arrived.
 */
function firstCheckin(repo: Repo): CheckinOptions {
  const said = { comment: 'begin', user: 'admin' }
  const parent = newestCheckin(repo)
  return parent === undefined
    ? { ...said, changes: [{ name: 'README', content: utf8('the first line\n') }] }
    : { ...said, changes: [], allowEmpty: true, parent }
}

/** The newest check-in that the timeline of an existing repository shows, if it can be read. */
function newestCheckin(repo: Repo): ArtifactHash | undefined {
  const row = dbOf(repo)
    .prepare<[string]>(
      `SELECT blob.uuid FROM event JOIN blob ON blob.rid = event.objid
        WHERE event.type = 'ci' AND blob.size >= 0
          AND blob.rid NOT IN (SELECT rid FROM private)
        ORDER BY event.mtime DESC, blob.uuid LIMIT 1`,
    )
    .get()
  const hash = row === undefined ? undefined : parseArtifactHash(row[0])
  return hash === undefined || !isReadable(repo, hash) ? undefined : hash
}

/** Nobody goes on from there: somebody has said so. */
function isClosed(repo: Repo, hash: ArtifactHash): boolean {
  const rid = findHeld(repo, hash)
  return rid !== undefined && property(repo, rid, 'closed') !== undefined
}

function isReadable(repo: Repo, hash: ArtifactHash): boolean {
  try {
    manifestFiles(repo, hash)
    return true
  } catch (error) {
    if (FossilError.is(error)) return false
    throw error
  }
}

/** One to three files: new, edited, or, where enough are left, taken away. */
export function drawChanges(repo: Repo, parent: ArtifactHash, draw: Draw): FileChange[] {
  const files = manifestFiles(repo, parent)
  const changes = new Map<string, FileChange>()
  for (let count = draw.int(1, 3); count > 0; count--) {
    const existing = [...files.keys()]
    const name = draw.chance(0.6) && existing.length > 0 ? draw.pick(existing) : newName(draw)
    const hash = files.get(name)?.hash
    if (existing.length > 20 && hash !== undefined && draw.chance(0.3)) {
      changes.set(name, { name, content: undefined })
    } else {
      // A manifest can arrive before its files: what has not come is written anew.
      const isHere = hash !== undefined && hasArtifact(repo, hash)
      const before = isHere ? readArtifact(repo, hash) : new Uint8Array(0)
      changes.set(name, { name, content: edited(before, draw) })
    }
  }
  return [...changes.values()]
}

/** A name that few files have. */
export function newName(draw: Draw): string {
  return `src/${draw.pick(['alpha', 'beta', 'gamma'])}/file-${draw.int(0, 99_999)}.txt`
}

/** Content with a passage replaced: mostly text of some lines, sometimes a larger binary. */
function edited(before: Uint8Array, draw: Draw): Uint8Array {
  const at = draw.int(0, before.length)
  const removed = draw.int(0, Math.min(200, before.length - at))
  const inserted = draw.chance(0.02)
    ? draw.bytes(draw.int(20_000, 120_000))
    : utf8(`${draw.uint32()} ${draw.uint32()} ${draw.uint32()}\n`.repeat(draw.int(1, 12)))
  return concat([before.subarray(0, at), inserted, before.subarray(at + removed)])
}
